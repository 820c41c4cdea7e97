import { csvLine, type CsvValue } from '#lib/format/csv.ts';
import type { FileFormat, TableStream } from '#clickhouse/read/export.ts';
import type { Format } from './params.ts';
import { ProblemError } from './problem.ts';

const MEDIA: Readonly<Record<FileFormat, string>> = {
	csv: 'text/csv; charset=utf-8; header=present',
	ndjson: 'application/x-ndjson; charset=utf-8',
	parquet: 'application/vnd.apache.parquet',
	arrow: 'application/vnd.apache.arrow.file',
	votable: 'application/x-votable+xml',
};

/** Endings of file names. */
const ENDING: Readonly<Record<FileFormat, string>> = {
	csv: 'csv',
	ndjson: 'ndjson',
	parquet: 'parquet',
	arrow: 'arrow',
	votable: 'vot',
};

/** JSON under the headers of an answer that changes with every alert. */
export function jsonResponse(value: unknown, headers: Readonly<Record<string, string>> = {}): Response {
	return new Response(JSON.stringify(value), {
		headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
	});
}

/** The format asked for, if it is a file; null for JSON. */
export function fileFormat(format: Format): FileFormat | null {
	return format === 'json' ? null : format;
}

/** Bytes of a store's stream, pulled as fast as the reader takes them; a reader that goes away ends the query. */
function pulled({ header, body, trailer }: TableStream): ReadableStream<Uint8Array> {
	const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
	let first = header;
	return new ReadableStream<Uint8Array>(
		{
			pull: async (controller) => {
				if (first !== '') {
					controller.enqueue(new TextEncoder().encode(first));
					first = '';
					return;
				}
				const next = await chunks.next();
				if (next.done === true) {
					if (trailer !== '') controller.enqueue(new TextEncoder().encode(trailer));
					controller.close();
				} else controller.enqueue(next.value);
			},
			cancel: () => {
				body.destroy();
			},
		},
		new ByteLengthQueuingStrategy({ highWaterMark: 256 * 1024 }),
	);
}

/** JSON that is made while it is sent, under the same headers. */
export function streamedJson(json: TableStream, headers: Readonly<Record<string, string>> = {}): Response {
	return new Response(pulled(json), {
		headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
	});
}

/** A table as a download; `total` (rows of it) lets a reader tell a file that was cut. */
export function fileResponse(
	table: TableStream,
	{
		format,
		name,
		total,
		headers = {},
	}: { format: FileFormat; name: string; total?: number; headers?: Readonly<Record<string, string>> },
): Response {
	return new Response(pulled(table), {
		headers: {
			'content-type': MEDIA[format],
			'content-disposition': `attachment; filename="${safeName(name)}.${ENDING[format]}"`,
			'cache-control': 'no-store',
			...(total === undefined ? {} : { 'x-total-count': String(total) }),
			...headers,
		},
	});
}

function safeName(name: string): string {
	return name.replace(/[^\w.-]+/g, '_').slice(0, 100);
}

/** A small table that is already in memory, in the format asked for; column files are for large ones. */
export function smallTable(
	rows: readonly Readonly<Record<string, CsvValue>>[],
	columns: readonly string[],
	{ format, name }: { format: FileFormat; name: string },
): Response {
	if (format !== 'csv' && format !== 'ndjson') {
		throw new ProblemError(406, `This table comes as json, ndjson or csv, not as ${format}.`);
	}
	const text =
		format === 'csv'
			? [columns.join(',') + '\r\n', ...rows.map((row) => csvLineOf(columns.map((column) => row[column])))].join('')
			: rows.map((row) => `${JSON.stringify(row)}\n`).join('');
	return new Response(text, {
		headers: {
			'content-type': MEDIA[format],
			'content-disposition': `attachment; filename="${safeName(name)}.${ENDING[format]}"`,
			'cache-control': 'no-store',
			'x-total-count': String(rows.length),
		},
	});
}

function csvLineOf(values: readonly CsvValue[]): string {
	const line = csvLine(values);
	return line.endsWith('\n') ? line : `${line}\r\n`;
}
