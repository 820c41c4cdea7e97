import type { Calendar } from './calendar.ts';
import { measure, type Measurement } from './noise.ts';
import { nanojansky, type SimObject } from './object.ts';
import { PURPOSE, uniformOf } from './random.ts';
import type { Spot, SurveyName, Visit } from './schedule/visit.ts';
import type { Placed } from './sky.ts';

/** One exposure that an object fell into, and what was measured there. */
export interface Sighting {
	readonly visit: Visit;
	readonly spot: Spot;
	readonly measured: Measurement;
	/** 5 sigma or more of either sign: the survey issues an alert. */
	readonly detected: boolean;
}

/** Source brighter than this in the science image saturates and gives no alert. */
const SATURATION = { ztf: 12.2, lsst: 16.2 } as const;

/** What a survey measures of an object in a visit. */
export function sight(seed: number, object: SimObject, visit: Visit, spot: Spot): Sighting {
	const trueFlux =
		visit.mjd < object.from || visit.mjd > object.until ? 0 : object.flux(visit.band, visit.mjd, visit.id);
	const mag = object.referenceMag[visit.band] ?? Number.NaN;
	const reference = Number.isNaN(mag) ? 0 : nanojansky(mag);
	const measured = measure(seed, visit, spot.detector, object.key, trueFlux, reference);
	const saturated = reference + trueFlux > nanojansky(SATURATION[visit.survey]);
	// an exposure's own artefacts exist in that exposure alone
	const real = trueFlux !== 0 || object.bogus === null;
	const detected = Math.abs(measured.snr) >= 5 && !saturated && real && !lostAtEdge(object, visit, spot);
	return { visit, spot, measured, detected };
}

/** Sources within 12 pixels of a quadrant's edge are never issued, and of those whose stamp would be cut only one in four. */
function lostAtEdge(object: SimObject, visit: Visit, spot: Spot): boolean {
	if (visit.survey !== 'ztf') return false;
	const edge = Math.min(spot.x, spot.y, 3072 - spot.x, 3080 - spot.y);
	return edge < 12 || (edge < 31 && uniformOf(object.key, visit.id, PURPOSE.place) < 0.75);
}

/** All exposures of an object by a survey over nights first to last, oldest first. */
export function sightings(
	seed: number,
	calendar: Calendar,
	placed: Placed,
	survey: SurveyName,
	first: number,
	last: number,
): Sighting[] {
	const found: Sighting[] = [];
	const spots = placed.spots[survey];
	if (spots.length === 0) return found;
	for (let night = first; night <= last; night++) {
		const { byField } = calendar.plan(survey, night);
		const before = found.length;
		for (const spot of spots) {
			for (const visit of byField.get(spot.field.index) ?? []) found.push(sight(seed, placed.object, visit, spot));
		}
		if (found.length - before > 1) sortTail(found, before);
	}
	return found;
}

function sortTail(list: Sighting[], from: number): void {
	const tail = list.splice(from).sort((a, b) => a.visit.mjd - b.visit.mjd);
	list.push(...tail);
}
