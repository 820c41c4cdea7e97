import type { Store } from '#clickhouse/store.ts';
import { publish, TEST_MJD, writeAlerts } from './alertRows.ts';

/** An object with a light curve of very many points, and where it stands. */
export const LONG = { survey: 'ztf', objectId: 'ZTF26longone', ra: 150, dec: 2, periodDays: 0.5427 } as const;

/**
 * Writes an object with so many detections in g and r over a thousand nights, of a variable star with scatter and one period; every
 * hundredth has an alert of its own. The rows of the light curve are made inside the store.
 */
export async function writeLongCurve(store: Store, detections: number): Promise<void> {
	const { survey, objectId, ra, dec, periodDays } = LONG;
	const mjdOf = (i: number): number => TEST_MJD - (1000 * i) / detections;
	const alerts = Array.from({ length: Math.ceil(detections / 100) }, (_, i) => ({
		...{ survey, objectId, ra, dec, alertId: 5_000_000n + BigInt(i * 100), mjd: mjdOf(i * 100), mag: 17.5 },
		columns: {
			n_detections: detections - i * 100,
			first_mjd: mjdOf(detections - 1),
			age: mjdOf(i * 100) - mjdOf(detections - 1),
		},
	}));
	await writeAlerts(store, alerts);
	const own = 'number % 100 = 0';
	await store.command(`INSERT INTO photometry
		(survey, object_id, kind, source_id, band, mjd, time_received, exposure_assumed, point_key, value_hash, ra, dec, psf_flux, psf_flux_err, mag, mag_err,
		limit_mag, positive, programme, origin, alert_id, alert_mjd, own, writer, number, known_at)
		SELECT '${survey}', '${objectId}', 'detection', 5000000 + number, if(number % 2 = 0, 'r', 'g'), ${TEST_MJD} - 1000 * number / ${detections} AS at, at, false,
			5000000 + number, 5000000 + number, ${ra} + 3e-5 * sin(number * 7), ${dec} + 3e-5 * cos(number * 5), pow(10, 0.4 * (31.4 - m)), pow(10, 0.4 * (31.4 - m)) / 30,
			17.5 + 0.3 * (number % 2) + 0.4 * sin(2 * pi() * at / ${periodDays}) + 0.03 * sin(number * number) AS m, 0.036, 20.5, true, 'public', 'real',
			5000000 + number - number % 100, ${TEST_MJD} - 1000 * (number - number % 100) / ${detections}, false, 'worker-1', 1, toDateTime64('2026-11-19 06:00:01', 3)
		FROM numbers(${detections}) WHERE NOT (${own})`);
	await publish(store, 'worker-1', 1);
}
