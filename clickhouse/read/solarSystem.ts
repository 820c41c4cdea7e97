import { solarSystemNames } from '#lib/alert/name.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { AlertRow } from '#lib/alert/views.ts';
import ssoAlertsSql from '../queries/sso_alerts.sql?raw';
import type { QueryOptions, Store } from '../store.ts';
import { alertRow, type StoredRow } from './alertRows.ts';
import { chooseColumns, ROW_COLUMNS, rowList } from './columns.ts';
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
