import type { ShownPoint } from '#lib/alert/lightCurve.ts';

/** How the brightness went lately: magnitudes a day, positive = fading, with its error, from `points` detections in `band`. */
export interface Trend {
	readonly band: string;
	readonly magPerDay: number;
	readonly err: number;
	readonly points: number;
}

/** Days before the last detection that count. */
const WINDOW_DAYS = 10;

/**
 * Weighted straight line through the positive detections of the last band within 10 days of the last one. Null where the
 * newest detection is fainter than the template (a slope from before says nothing of now), with fewer than two nights, or
 * where the slope is below three times its error.
 */
export function trendOf(points: readonly ShownPoint[]): Trend | null {
	const seen = points.filter((point) => point.kind === 'detection' && point.mag !== null);
	const last = seen.reduce<ShownPoint | null>((best, point) => (!best || point.mjd > best.mjd ? point : best), null);
	if (!last || last.positive === false) return null;
	const used = seen.filter(
		(point) => point.positive !== false && point.band === last.band && last.mjd - point.mjd <= WINDOW_DAYS,
	);
	if (new Set(used.map((point) => Math.floor(point.mjd))).size < 2) return null;
	let [weights, sumX, sumY, sumXx, sumXy] = [0, 0, 0, 0, 0];
	for (const point of used) {
		const weight = 1 / Math.max(0.01, point.magErr ?? 0.1) ** 2;
		const x = point.mjd - last.mjd;
		const y = point.mag ?? 0;
		weights += weight;
		sumX += weight * x;
		sumY += weight * y;
		sumXx += weight * x * x;
		sumXy += weight * x * y;
	}
	const spread = weights * sumXx - sumX * sumX;
	if (!(spread > 0)) return null;
	const magPerDay = (weights * sumXy - sumX * sumY) / spread;
	const err = Math.sqrt(weights / spread);
	return Math.abs(magPerDay) < 3 * err ? null : { band: last.band, magPerDay, err, points: used.length };
}
