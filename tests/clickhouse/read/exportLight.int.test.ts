import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readObjectAlertsWithNotes } from '#clickhouse/read/alerts.ts';
import { countPoints, exportLightCurve, exportLightCurves } from '#clickhouse/read/export.ts';
import { readLightCurve } from '#clickhouse/read/lightCurve.ts';
import { imageLightSql } from '#clickhouse/read/imageLight.ts';
import { columnName } from '#lib/alert/fields.ts';
import { imageColumns, withImages } from '#lib/alert/images.ts';
import type { SourcedPoint } from '#lib/alert/lightCurve.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { pointsIn } from '#lib/components/lightcurve/light.ts';
import { publish, TEST_MJD, writeAlerts, writePoints } from '../../support/alertRows.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../../support/embeddedStore.ts';

const scope: AccessScope = { origin: 'real', grants: [] };
const ZTF = { survey: 'ztf', objectId: 'ZTF26aaaaaaa' };
const LSST = { survey: 'lsst', objectId: '170000000000000001' };

let embedded: EmbeddedStore;

const own = (survey: string, fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
	Object.fromEntries(Object.entries(fields).map(([name, value]) => [columnName(name, survey), value]));
const star = (magnr: number, distnr = 0.3) => own('ztf', { magnr, sigmagnr: 0.05, distnr });
const images = (fields: Readonly<Record<string, unknown>>) =>
	own('lsst', { templateFlux: 5000, templateFluxErr: 40, scienceFlux: 7100, scienceFluxErr: 60, ...fields });

/** A forced point, or an upper limit, that came with another's alert. */
function point(
	key: number,
	{ survey, objectId }: typeof ZTF,
	more: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
	return {
		survey,
		object_id: objectId,
		kind: 'forcedPhotometry',
		source_id: key,
		band: 'r',
		mjd: TEST_MJD,
		time_received: TEST_MJD,
		exposure_assumed: false,
		point_key: key,
		value_hash: key,
		psf_flux: 900,
		psf_flux_err: 80,
		programme: 'public',
		origin: 'real',
		alert_id: '1',
		alert_mjd: TEST_MJD,
		own: false,
		writer: 'worker-1',
		number: 1,
		known_at: '2026-11-19 06:00:01.000',
		...more,
	};
}

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	const ztf = { objectId: ZTF.objectId, mag: 18 };
	const lsst = { survey: 'lsst', objectId: LSST.objectId, mag: 22 };
	await writeAlerts(embedded.store, [
		{ ...ztf, alertId: 1n, columns: star(19) },
		{ ...ztf, alertId: 2n, mjd: TEST_MJD + 10, columns: star(18.4) },
		// of the same moment as the one before
		{ ...ztf, alertId: 3n, mjd: TEST_MJD + 10, columns: star(18.9) },
		{ ...ztf, alertId: 4n, mjd: TEST_MJD + 20, columns: star(17, 2.5) },
		{ ...ztf, alertId: 5n, band: 'g', mjd: TEST_MJD + 4, columns: star(20) },
		{ ...ztf, alertId: 6n, mjd: TEST_MJD + 5, columns: star(12), programme: 'partnership' },
		{ ...ztf, alertId: 7n, mjd: TEST_MJD + 30, mag: null, columns: star(19.5) },
		{ ...ztf, alertId: 8n, mjd: TEST_MJD + 40, columns: star(19.5), knownAt: '2026-12-30 06:00:00.000' },
		{ ...lsst, alertId: 21n, columns: images({}) },
		{ ...lsst, alertId: 22n, mjd: TEST_MJD + 1, columns: images({ forced_PsfFlux_flag: true }) },
		{ ...lsst, alertId: 23n, mjd: TEST_MJD + 2, columns: images({ scienceFlux: 100 }) },
		{ ...lsst, alertId: 24n, mjd: TEST_MJD + 3, columns: images({ scienceFlux: -9000 }) },
		{ ...lsst, alertId: 25n, mjd: TEST_MJD + 4 },
	]);
	await writePoints(embedded.store, [
		...[-1, 0, 4.9, 5, 5.1, 10, 12, 14.9, 19, 50].map((day, i) => point(100 + i, ZTF, { mjd: TEST_MJD + day })),
		point(120, ZTF, { band: 'i' }),
		point(121, ZTF, { kind: 'upperLimit', psf_flux: undefined, psf_flux_err: undefined }),
		point(122, ZTF, { mjd: TEST_MJD + 6, psf_flux: undefined, psf_flux_err: undefined }),
		point(123, ZTF, { mjd: TEST_MJD + 7, psf_flux: -1e6 }),
		point(140, LSST, { mjd: TEST_MJD + 0.4 }),
		point(141, LSST, { mjd: TEST_MJD + 0.6 }),
	]);
	await publish(embedded.store, 'worker-1', 1);
});
afterAll(async () => {
	await embedded.stop();
});

type Row = Readonly<Record<string, string | number | boolean | null>>;

async function fileRows(object: typeof ZTF, asOf = {}): Promise<Row[]> {
	const table = await exportLightCurve(embedded.store, scope, object, { format: 'ndjson', asOf });
	const lines = (await text(table.body)).trim().split('\n');
	return lines.map((line) => JSON.parse(line) as Row);
}

async function pagePoints(object: typeof ZTF, known?: string): Promise<SourcedPoint[]> {
	const { survey, objectId } = object;
	const points = await readLightCurve(embedded.store, scope, object, {
		asOf: known === undefined ? {} : { time: known },
	});
	const read = await readObjectAlertsWithNotes(
		embedded.store,
		scope,
		survey,
		objectId,
		known === undefined ? {} : { known },
	);
	return withImages(points, read.notes);
}

/** Expects each number of the file to be that of the page to seven digits, and absent where it is. */
function expectSame(rows: readonly Row[], points: readonly SourcedPoint[]): void {
	const science = pointsIn(points, 'science');
	expect(rows.map((row) => row['sourceId'])).toEqual(points.map((one) => one.sourceId));
	rows.forEach((row, i) => {
		const light = points[i]?.images;
		const shown: Readonly<Record<string, number | null | undefined>> = {
			templateFlux: light?.template?.flux,
			templateFluxErr: light?.template?.err,
			scienceFlux: light?.science?.flux,
			scienceFluxErr: light?.science?.err,
			scienceMag: science[i]?.mag,
			scienceMagErr: science[i]?.magErr,
		};
		for (const [name, value] of Object.entries(shown)) {
			const about = `${name} of ${String(row['sourceId'])}`;
			if (value === null || value === undefined) expect(row[name], about).toBeNull();
			else expect(Math.abs(Number(row[name]) / value - 1), about).toBeLessThan(1e-6);
		}
		expect(row['templateBorrowed'], String(row['sourceId'])).toBe(light?.template == null ? null : light.borrowed);
		// and so is the file of the bundle, whose columns are made of the page's points
		for (const [name, value] of Object.entries(imageColumns(points[i] ?? {}))) {
			const about = `${name} of ${String(row['sourceId'])} in the bundle`;
			if (typeof value !== 'number') expect(value, about).toBe(row[name]);
			else expect(Math.abs(Number(row[name]) / value - 1), about).toBeLessThan(1e-6);
		}
	});
}

describe('the light of the images in a file of a light curve', () => {
	it.each([ZTF, LSST])('is that of the page, for $survey', async (object) => {
		const points = await pagePoints(object);
		expectSame(await fileRows(object), points);
		const has = (test: (one: SourcedPoint) => boolean): boolean => points.some(test);
		expect(has(({ images: light }) => light?.science != null && !light.borrowed)).toBe(true);
		expect(has(({ images: light }) => light?.borrowed === true)).toBe(true);
		expect(has(({ images: light }) => light === undefined)).toBe(true);
	});
	it('is what was known at a time, and of no later point', async () => {
		const known = '2026-11-20T00:00:00Z';
		const points = await pagePoints(ZTF, known);
		expect(points.length).toBeLessThan((await pagePoints(ZTF)).length);
		expectSame(await fileRows(ZTF, { time: known }), points);
		const early = await fileRows(ZTF, { upToMjd: TEST_MJD + 5 });
		// the template of the tenth day is not there yet
		expect(early.at(-1)?.['scienceMag']).toBeCloseTo(early[0]?.['scienceMag'] as number, 6);
	});
	it('is empty in a CSV where it is absent', async () => {
		const table = await exportLightCurve(embedded.store, scope, ZTF, { format: 'csv' });
		const names = table.header.trim().split(',');
		const lines = (await text(table.body)).trim().split('\r\n');
		const limit = lines.map((line) => line.split(',')).find((cells) => cells[names.indexOf('kind')] === 'upperLimit');
		expect(limit?.slice(names.indexOf('templateFlux'))).toEqual(['', '', '', '', '', '', '']);
	});
	it.each(['parquet', 'arrow', 'votable'] as const)('can be read as %s', async (format) => {
		const { body } = await exportLightCurve(embedded.store, scope, LSST, { format });
		expect((await text(body)).length).toBeGreaterThan(100);
	});
	it.each([{ asOf: {} }, { asOf: { time: '2026-11-20T00:00:00Z' } }])(
		'is the same where objects of two surveys are read at once, $asOf',
		async ({ asOf }) => {
			const both = [ZTF, LSST];
			const { body } = await exportLightCurves(embedded.store, scope, both, { format: 'ndjson', asOf });
			const rows = (await text(body))
				.trim()
				.split('\n')
				.map((line) => JSON.parse(line) as Row);
			const [ofZtf, ofLsst] = [await fileRows(ZTF, asOf), await fileRows(LSST, asOf)];
			expect(rows).toEqual([...ofLsst, ...ofZtf]);
			expect(rows.some(({ templateFlux }) => templateFlux !== null)).toBe(true);
			const counts = await countPoints(embedded.store, scope, both, asOf);
			expect(counts.sort((a, b) => (a.survey < b.survey ? -1 : 1)).map(({ points }) => points)).toEqual([
				ofLsst.length,
				ofZtf.length,
			]);
		},
	);
	it('is known of every survey whose packets tell it, and of no other', () => {
		for (const survey of SURVEYS) {
			expect(imageLightSql(survey.name).template.includes('alerts.'), survey.name).toBe(survey.point !== undefined);
		}
	});
});
