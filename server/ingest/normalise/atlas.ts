import type { Alert } from '#lib/alert/alert.ts';
import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';
import { atlas } from '#lib/alert/surveys/atlas.ts';
import { nightOf } from '#lib/astro/time.ts';
import { valueHash } from '#lib/alert/pointHash.ts';
import { fieldReader } from './fields.ts';
import { fluxPoint } from './fluxPoint.ts';
import { midOfStart } from './magPoint.ts';
import {
	bytesOf,
	checkedMjd,
	floatOf,
	idOfText,
	invalid,
	positionOf,
	recordOf,
	requiredRecord,
	textOf,
	type Raw,
} from './values.ts';

const PROGRAMME = 'private';
const NJY_PER_UJY = 1000;
/** Every exposure of the survey lasts 30 s (Tonry et al. 2018, PASP 130, 064505); packets do not say. */
const EXPOSURE_S = 30;

const readFields = fieldReader(atlas.fields, { absentNumbers: () => [], formerly: {}, zeroIsNone: new Set() });

/** ATLAS alerts: text ids, two stamps, no history; the sign is that of the flux, for `isdiffpos` contradicts it. */
export function normaliseAtlas(record: Raw): Alert {
	const candidate = requiredRecord(record, 'candidate');
	const objectId = textOf(record, 'objectId');
	if (objectId === '') invalid('The packet has no objectId.');
	const alertIdText = textOf(record, 'candid');
	if (alertIdText === '') invalid('The packet has no candid.');
	const alertId = idOfText(alertIdText);
	const position = positionOf(floatOf(candidate, 'RA'), floatOf(candidate, 'Dec'));
	const start = floatOf(candidate, 'mjd');
	const band = textOf(candidate, 'filter');
	const flux = floatOf(candidate, 'flux');
	const fluxErr = Math.abs(floatOf(candidate, 'Dflux'));
	const mjd = checkedMjd(midOfStart(start, EXPOSURE_S).mjd, start);
	const detection: PhotometricPoint = fluxPoint({
		kind: 'detection',
		sourceId: alertId,
		band,
		mjd,
		timeReceived: start,
		...position,
		psfFlux: flux * NJY_PER_UJY,
		psfFluxErr: fluxErr * NJY_PER_UJY,
		programme: PROGRAMME,
		flags: '',
		valueHash: valueHash([start, band, floatOf(candidate, 'RA'), floatOf(candidate, 'Dec'), flux, fluxErr]),
	});
	const stamp = (name: string) => {
		const cutout = recordOf(record, name);
		return cutout === null ? null : bytesOf(cutout, 'stampData');
	};
	return {
		survey: atlas.name,
		alertId,
		alertIdText,
		objectId,
		programme: PROGRAMME,
		origin: 'real',
		schemaVersion: textOf(record, 'schemavsn'),
		night: nightOf(mjd, atlas.nightOffsetHours),
		mjd,
		timeReceived: start,
		exposureSeconds: EXPOSURE_S,
		exposureAssumed: false,
		ra: position.ra,
		dec: position.dec,
		band,
		psfFlux: detection.psfFlux,
		psfFluxErr: detection.psfFluxErr,
		mag: detection.mag,
		magErr: detection.magErr,
		limitMag: detection.limitMag,
		snr: Math.abs(detection.psfFlux) / detection.psfFluxErr,
		positive: detection.positive,
		// rb is 0 in every packet seen: no score
		reliability: Number.NaN,
		reliabilityModel: '',
		starScore: Number.NaN,
		starSepArcsec: Number.NaN,
		nDetections: null,
		firstMjd: mjd,
		ssoName: null,
		fields: readFields(record),
		detection,
		history: [],
		cutouts: { science: stamp('cutoutScience'), template: null, difference: stamp('cutoutDifference') },
	};
}
