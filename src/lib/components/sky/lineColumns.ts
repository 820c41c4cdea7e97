import type { CellColumns } from './cellLayer.ts';
import type { Curve, CurveLook } from './curves.ts';
import { project } from './hammer.ts';

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

/** Curves as a list of line pieces in map units, two vertices each; of a dashed one every other piece. */
export function lineColumns(curves: readonly Curve[], centreRa: number, ink: (look: CurveLook) => Ink): CellColumns {
	const most = curves.reduce((sum, curve) => sum + Math.max(0, curve.line.length - 1), 0);
	const positions = new Float32Array(6 * most);
	const colours = new Uint8Array(8 * most);
	let pieces = 0;
	for (const { look, dashed, line } of curves) {
		const [r, g, b, a] = ink(look);
		let last: readonly [number, number] | null = null;
		line.forEach(({ ra, dec }, i) => {
			const here = project(ra, dec, centreRa);
			// over the seam there is nothing to draw
			if (last && Math.abs(here[0] - last[0]) < 1 && !(dashed && i % 2 === 0)) {
				positions.set([last[0], last[1], 0, here[0], here[1], 0], 6 * pieces);
				for (const at of [8 * pieces, 8 * pieces + 4]) {
					colours[at] = r;
					colours[at + 1] = g;
					colours[at + 2] = b;
					colours[at + 3] = Math.round(255 * a);
				}
				pieces += 1;
			}
			last = here;
		});
	}
	return {
		vertices: 2 * pieces,
		positions: positions.subarray(0, 6 * pieces),
		colours: colours.subarray(0, 8 * pieces),
	};
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
export function rimColumns([r, g, b, a]: Ink): CellColumns {
	const positions = new Float32Array(6 * 4 * RIM);
	const colours = new Uint8Array(8 * 4 * RIM);
	for (let i = 0; i < 4 * RIM; i += 1) {
		const [from, to] = [(2 * Math.PI * i) / (4 * RIM), (2 * Math.PI * (i + 1)) / (4 * RIM)];
		positions.set([2 * Math.cos(from), Math.sin(from), 0, 2 * Math.cos(to), Math.sin(to), 0], 6 * i);
		colours.set([r, g, b, Math.round(255 * a), r, g, b, Math.round(255 * a)], 8 * i);
	}
	return { vertices: 2 * 4 * RIM, positions, colours };
}
