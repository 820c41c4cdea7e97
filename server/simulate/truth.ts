import { csvLine } from './csvLine.ts';
import type { SimObject } from './object.ts';
import { BAND_NAMES, type Visit } from './schedule/visit.ts';
import type { Sighting } from './sighting.ts';

/** What was really there: one row per object. */
export interface ObjectTruth {
	readonly simId: string;
	readonly seed: number;
	readonly class: string;
	readonly group: string;
	readonly ra: number;
	readonly dec: number;
	readonly z: number | null;
	readonly ebv: number;
	readonly t0: number;
	readonly hostOffsetArcsec: number | null;
	readonly parameters: Readonly<Record<string, number | string>>;
}

/** What was really measured: one row per alert. */
export interface DetectionTruth {
	readonly alertId: string;
	readonly simId: string;
	readonly survey: string;
	readonly objectId: string;
	readonly mjd: number;
	readonly band: string;
	readonly programme: string;
	/** nJy. */
	readonly trueFlux: number;
	readonly trueSnr: number;
	readonly seeingArcsec: number;
	readonly limitMag: number;
	readonly bogus: string | null;
	readonly object: ObjectTruth;
}

/** Names of ZTF's programmes by number; Rubin has the first alone. */
const PROGRAMMES: Readonly<Record<number, string>> = { 1: 'public', 2: 'partnership', 3: 'caltech' };

/** The truth of one detection; it goes beside the packets, never into them. */
export function truthOf(
	seed: number,
	object: SimObject,
	sighting: Sighting,
	names: { alertId: bigint; objectId: string; simId: string },
): DetectionTruth {
	const { visit, measured } = sighting;
	const host = object.host;
	return {
		alertId: String(names.alertId),
		simId: names.simId,
		survey: visit.survey,
		objectId: names.objectId,
		mjd: visit.mjd,
		band: BAND_NAMES[visit.band] ?? '',
		programme: PROGRAMMES[visit.programid] ?? 'private',
		trueFlux: measured.trueFlux,
		trueSnr: measured.trueSnr,
		seeingArcsec: visit.fwhmArcsec,
		limitMag: measured.limitMag,
		bogus: object.bogus,
		object: {
			simId: names.simId,
			seed,
			class: object.kind,
			group: object.group,
			ra: object.motion?.ra ?? object.ra,
			dec: object.motion?.dec ?? object.dec,
			z: Number.isNaN(object.z) ? null : object.z,
			ebv: object.ebv,
			t0: object.t0,
			hostOffsetArcsec: host ? Math.hypot(host.east, host.north) : null,
			parameters: object.parameters,
		},
	};
}

/** Header and lines of a schedule as CSV: with it completeness can be computed exactly. */
export const SCHEDULE_COLUMNS = [
	'survey',
	'night',
	'seq',
	'mjd',
	'field',
	'ra',
	'dec',
	'band',
	'exposure_s',
	'programid',
	'airmass',
	'fwhm_arcsec',
	'limit_mag',
	'zero_point',
	'sky',
	'cloud_mag',
] as const;

/** One visit as a line of the schedule. */
export function scheduleLine(visit: Visit): string {
	return csvLine([
		visit.survey,
		visit.night,
		visit.seq,
		visit.mjd,
		visit.field.index,
		visit.field.ra,
		visit.field.dec,
		BAND_NAMES[visit.band] ?? '',
		visit.exposureSeconds,
		visit.programid,
		visit.airmass,
		visit.fwhmArcsec,
		visit.limitMag,
		visit.zeroPoint,
		visit.sky,
		visit.cloudMag,
	]);
}
