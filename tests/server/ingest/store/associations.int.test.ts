import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { readEnrichedAlerts } from '#clickhouse/read/enrichedAlerts.ts';
import type { Store } from '#clickhouse/store.ts';
import type { Stage } from '#server/ingest/store/stage.ts';
import { STAGES } from '#server/ingest/store/stages.ts';
import { AssociationSweep } from '#server/ingest/store/sweep.ts';
import { makeAlert } from '../../../support/alerts.ts';
import { startEmbeddedStore } from '../../../support/embeddedStore.ts';
import { ingestAlerts } from '../../../support/memoryIngest.ts';

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
let store: Store;
const TABLES = 'alerts objects nightly photometry ingest_log watermarks deliveries associations'.split(' ');

beforeAll(async () => {
	embedded = await startEmbeddedStore({});
	store = embedded.store;
});
afterAll(async () => {
	await embedded.stop();
});
beforeEach(async () => {
	for (const table of TABLES) await store.command(`TRUNCATE TABLE ${table}`);
});

let id = 2_600_000_000_000_000_000n;
const ARCSEC = 1 / 3600;
function alert(survey: string, objectId: string, over: Partial<Alert> = {}): Alert {
	id += 1n;
	const fields = (findSurvey(survey)?.fields ?? []).map(() => null);
	return makeAlert({ survey, objectId, alertId: id, fields, ra: 150, dec: 2, mjd: 61_000, ...over });
}

/** Ingests alerts and notes them as the last stage sees them. */
async function ingest(alerts: readonly Alert[], slot: string, rows = 1000): Promise<EnrichedAlert[]> {
	const seen: EnrichedAlert[] = [];
	const spy: Stage = {
		name: 'spy',
		enrich: (drafts) => void seen.push(...drafts),
		notDone: () => undefined,
	};
	const partition = `/memory/${slot}/${alerts[0]?.alertId ?? 0}`;
	await ingestAlerts({ store, alerts, slot, partition, batchRows: rows, options: { stages: [...STAGES, spy] } });
	return seen;
}

interface Row {
	one: string;
	other: string;
	rank: number;
	sep: number;
	writer: string;
}
const stored = (): Promise<Row[]> =>
	store.query<Row>(
		`SELECT concat(survey, ' ', object_id) AS one, concat(other_survey, ' ', other_object_id) AS other, rank, round(sep_arcsec, 2) AS sep, toString(writer) AS writer
		FROM associations ORDER BY one, other, known_at`,
	);

describe('objects of two surveys at one place', () => {
	it('are paired in both directions by whoever comes second, once', async () => {
		await ingest([alert('ztf', 'ZTF26aaaaaaa')], 'ztf');
		expect(await stored()).toEqual([]);
		const [seen] = await ingest([alert('lsst', '8000001', { dec: 2 + ARCSEC, mjd: 61_001 })], 'lsst');
		const pair = { rank: 1, sep: 1, writer: 'lsst' };
		const both = [
			{ ...pair, one: 'lsst 8000001', other: 'ztf ZTF26aaaaaaa' },
			{ ...pair, one: 'ztf ZTF26aaaaaaa', other: 'lsst 8000001' },
		];
		expect(await stored()).toEqual(both);
		expect(seen?.associations).toMatchObject([
			{ survey: 'ztf', objectId: 'ZTF26aaaaaaa', nDetections: 1, firstMjd: 61_000, lastMjd: 61_000 },
		]);
		expect(seen?.associations[0]?.curve.map((point) => point.mjd)).toEqual([61_000]);
		// a later alert sees it too, and what it saw stands with it
		const [again] = await ingest([alert('ztf', 'ZTF26aaaaaaa', { mjd: 61_002 })], 'ztf');
		expect(again?.associations.map(({ objectId, sepArcsec }) => [objectId, sepArcsec.toFixed(3)])).toEqual([
			['8000001', '1.000'],
		]);
		const [lsst, ztf] = both;
		expect(await stored()).toEqual([lsst, ztf, { ...ztf, writer: 'ztf' }]);
	});

	it('are paired within one batch, and no curve tells what came after the alert', async () => {
		const seen = await ingest(
			[
				alert('ztf', 'ZTF26aaaaaab', { mjd: 61_000 }),
				alert('lsst', '8000002', { mjd: 61_001 }),
				alert('ztf', 'ZTF26aaaaaab', { mjd: 61_002 }),
				alert('lsst', '8000002', { mjd: 61_003 }),
			],
			'both',
		);
		expect(seen.map(({ associations }) => associations.map(({ curve }) => curve.map((point) => point.mjd)))).toEqual([
			[],
			[[61_000]],
			[[61_001]],
			[[61_000, 61_002]],
		]);
		// a row for each of the four
		expect((await stored()).map(({ one }) => one)).toEqual([
			'lsst 8000002',
			'lsst 8000002',
			'ztf ZTF26aaaaaab',
			'ztf ZTF26aaaaaab',
		]);
	});

	it('stand with every alert as it saw them, so that a filter answers of the archive as of the stream', async () => {
		const seen = [
			...(await ingest([alert('ztf', 'ZTF26again', { mjd: 61_000 })], 'ztf')),
			...(await ingest([alert('lsst', '8000006', { dec: 2 + ARCSEC, mjd: 61_001 })], 'lsst')),
			...(await ingest([alert('ztf', 'ZTF26again', { mjd: 61_002 })], 'ztf')),
			// a packet that comes late: the other survey had not seen it by then
			...(await ingest([alert('ztf', 'ZTF26again', { mjd: 60_999 })], 'ztf')),
			...(await ingest([alert('lsst', '8000006', { dec: 2 + 0.5 * ARCSEC, mjd: 61_003 })], 'lsst')),
			...(await ingest([alert('ztf', 'ZTF26secret', { mjd: 61_004, programme: 'caltech' })], 'ztf')),
			...(await ingest([alert('lsst', '8000006', { dec: 2 + 0.5 * ARCSEC, mjd: 61_005 })], 'lsst')),
		];
		const names = seen.map(({ alert: { survey, alertId } }) => ({ survey, alertId }));
		// filters see public programmes of the others only, whoever owns them
		const grants = [{ survey: 'ztf', programme: 'caltech' }];
		const read = await readEnrichedAlerts(store, { origin: 'real', grants }, names, []);
		const shown = ({ associations }: EnrichedAlert) =>
			associations.map(({ objectId, sepArcsec, nDetections, lastMjd }) => [objectId, sepArcsec, nDetections, lastMjd]);
		expect(read.map(shown)).toEqual(seen.map(shown));
		expect(seen.map(({ associations }) => associations.length)).toEqual([0, 1, 1, 0, 1, 1, 1]);
	});

	it('keep all candidates with their rank, and none beyond 2 arcsec, of another origin, or that moves', async () => {
		await ingest(
			[
				alert('ztf', 'ZTF26near', { dec: 2 + 0.5 * ARCSEC }),
				alert('ztf', 'ZTF26far', { dec: 2 - 1.5 * ARCSEC }),
				alert('ztf', 'ZTF26beyond', { dec: 2 + 2.1 * ARCSEC }),
				alert('ztf', 'ZTF26test', { origin: 'test' }),
				alert('ztf', 'ZTF26rock', { ssoName: '1 Ceres' }),
			],
			'ztf',
		);
		const [seen] = await ingest([alert('lsst', '8000003')], 'lsst');
		expect(seen?.associations.map(({ objectId }) => objectId)).toEqual(['ZTF26near', 'ZTF26far']);
		const rows = (await stored()).filter(({ one }) => one.startsWith('lsst'));
		expect(rows.map(({ other, rank, sep }) => [other, rank, sep])).toEqual([
			['ztf ZTF26far', 2, 1.5],
			['ztf ZTF26near', 1, 0.5],
		]);
	});

	it('are shown to alerts from public programmes only, and stored with both programmes', async () => {
		await ingest([alert('ztf', 'ZTF26hidden', { programme: 'caltech' })], 'ztf');
		const [seen] = await ingest([alert('lsst', '8000004', { mjd: 61_005 })], 'lsst');
		expect(seen?.associations).toEqual([]);
		const rows = await store.query(
			`SELECT toString(programme) AS p, toString(other_programme) AS o FROM associations ORDER BY p`,
		);
		expect(rows).toEqual([
			{ p: 'caltech', o: 'public' },
			{ p: 'public', o: 'caltech' },
		]);
	});

	it('are found by the sweep when two workers ingest both sides in the same second', async () => {
		// both read their watermark before the other publishes: neither sees the other
		await Promise.all([
			ingest([alert('ztf', 'ZTF26race', { mjd: 61_000 })], 'one'),
			ingest([alert('lsst', '8000005', { mjd: 61_000.1 })], 'two'),
		]);
		await store.command('TRUNCATE TABLE associations');
		const sweep = new AssociationSweep(store, 'test');
		await sweep.finishOpen();
		expect(await sweep.once()).toBe(2);
		expect(await sweep.once()).toBe(0);
		const rows = await stored();
		expect(rows.map(({ one, writer }) => [one, writer])).toEqual([
			['lsst 8000005', 'sweep'],
			['ztf ZTF26race', 'sweep'],
		]);
		const numbers = await store.query(
			`SELECT writer, max(number) AS n FROM watermarks WHERE writer = 'sweep' GROUP BY writer`,
		);
		expect(numbers).toEqual([{ writer: 'sweep', n: '1' }]);
		// another process that takes the slot over goes on behind it and finds nothing new
		const next = new AssociationSweep(store, 'test');
		await next.finishOpen();
		expect(await next.once()).toBe(0);
	});
});
