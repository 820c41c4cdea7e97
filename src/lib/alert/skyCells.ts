/** Alerts per HEALPix pixel, class and survey as columns for the wide sky map: one typed array per quantity, all of length `count`. */
export interface SkyCells {
	readonly count: number;
	/** Nested index at order 6, ascending. */
	readonly ipix: Uint32Array;
	readonly alerts: Uint32Array;
	/** The newest night with alerts there, days since 1970. */
	readonly night: Uint16Array;
	/** Index in the legend of the header, from 1; 0 = not in it. */
	readonly class: Uint8Array;
	readonly survey: Uint8Array;
}

/** What stands before the columns. */
export interface SkyCellsHeader {
	readonly count: number;
	readonly order: 6;
	/** Inclusive nights, YYYY-MM-DD. */
	readonly nightFrom: string;
	readonly nightTo: string;
	readonly classes: readonly string[];
	readonly surveys: readonly string[];
}

const MAGIC = 0x4c43534e; // "NSCL", little-endian
const ROW_BYTES = 12;
const padded = (bytes: number): number => (bytes + 3) & ~3;

/** One binary message: magic, length of the JSON header, header padded to 4 bytes, then ipix, alerts, night, class, survey. */
export function encodeCells(header: SkyCellsHeader, cells: SkyCells): Uint8Array<ArrayBuffer> {
	const text = new TextEncoder().encode(JSON.stringify(header));
	const start = padded(8 + text.length);
	const bytes = new Uint8Array(start + cells.count * ROW_BYTES);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, MAGIC, true);
	view.setUint32(4, text.length, true);
	bytes.set(text, 8);
	let at = start;
	for (const column of [cells.ipix, cells.alerts, cells.night, cells.class, cells.survey]) {
		bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
		at += column.byteLength;
	}
	return bytes;
}

/** Reads what `encodeCells` wrote, without copying; throws RangeError on anything else. */
export function decodeCells(buffer: ArrayBuffer): { header: SkyCellsHeader; cells: SkyCells } {
	const view = new DataView(buffer);
	if (buffer.byteLength < 8 || view.getUint32(0, true) !== MAGIC) throw new RangeError('These are not sky cells');
	const length = view.getUint32(4, true);
	const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length))) as SkyCellsHeader;
	const { count } = header;
	const start = padded(8 + length);
	if (buffer.byteLength < start + count * ROW_BYTES) throw new RangeError('The sky cells are cut off');
	return {
		header,
		cells: {
			count,
			ipix: new Uint32Array(buffer, start, count),
			alerts: new Uint32Array(buffer, start + 4 * count, count),
			night: new Uint16Array(buffer, start + 8 * count, count),
			class: new Uint8Array(buffer, start + 10 * count, count),
			survey: new Uint8Array(buffer, start + 11 * count, count),
		},
	};
}
