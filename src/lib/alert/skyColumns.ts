/** Alerts as columns for the sky map: one typed array per quantity, all of length `count`. */
export interface SkyColumns {
	readonly count: number;
	/** ICRS degrees. */
	readonly ra: Float32Array;
	readonly dec: Float32Array;
	/** Days before `referenceMjd` of the header. */
	readonly age: Float32Array;
	/** AB; NaN where absent. */
	readonly mag: Float32Array;
	/** Reliability, the survey's real/bogus score, 0 to 1; NaN where absent. */
	readonly score: Float32Array;
	/** Index in the legend of the header, from 1; 0 = not in it. */
	readonly band: Uint8Array;
	readonly class: Uint8Array;
	readonly survey: Uint8Array;
	/** Alert ids, where they were asked for. */
	readonly ids?: BigUint64Array;
}

/** What stands before the columns. */
export interface SkyHeader {
	readonly count: number;
	/** How many alerts match; more than `count` when the answer is an even sample. */
	readonly total: number;
	/** MJD, TAI. */
	readonly referenceMjd: number;
	readonly night: string | null;
	readonly bands: readonly string[];
	readonly classes: readonly string[];
	readonly surveys: readonly string[];
	/** Whether alert ids come with the columns. */
	readonly ids?: boolean;
	/** Give it back as `cursor` to `/api/v1/sky/ids` for the alert ids in the same order. */
	readonly cursor: string;
}

const MAGIC = 0x594b534e; // "NSKY", little-endian
const padded = (bytes: number): number => (bytes + 7) & ~7;
const rowBytes = (ids: boolean): number => 23 + (ids ? 8 : 0);

/** One binary message: magic, length of the JSON header, header padded to 8 bytes, then ids if any, ra, dec, age, mag, score, band, class, survey. */
export function encodeSky(header: SkyHeader, columns: SkyColumns): Uint8Array<ArrayBuffer> {
	const text = new TextEncoder().encode(JSON.stringify({ ...header, ids: columns.ids !== undefined }));
	const start = padded(8 + text.length);
	const bytes = new Uint8Array(start + columns.count * rowBytes(columns.ids !== undefined));
	const view = new DataView(bytes.buffer);
	view.setUint32(0, MAGIC, true);
	view.setUint32(4, text.length, true);
	bytes.set(text, 8);
	let at = start;
	for (const column of [
		...(columns.ids === undefined ? [] : [columns.ids]),
		columns.ra,
		columns.dec,
		columns.age,
		columns.mag,
		columns.score,
		columns.band,
		columns.class,
		columns.survey,
	]) {
		bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
		at += column.byteLength;
	}
	return bytes;
}

/** Reads what `encodeSky` wrote, without copying; throws RangeError on anything else. */
export function decodeSky(buffer: ArrayBuffer): { header: SkyHeader; columns: SkyColumns } {
	const view = new DataView(buffer);
	if (buffer.byteLength < 8 || view.getUint32(0, true) !== MAGIC) throw new RangeError('These are not sky columns');
	const length = view.getUint32(4, true);
	const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length))) as SkyHeader;
	const { count, ids = false } = header;
	const start = padded(8 + length);
	if (buffer.byteLength < start + count * rowBytes(ids)) throw new RangeError('The sky columns are cut off');
	const numbers = start + (ids ? 8 * count : 0);
	const floats = (place: number): Float32Array => new Float32Array(buffer, numbers + place * 4 * count, count);
	const small = (place: number): Uint8Array => new Uint8Array(buffer, numbers + 20 * count + place * count, count);
	return {
		header,
		columns: {
			count,
			ra: floats(0),
			dec: floats(1),
			age: floats(2),
			mag: floats(3),
			score: floats(4),
			band: small(0),
			class: small(1),
			survey: small(2),
			...(ids ? { ids: new BigUint64Array(buffer, start, count) } : {}),
		},
	};
}
