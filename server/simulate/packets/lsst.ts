import { eclipticFromIcrs, galacticFromIcrs } from '#lib/astro/sphere.ts';
import { lsstBodyId, lsstForcedId, lsstObjectId, lsstSourceId } from '../ids.ts';
import { neighboursOf } from '../neighbours.ts';
import { nanojansky, type SimObject } from '../object.ts';
import { mix, normalOf, PURPOSE, uniformOf } from '../random.ts';
import { lsstVisitNumber } from '../schedule/lsst.ts';
import { BAND_NAMES } from '../schedule/visit.ts';
import type { Sighting } from '../sighting.ts';
import { drawLsst, trailPixels } from '../stampsLsst.ts';
import { EncodedHistory } from './history.ts';
import { BLANK, encodeForcedSource, encodeLsst, encodeSource } from './lsstSchema.ts';

/** What an alert needs to know of its object's past. */
export interface LsstHistory {
	/** Detections before this one in the last 365 days, oldest first. */
	readonly detections: readonly Sighting[];
	/** Exposures since the first detection, within 30 days, without this one. */
	readonly forced: readonly Sighting[];
}

const sources = new EncodedHistory();
const forced = new EncodedHistory();

/** Reliability that stands for a score that could not be made. */
const NO_SCORE = 0.48634383;

/** The packet of one detection: Confluent framing, schema v10.0. */
export function lsstPacket(
	seed: number,
	object: SimObject,
	sighting: Sighting,
	history: LsstHistory,
): { bytes: Uint8Array; diaSourceId: bigint; objectId: string } {
	const { visit } = sighting;
	const known = object.motion !== null && object.motion.name !== null;
	const sourceId = lsstSourceId(seed, visit, sighting.spot.detector, object.key);
	const objectId = known ? 0n : objectIdOf(seed, object, sighting, history);
	const body = known ? lsstBodyId(Number(object.parameters['body'] ?? 0)) : 0n;
	const source = diaSource(seed, object, sighting, objectId, body);
	const images = drawLsst(seed, object, sighting, source.ra, source.dec);
	const before = history.detections;
	const bytes = encodeLsst({
		diaSourceId: sourceId,
		reason: visit.reason,
		target: visit.field.name === '' ? 'lowdust' : `lowdust, ${visit.field.name}`,
		source: encodeSource(source),
		previous:
			known || before.length === 0
				? null
				: before.map((each) =>
						sources.get(object, each, (one) => encodeSource(diaSource(seed, object, one, objectId, 0n))),
					),
		forced:
			known || before.length === 0
				? null
				: history.forced.map((each) =>
						forced.get(object, each, (one) => encodeForcedSource(forcedSource(seed, object, one, objectId))),
					),
		object: known ? null : diaObject(object, sighting, history, objectId),
		body: known ? ssSource(object, sourceId, body, source) : null,
		orbit: known ? orbit(object) : null,
		difference: images.difference,
		science: images.science,
		template: images.template,
	});
	return { bytes, diaSourceId: sourceId, objectId: known ? `sso${body}` : String(objectId) };
}

/** Objects that were there before the survey keep a number of their own; a new one is named after its first detection. */
function objectIdOf(seed: number, object: SimObject, sighting: Sighting, history: LsstHistory): bigint {
	if (object.persistent) return lsstObjectId(object.serial);
	const first = history.detections[0] ?? sighting;
	return lsstSourceId(seed, first.visit, first.spot.detector, object.key);
}

function diaSource(seed: number, object: SimObject, sighting: Sighting, objectId: bigint, body: bigint) {
	const { visit, spot, measured } = sighting;
	const key = mix(seed, object.key, visit.id, PURPOSE.fields);
	const snr = Math.abs(measured.snr);
	const positionSigma = Math.hypot(0.01, (0.45 * visit.fwhmArcsec) / snr);
	const place = object.motion ?? object;
	const ra =
		place.ra + (positionSigma * normalOf(key, 1)) / 3600 / Math.max(0.05, Math.cos((place.dec * Math.PI) / 180));
	const dec = place.dec + (positionSigma * normalOf(key, 2)) / 3600;
	const dipole = object.bogus === 'dipole' || object.bogus === 'star';
	const template = measured.referenceFlux + hostInPsf(object, visit.band);
	const pixelSigma = visit.fwhmArcsec / 0.2 / 2.355;
	const moment = pixelSigma * pixelSigma * 0.04;
	const point = object.bogus === null;
	const streak = trailPixels(object, visit.exposureSeconds) * 0.2;
	const chi = 1681 * (1 + 0.02 * normalOf(key, 3)) * (point ? 1 : 1.1);
	return {
		...BLANK.diaSource,
		diaSourceId: lsstSourceId(seed, visit, spot.detector, object.key),
		visit: lsstVisitNumber(visit),
		detector: spot.detector,
		diaObjectId: objectId,
		ssObjectId: body,
		parentDiaSourceId: 0n,
		midpointMjdTai: visit.mjd,
		ra,
		raErr: positionSigma / 3600,
		dec,
		decErr: (positionSigma / 3600) * 1.02,
		ra_dec_Cov: 0.05 * (positionSigma / 3600) ** 2 * normalOf(key, 4),
		x: spot.x,
		xErr: positionSigma / 0.2,
		y: spot.y,
		yErr: (positionSigma / 0.2) * 1.02,
		centroid_flag: false,
		apFlux: measured.flux * (point ? 1 : 0.7) + 2 * measured.fluxErr * normalOf(key, 5),
		apFluxErr: measured.fluxErr * 2.3,
		apFlux_flag: false,
		apFlux_flag_apertureTruncated: false,
		isNegative: measured.flux < 0,
		snr,
		psfFlux: measured.flux,
		psfFluxErr: measured.fluxErr,
		psfChi2: chi,
		psfNdata: 1681,
		psfFlux_flag: false,
		psfFlux_flag_edge: false,
		psfFlux_flag_noGoodPixels: false,
		trailFlux: measured.flux * (1 + 0.06 * normalOf(key, 6)),
		trailFluxErr: measured.fluxErr * 0.1,
		trailRa: ra,
		trailDec: dec,
		trailLength: Math.max(0.3, Math.hypot(streak, 0.9 * Math.abs(normalOf(key, 7)) + 0.4)),
		trailAngle: 180 * uniformOf(key, 8) - 90,
		trailNdata: 0,
		trail_flag_edge: false,
		dipoleNdata: 0,
		...(dipole
			? {
					dipoleMeanFlux: Math.abs(measured.flux) * 2.5,
					dipoleMeanFluxErr: measured.fluxErr,
					dipoleFluxDiff: measured.flux,
					dipoleFluxDiffErr: measured.fluxErr,
					dipoleLength: 0.02 + 0.08 * uniformOf(key, 9),
					dipoleAngle: 360 * uniformOf(key, 10),
					dipoleChi2: chi,
					dipoleNdata: 1681,
				}
			: {}),
		scienceFlux: measured.flux + template,
		scienceFluxErr: measured.fluxErr * 0.97,
		forced_PsfFlux_flag: false,
		forced_PsfFlux_flag_edge: false,
		forced_PsfFlux_flag_noGoodPixels: false,
		templateFlux: template + 30 * normalOf(key, 11),
		templateFluxErr: measured.fluxErr * 0.22,
		ixx: moment * (1 + (point ? 2 / snr : 0.5) * Math.abs(normalOf(key, 12))),
		iyy: moment * (1 + (point ? 2 / snr : 0.5) * Math.abs(normalOf(key, 13))),
		ixy: (moment * normalOf(key, 14)) / Math.max(5, snr),
		ixxPSF: moment,
		iyyPSF: moment * 1.02,
		ixyPSF: 0.03 * moment * normalOf(seed, visit.id, spot.detector, 15),
		shape_flag: false,
		shape_flag_no_pixels: false,
		shape_flag_not_contained: false,
		shape_flag_parent_source: false,
		extendedness: point ? Math.min(1, Math.abs(normalOf(key, 15)) * (3 / snr)) : uniformOf(key, 15),
		reliability: reliability(object, key, snr, dipole),
		band: BAND_NAMES[visit.band] ?? 'r',
		isDipole: dipole,
		dipoleFitAttempted: dipole,
		timeProcessedMjdTai: visit.mjd + (60 + 120 * uniformOf(key, 16)) / 86_400,
		bboxSize: Math.round(Math.min(60, 11 + 2.2 * Math.sqrt(snr) + streak * 5)),
		...FLAGS,
		pixelFlags_edge: object.bogus === 'edge',
		pixelFlags_cr: object.bogus === 'cosmic' && uniformOf(key, 17) < 0.5,
		glint_trail: object.kind === 'SAT',
	};
}

const FLAGS = Object.fromEntries(
	[
		'',
		'_bad',
		'_cr',
		'_crCenter',
		'_edge',
		'_nodata',
		'_nodataCenter',
		'_interpolated',
		'_interpolatedCenter',
		'_offimage',
		'_saturated',
		'_saturatedCenter',
		'_suspect',
		'_suspectCenter',
		'_streak',
		'_streakCenter',
		'_injected',
		'_injectedCenter',
		'_injected_template',
		'_injected_templateCenter',
	].map((part) => [`pixelFlags${part}`, false]),
);

/** Reliability as the early survey gives it: near 1 for clear sources, low and broad near 5 sigma, one constant for fits that failed. */
function reliability(object: SimObject, key: number, snr: number, dipole: boolean): number {
	if (dipole && uniformOf(key, 31) < 0.6) return NO_SCORE;
	if (object.bogus) return Math.min(1, 0.05 + 0.65 * uniformOf(key, 32) ** 1.6);
	if (uniformOf(key, 33) < 0.02) return NO_SCORE;
	const clear = 1 - 0.9 * Math.exp(-(snr - 4) / 2.2);
	return Math.max(0.1, Math.min(1, clear - 0.25 * uniformOf(key, 34) ** 2 * (snr < 10 ? 1 : 0.05)));
}

function hostInPsf(object: SimObject, band: number): number {
	let flux = 0;
	if (object.host && Math.hypot(object.host.east, object.host.north) > 1.5) {
		// surface brightness of the host at the object within the PSF, exponential profile
		const r = Math.hypot(object.host.east, object.host.north);
		const area = 4.5 * 0.4 ** 2;
		const scale = object.host.radius / 1.68;
		flux +=
			(nanojansky(object.host.mag[band] ?? 26) * Math.exp(-r / scale) * area) /
			(2 * Math.PI * scale * scale * object.host.axisRatio);
	}
	for (const neighbour of neighboursOf(object)) {
		if (Math.hypot(neighbour.east, neighbour.north) > 3) break;
		flux += nanojansky(neighbour.mag[band] ?? 30) * 0.02;
	}
	return flux;
}

function forcedSource(seed: number, object: SimObject, sighting: Sighting, objectId: bigint): Record<string, unknown> {
	const { visit, spot, measured } = sighting;
	const key = mix(seed, object.key, visit.id, PURPOSE.forced);
	const template = measured.referenceFlux;
	return {
		diaForcedSourceId: lsstForcedId(seed, visit, object.key),
		diaObjectId: objectId,
		ra: object.ra,
		dec: object.dec,
		visit: lsstVisitNumber(visit),
		detector: spot.detector,
		psfFlux: measured.flux + 0.15 * measured.fluxErr * normalOf(key, 1),
		psfFluxErr: measured.fluxErr,
		midpointMjdTai: visit.mjd,
		scienceFlux: measured.flux + template,
		scienceFluxErr: measured.fluxErr * 0.97,
		band: BAND_NAMES[visit.band] ?? 'r',
		timeProcessedMjdTai: visit.mjd + 1 / 24,
		timeWithdrawnMjdTai: null,
	};
}

function diaObject(
	object: SimObject,
	sighting: Sighting,
	history: LsstHistory,
	objectId: bigint,
): Record<string, unknown> {
	const all = [...history.detections, sighting];
	const fields: Record<string, unknown> = {
		...BLANK.diaObject,
		diaObjectId: objectId,
		validityStartMjdTai: sighting.visit.mjd,
		ra: object.ra + (0.02 * normalOf(object.key, 91)) / 3600,
		raErr: 0.03 / 3600 / Math.sqrt(all.length),
		dec: object.dec + (0.02 * normalOf(object.key, 92)) / 3600,
		decErr: 0.03 / 3600 / Math.sqrt(all.length),
		ra_dec_Cov: 0,
		firstDiaSourceMjdTai: all[0]?.visit.mjd ?? sighting.visit.mjd,
		lastDiaSourceMjdTai: sighting.visit.mjd,
		nDiaSources: all.length,
	};
	BAND_NAMES.forEach((band, number) => {
		const points = all.filter((each) => each.visit.band === number);
		const fluxes = points.map((each) => each.measured.flux);
		const count = fluxes.length;
		fields[`${band}_psfFluxNdata`] = count;
		if (count === 0) return;
		const mean = fluxes.reduce((sum, flux) => sum + flux, 0) / count;
		const error = Math.sqrt(points.reduce((sum, each) => sum + each.measured.fluxErr ** 2, 0)) / count;
		fields[`${band}_psfFluxMean`] = mean;
		fields[`${band}_psfFluxMeanErr`] = error;
		fields[`${band}_psfFluxMin`] = Math.min(...fluxes);
		fields[`${band}_psfFluxMax`] = Math.max(...fluxes);
		fields[`${band}_psfFluxErrMean`] = points.reduce((sum, each) => sum + each.measured.fluxErr, 0) / count;
		if (count > 1)
			fields[`${band}_psfFluxSigma`] = Math.sqrt(
				fluxes.reduce((sum, flux) => sum + (flux - mean) ** 2, 0) / (count - 1),
			);
	});
	return fields;
}

function ssSource(
	object: SimObject,
	sourceId: bigint,
	body: bigint,
	source: { ra: number; dec: number },
): Record<string, unknown> {
	const motion = object.motion;
	if (!motion) throw new Error('A source of the solar system has no motion.');
	const ecliptic = eclipticFromIcrs(source.ra, source.dec);
	const galactic = galacticFromIcrs(source.ra, source.dec);
	const cos = Math.cos((motion.dec * Math.PI) / 180);
	const offsetRa = (source.ra - motion.ra) * cos * 3600;
	const offsetDec = (source.dec - motion.dec) * 3600;
	return {
		...BLANK.ssSource,
		diaSourceId: sourceId,
		ssObjectId: body,
		designation: motion.name,
		eclLambda: ecliptic.lon,
		eclBeta: ecliptic.lat,
		galLon: galactic.lon,
		galLat: galactic.lat,
		phaseAngle: motion.phaseDeg,
		topoRange: motion.topoAu,
		helioRange: motion.helioAu,
		ephRa: motion.ra,
		ephDec: motion.dec,
		ephVmag: motion.magV,
		ephRate: Math.hypot(motion.rateRa, motion.rateDec),
		ephRateRa: motion.rateRa,
		ephRateDec: motion.rateDec,
		ephOffset: Math.hypot(offsetRa, offsetDec),
		ephOffsetRa: offsetRa,
		ephOffsetDec: offsetDec,
		diaDistanceRank: 1,
	};
}

function orbit(object: SimObject): Record<string, unknown> {
	const name = object.motion?.name ?? '';
	const [a = 0, e = 0, i = 0, node = 0, argperi = 0, h = 0, g = 0] = object.motion?.elements ?? [];
	return {
		...BLANK.mpcOrbits,
		id: Number(object.parameters['body'] ?? 0),
		designation: name,
		packed_primary_provisional_designation: name,
		unpacked_primary_provisional_designation: name,
		a,
		q: a * (1 - e),
		e,
		i,
		node,
		argperi,
		epoch_mjd: 61_000,
		h,
		g,
	};
}
