// Arithmetic whose every step ClickHouse does alike, so that both back ends agree to the last bit (tests/lib/filter/agree.int.test.ts).

/** x rounded to digits after the point, halves up: floor(x * 10^digits + 0.5) / 10^digits. */
export function roundHalfUp(x: number, digits: number): number {
	if (digits === 0) return Math.floor(x + 0.5);
	const scale = 10 ** digits;
	return Math.floor(x * scale + 0.5) / scale;
}

/** Rest of x / y with the sign of y: x - y * floor(x / y). */
export function rest(x: number, y: number): number {
	return x - y * Math.floor(x / y);
}

const MASK = (1n << 64n) - 1n;

/** A 64-bit id hashed (splitmix64) to a number in [0, 1) of 53 bits; the seed, a whole number, chooses another hash. */
export function hashToUnit(id: bigint, seed: number): number {
	let z = (id + BigInt(seed + 1) * 0x9e3779b97f4a7c15n) & MASK;
	z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
	z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
	return Number((z ^ (z >> 31n)) >> 11n) * 2 ** -53;
}
