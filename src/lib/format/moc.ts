// Multi-Order Coverage maps of the sky (IVOA MOC 2.0): JSON, ASCII and FITS (NUNIQ and RANGE).

import { FitsError } from './fits.ts';
import { findTable } from './fitsTable.ts';

/** A MOC that cannot be read; the message says why. */
export class MocError extends Error {
	override readonly name = 'MocError';
}

/** Half-open range of nested HEALPix pixels of order 29. */
type Range29 = readonly [first: bigint, end: bigint];

const DEEPEST = 29;
const MOST_CELLS = 2_000_000;

/** Pixels first to last of an order as a range of order 29. */
function widened(order: number, first: bigint, last: bigint): Range29 {
	if (!(order >= 0 && order <= DEEPEST)) throw new MocError(`Order ${order} is none: they run from 0 to 29.`);
	if (first < 0n || last < first || last >= 12n * 4n ** BigInt(order)) {
		throw new MocError(
			`Order ${order} has no pixels ${first} to ${last}: they run from 0 to ${12n * 4n ** BigInt(order) - 1n}.`,
		);
	}
	const shift = BigInt(2 * (DEEPEST - order));
	return [first << shift, (last + 1n) << shift];
}

/** Sorted ranges without overlap or touch. */
export function merged(ranges: readonly Range29[]): Range29[] {
	const sorted = [...ranges].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
	const out: [bigint, bigint][] = [];
	for (const [first, end] of sorted) {
		const last = out.at(-1);
		if (last !== undefined && first <= last[1]) {
			if (end > last[1]) last[1] = end;
		} else out.push([first, end]);
	}
	return out;
}

function fromJson(text: string): Range29[] {
	let parsed: unknown;
	try {
		parsed = JSON.parse(text);
	} catch {
		throw new MocError('It begins as JSON and is none.');
	}
	if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
		throw new MocError('A MOC in JSON is an object of orders with lists of pixels, such as {"3": [1, 2], "4": [20]}.');
	}
	const ranges: Range29[] = [];
	for (const [order, list] of Object.entries(parsed)) {
		if (!/^\d{1,2}$/.test(order) || !Array.isArray(list)) {
			throw new MocError(`“${order.slice(0, 20)}” is no order with a list of pixels.`);
		}
		for (const pixel of list as unknown[]) {
			if (typeof pixel !== 'number' || !Number.isSafeInteger(pixel)) {
				throw new MocError(`Order ${order} lists ${JSON.stringify(pixel).slice(0, 30)}, which is no pixel.`);
			}
			ranges.push(widened(Number(order), BigInt(pixel), BigInt(pixel)));
		}
	}
	return ranges;
}

function fromAscii(text: string): Range29[] {
	const ranges: Range29[] = [];
	let order: number | null = null;
	for (const part of text.replace(/^#.*$/gm, ' ').split(/[\s,]+/)) {
		if (part === '') continue;
		if (/^t\d/i.test(part)) throw new MocError('It covers time: send a MOC of the sky alone.');
		const found = /^(?:s?(\d{1,2})\/)?(?:(\d{1,20})(?:-(\d{1,20}))?)?$/.exec(part);
		if (found === null) throw new MocError(`“${part.slice(0, 40)}” is no part of a MOC, such as 3/1-4,9 4/20.`);
		if (found[1] !== undefined) order = Number(found[1]);
		if (order === null)
			throw new MocError(`“${part.slice(0, 40)}” stands before any order: begin with one, such as 3/.`);
		if (found[2] !== undefined) ranges.push(widened(order, BigInt(found[2]), BigInt(found[3] ?? found[2])));
		if (ranges.length > MOST_CELLS) throw new MocError(`It has more than ${MOST_CELLS} cells.`);
	}
	return ranges;
}

/** Cell of a NUNIQ number: 4^(order + 1) + pixel. */
function fromUniq(uniq: bigint): Range29 {
	if (uniq < 4n) throw new MocError(`${uniq} is no UNIQ number of a cell: they begin at 4.`);
	const order = Math.floor((uniq.toString(2).length - 1) / 2) - 1;
	const pixel = uniq - 4n ** BigInt(order + 1);
	return widened(order, pixel, pixel);
}

async function fromFits(bytes: Uint8Array): Promise<Range29[]> {
	try {
		const table = await findTable((offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)));
		if (table.columns.length !== 1 || table.rows > 2 * MOST_CELLS) {
			throw new MocError('A MOC in FITS has a table of one column of whole numbers.');
		}
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		if (table.dataStart + table.rows * table.rowBytes > bytes.byteLength)
			throw new MocError('The file ends too early.');
		const numbers: bigint[] = [];
		for (let row = 0; row < table.rows; row += 1) {
			const [cell] = table.row(view, table.dataStart + row * table.rowBytes);
			if (cell === null || cell === undefined || !/^-?\d+$/.test(String(cell))) {
				throw new MocError(`Row ${row + 1} holds no whole number.`);
			}
			numbers.push(BigInt(cell));
		}
		const name = table.columns[0]?.name.toUpperCase() ?? '';
		const header = new TextDecoder('latin1').decode(bytes.subarray(0, Math.min(bytes.length, table.dataStart)));
		const ordering = /ORDERING= *'(\w+) *'/.exec(header)?.[1]?.toUpperCase() ?? '';
		if (/MOCDIM *= *'(?!SPACE)/.test(header))
			throw new MocError('It covers more than the sky: send a MOC of the sky alone.');
		if (ordering === 'RANGE' || (ordering === '' && name === 'RANGE')) {
			const ranges: Range29[] = [];
			for (let at = 0; at + 1 < numbers.length; at += 2) {
				const [first, end] = [numbers[at] ?? 0n, numbers[at + 1] ?? 0n];
				if (end > first) ranges.push(widened(DEEPEST, first, end - 1n));
			}
			return ranges;
		}
		return numbers.map(fromUniq);
	} catch (error) {
		if (error instanceof FitsError) throw new MocError(error.message);
		throw error;
	}
}

/** Reads a MOC; sorted ranges of order 29. Throws MocError with a sentence. */
export async function readMoc(bytes: Uint8Array): Promise<Range29[]> {
	const start = new TextDecoder('latin1').decode(bytes.subarray(0, 6));
	let ranges: Range29[];
	if (start === 'SIMPLE') ranges = await fromFits(bytes);
	else {
		let text: string;
		try {
			text = new TextDecoder('utf-8', { fatal: true })
				.decode(bytes)
				.replace(/^\uFEFF/, '')
				.trim();
		} catch {
			throw new MocError('It is neither FITS nor text: send a MOC in FITS, JSON or ASCII.');
		}
		ranges = text.startsWith('{') ? fromJson(text) : fromAscii(text);
	}
	const all = merged(ranges);
	if (all.length === 0) throw new MocError('It covers nothing.');
	return all;
}

/** Greatest order that some pixel of the ranges needs: the deepest cell. */
export function orderOf(ranges: readonly Range29[]): number {
	let order = 0;
	for (const [first, end] of ranges) {
		for (const edge of [first, end]) {
			let own = DEEPEST;
			let left = edge;
			while (own > 0 && (left & 3n) === 0n) {
				left >>= 2n;
				own -= 1;
			}
			if (edge !== 0n && own > order) order = own;
		}
	}
	return order;
}

/** The ranges at a coarser order, grown so that no part is lost. */
export function coarser(ranges: readonly Range29[], order: number): [number, number][] {
	const shift = BigInt(2 * (DEEPEST - order));
	const out: [number, number][] = [];
	for (const [first, end] of ranges) {
		const from = Number(first >> shift);
		const to = Number(((end - 1n) >> shift) + 1n);
		const last = out.at(-1);
		if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
		else out.push([from, to]);
	}
	return out;
}

/** Share of the sky that ranges of an order cover. */
export function skyFraction(ranges: readonly (readonly [number, number])[], order: number): number {
	return ranges.reduce((sum, [first, end]) => sum + (end - first), 0) / (12 * 4 ** order);
}

/** The text of a MOC as other tools read it (ASCII, MOC 2.0), from ranges of one order. */
export function mocText(ranges: readonly (readonly [number, number])[], order: number): string {
	const cells = ranges.map(([first, end]) => (end - first === 1 ? `${first}` : `${first}-${end - 1}`));
	return `${order}/${cells.join(',')}`;
}
