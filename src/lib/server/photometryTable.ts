import { Readable } from 'node:stream';
import { exportLightCurves, type FileFormat, type TableStream } from '#clickhouse/read/export.ts';
import type { AsOf } from '#clickhouse/read/lightCurve.ts';
import type { ObjectKey } from '#clickhouse/read/objects.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { QueryOptions, Store } from '#clickhouse/store.ts';

/** Objects of one read of the store: more need more memory at once. */
const OBJECTS_OF_A_READ = 200;

/** Formats whose files can be cut between rows; the others are one read. */
const IN_PIECES: ReadonlySet<FileFormat> = new Set(['csv', 'ndjson', 'votable']);

function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
	return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** The points of many objects as one table, in the order of survey and id; at least one object. */
export async function photometryTable(
	store: Store,
	scope: AccessScope,
	objects: readonly ObjectKey[],
	{ format, asOf }: { format: FileFormat; asOf: AsOf },
	options: QueryOptions = {},
): Promise<TableStream> {
	const sorted = [...objects].sort((a, b) => compare(a.survey, b.survey) || compare(a.objectId, b.objectId));
	const [first = [], ...rest] = chunksOf(sorted, IN_PIECES.has(format) ? OBJECTS_OF_A_READ : sorted.length);
	const read = (chunk: readonly ObjectKey[]): Promise<TableStream> =>
		exportLightCurves(store, scope, chunk, { format, asOf }, options);
	// a store that refuses does so before the answer has begun
	const table = await read(first);
	if (rest.length === 0) return table;
	async function* bodies(): AsyncGenerator<Buffer> {
		yield* table.body as AsyncIterable<Buffer>;
		for (const chunk of rest) yield* (await read(chunk)).body as AsyncIterable<Buffer>;
	}
	return { ...table, body: Readable.from(bodies(), { objectMode: false }) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Lines of JSON as members of one list, after `before` and before `after`; a line break is none of a value's own. */
export function asJsonList({ body }: TableStream, before: string, after: string): TableStream {
	async function* members(): AsyncGenerator<Buffer> {
		let isOpen = false;
		for await (const chunk of body as AsyncIterable<Buffer>) {
			const text = chunk.toString('latin1');
			if (text === '') continue;
			// a break ends a row: the comma waits for the next one
			const ended = text.endsWith('\n');
			const inner = (ended ? text.slice(0, -1) : text).replaceAll('\n', ',\n');
			const out = `${isOpen ? ',\n' : ''}${inner}`;
			isOpen = ended;
			if (out !== '') yield Buffer.from(out, 'latin1');
		}
	}
	return { header: before, body: Readable.from(members(), { objectMode: false }), trailer: after };
}
