import type { Alert } from '#lib/alert/alert.ts';
import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';
import type { Origin } from '#lib/alert/survey.ts';
import { ztf } from '#lib/alert/surveys/ztf.ts';
import {
	fluxErrFromMag,
	fluxFromCounts,
	fluxFromMag,
	limitMagFromFluxErr,
	magErrFromFlux,
	magFromFlux,
} from '#lib/astro/photometry.ts';
import { mjdFromJd, nightOf, taiFromUtcMjd } from '#lib/astro/time.ts';
import { valueHash } from '#lib/alert/pointHash.ts';
import { fieldReader } from './fields.ts';
import {
	bytesOf,
	checkedId,
	checkedMjd,
	errorOf,
	floatOf,
	idOf,
	invalid,
	isPlausibleMjd,
	positionOf,
	recordOf,
	recordsOf,
	requiredRecord,
	smallOf,
	textOf,
	type Raw,
} from './values.ts';

/** Exposure taken where the packet names none, seconds. */
const ASSUMED_EXPOSURE_S = 30;
const DAY_S = 86_400;
/** A solar system object is associated only within this distance (design: CORE_FIELDS ssoName). */
const SSO_RADIUS_ARCSEC = 5;
const BANDS: readonly (string | undefined)[] = [undefined, 'g', 'r', 'i'];
const PROGRAMMES: readonly (string | undefined)[] = [undefined, 'public', 'partnership', 'caltech'];

/** -999 in the candidate, -99999 in forced photometry. */
const ABSENT: readonly number[] = [-999, -99_999];

const readFields = fieldReader(ztf.fields, { absentNumbers: () => ABSENT, formerly: {}, zeroIsNone: new Set() });

function ztfFloat(raw: Raw, name: string): number {
	const value = floatOf(raw, name);
	return value === ABSENT[0] || value === ABSENT[1] ? Number.NaN : value;
}

function bandOfFilter(raw: Raw): string {
	const fid = smallOf(raw, 'fid');
	return BANDS[fid] ?? `fid${fid}`;
}

function programmeOf(raw: Raw): string {
	return PROGRAMMES[smallOf(raw, 'programid')] ?? 'private';
}

/** `t`, `1` and true mean brighter than the reference, `f`, `0` and false fainter. */
function positiveOf(raw: Raw): boolean | null {
	switch (raw['isdiffpos']) {
		case 't':
		case '1':
		case true:
			return true;
		case 'f':
		case '0':
		case false:
			return false;
		default:
			return null;
	}
}

/** Middle of the exposure, MJD TAI, from the start in JD UTC; 30 s are taken where there is no exposure time. */
function midExposure(raw: Raw): { mjd: number; jd: number; exposureSeconds: number; assumed: boolean } {
	const jd = floatOf(raw, 'jd');
	const exposure = errorOf(ztfFloat(raw, 'exptime'));
	const assumed = Number.isNaN(exposure);
	const mjdUtc = mjdFromJd(jd) + (assumed ? ASSUMED_EXPOSURE_S : exposure) / 2 / DAY_S;
	return { mjd: isPlausibleMjd(mjdUtc) ? taiFromUtcMjd(mjdUtc) : Number.NaN, jd, exposureSeconds: exposure, assumed };
}

/** A candidate or an entry of prv_candidates: a detection where it has a magnitude, else an upper limit. */
function candidatePoint(raw: Raw): PhotometricPoint {
	const { mjd, jd, assumed } = midExposure(raw);
	const mag = ztfFloat(raw, 'magpsf');
	const magErr = errorOf(ztfFloat(raw, 'sigmapsf'));
	const limitMag = ztfFloat(raw, 'diffmaglim');
	const detected = !Number.isNaN(mag);
	const positive = detected ? positiveOf(raw) : null;
	const flux = fluxFromMag(mag);
	const ra = ztfFloat(raw, 'ra');
	const dec = ztfFloat(raw, 'dec');
	const fid = smallOf(raw, 'fid');
	const programid = smallOf(raw, 'programid');
	return {
		kind: detected ? 'detection' : 'upperLimit',
		sourceId: detected ? idOf(raw, 'candid') : 0n,
		band: bandOfFilter(raw),
		mjd,
		timeReceived: jd,
		exposureAssumed: assumed,
		ra: detected ? ra : Number.NaN,
		dec: detected ? dec : Number.NaN,
		psfFlux: positive === false ? -flux : flux,
		psfFluxErr: detected ? fluxErrFromMag(mag, magErr) : Number.NaN,
		mag,
		magErr: detected ? magErr : Number.NaN,
		limitMag,
		positive,
		programme: programmeOf(raw),
		flags: '',
		valueHash: valueHash(
			detected
				? [jd, fid, programid, ra, dec, mag, ztfFloat(raw, 'sigmapsf'), positive, limitMag]
				: [jd, fid, programid, limitMag],
		),
	};
}

/** Below this signal to noise a forced measurement is a limit. */
const FORCED_SIGMA = 3;

/** An entry of fp_hists: counts on the difference image with a zero point of their own. */
function forcedPoint(raw: Raw): PhotometricPoint {
	const { mjd, jd, assumed } = midExposure(raw);
	const counts = ztfFloat(raw, 'forcediffimflux');
	const countsErr = ztfFloat(raw, 'forcediffimfluxunc');
	const zeroPoint = ztfFloat(raw, 'magzpsci');
	const psfFlux = fluxFromCounts(counts, zeroPoint);
	const psfFluxErr = errorOf(fluxFromCounts(countsErr, zeroPoint));
	const measured = Math.abs(psfFlux) >= FORCED_SIGMA * psfFluxErr;
	const flags = textOf(raw, 'procstatus');
	return {
		kind: 'forcedPhotometry',
		sourceId: 0n,
		band: bandOfFilter(raw),
		mjd,
		timeReceived: jd,
		exposureAssumed: assumed,
		ra: Number.NaN,
		dec: Number.NaN,
		psfFlux,
		psfFluxErr,
		mag: measured ? magFromFlux(psfFlux) : Number.NaN,
		magErr: measured ? magErrFromFlux(psfFlux, psfFluxErr) : Number.NaN,
		limitMag: limitMagFromFluxErr(psfFluxErr),
		positive: Number.isNaN(psfFlux) ? null : psfFlux > 0,
		programme: programmeOf(raw),
		flags,
		valueHash: valueHash([jd, smallOf(raw, 'fid'), smallOf(raw, 'programid'), counts, countsErr, zeroPoint, flags]),
	};
}

/** The history that is usable: points with a time, and limits with a limit. */
function historyOf(record: Raw): PhotometricPoint[] {
	const out: PhotometricPoint[] = [];
	for (const raw of recordsOf(record, 'prv_candidates')) {
		const point = candidatePoint(raw);
		if (!Number.isNaN(point.mjd) && !(point.kind === 'upperLimit' && Number.isNaN(point.limitMag))) out.push(point);
	}
	for (const raw of recordsOf(record, 'fp_hists')) {
		const point = forcedPoint(raw);
		if (!Number.isNaN(point.mjd)) out.push(point);
	}
	return out;
}

/** Nights that no real packet has: those of simulated ones (design rule 8). */
const SIMULATED_NIGHTS = [9000n, 9222n] as const;
const SIMULATED_FIELDS = 9000n;

function isSimulated(candidate: Raw, objectId: string, candid: bigint): boolean {
	const nights = [idOf(candidate, 'nid'), candid / 10n ** 15n, idOf(candidate, 'pid') / 10n ** 9n];
	return (
		objectId.startsWith('SIM') ||
		idOf(candidate, 'field') >= SIMULATED_FIELDS ||
		nights.some((night) => night >= SIMULATED_NIGHTS[0] && night <= SIMULATED_NIGHTS[1])
	);
}

/** drb where its network is named, else rb. */
function reliabilityOf(candidate: Raw): { score: number; model: string } {
	for (const [score, version] of [
		['drb', 'drbversion'],
		['rb', 'rbversion'],
	] as const) {
		const value = ztfFloat(candidate, score);
		const model = textOf(candidate, version);
		if (value >= 0 && value <= 1 && model !== '') return { score: value, model: `${score} ${model}` };
	}
	return { score: Number.NaN, model: '' };
}

/** Name of the solar system object within 5 arcsec; farther ones are chance. */
function ssoNameOf(candidate: Raw): string | null {
	const distance = ztfFloat(candidate, 'ssdistnr');
	const name = textOf(candidate, 'ssnamenr').trim();
	return distance >= 0 && distance <= SSO_RADIUS_ARCSEC && name !== '' ? name : null;
}

/** First detection of the object: the start of its exposure in JD UTC, 30 s assumed; never after the alert itself. */
function firstMjdOf(candidate: Raw, mjd: number): number {
	const mjdUtc = mjdFromJd(ztfFloat(candidate, 'jdstarthist')) + ASSUMED_EXPOSURE_S / 2 / DAY_S;
	return isPlausibleMjd(mjdUtc) ? Math.min(taiFromUtcMjd(mjdUtc), mjd) : Number.NaN;
}

/** ZTF's positions on the sky are trusted to be on it; times, ids and names are checked. Schema versions 1.8 to 4.02. */
export function normaliseZtf(record: Raw): Alert {
	const candidate = requiredRecord(record, 'candidate');
	const objectId = textOf(record, 'objectId');
	if (objectId === '') invalid('The packet has no objectId.');
	const ownId = idOf(candidate, 'candid');
	const alertId = checkedId(ownId === 0n ? idOf(record, 'candid') : ownId, 'candid');
	const position = positionOf(ztfFloat(candidate, 'ra'), ztfFloat(candidate, 'dec'));
	const time = midExposure(candidate);
	const mjd = checkedMjd(time.mjd, time.jd);
	const point = candidatePoint(candidate);
	const plain = point.kind === 'detection' && point.sourceId === alertId && point.ra === position.ra;
	// a candidate without a magnitude is the alert's detection all the same
	const detection: PhotometricPoint = plain ? point : { ...point, ...position, kind: 'detection', sourceId: alertId };
	const { score, model } = reliabilityOf(candidate);
	const nDetections = smallOf(candidate, 'ndethist');
	const stamp = (name: string) => {
		const cutout = recordOf(record, name);
		return cutout === null ? null : bytesOf(cutout, 'stampData');
	};
	const origin: Origin = isSimulated(candidate, objectId, alertId) ? 'simulated' : 'real';
	return {
		survey: ztf.name,
		alertId,
		alertIdText: '',
		objectId,
		programme: detection.programme,
		origin,
		schemaVersion: textOf(record, 'schemavsn'),
		night: nightOf(mjd, ztf.nightOffsetHours),
		mjd,
		timeReceived: time.jd,
		exposureSeconds: time.exposureSeconds,
		exposureAssumed: time.assumed,
		ra: position.ra,
		dec: position.dec,
		band: detection.band,
		psfFlux: detection.psfFlux,
		psfFluxErr: detection.psfFluxErr,
		mag: detection.mag,
		magErr: detection.magErr,
		limitMag: detection.limitMag,
		snr: Math.abs(detection.psfFlux) / detection.psfFluxErr,
		positive: detection.positive,
		reliability: score,
		reliabilityModel: model,
		starScore: ztfFloat(candidate, 'sgscore1'),
		starSepArcsec: ztfFloat(candidate, 'distpsnr1'),
		nDetections: nDetections > 0 ? nDetections : null,
		firstMjd: firstMjdOf(candidate, mjd),
		ssoName: ssoNameOf(candidate),
		fields: readFields(record),
		detection,
		history: historyOf(record),
		cutouts: {
			science: stamp('cutoutScience'),
			template: stamp('cutoutTemplate'),
			difference: stamp('cutoutDifference'),
		},
	};
}
