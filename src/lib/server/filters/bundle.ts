import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { chooseColumns } from '#clickhouse/read/columns.ts';
import { countHits, exportHits, readHitSources, readYields, type HitQuery } from '#clickhouse/read/hits.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import { readFrozen } from '#lib/filter/frozen.ts';
import type { StoredFilter } from '#lib/filter/stored.ts';
import { ProblemError } from '../problem.ts';
import { version as codeVersion } from '../version.ts';
import { versionOf } from './library.ts';
import type { FilterLocals } from './locals.ts';

/** Most hits of a bundle: it is made in memory, so that it can say its own hashes. */
const MOST_HITS = 100_000;

interface BundleQuery {
	readonly version?: number | undefined;
	readonly nightFrom?: string | undefined;
	readonly nightTo?: string | undefined;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, '\t')}\n`;

function readme(filter: StoredFilter, version: number, range: string, hits: number): string {
	return `Filter "${filter.name}", version ${version}, on the ${range}: ${hits} alerts passed.

filter.njf      the filter in the language of Nightjar
filter.json     id, version, author, times, and what the names in the text stood for: blocks, areas, lists, catalogues, models
hits.csv        the alerts that passed, as they were recorded, with fields and annotations
nights.json     hits and objects of each night and survey
sources.json    releases of catalogues and versions of models that these alerts were seen with when they came
SHA256SUMS      of the files above: sha256sum -c SHA256SUMS

A hit is recorded when its alert comes, with what was known then, and does not change when more is learned. The same
version run again on the same nights gives the same alerts: a version never changes, and the archive keeps what was known
to each alert.
`;
}

/** Text, version, nights, hits, sources and hashes of one version of a filter as a tar. */
export async function hitBundle(
	{ locals, request }: { locals: FilterLocals; request: Request },
	filter: StoredFilter,
	asked: BundleQuery,
): Promise<Response> {
	const { store, scope } = locals;
	const number = asked.version ?? (filter.version > 0 ? filter.version : filter.newest);
	const version = await versionOf(locals, filter, number);
	const query: HitQuery = {
		version: number,
		...(asked.nightFrom === undefined ? {} : { nightFrom: asked.nightFrom }),
		...(asked.nightTo === undefined ? {} : { nightTo: asked.nightTo }),
	};
	const options = { signal: request.signal };
	const watermark = await readWatermark(store, request.signal);
	const total = await countHits(store, scope, filter.id, query, { ...options, watermark });
	if (total > MOST_HITS) {
		throw new ProblemError(413, `${total} hits are too many for one bundle of ${MOST_HITS}: ask for fewer nights.`);
	}
	const { columns } = chooseColumns(undefined);
	const table = await exportHits(store, scope, filter.id, query, { columns, format: 'csv', watermark }, options);
	const csv = Buffer.concat([Buffer.from(table.header), await buffer(table.body), Buffer.from(table.trailer)]);
	const nights = (await readYields(store, scope, [filter.id], '1970-01-01', { ...options, version: number })).get(
		filter.id,
	);
	const within = (nights ?? []).filter(
		({ night }) => night >= (asked.nightFrom ?? '') && night <= (asked.nightTo ?? '9999'),
	);
	const { text, environment, grants, ...rest } = version;
	const range =
		asked.nightFrom === undefined && asked.nightTo === undefined
			? 'nights that it ran on'
			: `nights from ${asked.nightFrom ?? 'the first'} to ${asked.nightTo ?? 'the last'}`;
	const files: [string, Buffer][] = [
		['README.txt', Buffer.from(readme(filter, number, range, total))],
		['filter.njf', Buffer.from(text)],
		[
			'filter.json',
			Buffer.from(
				json({
					id: filter.id,
					name: filter.name,
					meaning: filter.meaning,
					ownerId: filter.ownerId,
					...rest,
					programmes: grants,
					names: readFrozen(environment),
					origin: scope.origin,
					nights: { from: asked.nightFrom ?? null, to: asked.nightTo ?? null },
					watermark,
					nightjar: codeVersion,
				}),
			),
		],
		['hits.csv', csv],
		['nights.json', Buffer.from(json(within))],
		[
			'sources.json',
			Buffer.from(json(await readHitSources(store, scope, filter.id, query, { ...options, watermark }))),
		],
	];
	const sums = files.map(([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`).join('');
	const folder = `nightjar-filter-${filter.id.slice(0, 8)}-v${number}`;
	// the version never changes: nor does the time of the files
	const mtime = new Date(version.createdAt);
	const tar = pack();
	for (const [name, bytes] of [...files, ['SHA256SUMS', Buffer.from(sums)] as const]) {
		tar.entry({ name: `${folder}/${name}`, mtime }, bytes);
	}
	tar.finalize();
	const body = new Uint8Array(await buffer(tar));
	return new Response(body, {
		headers: {
			'content-type': 'application/x-tar',
			'content-length': String(body.length),
			'content-disposition': `attachment; filename="${folder}.tar"`,
			'cache-control': 'no-store',
		},
	});
}
