import { galacticFromIcrs } from '#lib/astro/sphere.ts';
import type { Rgb } from '#lib/format/ramp.ts';
import { unproject } from '#lib/astro/hammer.ts';

function hash(x: number, y: number, z: number): number {
	let h = Math.imul(x, 374_761_393) ^ Math.imul(y, 668_265_263) ^ Math.imul(z, 1_274_126_177);
	h = Math.imul(h ^ (h >>> 13), 1_103_515_245);
	return ((h ^ (h >>> 16)) >>> 0) / 4_294_967_296;
}

const smooth = (t: number): number => t * t * (3 - 2 * t);

/** Value noise in [0, 1] on the unit lattice. */
function noise(x: number, y: number, z: number): number {
	const [cellX, cellY, cellZ] = [Math.floor(x), Math.floor(y), Math.floor(z)];
	const [u, v, w] = [smooth(x - cellX), smooth(y - cellY), smooth(z - cellZ)];
	let sum = 0;
	for (let corner = 0; corner < 8; corner += 1) {
		const [a, b, c] = [corner & 1, (corner >> 1) & 1, corner >> 2];
		sum += hash(cellX + a, cellY + b, cellZ + c) * (a ? u : 1 - u) * (b ? v : 1 - v) * (c ? w : 1 - w);
	}
	return sum;
}

/** Brightness of the drawn Milky Way at Galactic coordinates (deg), about 0 to 1: a disc with a bulge, a rift of dust, and noise. For looks only. */
export function glow(lon: number, lat: number): number {
	const rad = Math.PI / 180;
	const x = Math.cos(lat * rad) * Math.cos(lon * rad);
	const y = Math.cos(lat * rad) * Math.sin(lon * rad);
	const z = Math.sin(lat * rad);
	const coarse = noise(x * 5 + 9, y * 5 + 9, z * 5 + 9);
	const middle = noise(x * 14 + 40, y * 14 + 40, z * 14 + 40);
	const fine = noise(x * 34 + 80, y * 34 + 80, z * 34 + 80);
	const away = Math.abs(((((lon + 180) % 360) + 360) % 360) - 180);
	const bulge = Math.exp(-((away / 26) ** 2));
	const disc =
		(0.34 + 0.7 * Math.exp(-away / 70)) *
		Math.exp(-Math.abs(lat) / (7 + 6 * bulge)) *
		(0.45 + 0.6 * coarse + 0.35 * middle);
	const light = disc + 0.6 * bulge * Math.exp(-((lat / 9) ** 2));
	const rift =
		Math.exp(-(((lat - 1.5 + (coarse - 0.5) * 11) / 3.4) ** 2)) * (0.35 + 0.6 * middle) * Math.exp(-away / 110);
	return light * (1 - Math.min(0.85, rift * 1.15)) * (0.82 + 0.36 * fine) + 0.035 * middle;
}

/** The page may do something else after so long. */
const SLICE_MS = 12;
const breath = (): Promise<void> => new Promise((done) => setTimeout(done));

/**
 * RGBA picture of the Milky Way over the whole map (2:1), transparent outside the ellipse; row 0 is north. Painted in
 * slices so that the page stays awake; null once `wanted` says no.
 */
export async function paintMilkyWay(
	width: number,
	ra0: number,
	{ colour, strength }: { readonly colour: Rgb; readonly strength: number },
	wanted: () => boolean = () => true,
): Promise<{
	readonly data: Uint8ClampedArray<ArrayBuffer>;
	readonly width: number;
	readonly height: number;
} | null> {
	const height = width / 2;
	const data = new Uint8ClampedArray(width * height * 4);
	let since = performance.now();
	for (let row = 0; row < height; row += 1) {
		if (performance.now() - since > SLICE_MS) {
			await breath();
			if (!wanted()) return null;
			since = performance.now();
		}
		const y = 1 - (2 * (row + 0.5)) / height;
		for (let column = 0; column < width; column += 1) {
			const x = (4 * (column + 0.5)) / width - 2;
			const position = unproject(x, y, ra0);
			if (position === null) continue;
			const { lon, lat } = galacticFromIcrs(position.ra, position.dec);
			const at = 4 * (row * width + column);
			data[at] = colour[0];
			data[at + 1] = colour[1];
			data[at + 2] = colour[2];
			data[at + 3] = Math.min(255, glow(lon, lat) * strength);
		}
	}
	return { data, width, height };
}
