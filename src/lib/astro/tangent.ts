const RAD = Math.PI / 180;

type Position = { readonly ra: number; readonly dec: number };

/** Offsets of a position in the tangent plane (gnomonic) at a centre, degrees east and north; meaningless 90 degrees and more away. */
export function tangentOffsets(centre: Position, position: Position): readonly [number, number] {
	const turn = (position.ra - centre.ra) * RAD;
	const [sin0, cos0] = [Math.sin(centre.dec * RAD), Math.cos(centre.dec * RAD)];
	const [sin, cos] = [Math.sin(position.dec * RAD), Math.cos(position.dec * RAD)];
	const depth = sin0 * sin + cos0 * cos * Math.cos(turn);
	return [(cos * Math.sin(turn)) / depth / RAD, (cos0 * sin - sin0 * cos * Math.cos(turn)) / depth / RAD];
}

/** Middle of positions: the direction of the sum of their unit vectors, ICRS degrees. */
export function middleOf(positions: readonly Position[]): { ra: number; dec: number } {
	let [x, y, z] = [0, 0, 0];
	for (const { ra, dec } of positions) {
		x += Math.cos(dec * RAD) * Math.cos(ra * RAD);
		y += Math.cos(dec * RAD) * Math.sin(ra * RAD);
		z += Math.sin(dec * RAD);
	}
	return { ra: (Math.atan2(y, x) / RAD + 360) % 360, dec: Math.atan2(z, Math.hypot(x, y)) / RAD };
}
