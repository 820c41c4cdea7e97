// What keeps the disk from filling: cutouts by chunk, the simulation by night; neither touches the other or real rows.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { findSurvey } from '#lib/alert/surveys.ts';
import type { Alert } from '#lib/alert/alert.ts';
import { readCutoutChunks } from '#clickhouse/read/ingest.ts';
import type { Store } from '#clickhouse/store.ts';
import { insertCutouts } from '#clickhouse/write/batch.ts';
import { CutoutChunks } from '#server/ingest/store/cutoutChunks.ts';
import { keepSimulationWithinBudget } from '#server/ingest/store/simulationBudget.ts';
import { makeAlert } from '../../../support/alerts.ts';
import { startEmbeddedStore } from '../../../support/embeddedStore.ts';
import { ingestAlerts } from '../../../support/memoryIngest.ts';

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
let store: Store;

beforeAll(async () => {
	embedded = await startEmbeddedStore({});
	store = embedded.store;
});
afterAll(async () => {
	await embedded.stop();
});
beforeEach(async () => {
	for (const table of [
		'alerts',
		'photometry',
		'objects',
		'nightly',
		'cutouts',
		'ingest_log',
		'watermarks',
		'deliveries',
		'truth',
		'scores',
	]) {
		await store.command(`TRUNCATE TABLE ${table}`);
	}
});

const fields = (findSurvey('ztf')?.fields ?? []).map(() => null);
const alert = (over: Partial<Alert> & { alertId: bigint }): Alert => makeAlert({ fields, ...over });
const count = async (what: string): Promise<number> =>
	Number((await store.query<{ n: string }>(`SELECT count() AS n FROM ${what}`))[0]?.n);
const batch = (number: bigint) => ({ writer: 'file', number, knownAtMs: Date.now() });

/** Images of so many bytes that do not compress. */
function image(bytes: number): Uint8Array {
	const data = new Uint8Array(bytes);
	for (let i = 0; i < bytes; i += 65_536) crypto.getRandomValues(data.subarray(i, Math.min(bytes, i + 65_536)));
	return data;
}

it('drops the oldest written chunks of real and of simulated cutouts, each within its own budget', async () => {
	const megabyte = image(1_000_000);
	const put = async (number: bigint, chunk: number, many: number) => {
		const alerts = Array.from({ length: many }, (_, i) =>
			alert({ alertId: number * 1000n + BigInt(i), cutouts: { science: megabyte, template: null, difference: null } }),
		);
		await insertCutouts(store, batch(number), alerts, () => chunk);
	};
	for (const chunk of [1, 2, 3, 4]) await put(BigInt(chunk), chunk, 3);
	for (const chunk of [1, 2]) await put(BigInt(100 + chunk), 0x8000_0000 + chunk, 3);
	await new CutoutChunks(store, { real: 7_000_000, simulated: 100_000_000 }).keepBudget();
	expect((await readCutoutChunks(store)).map(({ chunk }) => chunk)).toEqual([3, 4, 0x8000_0001, 0x8000_0002]);
	await new CutoutChunks(store, { real: 7_000_000, simulated: 1000 }).keepBudget();
	// the chunk being written stays, whatever the budget
	expect((await readCutoutChunks(store)).map(({ chunk }) => chunk)).toEqual([3, 4, 0x8000_0002]);
});

it('goes on in the newest chunk and starts another when it is full', async () => {
	const chunks = new CutoutChunks(store, { real: 1e9, simulated: 1e9 });
	expect(await chunks.choose()).toEqual({ real: 1, simulated: 0x8000_0001 });
	await chunks.wrote('real', 200 * 1024 * 1024);
	expect(await chunks.choose()).toEqual({ real: 2, simulated: 0x8000_0001 });
	await insertCutouts(
		store,
		batch(1n),
		[alert({ alertId: 1n, cutouts: { science: image(100), template: null, difference: null } })],
		() => 7,
	);
	expect((await new CutoutChunks(store, { real: 1e9, simulated: 1e9 }).choose()).real).toBe(7);
});

it('keeps the simulation within its bytes by dropping its oldest nights, and leaves real alerts alone', async () => {
	const simulated = Array.from({ length: 40 }, (_, night) =>
		alert({
			alertId: 9_000_000_000_000_000_000n + BigInt(night),
			objectId: `SIM26aaaaa${String.fromCharCode(97 + (night % 26))}${night > 25 ? 'b' : 'a'}`,
			origin: 'simulated',
			mjd: 60_000.3 + night,
		}),
	);
	const real = Array.from({ length: 5 }, (_, night) => alert({ alertId: BigInt(night + 1), mjd: 60_000.4 + night }));
	await ingestAlerts({ store, alerts: [...simulated, ...real] });
	expect(await keepSimulationWithinBudget(store, 1e12)).toBe(0);
	expect(await count("alerts WHERE origin = 'simulated'")).toBe(40);
	// far too small: everything but the fortnight that is always kept goes
	expect(await keepSimulationWithinBudget(store, 1)).toBe(26);
	expect(await count("alerts WHERE origin = 'simulated'")).toBe(14);
	expect(await count("photometry WHERE origin = 'simulated'")).toBe(14);
	expect(await count("nightly WHERE origin = 'simulated'")).toBe(14);
	expect(await count("objects WHERE origin = 'simulated'")).toBe(14);
	expect(await store.query("SELECT toString(min(night)) AS night FROM alerts WHERE origin = 'simulated'")).toEqual([
		{ night: '2023-03-23' },
	]);
	expect(await count("alerts WHERE origin = 'real'")).toBe(5);
	expect(await count("photometry WHERE origin = 'real'")).toBe(5);
	expect(await keepSimulationWithinBudget(store, 1)).toBe(0);
});
