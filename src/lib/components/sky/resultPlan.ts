import { separationArcsec } from '#lib/astro/sphere.ts';
import { middleOf, tangentOffsets } from '#lib/astro/tangent.ts';
import { pathThrough, project } from '#lib/astro/hammer.ts';

interface Place {
	readonly ra: number;
	readonly dec: number;
}

/** How positions are laid out on a drawing of WIDTH x HEIGHT: around a centre, or on the whole sky. */
export interface ResultPlan {
	readonly kind: 'local' | 'sky';
	readonly centre: Place;
	/** Degrees from the centre to the upper and lower edge of a local drawing; 90 of the whole sky. */
	readonly reachDeg: number;
	/** Places on the drawing in its units, y down and east to the left, in the order of the positions. */
	readonly points: readonly (readonly [number, number])[];
}

/** Size of the drawing, its units. */
export const WIDTH = 800;
export const HEIGHT = 400;
const MARGIN = 12;
/** Positions that reach further from their middle are drawn on the whole sky, degrees. */
const LOCAL_DEG = 15;
/** Least reach of a local drawing: an arcsecond, degrees. */
const LEAST_DEG = 1 / 3600;

/** Lays out positions (ICRS degrees): in the tangent plane about a cone or their middle where they lie close together, else the whole sky, equal in area. */
export function planOf(places: readonly Place[], cone?: Place & { readonly radiusArcsec: number }): ResultPlan {
	const centre = cone ?? middleOf(places);
	const reach = Math.max(
		LEAST_DEG,
		(cone?.radiusArcsec ?? 0) / 3600,
		...places.map(({ ra, dec }) => separationArcsec(centre.ra, centre.dec, ra, dec) / 3600),
	);
	const half = HEIGHT / 2 - MARGIN;
	if (reach <= LOCAL_DEG) {
		const reachDeg = (Math.tan((reach * Math.PI) / 180) * 180) / Math.PI;
		const points = places.map((place) => {
			const [east, north] = tangentOffsets(centre, place);
			return [WIDTH / 2 - (east / reachDeg) * half, HEIGHT / 2 - (north / reachDeg) * half] as const;
		});
		return { kind: 'local', centre: { ra: centre.ra, dec: centre.dec }, reachDeg: reach, points };
	}
	const points = places.map(({ ra, dec }) => {
		const [x, y] = project(ra, dec, SKY_RA);
		return [WIDTH / 2 + x * half, HEIGHT / 2 - y * half] as const;
	});
	return { kind: 'sky', centre: { ra: SKY_RA, dec: 0 }, reachDeg: 90, points };
}

/** Right ascension in the middle of the whole sky, degrees. */
const SKY_RA = 180;

/** Index of the point nearest to a place on the drawing, not further than `most` units; null for none. */
export function nearestPoint(points: ResultPlan['points'], x: number, y: number, most: number): number | null {
	let best: number | null = null;
	let least = most;
	points.forEach(([px, py], i) => {
		const distance = Math.hypot(px - x, py - y);
		if (distance <= least) [best, least] = [i, distance];
	});
	return best;
}

function* line(at: (step: number) => Place): Generator<Place> {
	for (let step = 0; step <= 60; step += 1) yield at(step / 60);
}

/** Meridians every 60 and parallels every 30 degrees with the edge of the sky, as SVG path data in units of PATH_SCALE about the middle. */
export function skyGrid(): string {
	const meridians = [0.001, 60, 120, 180, 240, 300, 359.999].map((ra) =>
		pathThrough(
			line((step) => ({ ra, dec: step * 180 - 90 })),
			SKY_RA,
		),
	);
	const parallels = [-60, -30, 0, 30, 60].map((dec) =>
		pathThrough(
			line((step) => ({ ra: 0.001 + step * 359.998, dec })),
			SKY_RA,
		),
	);
	return [...meridians, ...parallels].join('');
}
