// `npm run bench -- healpix`: positions turned into pixel indices of order 29 (a BigUint64Array) per second of CPU time on one core: ten
// rounds of a million positions all over the sky, after one to warm up.
import { ipixToArray } from '#lib/astro/healpix.ts';

const POSITIONS = 1_000_000;
const ROUNDS = 10;

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
console.log(`${((POSITIONS * ROUNDS) / (user + system)).toFixed(1)} million positions a second of CPU.`);
