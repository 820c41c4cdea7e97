import { bandOf } from './band.ts';
import type { PointKind, ShownPoint } from './lightCurve.ts';

/** A point that a light curve is known by. */
export interface Milestone {
	readonly word: 'first' | 'brightest' | 'last' | 'first limit' | 'last limit';
	readonly point: ShownPoint;
}

/** How many points of each kind a band has. */
interface BandCount extends Readonly<Record<PointKind, number>> {
	readonly band: string;
}

/** Whether nothing was seen, to a known limit: a limit, or a forced point below 3 sigma. */
function isLimit({ kind, mag, limitMag }: ShownPoint): boolean {
	return limitMag !== null && (kind === 'upperLimit' || (kind === 'forcedPhotometry' && mag === null));
}

/**
 * First, brightest and last detection, first and last non-detection, each where there is one. Brightest is the least magnitude
 * of the detections brighter than the template, of AB magnitudes alone where there are any.
 */
export function milestonesOf(points: readonly ShownPoint[]): Milestone[] {
	const inTime = [...points].sort((a, b) => a.mjd - b.mjd);
	const seen = inTime.filter(({ kind, mag }) => kind === 'detection' && mag !== null);
	const limits = inTime.filter(isLimit);
	const brighter = seen.filter(({ positive }) => positive !== false);
	const ab = brighter.filter(({ band }) => bandOf(band).system !== 'Vega');
	let brightest: ShownPoint | undefined;
	for (const point of ab.length > 0 ? ab : brighter) {
		if (brightest === undefined || (point.mag ?? 99) < (brightest.mag ?? 99)) brightest = point;
	}
	const rows: readonly [Milestone['word'], ShownPoint | undefined][] = [
		['first', seen[0]],
		['brightest', brightest],
		['last', seen.at(-1)],
		['first limit', limits[0]],
		['last limit', limits.at(-1)],
	];
	return rows.flatMap(([word, point]) => (point === undefined ? [] : [{ word, point }]));
}

/** Detections, forced points and limits of each band, from blue to red; kinds as the packets gave them. */
export function countsByBand(points: readonly ShownPoint[]): BandCount[] {
	const counts = new Map<string, Record<PointKind, number>>();
	for (const { band, kind } of points) {
		const of = counts.get(band) ?? { detection: 0, forcedPhotometry: 0, upperLimit: 0 };
		of[kind] += 1;
		counts.set(band, of);
	}
	const wavelength = (band: string): number => bandOf(band).wavelengthNm || 9e9;
	return [...counts]
		.map(([band, of]) => ({ band, ...of }))
		.sort((a, b) => wavelength(a.band) - wavelength(b.band) || a.band.localeCompare(b.band));
}
