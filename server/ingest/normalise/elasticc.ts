import type { Alert } from '#lib/alert/alert.ts';
import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';
import { elasticc } from '#lib/alert/surveys/elasticc.ts';
import { AB_ZERO_POINT } from '#lib/astro/photometry.ts';
import { nightOf } from '#lib/astro/time.ts';
import { valueHash } from '#lib/alert/pointHash.ts';
import { fieldReader } from './fields.ts';
import { fluxPoint } from './fluxPoint.ts';
import { firstMjdOf, versionOf } from './lsst.ts';
import {
	bytesOf,
	checkedId,
	checkedMjd,
	floatOf,
	idOf,
	isPlausibleMjd,
	positionOf,
	recordsOf,
	requiredRecord,
	textOf,
	type Raw,
} from './values.ts';

const PROGRAMME = 'public';
/** Fluxes are SNANA's FLUXCAL: AB zero point 27.5. */
const FLUXCAL_ZERO_POINT = 27.5;
const NJY_PER_FLUXCAL = 10 ** (0.4 * (AB_ZERO_POINT - FLUXCAL_ZERO_POINT));

/** -9, -99, -999 and 999 fill the host columns where there is no host; elsewhere they are numbers. */
const absentNumbers = (name: string): readonly number[] =>
	/^(hostgal|z_final|mwebv)/.test(name) ? [-9, -99, -999, 999] : [];

/** Names of v0.9 where they differ from later versions. */
const FORMERLY: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
	['hostgal', 'hostgal2'].flatMap((host) => [
		[`diaObject.${host}_zspec`, [`diaObject.${host}_z`]],
		[`diaObject.${host}_zspec_err`, [`diaObject.${host}_z_err`]],
		...['010', '020', '030', '040', '050', '060', '070', '080', '090'].map((q) => [
			`diaObject.${host}_zphot_q${q}`,
			[`diaObject.${host}_zphot_q${q.slice(1)}`],
		]),
	]) as [string, string[]][],
);

const readFields = fieldReader(elasticc.fields, {
	absentNumbers,
	formerly: FORMERLY,
	zeroIsNone: new Set(['parentDiaSourceId']),
});

function point(kind: PhotometricPoint['kind'], raw: Raw, idName: string): PhotometricPoint {
	const band = textOf(raw, 'filterName');
	const mjd = floatOf(raw, 'midPointTai');
	const flux = kind === 'upperLimit' ? Number.NaN : floatOf(raw, 'psFlux');
	const fluxErr = floatOf(raw, kind === 'upperLimit' ? 'diaNoise' : 'psFluxErr');
	const ra = kind === 'detection' ? floatOf(raw, 'ra') : Number.NaN;
	const dec = kind === 'detection' ? floatOf(raw, 'decl') : Number.NaN;
	return fluxPoint({
		kind,
		sourceId: idName === '' ? 0n : idOf(raw, idName),
		band,
		mjd,
		ra,
		dec,
		psfFlux: flux * NJY_PER_FLUXCAL,
		psfFluxErr: fluxErr * NJY_PER_FLUXCAL,
		programme: PROGRAMME,
		flags: '',
		valueHash: valueHash(kind === 'detection' ? [mjd, band, ra, dec, flux, fluxErr] : [mjd, band, flux, fluxErr]),
	});
}

/** ELAsTiCC alerts of schema 0.9 and later; `alertId` in them is no identity, the diaSourceId is. Always of origin test. */
export function normaliseElasticc(record: Raw, recordName: string): Alert {
	const source = requiredRecord(record, 'diaSource');
	const alertId = checkedId(idOf(source, 'diaSourceId'), 'diaSourceId');
	const own = point('detection', source, 'diaSourceId');
	const position = positionOf(own.ra, own.dec);
	const mjd = checkedMjd(own.mjd, own.timeReceived);
	// RA 360 is the one that moves
	const detection: PhotometricPoint = own.ra === position.ra ? own : { ...own, ra: position.ra };
	const history = [
		...recordsOf(record, 'prvDiaSources').map((raw) => point('detection', raw, 'diaSourceId')),
		...recordsOf(record, 'prvDiaForcedSources').map((raw) => point('forcedPhotometry', raw, 'diaForcedSourceId')),
		...recordsOf(record, 'prvDiaNondetectionLimits').map((raw) => point('upperLimit', raw, '')),
	].filter((earlier) => isPlausibleMjd(earlier.mjd));
	const snr = floatOf(source, 'snr');
	const objectId = idOf(source, 'diaObjectId') || alertId;
	return {
		survey: elasticc.name,
		alertId,
		alertIdText: '',
		objectId: String(objectId),
		programme: PROGRAMME,
		origin: 'test',
		schemaVersion: versionOf(recordName),
		night: nightOf(mjd, elasticc.nightOffsetHours),
		mjd,
		timeReceived: own.timeReceived,
		exposureSeconds: Number.NaN,
		exposureAssumed: false,
		ra: position.ra,
		dec: position.dec,
		band: detection.band,
		psfFlux: detection.psfFlux,
		psfFluxErr: detection.psfFluxErr,
		mag: detection.mag,
		magErr: detection.magErr,
		limitMag: detection.limitMag,
		snr: Number.isNaN(snr) ? Math.abs(detection.psfFlux) / detection.psfFluxErr : snr,
		positive: detection.positive,
		reliability: Number.NaN,
		reliabilityModel: '',
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
