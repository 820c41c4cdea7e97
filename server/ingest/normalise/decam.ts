import type { Alert } from '#lib/alert/alert.ts';
import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';
import { decam } from '#lib/alert/surveys/decam.ts';
import { nightOf } from '#lib/astro/time.ts';
import { valueHash } from '#lib/alert/pointHash.ts';
import { fieldReader } from './fields.ts';
import { fluxPoint } from './fluxPoint.ts';
import { firstMjdOf } from './lsst.ts';
import { midOfStart } from './magPoint.ts';
import {
	bytesOf,
	checkedId,
	checkedMjd,
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

const readFields = fieldReader(decam.fields, { absentNumbers: () => [], formerly: {}, zeroIsNone: new Set() });

/** psfFlux is in nJy as sent; times are taken as starts of exposures of unknown length, UTC. */
function point(kind: PhotometricPoint['kind'], raw: Raw, sourceId: bigint): PhotometricPoint {
	const start = floatOf(raw, 'mjd');
	const band = textOf(raw, 'band');
	const psfFlux = floatOf(raw, 'psfFlux');
	const psfFluxErr = floatOf(raw, 'psfFluxErr');
	const limitMag = floatOf(raw, 'diffmaglim');
	const ra = kind === 'detection' ? floatOf(raw, 'ra') : Number.NaN;
	const dec = kind === 'detection' ? floatOf(raw, 'dec') : Number.NaN;
	return fluxPoint({
		kind,
		sourceId,
		band,
		mjd: midOfStart(start, Number.NaN).mjd,
		timeReceived: start,
		exposureAssumed: true,
		ra,
		dec,
		psfFlux,
		psfFluxErr,
		...(Number.isNaN(limitMag) ? {} : { limitMag }),
		programme: PROGRAMME,
		flags: '',
		valueHash: valueHash(
			kind === 'detection' ? [start, band, ra, dec, psfFlux, psfFluxErr] : [start, band, psfFlux, psfFluxErr],
		),
	});
}

/** DECam alerts in DESIRT's packets: forced photometry of the object, and the detection that triggered. */
export function normaliseDecam(record: Raw): Alert {
	const candidate = requiredRecord(record, 'candidate');
	const objectId = textOf(record, 'objectId');
	if (objectId === '') invalid('The packet has no objectId.');
	const alertId = checkedId(idOf(record, 'candid'), 'candid');
	const own = point('detection', candidate, alertId);
	const position = positionOf(own.ra, own.dec);
	const mjd = checkedMjd(own.mjd, own.timeReceived);
	const detection: PhotometricPoint = { ...own, ...position };
	const history = recordsOf(record, 'fp_hists')
		.map((raw) => point('forcedPhotometry', raw, 0n))
		.filter((earlier) => !Number.isNaN(earlier.mjd));
	const reliability = floatOf(candidate, 'reliability');
	return {
		survey: decam.name,
		alertId,
		alertIdText: '',
		objectId,
		programme: PROGRAMME,
		origin: 'real',
		schemaVersion: textOf(record, 'publisher'),
		night: nightOf(mjd, decam.nightOffsetHours),
		mjd,
		timeReceived: own.timeReceived,
		exposureSeconds: Number.NaN,
		exposureAssumed: true,
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
		reliabilityModel: Number.isNaN(reliability) ? '' : 'DESIRT',
		starScore: Number.NaN,
		starSepArcsec: Number.NaN,
		nDetections: null,
		firstMjd: firstMjdOf(Number.NaN, mjd, history),
		ssoName: null,
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
