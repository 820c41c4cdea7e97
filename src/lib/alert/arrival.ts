import { unixMsFromTaiMjd } from '#lib/astro/time.ts';
import type { Origin } from './survey.ts';

/** An alert received within so many seconds of the middle of its exposure arrived live: its delay is one, not the age of an archive. */
export const LIVE_WITHIN_SECONDS = 6 * 3600;

/** Seconds from the middle of the exposure (MJD TAI) to a moment (ms of the Unix epoch) when the alert arrived live, else null. */
export function liveDelaySeconds(mjd: number, atMs: number): number | null {
	const seconds = (atMs - unixMsFromTaiMjd(mjd)) / 1000;
	return seconds <= LIVE_WITHIN_SECONDS ? seconds : null;
}

/** What stands where a delay would, for alerts that did not arrive live. */
export function broughtIn(origin: Origin): string {
	return origin === 'simulated' ? 'simulated afterwards' : 'brought in from an archive';
}
