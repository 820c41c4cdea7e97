import { ipixOf } from '#lib/astro/healpix.ts';
import { fluxFromMag } from '#lib/astro/photometry.ts';
import { nightOf, nightText } from '#lib/astro/time.ts';
import type { Store } from '#clickhouse/store.ts';
import { findSurvey } from '#lib/alert/surveys.ts';

/** What a test says of an alert; the rest is filled in plausibly. */
export interface TestAlert {
	readonly survey?: string;
	readonly alertId: bigint;
	readonly objectId: string;
	readonly programme?: string;
	readonly origin?: 'real' | 'test' | 'simulated';
	readonly mjd?: number;
	readonly ra?: number;
	readonly dec?: number;
	readonly band?: string;
	readonly mag?: number | null;
	readonly number?: number;
	readonly writer?: string;
	readonly knownAt?: string;
	readonly cutouts?: boolean;
	/** More columns of the alerts table, under their own names. */
	readonly columns?: Readonly<Record<string, unknown>>;
}

/** MJD (TAI) of the tests' first night, 2026-11-19 at Palomar. */
export const TEST_MJD = 61363.25;

async function insertRows(store: Store, table: string, rows: readonly object[]): Promise<void> {
	if (rows.length === 0) return;
	await store.command(`INSERT INTO ${table} FORMAT JSONEachRow\n${rows.map((row) => JSON.stringify(row)).join('\n')}`);
}

function alertRow(alert: TestAlert): Record<string, unknown> {
	const { survey = 'ztf', mjd = TEST_MJD, ra = 150, dec = 2, mag = 18.5 } = alert;
	return {
		survey,
		alert_id: String(alert.alertId),
		object_id: alert.objectId,
		programme: alert.programme ?? 'public',
		origin: alert.origin ?? 'real',
		schema_version: '4.02',
		night: nightText(nightOf(mjd, findSurvey(survey)?.nightOffsetHours ?? 0)),
		mjd,
		time_received: mjd,
		ra,
		dec,
		hpx29: String(ipixOf(29, ra, dec)),
		galactic_lat: 40,
		ecliptic_lat: -10,
		band: alert.band ?? 'r',
		...(mag === null ? {} : { mag, mag_err: 0.1, psf_flux: fluxFromMag(mag), psf_flux_err: fluxFromMag(mag) / 10 }),
		limit_mag: 20.5,
		positive: true,
		reliability: 0.9,
		n_detections: 1,
		first_mjd: mjd,
		age: 0,
		source: 'test.avro',
		partition: '0',
		source_offset: 0,
		cutout_chunk: 1,
		cutout_kinds: alert.cutouts === true ? 7 : 0,
		received_at: '2026-11-19 06:00:00.000',
		writer: alert.writer ?? 'worker-1',
		number: alert.number ?? 1,
		watermark: { 'worker-1': 0 },
		known_at: alert.knownAt ?? '2026-11-19 06:00:01.000',
		...alert.columns,
	};
}

/** Writes alerts, each with its own detection in photometry and, where asked for, cutouts whose bytes name their kind. */
export async function writeAlerts(store: Store, alerts: readonly TestAlert[]): Promise<void> {
	const rows = alerts.map(alertRow);
	await insertRows(
		store,
		'cutouts',
		alerts.flatMap((alert, index) => {
			const row = rows[index];
			if (alert.cutouts !== true || row === undefined) return [];
			const { survey, alert_id, programme, origin, night, writer, number, known_at } = row;
			const bytes = { science: 'science bytes', template: 'template bytes', difference: 'difference bytes' };
			return [{ survey, alert_id, programme, origin, night, chunk: 1, ...bytes, kinds: 7, writer, number, known_at }];
		}),
	);
	await writePoints(
		store,
		rows.map((row) => ({
			survey: row['survey'],
			object_id: row['object_id'],
			kind: 'detection',
			source_id: row['alert_id'],
			band: row['band'],
			mjd: row['mjd'],
			time_received: row['mjd'],
			exposure_assumed: false,
			point_key: row['alert_id'],
			value_hash: row['alert_id'],
			ra: row['ra'],
			dec: row['dec'],
			psf_flux: row['psf_flux'],
			psf_flux_err: row['psf_flux_err'],
			mag: row['mag'],
			mag_err: row['mag_err'],
			limit_mag: row['limit_mag'],
			positive: true,
			programme: row['programme'],
			origin: row['origin'],
			alert_id: row['alert_id'],
			alert_mjd: row['mjd'],
			own: true,
			writer: row['writer'],
			number: row['number'],
			known_at: row['known_at'],
		})),
	);
	await insertRows(store, 'alerts', rows);
}

/** Writes photometric points, columns as they are in the table. */
export async function writePoints(store: Store, points: readonly Record<string, unknown>[]): Promise<void> {
	await insertRows(store, 'photometry', points);
}

/** Says that a writer has published up to a number, or what else became of its batch, and when (UTC). */
export async function publish(
	store: Store,
	writer: string,
	number: number,
	{ state = 'published', at = '2026-11-19 06:00:02.000' } = {},
): Promise<void> {
	const row = {
		...{ writer, number, state, at },
		boundary: '{}',
		alerts: 1,
		code_version: 'test',
	};
	await insertRows(store, 'ingest_log', [row]);
}
