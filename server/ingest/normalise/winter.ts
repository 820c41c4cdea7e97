import type { Alert } from '#lib/alert/alert.ts';
import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';
import { winter } from '#lib/alert/surveys/winter.ts';
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
/** Filter numbers of the survey's pipeline; the description in its schema (from 0) is wrong. */
const BANDS: readonly (string | undefined)[] = [undefined, 'Y', 'J', 'H'];
/** A solar system object is associated only within this distance. */
const SSO_RADIUS_ARCSEC = 5;

const readFields = fieldReader(winter.fields, {
	absentNumbers: () => [-999],
	formerly: {},
	zeroIsNone: new Set(),
});

function point(raw: Raw): PhotometricPoint {
	const fid = Number(idOf(raw, 'fid'));
	return magPoint({
		sourceId: idOf(raw, 'candid'),
		band: BANDS[fid] ?? invalid(`The filter number ${fid} is none of WINTER's (1 = Y, 2 = J, 3 = H).`),
		jd: floatOf(raw, 'jd'),
		exposureSeconds: floatOf(raw, 'exptime'),
		ra: floatOf(raw, 'ra'),
		dec: floatOf(raw, 'dec'),
		mag: floatOf(raw, 'magpsf'),
		magErr: floatOf(raw, 'sigmapsf'),
		limitMag: floatOf(raw, 'diffmaglim'),
		positive: typeof raw['isdiffpos'] === 'boolean' ? raw['isdiffpos'] : null,
		programme: PROGRAMME,
	});
}

function historyOf(record: Raw): PhotometricPoint[] {
	const known = recordsOf(record, 'prv_candidates').filter((raw) => BANDS[Number(idOf(raw, 'fid'))] !== undefined);
	return known.map(point).filter(({ mjd, kind }) => !Number.isNaN(mjd) && kind === 'detection');
}

/** WINTER alerts; magnitudes of J and H are Vega's, as sent. */
export function normaliseWinter(record: Raw): Alert {
	const candidate = requiredRecord(record, 'candidate');
	const objectId = textOf(record, 'objectid');
	if (objectId === '') invalid('The packet has no objectid.');
	const alertId = checkedId(idOf(candidate, 'candid'), 'candid');
	const own = point(candidate);
	const position = positionOf(floatOf(candidate, 'ra'), floatOf(candidate, 'dec'));
	const mjd = checkedMjd(own.mjd, own.timeReceived);
	const detection: PhotometricPoint = { ...own, ...position, kind: 'detection', sourceId: alertId };
	const history = historyOf(record);
	const reliability = floatOf(candidate, 'rb');
	const nDetections = Number(idOf(candidate, 'ndethist'));
	const first = midOfStart(mjdFromJd(floatOf(candidate, 'jdstarthist')), Number.NaN).mjd;
	const ssoDistance = floatOf(candidate, 'ssdistnr');
	const ssoName = textOf(candidate, 'ssnamenr').trim();
	return {
		survey: winter.name,
		alertId,
		alertIdText: '',
		objectId,
		programme: PROGRAMME,
		origin: 'real',
		schemaVersion: textOf(record, 'schemavsn'),
		night: nightOf(mjd, winter.nightOffsetHours),
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
		reliabilityModel: Number.isNaN(reliability) ? '' : `rb ${textOf(candidate, 'rbversion')}`.trim(),
		starScore: floatOf(candidate, 'sgscore1'),
		starSepArcsec: floatOf(candidate, 'distpsnr1'),
		nDetections: nDetections > 0 ? nDetections : null,
		firstMjd: firstMjdOf(first, mjd, history),
		ssoName: ssoDistance >= 0 && ssoDistance <= SSO_RADIUS_ARCSEC && ssoName !== '' ? ssoName : null,
		fields: readFields(record),
		detection,
		history,
		cutouts: {
			science: bytesOf(record, 'cutout_science'),
			template: bytesOf(record, 'cutout_template'),
			difference: bytesOf(record, 'cutout_difference'),
		},
	};
}
