import type { AlertRow } from '#lib/alert/views.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { QueryOptions, Store } from '../store.ts';
import alertRowsSql from '../queries/alert_rows.sql?raw';
import { ROW_COLUMNS, rowList } from './columns.ts';
import { render } from './render.ts';

/** Key of an alert with the pixel that lets the store find it at once. */
export interface AlertKey {
	readonly survey: string;
	readonly alertId: string;
	readonly pixel: string;
}

/** An alert row as the store answers it: times not yet ISO 8601. */
export type StoredRow = AlertRow;

/** `2026-11-19 04:12:33.120` of the store as ISO 8601 UTC. */
export function isoTime(stored: string): string {
	return `${stored.replace(' ', 'T')}Z`;
}

/** The row as readers see it. */
export function alertRow(stored: StoredRow): AlertRow {
	return { ...stored, knownAt: isoTime(stored.knownAt) };
}

/** So many rows are looked up by one thread. */
const FEW_KEYS = 200;

/** Alerts by key, in the order of the keys; a key that is not in scope is left out. */
export async function readAlertRows(
	store: Store,
	scope: AccessScope,
	keys: readonly AlertKey[],
	options: QueryOptions = {},
): Promise<AlertRow[]> {
	if (keys.length === 0) return [];
	const sql = render(alertRowsSql, scope, { columns: rowList(ROW_COLUMNS) });
	const rows = await store.query<StoredRow>(
		sql,
		{ pixels: keys.map((key) => BigInt(key.pixel)), ids: keys.map((key) => BigInt(key.alertId)) },
		{ lookUp: keys.length <= FEW_KEYS, ...options },
	);
	const found = new Map(rows.map((row) => [`${row.survey}/${row.alertId}`, alertRow(row)]));
	return keys.flatMap((key) => found.get(`${key.survey}/${key.alertId}`) ?? []);
}
