import { positionAngleDeg, separationArcsec } from '../astro/sphere.ts';
import type { AlertRow } from './views.ts';

/** How something moved between two alerts. */
export interface Motion {
	readonly arcsecPerHour: number;
	/** Degrees east of north. */
	readonly paDeg: number;
	readonly hours: number;
}

/** Longest time over which two positions tell a motion, hours: beyond it the path bends. */
const LONGEST_HOURS = 24;
const SHORTEST_HOURS = 0.05;

/** Motion from the alert before, for each alert in time order; null where the one before is too near or too far in time. */
export function motions(inOrder: readonly AlertRow[]): (Motion | null)[] {
	return inOrder.map((alert, i) => {
		const before = inOrder[i - 1];
		if (!before) return null;
		const hours = (alert.mjd - before.mjd) * 24;
		if (hours < SHORTEST_HOURS || hours > LONGEST_HOURS) return null;
		return {
			arcsecPerHour: separationArcsec(before.ra, before.dec, alert.ra, alert.dec) / hours,
			paDeg: positionAngleDeg(before.ra, before.dec, alert.ra, alert.dec),
			hours,
		};
	});
}

/** Middle value of the rates; null without one. */
export function medianRate(list: readonly (Motion | null)[]): number | null {
	const rates = list.flatMap((motion) => (motion === null ? [] : [motion.arcsecPerHour])).sort((a, b) => a - b);
	return rates[Math.floor(rates.length / 2)] ?? null;
}
