/** Flat universe, H0 = 70 km/s/Mpc, matter density 0.3. */
const HUBBLE_MPC = 299_792.458 / 70;
const STEPS = 3000;
const Z_MAX = 3;

const comoving = new Float64Array(STEPS + 1);
{
	const step = Z_MAX / STEPS;
	const rate = (z: number) => 1 / Math.sqrt(0.3 * (1 + z) ** 3 + 0.7);
	for (let n = 1; n <= STEPS; n++) {
		const z = (n - 1) * step;
		comoving[n] =
			(comoving[n - 1] ?? 0) + (HUBBLE_MPC * step * (rate(z) + 4 * rate(z + step / 2) + rate(z + step))) / 6;
	}
}

/** Comoving distance in Mpc for redshift 0 to 3, linear between steps of 0.001. */
export function comovingMpc(z: number): number {
	const place = Math.min(STEPS - 1e-9, Math.max(0, (z / Z_MAX) * STEPS));
	const below = Math.floor(place);
	const low = comoving[below] ?? 0;
	return low + ((comoving[below + 1] ?? low) - low) * (place - below);
}

/** Distance modulus in magnitudes for redshift above 0. */
export function distanceModulus(z: number): number {
	return 5 * Math.log10(comovingMpc(z) * (1 + z)) + 25;
}

/** Relative rate per unit redshift of events seen from Earth: dV/dz (1+z)^(slope-1). */
export function eventDensity(z: number, slope: number): number {
	const r = comovingMpc(z);
	return (r * r * (1 + z) ** (slope - 1)) / Math.sqrt(0.3 * (1 + z) ** 3 + 0.7);
}
