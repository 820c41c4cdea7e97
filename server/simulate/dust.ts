import { galacticFromIcrs } from '#lib/astro/sphere.ts';

/** A_band / E(B-V) for u g r i z y (Schlafly and Finkbeiner 2011, R_V = 3.1). */
export const EXTINCTION = [4.24, 3.3, 2.29, 1.7, 1.26, 1.06] as const;

/**
 * E(B-V) in magnitudes towards ICRS degrees, out to distanceKpc (default: all of it): an exponential disc of
 * scale height 100 pc with smooth clumps. A model, not a map of the real sky.
 */
export function reddening(ra: number, dec: number, distanceKpc = Number.POSITIVE_INFINITY): number {
	const { lon, lat } = galacticFromIcrs(ra, dec);
	const sinB = Math.abs(Math.sin((lat * Math.PI) / 180));
	const l = (lon * Math.PI) / 180;
	const b = (lat * Math.PI) / 180;
	const clump =
		1 +
		0.35 * Math.sin(3 * l + 9 * b + 0.4) +
		0.25 * Math.sin(7 * l - 13 * b + 1.1) +
		0.2 * Math.sin(17 * l + 31 * b + 2.3) +
		0.12 * Math.sin(41 * l - 57 * b);
	const inner = 1 + 0.9 * Math.cos(l);
	// path length through the disc in kpc, limited along the plane
	const scale = 0.1;
	const column = Math.min(6, scale / Math.max(sinB, 1e-3));
	const reached = Number.isFinite(distanceKpc) ? column * (1 - Math.exp(-distanceKpc / column)) : column;
	return Math.min(6, 0.3 * Math.max(0.15, clump) * (0.6 + 0.4 * inner) * reached);
}
