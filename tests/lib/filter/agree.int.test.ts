// One meaning on the stream and on the archive: the closures and the SQL of the same trees are asked of the same alerts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import { check } from '#lib/filter/check.ts';
import { Pool } from '#lib/filter/core.ts';
import type { Store } from '#clickhouse/store.ts';
import { startEmbeddedStore } from '../../support/embeddedStore.ts';
import { storeEnriched } from '../../support/enrichedRows.ts';
import { byClosures, bySql, compareRandomTrees, testAlerts } from './agreement.ts';
import { HARDEST, TEST_ENVIRONMENT } from './hardest.ts';

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
let store: Store;
let alerts: readonly EnrichedAlert[];

beforeAll(async () => {
	embedded = await startEmbeddedStore({});
	store = embedded.store;
	alerts = testAlerts(11, 200);
	await storeEnriched(store, alerts);
});
afterAll(async () => {
	await embedded.stop();
});

describe('closures and SQL', () => {
	it.each(Object.entries(HARDEST))('agree: %s', async (_, text) => {
		const pool = new Pool();
		const { filter, problems } = check(text, TEST_ENVIRONMENT, pool);
		expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
		if (filter === null) throw new Error('no filter');
		const nodes = [filter.condition, ...filter.conditions.map(({ node }) => node)];
		const closures = byClosures(nodes, pool, alerts);
		const { truths } = await bySql(store, nodes, [], alerts);
		for (const [i, states] of closures.entries()) {
			expect(truths[i], filter.conditions[i - 1]?.text ?? 'all').toEqual(states);
		}
		// the data must be able to tell a wrong answer
		expect(closures[0]).toContain(1);
		expect(closures[0]?.every((state) => state === 1)).toBe(false);
	});

	it('agree on random trees, numbers to the bit (a hundred thousand and more: agree.slow.test.ts)', async () => {
		const counts = await compareRandomTrees(store, alerts, { batches: 3, seed: 7 });
		expect(counts.cases).toBeGreaterThan(5000);
		// the data and the trees must be able to tell a wrong answer
		for (const kind of ['unknown', 'isTrue', 'isFalse', 'numbers'] as const) {
			expect(counts[kind]).toBeGreaterThan(200);
		}
	}, 600_000);
});
