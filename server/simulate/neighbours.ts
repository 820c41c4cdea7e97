import { galacticFromIcrs } from '#lib/astro/sphere.ts';
import type { SimObject } from './object.ts';
import { starDensity } from './places.ts';
import { stellarColours } from './populations/star.ts';
import { PURPOSE, Stream } from './random.ts';
import { Recent } from './recent.ts';

/** A star or small galaxy near an object; offsets in arcsec east and north of it. */
export interface Neighbour {
	readonly east: number;
	readonly north: number;
	readonly mag: readonly number[];
	/** Half-light radius in arcsec, 0 for a star. */
	readonly radius: number;
	readonly axisRatio: number;
	readonly angle: number;
}

/** Half the side of the square that is filled, arcsec. */
const HALF = 34;
const AREA_DEG2 = ((2 * HALF) / 3600) ** 2;
const known = new Recent<SimObject, readonly Neighbour[]>(3000);

/** Stars (counts of a plane and a bulge, to r = 22.5) and field galaxies around an object: the same in every exposure. */
export function neighboursOf(object: SimObject): readonly Neighbour[] {
	return known.get(object, () => drawNeighbours(object));
}

function drawNeighbours(object: SimObject): readonly Neighbour[] {
	const stream = new Stream(object.key, 0, PURPOSE.neighbours);
	const { lon, lat } = galacticFromIcrs(object.ra, object.dec);
	const list: Neighbour[] = [];
	// counts to 22.5 are about 2.3 times those to 20; young fields of the plane saturate at 40
	const stars = Math.min(45, stream.poisson(2.3 * starDensity(lon, lat) * AREA_DEG2));
	for (let n = 0; n < stars; n++) {
		const place = outside(stream);
		const mag = 12 + Math.log10(1 + stream.uniform() * (10 ** (0.24 * 10.5) - 1)) / 0.24;
		const colours = stellarColours(stream.between(0.3, 1.4));
		list.push({ ...place, mag: colours.map((colour) => mag + colour), radius: 0, axisRatio: 1, angle: 0 });
	}
	const galaxies = stream.poisson((Math.abs(lat) < 6 ? 0.2 : 1) * 16_000 * AREA_DEG2);
	for (let n = 0; n < galaxies; n++) {
		const place = outside(stream);
		const mag = 16 + Math.log10(1 + stream.uniform() * (10 ** (0.5 * 6.5) - 1)) / 0.5;
		const gr = stream.between(0.3, 1.1);
		const colours = [gr + 0.9, gr, 0, -0.4, -0.6, -0.7];
		list.push({
			...place,
			mag: colours.map((colour) => mag + colour),
			radius: Math.min(6, stream.logNormal(1.4 * 10 ** (-0.1 * (mag - 19)), 0.15)),
			axisRatio: stream.between(0.35, 1),
			angle: stream.between(0, Math.PI),
		});
	}
	list.sort((a, b) => Math.hypot(a.east, a.north) - Math.hypot(b.east, b.north));
	return list;
}

function outside(stream: Stream): { east: number; north: number } {
	for (;;) {
		const east = stream.between(-HALF, HALF);
		const north = stream.between(-HALF, HALF);
		if (Math.hypot(east, north) > 1.8) return { east, north };
	}
}
