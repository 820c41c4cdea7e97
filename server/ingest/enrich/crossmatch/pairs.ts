import { nearOrder, nearPixels } from '#lib/astro/healpix.ts';
import { separationArcsec } from '#lib/astro/sphere.ts';

/** Objects of different surveys nearer than this are taken for one source. */
export const ASSOCIATION_ARCSEC = 2;

interface Placed {
	readonly survey: string;
	readonly objectId: string;
	readonly programme: string;
	/** ICRS degrees. */
	readonly ra: number;
	readonly dec: number;
}

/** Another survey's object with its distance, and its rank among that survey's objects there: 1 = nearest. */
export interface Ranked<Other> {
	readonly other: Other;
	readonly sepArcsec: number;
	readonly rank: number;
}

const ORDER = nearOrder(ASSOCIATION_ARCSEC / 3600);
const RADIUS_DEG = (ASSOCIATION_ARCSEC * 1.000001) / 3600;

/** Objects by the pixel that holds them, for look-ups around a place. */
export class PlaceIndex<Other extends Placed> {
	readonly #byPixel = new Map<number, Other[]>();

	constructor(objects: Iterable<Other>) {
		for (const object of objects) {
			const pixel = Number(nearPixels(ORDER, object.ra, object.dec, 0)[0] ?? -1n);
			const there = this.#byPixel.get(pixel);
			if (there === undefined) this.#byPixel.set(pixel, [object]);
			else there.push(object);
		}
	}

	/** Objects of other surveys within 2 arcsec of a place, nearest first, ranked within their survey. */
	around(place: Omit<Placed, 'objectId' | 'programme'>): Ranked<Other>[] {
		const near: { other: Other; sepArcsec: number }[] = [];
		for (const pixel of nearPixels(ORDER, place.ra, place.dec, RADIUS_DEG)) {
			for (const other of this.#byPixel.get(Number(pixel)) ?? []) {
				if (other.survey === place.survey) continue;
				const sepArcsec = separationArcsec(place.ra, place.dec, other.ra, other.dec);
				if (sepArcsec <= ASSOCIATION_ARCSEC) near.push({ other, sepArcsec });
			}
		}
		near.sort((a, b) => a.sepArcsec - b.sepArcsec || compareIds(a.other, b.other));
		const ranks = new Map<string, Map<string, number>>();
		return near.map(({ other, sepArcsec }) => {
			const ofSurvey = ranks.get(other.survey) ?? new Map<string, number>();
			ranks.set(other.survey, ofSurvey);
			// an object seen in two programmes is one candidate
			const rank = ofSurvey.get(other.objectId) ?? ofSurvey.size + 1;
			ofSurvey.set(other.objectId, rank);
			return { other, sepArcsec, rank };
		});
	}
}

function compareIds(a: Placed, b: Placed): number {
	const one = `${a.survey} ${a.objectId} ${a.programme}`;
	const two = `${b.survey} ${b.objectId} ${b.programme}`;
	return one < two ? -1 : one > two ? 1 : 0;
}
