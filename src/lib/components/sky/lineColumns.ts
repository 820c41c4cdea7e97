import type { CellColumns } from './cellLayer.ts';
import type { Curve, CurveLook } from './curves.ts';
import { project } from '#lib/astro/hammer.ts';
import type { LineColumns } from './lineLayer.ts';

/** Red, green, blue (0 to 255) and opacity (0 to 1). */
export type Ink = readonly [number, number, number, number];

/** Parses `#rgb`, `#rrggbb`, either with alpha, `rgb(...)`, `rgba(...)` and `r, g, b`; black for anything else. */
export function inkOf(text: string): Ink {
	const hex = /^#([0-9a-f]{3,8})$/i.exec(text.trim())?.[1];
	if (hex !== undefined) {
		const wide = hex.length > 4;
		const part = (i: number): number => {
			const digits = wide ? hex.slice(2 * i, 2 * i + 2) : (hex[i] ?? '').repeat(2);
			return digits === '' ? 255 : parseInt(digits, 16);
		};
		return [part(0), part(1), part(2), part(3) / 255];
	}
	const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
	return [r, g, b, a];
}

/** Columns that pieces of lines are written to, one after another. */
function pieceColumns(most: number): {
	add(from: readonly [number, number], to: readonly [number, number], ink: Ink): void;
	finish(): LineColumns;
} {
	const positions = new Float32Array(18 * most);
	const others = new Float32Array(18 * most);
	const colours = new Uint8Array(24 * most);
	let pieces = 0;
	return {
		add([x0, y0], [x1, y1], [r, g, b, a]) {
			for (let corner = 0; corner < 6; corner += 1) {
				const begins = corner === 0 || corner === 1 || corner === 3;
				const at = 18 * pieces + 3 * corner;
				positions[at] = begins ? x0 : x1;
				positions[at + 1] = begins ? y0 : y1;
				others[at] = begins ? x1 : x0;
				others[at + 1] = begins ? y1 : y0;
				const ink = 24 * pieces + 4 * corner;
				colours[ink] = r;
				colours[ink + 1] = g;
				colours[ink + 2] = b;
				colours[ink + 3] = Math.round(255 * a);
			}
			pieces += 1;
		},
		finish: () => ({
			pieces,
			positions: positions.subarray(0, 18 * pieces),
			others: others.subarray(0, 18 * pieces),
			colours: colours.subarray(0, 24 * pieces),
		}),
	};
}

/** Curves as pieces of lines in map units; of a dashed one every other piece. */
export function lineColumns(curves: readonly Curve[], centreRa: number, ink: (look: CurveLook) => Ink): LineColumns {
	const columns = pieceColumns(curves.reduce((sum, curve) => sum + Math.max(0, curve.line.length - 1), 0));
	for (const { look, dashed, line } of curves) {
		const colour = ink(look);
		let last: readonly [number, number] | null = null;
		line.forEach(({ ra, dec }, i) => {
			const here = project(ra, dec, centreRa);
			// over the seam there is nothing to draw
			if (last && Math.abs(here[0] - last[0]) < 1 && !(dashed && i % 2 === 0)) columns.add(last, here, colour);
			last = here;
		});
	}
	return columns.finish();
}

const RIM = 180;

/** The sky itself: the ellipse of the map as triangles. */
export function discColumns([r, g, b, a]: Ink): CellColumns {
	const positions = new Float32Array(9 * RIM);
	const colours = new Uint8Array(12 * RIM);
	for (let i = 0; i < RIM; i += 1) {
		const [from, to] = [(2 * Math.PI * i) / RIM, (2 * Math.PI * (i + 1)) / RIM];
		positions.set([0, 0, 0, 2 * Math.cos(from), Math.sin(from), 0, 2 * Math.cos(to), Math.sin(to), 0], 9 * i);
		for (let vertex = 0; vertex < 3; vertex += 1) colours.set([r, g, b, Math.round(255 * a)], 12 * i + 4 * vertex);
	}
	return { vertices: 3 * RIM, positions, colours };
}

/** The rim of the map as pieces of a line. */
export function rimColumns(ink: Ink): LineColumns {
	const columns = pieceColumns(4 * RIM);
	const at = (i: number): readonly [number, number] => {
		const angle = (2 * Math.PI * i) / (4 * RIM);
		return [2 * Math.cos(angle), Math.sin(angle)];
	};
	for (let i = 0; i < 4 * RIM; i += 1) columns.add(at(i), at(i + 1), ink);
	return columns.finish();
}
