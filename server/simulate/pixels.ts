import { normalOf } from './random.ts';

/** Normal deviates and pixel masks shared by all stamps: one table, read from a place that each stamp draws. */
const SIZE = 1 << 19;
const MASK = SIZE - 1;
let white: Float32Array | null = null;
let smooth: Float32Array | null = null;

function whiteTable(): Float32Array {
	if (white) return white;
	const table = new Float32Array(SIZE);
	for (let n = 0; n < SIZE; n++) table[n] = normalOf(0x4e4a, n);
	white = table;
	return table;
}

/** The same deviates on a 1024-pixel-wide plane smoothed once by [.25 .5 .25] both ways, unit variance, neighbours correlated by 0.67. */
function smoothTable(): Float32Array {
	if (smooth) return smooth;
	const source = whiteTable();
	const rows = new Float32Array(SIZE);
	const table = new Float32Array(SIZE);
	const width = 1024;
	for (let n = 0; n < SIZE; n++)
		rows[n] = 0.25 * (source[(n - 1) & MASK] ?? 0) + 0.5 * (source[n] ?? 0) + 0.25 * (source[(n + 1) & MASK] ?? 0);
	for (let n = 0; n < SIZE; n++) {
		// each smoothing leaves 0.375 of the variance
		table[n] =
			(0.25 * (rows[(n - width) & MASK] ?? 0) + 0.5 * (rows[n] ?? 0) + 0.25 * (rows[(n + width) & MASK] ?? 0)) / 0.375;
	}
	smooth = table;
	return table;
}

/** Reader of white deviates for a stamp of this width, from a drawn place on. */
export class NoisePlane {
	private readonly table: Float32Array;
	private readonly start: number;

	constructor(place: number, correlated = false) {
		this.table = correlated ? smoothTable() : whiteTable();
		this.start = place & MASK;
	}

	/** Deviate of pixel (x, y). */
	at(x: number, y: number): number {
		return this.table[(this.start + y * 1024 + x) & MASK] ?? 0;
	}
}
