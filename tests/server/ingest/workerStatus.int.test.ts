import { afterAll, beforeAll, expect, it } from 'vitest';
import { unixMsFromTaiMjd } from '#lib/astro/time.ts';
import { metricsText } from '#lib/server/metrics.ts';
import type { PublishedBatch } from '#server/ingest/pipeline.ts';
import { WorkerStatus } from '#server/ingest/workerStatus.ts';
import { makeAlert } from '../../support/alerts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embeddedStore.ts';

let embedded: EmbeddedStore;
beforeAll(async () => {
	embedded = await startEmbeddedStore();
});
afterAll(() => embedded.stop());

it('tells Prometheus where time passes, stage by stage, with lag, counts and what keeps a worker from its work', async () => {
	const alerts = [1n, 2n, 3n].map((alertId) => makeAlert({ alertId, mjd: 61_363.25 }));
	const exposedMs = unixMsFromTaiMjd(61_363.25);
	// received 20, 40 and 100 s after the exposure; the last one came before and is not counted again
	const prepared = {
		alerts: alerts.map((alert, i) => ({
			alert,
			place: { receivedAtMs: exposedMs + ([20_000, 40_000, 100_000][i] ?? 0) },
		})),
	};
	const outcome = {
		...{ received: 4, stored: 2, duplicates: 1, redelivered: 0, dead: [{}] },
		enriched: alerts.slice(0, 2).map((alert) => ({ alert })),
	};
	const batch = { prepared, outcome, visibleAtMs: exposedMs + 41_500 } as unknown as PublishedBatch;
	const source = { lag: new Map([['ztf_20261120_programid1', 7]]), lost: 5, rebalances: 2, trouble: 'no broker' };
	const sink = { sent: 2, again: 1, withheld: 3, trouble: '' };
	const status = new WorkerStatus(
		embedded.store,
		'kafka-1',
		() => source,
		() => sink,
	);
	status.count(batch);
	status.countSent(batch, exposedMs + 44_500);
	await status.close();
	const lines = (await metricsText(embedded.store)).split('\n');
	const survey = alerts[0]?.survey ?? '';
	const of = (stage: string, le: string): string =>
		`nightjar_delay_seconds_bucket{writer="kafka-1",survey="${survey}",stage="${stage}",le="${le}"}`;
	const sum = (stage: string): string =>
		`nightjar_delay_seconds_sum{writer="kafka-1",survey="${survey}",stage="${stage}"}`;
	for (const wanted of [
		// 20 and 40 s; 21.5 and 1.5 s; twice 3 s
		`${of('exposureToReceived', '30')} 1`,
		`${of('exposureToReceived', '60')} 2`,
		`${sum('exposureToReceived')} 60`,
		`${of('receivedToVisible', '2')} 1`,
		`${of('receivedToVisible', '30')} 2`,
		`${sum('receivedToVisible')} 23`,
		`${of('visibleToSent', '5')} 2`,
		`${of('visibleToSent', '+Inf')} 2`,
		`${sum('visibleToSent')} 6`,
		'nightjar_lag{writer="kafka-1",topic="ztf_20261120_programid1"} 7',
		'nightjar_worker_received_total{writer="kafka-1"} 4',
		'nightjar_worker_stored_total{writer="kafka-1"} 2',
		'nightjar_worker_lost_total{writer="kafka-1"} 5',
		'nightjar_worker_rebalances_total{writer="kafka-1"} 2',
		'nightjar_worker_sent_total{writer="kafka-1"} 2',
		'nightjar_worker_sent_again_total{writer="kafka-1"} 1',
		'nightjar_worker_withheld_total{writer="kafka-1"} 3',
		'nightjar_worker_read_trouble{writer="kafka-1"} 1',
		'nightjar_worker_send_trouble{writer="kafka-1"} 0',
	])
		expect(lines).toContain(wanted);
});
