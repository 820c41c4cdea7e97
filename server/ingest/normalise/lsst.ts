import type { Alert } from '#lib/alert/alert.ts';
import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';
import { lsst } from '#lib/alert/surveys/lsst.ts';
import { nightOf } from '#lib/astro/time.ts';
import { valueHash } from '#lib/alert/pointHash.ts';
import { fieldReader } from './fields.ts';
import { fluxPoint } from './fluxPoint.ts';
import {
	bytesOf,
	checkedId,
	checkedMjd,
	floatOf,
	idOf,
	isPlausibleMjd,
	positionOf,
	recordOf,
	recordsOf,
	requiredRecord,
	textOf,
	type Raw,
} from './values.ts';

const PROGRAMME = 'public';
/** What the pipeline writes where it has no score, as the 32-bit float that it is. */
const NO_RELIABILITY = Math.fround(0.48634383);
/** Ids of our simulation (design rule 8). */
const SIMULATED_IDS = [8_000_000_000_000_000_000n, 8_990_000_000_000_000_000n] as const;

/** Names of fields in schema versions before the one that the declarations follow. */
const FORMERLY: Readonly<Record<string, readonly string[]>> = {
	'diaSource.isNegative': ['diaSource.is_negative'],
	'ssSource.eclLambda': ['ssSource.eclipticLambda'],
	'ssSource.eclBeta': ['ssSource.eclipticBeta'],
	'ssSource.galLon': ['ssSource.galacticL'],
	'ssSource.galLat': ['ssSource.galacticB'],
	'ssSource.topoRange': ['ssSource.topocentricDist'],
	'ssSource.helioRange': ['ssSource.heliocentricDist'],
	'ssSource.ephVmag': ['ssSource.predictedVMagnitude'],
	'mpc_orbits.designation': ['MPCORB.mpcDesignation'],
	'mpc_orbits.a': ['MPCORB.a'],
	'mpc_orbits.q': ['MPCORB.q'],
	'mpc_orbits.e': ['MPCORB.e'],
	'mpc_orbits.i': ['MPCORB.incl'],
	'mpc_orbits.node': ['MPCORB.node'],
	'mpc_orbits.argperi': ['MPCORB.peri'],
	'mpc_orbits.mean_anomaly': ['MPCORB.M'],
	'mpc_orbits.epoch_mjd': ['MPCORB.epoch'],
	'mpc_orbits.h': ['MPCORB.mpcH'],
};

const readFields = fieldReader(lsst.fields, {
	absentNumbers: () => [],
	formerly: FORMERLY,
	zeroIsNone: new Set(['diaObjectId', 'ssObjectId', 'parentDiaSourceId']),
});

const FLAGS = ['centroid_flag', 'psfFlux_flag', 'psfFlux_flag_edge', 'psfFlux_flag_noGoodPixels'] as const;

function sourcePoint(raw: Raw): PhotometricPoint {
	const band = textOf(raw, 'band');
	const mjd = floatOf(raw, 'midpointMjdTai');
	const ra = floatOf(raw, 'ra');
	const dec = floatOf(raw, 'dec');
	const psfFlux = floatOf(raw, 'psfFlux');
	const psfFluxErr = floatOf(raw, 'psfFluxErr');
	return fluxPoint({
		kind: 'detection',
		sourceId: idOf(raw, 'diaSourceId'),
		band,
		mjd,
		ra,
		dec,
		psfFlux,
		psfFluxErr,
		programme: PROGRAMME,
		flags: FLAGS.filter((flag) => raw[flag] === true).join(' '),
		valueHash: valueHash([mjd, band, ra, dec, psfFlux, psfFluxErr]),
	});
}

function forcedPoint(raw: Raw): PhotometricPoint {
	const band = textOf(raw, 'band');
	const mjd = floatOf(raw, 'midpointMjdTai');
	const psfFlux = floatOf(raw, 'psfFlux');
	const psfFluxErr = floatOf(raw, 'psfFluxErr');
	return fluxPoint({
		kind: 'forcedPhotometry',
		sourceId: idOf(raw, 'diaForcedSourceId'),
		band,
		mjd,
		ra: Number.NaN,
		dec: Number.NaN,
		psfFlux,
		psfFluxErr,
		programme: PROGRAMME,
		flags: '',
		valueHash: valueHash([mjd, band, psfFlux, psfFluxErr]),
	});
}

/** A limit of schema v7: the noise of the difference image, nJy, 1 sigma. */
function limitPoint(raw: Raw): PhotometricPoint {
	const band = textOf(raw, 'band');
	const mjd = floatOf(raw, 'midpointMjdTai');
	const noise = floatOf(raw, 'diaNoise');
	const nothing = Number.NaN;
	return fluxPoint({
		kind: 'upperLimit',
		sourceId: 0n,
		band,
		mjd,
		ra: nothing,
		dec: nothing,
		psfFlux: nothing,
		psfFluxErr: noise,
		programme: PROGRAMME,
		flags: '',
		valueHash: valueHash([mjd, band, noise]),
	});
}

function historyOf(record: Raw): PhotometricPoint[] {
	return [
		...recordsOf(record, 'prvDiaSources').map(sourcePoint),
		...recordsOf(record, 'prvDiaForcedSources').map(forcedPoint),
		...recordsOf(record, 'prvDiaNondetectionLimits').map(limitPoint),
	].filter((point) => isPlausibleMjd(point.mjd));
}

/** What the packet says of a solar system object: its id (0n = none) and designation ('' = none). */
function solarSystem(record: Raw, source: Raw): { id: bigint; designation: string } {
	const ssSource = recordOf(record, 'ssSource') ?? {};
	const ssObject = recordOf(record, 'ssObject') ?? {};
	const orbit = recordOf(record, 'mpc_orbits') ?? {};
	const oldOrbit = recordOf(record, 'MPCORB') ?? {};
	return {
		id: idOf(source, 'ssObjectId') || idOf(ssSource, 'ssObjectId') || idOf(ssObject, 'ssObjectId'),
		designation: textOf(ssSource, 'designation') || textOf(orbit, 'designation') || textOf(oldOrbit, 'mpcDesignation'),
	};
}

/** Design rule 2: asteroids must never merge into one object. */
function objectIdOf(diaObjectId: bigint, sso: { id: bigint; designation: string }, diaSourceId: bigint): string {
	if (diaObjectId !== 0n) return String(diaObjectId);
	if (sso.id !== 0n) return `sso${sso.id}`;
	return sso.designation === '' ? String(diaSourceId) : `sso${sso.designation}`;
}

function isSimulatedId(id: bigint): boolean {
	return id >= SIMULATED_IDS[0] && id <= SIMULATED_IDS[1];
}

/** Rubin alerts of schema 7.0 to 11.0; later ones as far as the names stay. */
export function normaliseLsst(record: Raw, recordName: string): Alert {
	const source = requiredRecord(record, 'diaSource');
	const diaObject = recordOf(record, 'diaObject') ?? {};
	const alertId = checkedId(idOf(source, 'diaSourceId'), 'diaSourceId');
	const diaObjectId = idOf(source, 'diaObjectId') || idOf(diaObject, 'diaObjectId');
	const sso = solarSystem(record, source);
	const point = sourcePoint(source);
	const position = positionOf(point.ra, point.dec);
	const mjd = checkedMjd(point.mjd, point.timeReceived);
	// RA 360 is the one that moves
	const detection: PhotometricPoint = point.ra === position.ra ? point : { ...point, ra: position.ra };
	const history = historyOf(record);
	const reliability = floatOf(source, 'reliability');
	const scored = reliability >= 0 && reliability <= 1 && Math.fround(reliability) !== NO_RELIABILITY;
	const snr = floatOf(source, 'snr');
	const nDetections = floatOf(diaObject, 'nDiaSources');
	const isSolarSystem = diaObjectId === 0n && (sso.id !== 0n || sso.designation !== '');
	return {
		survey: lsst.name,
		alertId,
		alertIdText: '',
		objectId: objectIdOf(diaObjectId, sso, alertId),
		programme: PROGRAMME,
		origin: isSimulatedId(alertId) || isSimulatedId(diaObjectId) ? 'simulated' : 'real',
		schemaVersion: versionOf(recordName),
		night: nightOf(mjd, lsst.nightOffsetHours),
		mjd,
		timeReceived: point.timeReceived,
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
		reliability: scored ? reliability : Number.NaN,
		reliabilityModel: scored ? 'reliability' : '',
		starScore: Number.NaN,
		starSepArcsec: Number.NaN,
		nDetections: nDetections > 0 ? nDetections : null,
		firstMjd: firstMjdOf(floatOf(diaObject, 'firstDiaSourceMjdTai'), mjd, history),
		ssoName: isSolarSystem || sso.id !== 0n ? sso.designation || String(sso.id) : null,
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

/** First detection known: the object's own, else the earliest in the packet; MJD TAI. */
export function firstMjdOf(stated: number, mjd: number, history: readonly PhotometricPoint[]): number {
	if (isPlausibleMjd(stated)) return Math.min(stated, mjd);
	return history.reduce((first, point) => (point.kind === 'detection' ? Math.min(first, point.mjd) : first), mjd);
}

/** '10.0' of `lsst.v10_0.alert`. */
export function versionOf(recordName: string): string {
	return /\.v(\d+)_(\d+)\./.exec(recordName)?.slice(1).join('.') ?? '';
}
