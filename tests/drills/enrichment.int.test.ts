// What the stream drill compares of matches, associations, scores and hits: an ingest as it should be, and each kind of damage to its tables.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import { ensureSimulated } from '#server/catalog/builtIn.ts';
import { FilterStage } from '#server/ingest/filter/stage.ts';
import { storeSystemFilters } from '#server/ingest/filter/storeSystem.ts';
import { createSimulation } from '#server/simulate/index.ts';
import { Enrichment } from '../../drills/stream/enrichment.ts';
import { DRILL_SKY, messagesOf } from '../../drills/stream/producer.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embeddedStore.ts';
import { ingestAlerts } from '../support/memoryIngest.ts';

const folder = mkdtempSync(join(tmpdir(), 'nightjar-'));
let embedded: EmbeddedStore;
let alerts: Map<string, Alert>;

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	const { store } = embedded;
	await storeSystemFilters(store);
	let state = 9;
	const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296;
	const sent = await messagesOf(150, { ztf: 'ztf', lsst: 'lsst' }, random, join(folder, 'schemas'));
	const list = sent.flatMap(({ alert }) => (alert === null ? [] : [alert]));
	alerts = new Map(list.map((alert) => [`${alert.survey}/${alert.alertId}`, alert]));
	await ensureSimulated(store, createSimulation(DRILL_SKY), Date.now());
	await ingestAlerts({ store, alerts: list, options: { filters: new FilterStage(store, { writer: 'test' }) } });
});
afterAll(async () => {
	await embedded.stop();
	rmSync(folder, { recursive: true, force: true });
});

describe('what came of alerts on their way', () => {
	it('is as it should be after an undisturbed ingest', async () => {
		const { problems, looked } = await new Enrichment(embedded.store, []).compareAll(alerts);
		expect(problems).toEqual([]);
		const { matches, hits } = JSON.parse(looked) as { matches: string; hits: number };
		expect(Number(matches)).toBeGreaterThan(20);
		expect(hits).toBeGreaterThan(100);
	});

	const gone = 'SETTINGS mutations_sync = 2';
	const damages: readonly (readonly [what: string, sql: string, told: RegExp])[] = [
		[
			'a match is gone',
			`ALTER TABLE crossmatches DELETE WHERE (survey, alert_id) = (SELECT survey, min(alert_id) FROM crossmatches GROUP BY survey LIMIT 1) ${gone}`,
			/other matches than all sources one by one give/,
		],
		[
			'an attempt is gone',
			`ALTER TABLE crossmatch_runs DELETE WHERE alert_id = (SELECT max(alert_id) FROM crossmatch_runs) ${gone}`,
			/attempts at matching are missing/,
		],
		[
			'a match stands with two contents',
			'INSERT INTO crossmatches SELECT * REPLACE (sep_arcsec + 1 AS sep_arcsec) FROM crossmatches LIMIT 1',
			/^crossmatches: 1 keys stand with several contents/,
		],
		[
			'a hit is gone',
			`ALTER TABLE filter_hits DELETE WHERE (filter_id, alert_id) = (SELECT filter_id, alert_id FROM filter_hits ORDER BY filter_id, alert_id LIMIT 1) ${gone}`,
			/^1 hits of .+ are missing/,
		],
		[
			'a hit is of another alert',
			'INSERT INTO filter_hits SELECT * REPLACE (7 AS alert_id) FROM filter_hits LIMIT 1',
			/^1 hits of .+ are not selected from the archive: ztf\/7|lsst\/7/,
		],
		[
			'a pair is invented on one side',
			`INSERT INTO associations (survey, object_id, alert_id, other_survey, other_object_id, origin) VALUES ('ztf', 'SIM1', 1, 'lsst', '2', 'simulated')`,
			/associations are of objects that are not at one place/,
		],
	];

	it('is told of wherever it is damaged, and where a model left alerts out', async () => {
		for (const [, sql] of damages) await embedded.store.command(sql);
		const { problems } = await new Enrichment(embedded.store, ['light_curve']).compareAll(alerts);
		for (const [what, , told] of damages) expect(problems, what).toContainEqual(expect.stringMatching(told));
		expect(problems).toContainEqual(expect.stringMatching(/^light_curve scored 0 alerts of ztf instead of \d+$/));
	});
});
