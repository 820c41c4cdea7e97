// How many hits a night are expected of a filter: computed from past nights where nobody said, and the owner's own once they have.
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
	activateFilter,
	addVersion,
	changeFilter,
	createFilter,
	filterOf,
	pauseFilter,
} from '#lib/server/filters/library.ts';
import type { Principal } from '#lib/server/principal.ts';
import { FilterStage } from '#server/ingest/filter/stage.ts';
import type { Store } from '#clickhouse/store.ts';
import { makeAlert, makePoint } from '../../../support/alerts.ts';
import { startEmbeddedStore } from '../../../support/embeddedStore.ts';
import { ingestAlerts } from '../../../support/memoryIngest.ts';
import { testLocals } from '../../../support/route.ts';

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
let store: Store;
const ana: Principal = { id: 'ana', name: 'Ana', operator: false, groups: [] };
const locals = (): App.Locals => ({ ...testLocals(store, { origin: 'real', grants: [] }), principal: ana });

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	store = embedded.store;
});
afterAll(async () => {
	await embedded.stop();
});

let nextId = 1000;

/** Stores a night of a survey with so many alerts brighter than 18 and so many fainter ones. */
async function bring(
	mjd: number,
	{
		bright,
		faint = 0,
		survey = 'ztf',
		closed = true,
	}: { bright: number; faint?: number; survey?: string; closed?: boolean },
): Promise<void> {
	const alerts = Array.from({ length: bright + faint }, (_, i) => {
		nextId += 1;
		const objectId = survey === 'ztf' ? `ZTF26band${nextId}` : String(nextId);
		return makeAlert({
			...{ survey, alertId: BigInt(nextId), objectId, mjd: mjd + 0.2 + i / 10_000 },
			...{ mag: i < bright ? 17 : 19, ra: i % 360 },
		});
	});
	await ingestAlerts({ store, alerts, partition: `/${survey}/${mjd}`, closeNights: closed });
}

async function draft(text: string): Promise<string> {
	const filter = await createFilter(locals(), {
		...{ name: text, text, changelog: '', mustPass: [], mustFail: [], meaning: '', visibility: 'private', groupId: '' },
		...{ block: false, forkedFrom: '' },
	});
	return filter.id;
}

const bandWhenLive = async (id: string) => (await activateFilter(locals(), id, undefined)).filter.expected;

it('is not known before two nights are closed', async () => {
	const id = await draft('mag < 18.5');
	expect(await bandWhenLive(id)).toBeNull();
	await bring(60_000, { bright: 200, faint: 10 });
	await bring(60_001, { bright: 0, faint: 30, closed: false });
	expect(await bandWhenLive(await draft('mag < 18.4 and mag > 18'))).toBeNull();
});

it('is what the newest seven closed nights gave, widened by three times the root of its ends', async () => {
	for (const [mjd, bright] of [[60_002, 25], [60_003, 21], [60_004, 36], [60_005, 25], [60_006, 25], [60_007, 25]] as const) {
		await bring(mjd, { bright });
	} // prettier-ignore
	await bring(60_008, { bright: 25, faint: 500 });
	// eight nights are closed, of which the first had two hundred; the one that is not closed had none
	expect(await bandWhenLive(await draft('mag < 18'))).toEqual({
		low: Math.floor(21 - 3 * Math.sqrt(22)),
		high: Math.ceil(36 + 3 * Math.sqrt(37)),
		by: 'computed',
	});
});

it('is computed anew for a next version where it was computed, and stays through a pause of the same one', async () => {
	const id = await draft('mag < 18 and dec > 0');
	const first = await bandWhenLive(id);
	expect(first).toMatchObject({ high: Math.ceil(36 + 3 * Math.sqrt(37)), by: 'computed' });
	await pauseFilter(locals(), id);
	expect(await bandWhenLive(id)).toEqual(first);
	// the page sends what it shows with any other change: that makes the band nobody's own
	await changeFilter(locals(), id, {
		meaning: 'Bright ones',
		expected: { low: first?.low ?? 0, high: first?.high ?? 0 },
	});
	expect(await filterOf(locals(), id)).toMatchObject({ meaning: 'Bright ones', expected: first });
	await addVersion(locals(), id, { text: 'mag < 16', changelog: '' }, 1);
	expect(await filterOf(locals(), id)).toMatchObject({ expected: first });
	// which no alert passes
	expect(await bandWhenLive(id)).toEqual({ low: 0, high: 3, by: 'computed' });
});

it('stays as its owner set it, through a pause, a next version and being set aside, until they take it away', async () => {
	const id = await draft('mag < 18 and ra >= 0');
	const band = { low: 2, high: 900 };
	const own = { ...band, by: 'owner' };
	await changeFilter(locals(), id, { expected: band });
	expect(await bandWhenLive(id)).toEqual(own);
	await pauseFilter(locals(), id);
	expect(await bandWhenLive(id)).toEqual(own);
	// slow on long light curves: the worker sets it aside
	const all = 'any(detections, a => any(detections, b => a.mag + b.mag < -1 and sin(a.mjd) * cos(b.mjd) > 3))';
	const text = Array.from({ length: 3 }, (_, i) => all.replace('-1', `-${i + 1}`)).join('\nor ');
	await addVersion(locals(), id, { text, changelog: '' }, 1);
	expect(await bandWhenLive(id)).toEqual(own);
	const long = Array.from({ length: 60 }, (_, i) => {
		const mjd = 60_010 + i / 10_000;
		const history = Array.from({ length: 900 }, (_, k) =>
			makePoint({
				sourceId: BigInt(1_000_000 + i * 1000 + k),
				mjd: mjd - 1 - k / 100,
				timeReceived: mjd - 1 - k / 100,
			}),
		);
		return makeAlert({ alertId: BigInt(500_000 + i), objectId: `ZTF26long${i}`, mjd, history });
	});
	await ingestAlerts({
		store,
		alerts: long,
		partition: '/long',
		options: { filters: new FilterStage(store, { writer: 'test' }) },
	});
	expect(await filterOf(locals(), id)).toMatchObject({ state: 'setAside', expected: own });

	await changeFilter(locals(), id, { expected: null });
	await addVersion(locals(), id, { text: 'mag < 18 and ra >= 0', changelog: '' }, 2);
	expect(await bandWhenLive(id)).toEqual({ low: 6, high: 55, by: 'computed' });
});

it('counts no night that only one of two surveys has closed', async () => {
	await bring(60_007, { survey: 'lsst', bright: 11 });
	await bring(60_008, { survey: 'lsst', bright: 15, faint: 500 });
	// the other nights have hits of ZTF alone
	expect(await bandWhenLive(await draft('mag < 18'))).toEqual({
		low: Math.floor(36 - 3 * Math.sqrt(37)),
		high: Math.ceil(40 + 3 * Math.sqrt(41)),
		by: 'computed',
	});
});
