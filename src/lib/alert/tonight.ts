import type { AlertRow, Sparkline, TonightPick } from './views.ts';
import { separationArcsec } from '#lib/astro/sphere.ts';
import type { ObjectSummary } from './object.ts';

/** Limits of the rule for the night's new objects. */
export const TONIGHT_LIMITS = {
	maxAgeDays: 3,
	minReliability: 0.65,
	starScore: 0.5,
	starSepArcsec: 1.5,
	movingArcsec: 30,
} as const;

/** The rule in words, for the "?" beside the list. */
export const TONIGHT_RULE =
	'Objects of the night whose first detection is at most 3 days old, whose newest alert is brighter than the template, has a reliability of at least 0.65, ' +
	'no known solar system object, no catalogued star (star score above 0.5) within 1.5 arcsec, and no other such object of the same survey within 30 arcsec (two new ones side by side are one thing that moves, or a trail). Objects with two detections or more come before those with one. ' +
	'Among them the order is a sum: one point for each magnitude brighter than 21, two points for each magnitude a day that it rises (at most 2 mag/d counts), and its reliability.';

type Point = Sparkline['points'][number];

/** How fast an object brightens, magnitudes a day (positive = brighter), and what that rests on. */
export interface Rise {
	readonly magPerDay: number;
	readonly band: string;
	/** From two detections in one band, or at least so much from a limit before the first one. */
	readonly kind: 'measured' | 'atLeast';
	/** Of the limit: its magnitude and the days between. */
	readonly limitMag?: number;
	readonly days: number;
}

const MIN_BASELINE_DAYS = 0.02;

/** Rise from the first to the last detection of the newest point's band, else from the last limit before the first detection. */
export function riseOf(points: readonly Point[]): Rise | null {
	const detections = points.filter(
		(point) => point.kind === 'detection' && point.positive === true && point.mag !== null,
	);
	const newest = detections.at(-1);
	if (newest?.mag == null) return null;
	const first = detections.find((point) => point.band === newest.band);
	if (first?.mag == null) return null;
	const days = newest.mjd - first.mjd;
	if (days >= MIN_BASELINE_DAYS) {
		return { magPerDay: (first.mag - newest.mag) / days, band: newest.band, kind: 'measured', days };
	}
	const limit = points
		.filter(
			(point) => point.band === newest.band && point.mjd < first.mjd && point.mag === null && point.limitMag !== null,
		)
		.at(-1);
	if (limit?.limitMag == null || limit.limitMag <= first.mag) return null;
	const gap = first.mjd - limit.mjd;
	if (gap < MIN_BASELINE_DAYS) return null;
	return {
		magPerDay: (limit.limitMag - first.mag) / gap,
		band: newest.band,
		kind: 'atLeast',
		limitMag: limit.limitMag,
		days: gap,
	};
}

/** Whether a new object's newest alert passes the parts of the rule that the store did not apply. */
export function isStar(row: Pick<AlertRow, 'starScore' | 'starSepArcsec'>): boolean {
	return (
		row.starScore !== null &&
		row.starScore > TONIGHT_LIMITS.starScore &&
		row.starSepArcsec !== null &&
		row.starSepArcsec <= TONIGHT_LIMITS.starSepArcsec
	);
}

/** Candidates without those that have another of the same survey beside them: what moves makes several new objects in a row. */
export function withoutTrails<Row extends Pick<AlertRow, 'survey' | 'ra' | 'dec'>>(rows: readonly Row[]): Row[] {
	const near = TONIGHT_LIMITS.movingArcsec;
	return rows.filter(
		(row) =>
			!rows.some(
				(other) =>
					other !== row &&
					other.survey === row.survey &&
					Math.abs(other.dec - row.dec) * 3600 <= near &&
					separationArcsec(row.ra, row.dec, other.ra, other.dec) <= near,
			),
	);
}

function ago(days: number): string {
	return days < 1 ? `${(days * 24).toFixed(1)} h` : `${days.toFixed(1)} d`;
}

/** One or two sentences made from numbers of the store alone. */
export function whyOf(object: ObjectSummary, rise: Rise | null): string {
	const parts: string[] = [];
	if (rise?.kind === 'measured') {
		if (rise.magPerDay >= 0.05)
			parts.push(`Rising ${rise.magPerDay.toFixed(2)} mag/d in ${rise.band} over ${ago(rise.days)}`);
		else if (rise.magPerDay <= -0.05)
			parts.push(`Fading ${(-rise.magPerDay).toFixed(2)} mag/d in ${rise.band} over ${ago(rise.days)}`);
		else parts.push(`Steady in ${rise.band} over ${ago(rise.days)}`);
	} else if (rise?.limitMag !== undefined) {
		parts.push(
			`Rose at least ${rise.magPerDay.toFixed(2)} mag/d in ${rise.band}: limit ${rise.limitMag.toFixed(1)}${rise.days < 1.5 ? ' only' : ','} ${ago(rise.days)} before`,
		);
	}
	const since = object.lastMjd - object.firstMjd;
	const seen = since < 0.01 ? 'first seen this exposure' : `first seen ${ago(since)} before`;
	const magnitude = object.lastMag === null ? '' : `${object.lastBand} ${object.lastMag.toFixed(1)} mag, `;
	const count = object.nDetections ?? object.nAlerts;
	const rest = `${magnitude}${seen}, ${count} ${count === 1 ? 'detection' : 'detections'}`;
	parts.push(rest.charAt(0) === 'f' ? `F${rest.slice(1)}` : rest);
	return `${parts.join('; ')}.`;
}

/** Rank of a new object; greater comes first. */
export function interest(object: ObjectSummary, rise: Rise | null): number {
	const bright = object.lastMag === null ? 0 : Math.max(0, 21 - object.lastMag);
	const rising = rise === null ? 0 : Math.min(2, Math.max(0, rise.magPerDay));
	return bright + 2 * rising + (object.reliability ?? 0);
}

/** The picks in order from new objects with their sparklines. */
export function rankPicks(
	objects: readonly { readonly object: ObjectSummary; readonly sparkline: Sparkline }[],
	count: number,
): TonightPick[] {
	const twice = (object: ObjectSummary): number => ((object.nDetections ?? object.nAlerts) >= 2 ? 1 : 0);
	return objects
		.map(({ object, sparkline }) => ({ object, sparkline, rise: riseOf(sparkline.points) }))
		.sort((a, b) => twice(b.object) - twice(a.object) || interest(b.object, b.rise) - interest(a.object, a.rise))
		.slice(0, count)
		.map(({ object, sparkline, rise }) => ({
			object,
			sparkline,
			why: whyOf(object, rise),
			riseMagPerDay: rise?.magPerDay ?? null,
		}));
}
