import type { ShownPoint } from './lightCurve.ts';
import type { ObjectSummary } from './object.ts';

/** How long a place has been seen by all surveys together. */
interface SeenSpan {
	/** From the first detection of any to the last of any, days. */
	readonly days: number;
	/** The other surveys that saw it before the object's own did, or after, in the order in which they first did. */
	readonly surveys: readonly string[];
}

/**
 * From the first to the last detection at the place of an object with those of other surveys among its points; null where no other survey
 * has one before its own first or after its own last. Forced points and limits are no detections.
 */
export function seenWithOthers(
	{ survey, firstMjd, lastMjd }: Pick<ObjectSummary, 'survey' | 'firstMjd' | 'lastMjd'>,
	points: readonly Pick<ShownPoint, 'survey' | 'kind' | 'mjd'>[],
): SeenSpan | null {
	let [first, last] = [firstMjd, lastMjd];
	const begins = new Map<string, number>();
	for (const point of points) {
		if (point.survey === survey || point.kind !== 'detection') continue;
		if (point.mjd >= firstMjd && point.mjd <= lastMjd) continue;
		first = Math.min(first, point.mjd);
		last = Math.max(last, point.mjd);
		begins.set(point.survey, Math.min(begins.get(point.survey) ?? point.mjd, point.mjd));
	}
	if (begins.size === 0) return null;
	return { days: last - first, surveys: [...begins].sort(([, a], [, b]) => a - b).map(([name]) => name) };
}
