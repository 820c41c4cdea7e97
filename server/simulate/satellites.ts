import { placeInField } from './bogus.ts';
import { EMPTY, nanojansky, type SimObject } from './object.ts';
import { mix, PURPOSE, Stream } from './random.ts';
import type { Spot, Visit } from './schedule/visit.ts';

/** Satellites in an exposure: one to five glints on a line, or a streak through the stamp; `mean` detections on average. */
export function satellites(
	seed: number,
	visit: Visit,
	mean: number,
	serialOf: (n: number) => number,
	place: (ra: number, dec: number) => readonly Spot[],
): { object: SimObject; spot: Spot }[] {
	const stream = new Stream(seed, visit.id, PURPOSE.satellites);
	// the geosynchronous belt has more of them
	const count = stream.poisson((mean / 2.2) * (Math.abs(visit.field.dec) < 10 ? 2 : 0.8));
	const found: { object: SimObject; spot: Spot }[] = [];
	for (let n = 0; n < count; n++) {
		const first = placeInField(visit, stream);
		if (!first) continue;
		const streak = stream.uniform() < 0.3 ? stream.between(8, 40) : 0;
		const glints = streak > 0 ? 1 : 1 + stream.below(5);
		const angle = stream.between(0, Math.PI);
		const spacing = stream.between(5, 60) / 3600;
		for (let g = 0; g < glints; g++) {
			const ra = first.ra + (g * spacing * Math.cos(angle)) / Math.max(0.05, Math.cos((first.dec * Math.PI) / 180));
			const dec = first.dec + g * spacing * Math.sin(angle);
			const spot = place(((ra % 360) + 360) % 360, dec).find((each) => each.field === visit.field);
			if (!spot) continue;
			const flux = (nanojansky(visit.limitMag) / 5) * stream.logBetween(7, 60);
			const number = found.length;
			found.push({
				spot,
				object: {
					key: mix(seed, visit.id, number, PURPOSE.satellites),
					serial: serialOf(number),
					year: new Date(visit.night * 86_400_000).getUTCFullYear(),
					kind: 'SAT',
					group: 'OTHER',
					depth: visit.survey,
					ra: ((ra % 360) + 360) % 360,
					dec,
					ebv: 0,
					z: Number.NaN,
					from: visit.mjd - 0.01,
					until: visit.mjd + 0.01,
					t0: visit.mjd,
					persistent: false,
					referenceMag: EMPTY,
					host: null,
					parameters: { streak, angle },
					bogus: null,
					motion: null,
					flux: (_band, _mjd, visitId) => (visitId === visit.id ? flux : 0),
				},
			});
		}
	}
	return found;
}
