import { ipixToArray } from '#lib/astro/healpix.ts';

const POSITIONS = 1_000_000;
const ROUNDS = 10;

export interface HealpixBench {
	readonly positionsPerCpuSecond: number;
}

/** Positions turned into order 29 pixel indices per second of CPU time on one core: 10 rounds of a million all over the sky, after one to warm up. */
export function benchHealpix(): HealpixBench {
	const ra = new Float64Array(POSITIONS);
	const dec = new Float64Array(POSITIONS);
	// a golden-angle spiral: even over the sphere, the same each time
	for (let i = 0; i < POSITIONS; i += 1) {
		ra[i] = (i * 137.50776405003785) % 360;
		dec[i] = (Math.asin((2 * i + 1) / POSITIONS - 1) * 180) / Math.PI;
	}
	const out = new BigUint64Array(POSITIONS);
	ipixToArray(29, ra, dec, out);
	const before = process.cpuUsage();
	for (let round = 0; round < ROUNDS; round += 1) ipixToArray(29, ra, dec, out);
	const { user, system } = process.cpuUsage(before);
	return { positionsPerCpuSecond: (POSITIONS * ROUNDS) / ((user + system) / 1e6) };
}
