import { cornersOf, neighboursOf } from '#lib/astro/healpix.ts';

type Position = { readonly ra: number; readonly dec: number };

/** The outer sides of a set of HEALPix pixels (nested, of one order up to 10), each as a line of two positions. */
export function outlineOf(order: number, pixels: ReadonlySet<number>): Position[][] {
	const sides: Position[][] = [];
	for (const pixel of pixels) {
		const corners = cornersOf(order, BigInt(pixel));
		const around = neighboursOf(order, BigInt(pixel)).map(Number);
		const outside = around.filter((other) => !pixels.has(other));
		if (outside.length === 0) continue;
		for (let i = 0; i < 4; i += 1) {
			const [a, b] = [corners[i], corners[(i + 1) % 4]];
			if (!a || !b) continue;
			const shared = around.some((other) => pixels.has(other) && hasSide(order, other, a, b));
			if (!shared) sides.push([a, b]);
		}
	}
	return sides;
}

const near = (a: Position, b: Position): boolean =>
	Math.abs(a.dec - b.dec) < 1e-6 &&
	(Math.abs(Math.abs(a.dec) - 90) < 1e-6 || Math.abs(((((a.ra - b.ra + 180) % 360) + 360) % 360) - 180) < 1e-6);

function hasSide(order: number, pixel: number, a: Position, b: Position): boolean {
	const corners = cornersOf(order, BigInt(pixel));
	return corners.some((corner) => near(corner, a)) && corners.some((corner) => near(corner, b));
}

/** Pixels of a MOC (IVOA MOC 2.0) written as text (`6/1-4,9 7/3`) or JSON, all brought to one order of at most 8; null where it is none. */
export function readMoc(text: string): { readonly order: number; readonly pixels: ReadonlySet<number> } | null {
	const cells = text.trim().startsWith('{') ? jsonCells(text) : textCells(text);
	if (cells === null || cells.length === 0) return null;
	const order = Math.min(8, Math.max(...cells.map(([level]) => level)));
	const pixels = new Set<number>();
	for (const [level, first, last] of cells) {
		if (level > 29 || last < first || last >= 12 * 4 ** level) return null;
		const scale = 4 ** (order - level);
		for (let pixel = Math.floor(first * scale); pixel < Math.ceil((last + 1) * scale); pixel += 1) {
			pixels.add(pixel);
			if (pixels.size > 200_000) return null;
		}
	}
	return { order, pixels };
}

type Cells = (readonly [order: number, first: number, last: number])[];

function jsonCells(text: string): Cells | null {
	try {
		const parsed: unknown = JSON.parse(text);
		if (typeof parsed !== 'object' || parsed === null) return null;
		return Object.entries(parsed).flatMap(([order, list]): Cells =>
			Array.isArray(list) && /^\d+$/.test(order)
				? list.filter((pixel) => Number.isSafeInteger(pixel)).map((pixel: number) => [Number(order), pixel, pixel])
				: [],
		);
	} catch {
		return null;
	}
}

function textCells(text: string): Cells | null {
	const cells: Cells = [];
	let order: number | null = null;
	for (const part of text.split(/[\s,]+/).filter((piece) => piece !== '')) {
		const match = /^(?:(\d{1,2})\/)?(?:(\d+)(?:-(\d+))?)?$/.exec(part);
		if (!match) return null;
		if (match[1] !== undefined) order = Number(match[1]);
		if (order === null) return null;
		if (match[2] !== undefined) cells.push([order, Number(match[2]), Number(match[3] ?? match[2])]);
	}
	return cells;
}
