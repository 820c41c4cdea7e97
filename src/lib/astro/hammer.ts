const RAD = Math.PI / 180;

/** A place on the map: x in [-2, 2] with right ascension growing to the left, y in [-1, 1]; the sky is the ellipse x²/4 + y² <= 1. */
export type MapPoint = readonly [number, number];

/** Longitude difference brought to [-180, 180). */
export function wrap180(deg: number): number {
	return ((((deg + 180) % 360) + 360) % 360) - 180;
}

/** Hammer equal-area projection of ICRS degrees about the centre meridian `ra0` (deg). */
export function project(ra: number, dec: number, ra0: number): MapPoint {
	const half = (wrap180(ra - ra0) * RAD) / 2;
	const cosDec = Math.cos(dec * RAD);
	const w = Math.sqrt(1 + cosDec * Math.cos(half));
	return [(-2 * cosDec * Math.sin(half)) / w, Math.sin(dec * RAD) / w];
}

/** Inverse of `project`, ICRS degrees with ra in [0, 360); null outside the ellipse. */
export function unproject(x: number, y: number, ra0: number): { readonly ra: number; readonly dec: number } | null {
	if ((x * x) / 4 + y * y > 1 + 1e-12) return null;
	const z = Math.sqrt(Math.max(0, 1 - (x * x) / 8 - (y * y) / 2));
	const lon = 2 * Math.atan2(z * Math.SQRT2 * -x, 2 * (2 * z * z - 1));
	const dec = Math.asin(Math.max(-1, Math.min(1, z * Math.SQRT2 * y))) / RAD;
	return { ra: (((ra0 + lon / RAD) % 360) + 360) % 360, dec };
}

/** Projects columns of positions into x, y, 0 triples (deck.gl positions); columnar because a night holds 10⁵ of them. */
export function projectAll(ra: ArrayLike<number>, dec: ArrayLike<number>, ra0: number, out: Float32Array): void {
	for (let i = 0; i < ra.length; i += 1) {
		const half = (wrap180((ra[i] ?? 0) - ra0) * RAD) / 2;
		const decRad = (dec[i] ?? 0) * RAD;
		const cosDec = Math.cos(decRad);
		const w = Math.sqrt(1 + cosDec * Math.cos(half));
		out[3 * i] = (-2 * cosDec * Math.sin(half)) / w;
		out[3 * i + 1] = Math.sin(decRad) / w;
		out[3 * i + 2] = 0;
	}
}

/** Units of path data per map unit: keeps the digits short. */
export const PATH_SCALE = 1000;

/** A map coordinate in path units; a hundredth of one is a pixel where the map is closest. */
export const pathUnits = (value: number): number => Math.round(value * PATH_SCALE * 100) / 100;

/** SVG path data (y down, PATH_SCALE units) through the positions, broken where the line leaps over the seam. */
export function pathThrough(positions: Iterable<{ readonly ra: number; readonly dec: number }>, ra0: number): string {
	let path = '';
	let last: MapPoint | null = null;
	for (const { ra, dec } of positions) {
		const here = project(ra, dec, ra0);
		const command = last === null || Math.abs(here[0] - last[0]) > 1 ? 'M' : 'L';
		path += `${command}${pathUnits(here[0])} ${pathUnits(-here[1])}`;
		last = here;
	}
	return path;
}
