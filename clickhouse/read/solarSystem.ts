import { solarSystemNames } from '#lib/alert/name.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { Prediction } from '#lib/alert/prediction.ts';
import type { AlertRow } from '#lib/alert/views.ts';
import ssoAlertsSql from '../queries/sso_alerts.sql?raw';
import ssoPredictionsSql from '../queries/sso_predictions.sql?raw';
import type { QueryOptions, Store } from '../store.ts';
import { alertRow, type StoredRow } from './alertRows.ts';
import { chooseColumns, type Column, ROW_COLUMNS, rowList } from './columns.ts';
import { render } from './render.ts';

/** Alerts of a solar-system object by its name, number or designation in any spelling (solarSystemNames), of every survey, newest first. */
export async function readSolarSystemAlerts(
	store: Store,
	scope: AccessScope,
	designation: string,
	{ limit = 5000, ...options }: QueryOptions & { limit?: number } = {},
): Promise<AlertRow[]> {
	const sql = render(ssoAlertsSql, scope, { columns: rowList(ROW_COLUMNS) });
	return (await store.query<StoredRow>(sql, { ssoNames: solarSystemNames(designation), limit }, options)).map(alertRow);
}

/** Where the object stood at an alert, as its packet says: distances in au, phase angle in degrees. */
export interface PhaseGeometry {
	readonly survey: string;
	readonly alertId: string;
	readonly phaseDeg: number;
	readonly helioAu: number;
	readonly topoAu: number;
}

/** The geometry of every alert of a solar-system object whose packet holds it. */
export async function readPhaseGeometry(
	store: Store,
	scope: AccessScope,
	designation: string,
	{ limit = 5000, ...options }: QueryOptions & { limit?: number } = {},
): Promise<PhaseGeometry[]> {
	const { columns } = chooseColumns('survey,alertId,lsst.phaseAngle,lsst.helioRange,lsst.topoRange');
	const rows = await store.query<{
		survey: string;
		alertId: string;
		lsst_phase_angle: number | null;
		lsst_helio_range: number | null;
		lsst_topo_range: number | null;
	}>(
		render(ssoAlertsSql, scope, { columns: rowList(columns) }),
		{ ssoNames: solarSystemNames(designation), limit },
		options,
	);
	return rows.flatMap(({ survey, alertId, ...row }) => {
		const [phaseDeg, helioAu, topoAu] = [row.lsst_phase_angle, row.lsst_helio_range, row.lsst_topo_range];
		const known = phaseDeg !== null && helioAu !== null && topoAu !== null && helioAu > 0 && topoAu > 0;
		return known ? [{ survey, alertId, phaseDeg, helioAu, topoAu }] : [];
	});
}

/** Stored expression of a survey's own field, by its name in the filter language. */
function stored(name: string): string {
	const [column] = chooseColumns(name).columns;
	if (column === undefined) throw new Error(`There is no field ${name}.`);
	return column.sql;
}
const among = (...names: string[]): string => {
	const [only = 'nan', ...more] = names.map(stored);
	return more.reduce((first, next) => `if(isFinite(${first}), ${first}, ${next})`, only);
};
const RA = stored('lsst.ephRa');
const DEC = stored('lsst.ephDec');
const EAST = `3600 * cos(radians(alerts.dec)) * ((alerts.ra - ${RA} + 540) % 360 - 180)`;
const NORTH = `3600 * (alerts.dec - ${DEC})`;
/** ZTF and those after its pattern write a distance below 0 for none. */
const FAR = among('ztf.ssdistnr', 'winter.ssdistnr', 'pgir.ssdistnr');
const SEP = `if(${FAR} >= 0, ${FAR}, nan)`;
/** Nor is a magnitude of 0 or less one of theirs. */
const NEAR_MAG = among('ztf.ssmagnr', 'winter.ssmagnr', 'pgir.ssmagnr');
const MAG = `if(isFinite(${stored('lsst.ephVmag')}), ${stored('lsst.ephVmag')}, if(${NEAR_MAG} > 0, ${NEAR_MAG}, nan))`;

const number = (name: string, sql: string, unit: string, meaning: string): Column => ({
	name,
	sql,
	kind: 'number',
	like: { type: 'float64', unit, meaning },
});

/** What packets predict of a body and how far the measurement lies from it, as columns of a file. */
export const PREDICTION_COLUMNS: readonly Column[] = [
	number('predictedRa', RA, 'deg', 'Right ascension that the packet predicts'),
	number('predictedDec', DEC, 'deg', 'Declination that the packet predicts'),
	number('predictedMag', MAG, 'mag', 'Magnitude that the packet predicts: V of Rubin; ZTF rounds it to a whole number'),
	number('offsetRaArcsec', EAST, 'arcsec', 'Measured less predicted right ascension, times cos(dec)'),
	number('offsetDecArcsec', NORTH, 'arcsec', 'Measured less predicted declination'),
	number(
		'offsetArcsec',
		`if(isFinite(${RA}) AND isFinite(${DEC}), hypot(${EAST}, ${NORTH}), ${SEP})`,
		'arcsec',
		'Distance of the measured position from the predicted one; of ZTF as the packet says it',
	),
	number(
		'offsetMag',
		`if(alerts.positive = false, nan, alerts.mag - ${MAG})`,
		'mag',
		'Measured magnitude in its band less the predicted one; empty on a negative difference',
	),
];

/** What the packets of a body's alerts predict of it, of those that predict something; `alertIds` narrows it to some alerts. */
export async function readPredictions(
	store: Store,
	scope: AccessScope,
	designation: string,
	{ limit = 5000, alertIds = [], ...options }: QueryOptions & { limit?: number; alertIds?: readonly string[] } = {},
): Promise<Prediction[]> {
	const columns = [
		...chooseColumns('survey,alertId').columns,
		number('ra', RA, '', ''),
		number('dec', DEC, '', ''),
		number('sepArcsec', SEP, '', ''),
		number('mag', MAG, '', ''),
	];
	const rows = await store.query<Prediction>(
		render(ssoPredictionsSql, scope, { columns: rowList(columns) }),
		{ ssoNames: solarSystemNames(designation), alertIds: alertIds.map(BigInt), limit },
		options,
	);
	return rows.filter(({ ra, sepArcsec, mag }) => ra !== null || sepArcsec !== null || mag !== null);
}
