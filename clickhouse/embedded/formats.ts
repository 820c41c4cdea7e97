/** How an answer in a format is made so that it is right at any size. */
export type Delivery =
	/** Blocks follow each other and are together the whole answer. */
	| { readonly kind: 'stream'; readonly format: string }
	/** A header from an empty run, then a plain format in blocks: streamed, each block would repeat the header. */
	| { readonly kind: 'headed'; readonly header: string; readonly format: string }
	/** Written whole by the engine into a file, then sent. */
	| { readonly kind: 'file'; readonly format: string }
	/** Made in memory. */
	| { readonly kind: 'buffer'; readonly format: string };

const PLAIN = ['CSV', 'TabSeparated', 'TSV', 'TabSeparatedRaw', 'TSVRaw', 'RowBinary', 'JSONCompactEachRow'];
const STREAMED = new Set([...PLAIN, 'JSONEachRow', 'JSONLines', 'NDJSON', 'Native']);
const FILES = new Set(['Parquet', 'Arrow', 'ArrowStream', 'ORC']);

/** The delivery of a format when the answer may be large. */
export function deliveryOf(format: string): Delivery {
	if (STREAMED.has(format)) return { kind: 'stream', format };
	if (FILES.has(format)) return { kind: 'file', format };
	const plain = format.replace(/WithNames(?:AndTypes)?$/, '');
	if (plain !== format && PLAIN.includes(plain)) return { kind: 'headed', header: format, format: plain };
	return { kind: 'buffer', format };
}

/** Media type of a format. */
export function mediaType(format: string): string {
	if (/^(?:JSONEachRow|JSONLines|NDJSON|JSONCompactEachRow)/.test(format)) return 'application/x-ndjson; charset=UTF-8';
	if (format.startsWith('JSON')) return 'application/json; charset=UTF-8';
	if (format.startsWith('CSV')) {
		return `text/csv; charset=UTF-8; header=${format.includes('WithNames') ? 'present' : 'absent'}`;
	}
	if (format.startsWith('T')) return 'text/tab-separated-values; charset=UTF-8';
	if (format === 'Parquet') return 'application/vnd.apache.parquet';
	if (format === 'Arrow') return 'application/vnd.apache.arrow.file';
	if (format === 'ArrowStream') return 'application/vnd.apache.arrow.stream';
	return 'application/octet-stream';
}
