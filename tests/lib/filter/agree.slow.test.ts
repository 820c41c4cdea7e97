// The long run of agree.int.test.ts: npm run test:slow (NIGHTJAR_SEED chooses other trees and data).
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbeddedStore } from '../../support/embeddedStore.ts';
import { storeEnriched } from '../../support/enrichedRows.ts';
import { compareRandomTrees, testAlerts } from './agreement.ts';

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;

beforeAll(async () => {
	embedded = await startEmbeddedStore({});
}, 120_000);
afterAll(async () => {
	await embedded.stop();
});

it('closures and SQL agree on more than a hundred thousand random cases', async () => {
	const first = Number(process.env['NIGHTJAR_SEED'] ?? 1);
	let cases = 0;
	for (let round = 0; round < 4; round += 1) {
		for (const table of ['alerts', 'photometry', 'scores', 'crossmatches', 'crossmatch_runs', 'associations']) {
			await embedded.store.command(`TRUNCATE TABLE ${table}`);
		}
		const alerts = testAlerts(first * 100 + round, 200);
		// the same batch numbers again: a repeated token would be dropped
		await storeEnriched(embedded.store, alerts, first * 100 + round);
		const counts = await compareRandomTrees(embedded.store, alerts, { batches: 12, seed: first * 100 + round });
		cases += counts.cases;
	}
	expect(cases).toBeGreaterThan(100_000);
	console.log(`${cases} cases`);
}, 3_000_000);
