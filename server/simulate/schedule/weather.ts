import { normalOf, PURPOSE, uniformOf } from '../random.ts';

/** Whether a site is closed for the whole night: bad weather of two to five nights, more often from October to March (ZTF) or June to August (LSST). */
export function isNightLost(seed: number, site: number, night: number): boolean {
	const season = Math.cos((2 * Math.PI * (night - (site === 0 ? 16 : 197))) / 365.25);
	const wave = 3.4;
	const place = night / wave;
	const below = Math.floor(place);
	const weight = place - below;
	const smooth =
		normalOf(seed, below, site, PURPOSE.weather) * (1 - weight) +
		normalOf(seed, below + 1, site, PURPOSE.weather) * weight;
	return smooth > 1.25 - 0.2 * season;
}

/** Magnitudes of cloud at an hour of the night (0 on a clear one), Infinity when closed. */
export function cloudMag(seed: number, site: number, night: number, hour: number): number {
	const slot = Math.floor(hour);
	// clouds last: two hours in three keep the state of the hour before
	const anchor =
		uniformOf(seed, night * 24 + slot, site, PURPOSE.weather + 100) < 0.6 ? Math.floor(slot / 3) * 3 : slot;
	const state = uniformOf(seed, night * 24 + anchor, site, PURPOSE.weather + 200);
	if (state < 0.68) return 0;
	if (state > 0.95) return Number.POSITIVE_INFINITY;
	const base = 0.1 + 2.4 * uniformOf(seed, night * 24 + anchor, site, PURPOSE.weather + 300) ** 2;
	return base * (0.6 + 0.8 * uniformOf(seed, night * 96 + Math.floor(hour * 4), site, PURPOSE.weather + 400));
}
