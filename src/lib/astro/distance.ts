const C_KM_S = 299_792.458;
// Planck 2018 (A&A 641, A6, table 2, last column), flat, radiation left out
const H0 = 67.66;
const OMEGA_M = 0.30966;

/** Distance modulus in mag at a redshift above 0, flat Lambda-CDM of Planck 2018; NaN at 0 and below. */
export function distanceModulus(redshift: number): number {
	if (!(redshift > 0)) return Number.NaN;
	// Simpson's rule over 1/E(z)
	const steps = 2 * Math.max(32, Math.ceil(redshift * 64));
	const h = redshift / steps;
	let sum = 0;
	for (let i = 0; i <= steps; i += 1) {
		const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
		sum += weight / Math.sqrt(OMEGA_M * (1 + i * h) ** 3 + 1 - OMEGA_M);
	}
	const luminosityMpc = (1 + redshift) * (C_KM_S / H0) * ((sum * h) / 3);
	return 5 * Math.log10(luminosityMpc) + 25;
}
