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

/** Steps towards the farthest place; after n of them the centre of the smallest cap is missed by its radius / sqrt(n) at most. */
const CENTRE_STEPS = 400;

/**
 * Centre of nearly the smallest cap that holds the positions, ICRS degrees: where corners crowd at one side it does not lean there, as their
 * middle does (steps of Bădoiu & Clarkson 2003, on unit vectors; for positions within a hemisphere).
 */
export function capCentre(positions: readonly Position[]): { ra: number; dec: number } {
	const places = positions.map(({ ra, dec }) => {
		const cos = Math.cos(dec * RAD);
		return [cos * Math.cos(ra * RAD), cos * Math.sin(ra * RAD), Math.sin(dec * RAD)] as const;
	});
	const first = middleOf(positions);
	const cos = Math.cos(first.dec * RAD);
	let [x, y, z] = [cos * Math.cos(first.ra * RAD), cos * Math.sin(first.ra * RAD), Math.sin(first.dec * RAD)];
	for (let step = 2; step < CENTRE_STEPS; step += 1) {
		let [fx, fy, fz] = [x, y, z];
		let farthest = Infinity;
		for (const [px, py, pz] of places) {
			const squared = -((px - x) ** 2 + (py - y) ** 2 + (pz - z) ** 2);
			if (squared < farthest) [farthest, fx, fy, fz] = [squared, px, py, pz];
		}
		[x, y, z] = [x + (fx - x) / step, y + (fy - y) / step, z + (fz - z) / step];
	}
	return { ra: (Math.atan2(y, x) / RAD + 360) % 360, dec: Math.atan2(z, Math.hypot(x, y)) / RAD };
}
