import type { Alert } from '#lib/alert/alert.ts';
import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';
import { pgir } from '#lib/alert/surveys/pgir.ts';
import { mjdFromJd, nightOf } from '#lib/astro/time.ts';
import { fieldReader } from './fields.ts';
import { firstMjdOf } from './lsst.ts';
import { magPoint, midOfStart } from './magPoint.ts';
import {
	bytesOf,
	checkedId,
	checkedMjd,
	errorOf,
	floatOf,
	idOf,
	invalid,
	positionOf,
	recordsOf,
	requiredRecord,
	textOf,
	type Raw,
} from './values.ts';

const PROGRAMME = 'private';
const SSO_RADIUS_ARCSEC = 5;
const ABSENT = [-99, -999];

const readFields = fieldReader(pgir.fields, { absentNumbers: () => ABSENT, formerly: {}, zeroIsNone: new Set() });

function positiveOf(text: string): boolean | null {
	return text === '' ? null : text === 't' || text === '1';
}

function point(raw: Raw): PhotometricPoint {
	return magPoint({
		sourceId: idOf(raw, 'candid'),
		band: 'J',
		jd: floatOf(raw, 'jd'),
		exposureSeconds: floatOf(raw, 'exptime'),
		ra: floatOf(raw, 'ra'),
		dec: floatOf(raw, 'dec'),
		mag: floatOf(raw, 'magpsf'),
		magErr: floatOf(raw, 'sigmapsf'),
		limitMag: floatOf(raw, 'diffmaglim'),
		positive: positiveOf(textOf(raw, 'isdiffpos')),
		programme: PROGRAMME,
	});
}

/** PGIR alerts: one band, J, in Vega magnitudes as sent. */
export function normalisePgir(record: Raw): Alert {
	const candidate = requiredRecord(record, 'candidate');
	const objectId = textOf(record, 'objectId');
	if (objectId === '') invalid('The packet has no objectId.');
	const alertId = checkedId(idOf(candidate, 'candid'), 'candid');
	const own = point(candidate);
	const position = positionOf(floatOf(candidate, 'ra'), floatOf(candidate, 'dec'));
	const mjd = checkedMjd(own.mjd, own.timeReceived);
	const detection: PhotometricPoint = { ...own, ...position, kind: 'detection', sourceId: alertId };
	const history = recordsOf(record, 'prv_candidates')
		.map(point)
		.filter(
			(earlier) => !Number.isNaN(earlier.mjd) && !(earlier.kind === 'upperLimit' && Number.isNaN(earlier.limitMag)),
		);
	const reliability = floatOf(candidate, 'drb');
	const nDetections = Number(idOf(candidate, 'ndethist'));
	const first = midOfStart(mjdFromJd(floatOf(candidate, 'jdstarthist')), Number.NaN).mjd;
	const ssoDistance = floatOf(candidate, 'ssdistnr');
	const ssoName = textOf(candidate, 'ssnamenr').trim();
	const isSso = ssoDistance >= 0 && ssoDistance <= SSO_RADIUS_ARCSEC && ssoName !== '' && ssoName !== 'NONE';
	return {
		survey: pgir.name,
		alertId,
		alertIdText: '',
		objectId,
		programme: PROGRAMME,
		origin: 'real',
		schemaVersion: textOf(record, 'schemavsn'),
		night: nightOf(mjd, pgir.nightOffsetHours),
		mjd,
		timeReceived: own.timeReceived,
		exposureSeconds: errorOf(floatOf(candidate, 'exptime')),
		exposureAssumed: own.exposureAssumed,
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
		reliability,
		reliabilityModel: Number.isNaN(reliability) ? '' : `drb ${textOf(candidate, 'drbversion')}`.trim(),
		starScore: Number.NaN,
		starSepArcsec: floatOf(candidate, 'tmdist1'),
		nDetections: nDetections > 0 ? nDetections : null,
		firstMjd: firstMjdOf(first, mjd, history),
		ssoName: isSso ? ssoName : null,
		fields: readFields(record),
		detection,
		history,
		cutouts: {
			science: bytesOf(record, 'cutoutScience'),
			template: bytesOf(record, 'cutoutTemplate'),
			difference: bytesOf(record, 'cutoutDifference'),
		},
	};
}
