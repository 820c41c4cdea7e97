// A search narrowed to what passed a filter: its hits and nothing else, and only for those who may see the filter and the alerts.
import type { RequestHandler } from '@sveltejs/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertFilter, insertState, insertVersion } from '#clickhouse/write/filters.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { Facets } from '#lib/alert/facets.ts';
import type { AlertRow, Page } from '#lib/alert/views.ts';
import { filterChoices } from '#lib/server/filters/inFilter.ts';
import { loadSearch } from '#lib/server/portal.ts';
import type { Principal } from '#lib/server/principal.ts';
import { GET as alerts } from '../../src/routes/api/v1/alerts/+server.ts';
import { GET as count } from '../../src/routes/api/v1/count/+server.ts';
import { GET as facets } from '../../src/routes/api/v1/facets/+server.ts';
import { GET as objects } from '../../src/routes/api/v1/objects/+server.ts';
import { publish, TEST_MJD, writeAlerts } from '../support/alertRows.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { ask, testLocals } from '../support/route.ts';

const PRIVATE = '00000000-0000-4000-8000-000000000001';
const GROUP = '00000000-0000-4000-8000-000000000002';
const PUBLIC = '00000000-0000-4000-8000-000000000003';
const SYSTEM = '00000000-0000-4000-8000-000000000004';
const UNKNOWN = '00000000-0000-4000-8000-000000000009';
const ana: Principal = { id: 'ana', name: 'Ana', operator: false, groups: ['sn'] };
const ben: Principal = { id: 'ben', name: 'Ben', operator: false, groups: [] };
const carla: Principal = { id: 'carla', name: 'Carla', operator: false, groups: ['sn'] };
const granted: AccessScope = { origin: 'real', grants: [{ survey: 'ztf', programme: 'partnership' }] };

let embedded: EmbeddedStore;
const locals = (principal: Principal | null, scope: AccessScope = { origin: 'real', grants: [] }): App.Locals => ({
	...testLocals(embedded.store, scope),
	principal,
});

async function makeFilter(id: string, ownerId: string, visibility: 'private' | 'group' | 'public'): Promise<void> {
	const { store } = embedded;
	const isSystem = ownerId === 'system';
	const names = isSystem
		? { name: 'Fink ZTF: unknowns', topic: 'fink.ztf.unknowns' }
		: { name: `of ${id}`, topic: null };
	const about = { ...names, meaning: '', block: false, forkedFrom: '', groupId: visibility === 'group' ? 'sn' : '' };
	await insertVersion(
		store,
		id,
		{
			...{ version: 1, kind: 'live', text: 'mag < 18', languageVersion: '1', environment: '{}', blocks: [] },
			...{ grants: [], changelog: '', authorId: ownerId, mustPass: [], mustFail: [] },
		},
		1,
	);
	await insertState(store, id, { state: 'live', version: 1, reason: '', by: ownerId, expected: null }, 1);
	await insertFilter(store, { id, ownerId, visibility, ...about }, 1);
}

const hit = (id: string, alertId: number, over: Record<string, unknown> = {}): object => ({
	...{ filter_id: id, version: 1, survey: 'ztf', night: '2026-11-19', alert_id: String(alertId) },
	...{
		object_id: `ZTF26aaaaaa${'abcdefgh'[alertId] ?? 'z'}`,
		programme: 'public',
		origin: 'real',
		hpx29: '0',
		mjd: TEST_MJD,
	},
	...{
		place: 0,
		numbers: {},
		texts: {},
		truths: {},
		writer: 'worker-1',
		number: 1,
		known_at: '2026-11-19 06:00:01.000',
	},
	...over,
});

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	const { store } = embedded;
	const alert = (alertId: number, over: object = {}) => ({
		...{ alertId: BigInt(alertId), objectId: `ZTF26aaaaaa${'abcdefgh'[alertId] ?? 'z'}`, ra: alertId, dec: 10 },
		...over,
	});
	await writeAlerts(store, [
		...[alert(1), alert(2, { mag: 16 }), alert(3, { mjd: TEST_MJD + 1 }), alert(4), alert(6)],
		alert(5, { programme: 'partnership' }),
		alert(7, { origin: 'test' }),
		// of the same object as 1, and no hit
		{ ...alert(10), objectId: 'ZTF26aaaaaab', mjd: TEST_MJD + 1 },
	]);
	await makeFilter(PRIVATE, 'ana', 'private');
	await makeFilter(GROUP, 'ana', 'group');
	await makeFilter(PUBLIC, 'ana', 'public');
	await makeFilter(SYSTEM, 'system', 'public');
	const hits = [
		...[hit(PRIVATE, 1), hit(PRIVATE, 1, { version: 2 }), hit(PRIVATE, 2), hit(GROUP, 2), hit(SYSTEM, 4)],
		...[hit(PUBLIC, 1), hit(PUBLIC, 2), hit(PUBLIC, 3, { night: '2026-11-20', mjd: TEST_MJD + 1 })],
		hit(PUBLIC, 5, { programme: 'partnership' }),
		// a hit on another origin's alert of that id, and one of a batch that is not published
		hit(PUBLIC, 4, { origin: 'test' }),
		hit(PUBLIC, 6, { number: 2 }),
	];
	await store.command(
		`INSERT INTO filter_hits FORMAT JSONEachRow\n${hits.map((row) => JSON.stringify(row)).join('\n')}`,
	);
	await publish(store, 'worker-1', 1);
});
afterAll(async () => {
	await embedded.stop();
});

async function read(route: RequestHandler, path: string, of: App.Locals) {
	const response = await ask(route, path, of);
	return { status: response.status, answer: (await response.json()) as Page<AlertRow> & Facets & { detail: string } };
}
const ids = async (filter: string, of: App.Locals, rest = ''): Promise<string[]> => {
	const { status, answer } = await read(alerts, `/api/v1/alerts?filter=${encodeURIComponent(filter)}${rest}`, of);
	expect(status, answer.detail).toBe(200);
	expect(answer.total).toBe(answer.rows.length);
	return answer.rows.map(({ alertId }) => alertId).sort();
};

describe('a search narrowed to a filter', () => {
	it('gives what passed in any version, each once, with the other conditions', async () => {
		expect(await ids(PRIVATE, locals(ana))).toEqual(['1', '2']);
		expect(await ids(PRIVATE.toUpperCase(), locals(ana))).toEqual(['1', '2']);
		expect(await ids(PUBLIC, locals(null))).toEqual(['1', '2', '3']);
		expect(await ids(PUBLIC, locals(null), '&night=2026-11-20')).toEqual(['3']);
		expect(await ids(PUBLIC, locals(null), '&magMax=17')).toEqual(['2']);
	});
	it('counts, spreads and lists objects the same', async () => {
		const of = locals(null);
		const found = await read(objects, `/api/v1/objects?filter=${PUBLIC}`, of);
		expect(found.answer.rows.map(({ objectId }) => objectId).sort()).toEqual([
			...['ZTF26aaaaaab', 'ZTF26aaaaaac', 'ZTF26aaaaaad'],
		]);
		expect(found.answer.total).toBe(3);
		for (const kind of ['alerts', 'objects']) {
			expect((await read(count, `/api/v1/count?kind=${kind}&filter=${PUBLIC}`, of)).answer.total).toBe(3);
		}
		const spread = await read(facets, `/api/v1/facets?filter=${PUBLIC}&night=2026-11-20`, of);
		expect(spread.status).toBe(200);
		expect(JSON.stringify(spread.answer)).toContain('2026-11-19');
		const file = await ask(alerts, `/api/v1/alerts?filter=${PUBLIC}&format=csv&fields=alertId`, of);
		expect((await file.text()).trim().split('\n')).toHaveLength(4);
	});
	it('is for those who may see the filter: another’s is as one that is not there', async () => {
		expect(await ids(GROUP, locals(carla))).toEqual(['2']);
		const routes = [alerts, objects, count, facets];
		for (const [filter, who] of [
			[PRIVATE, ben],
			[PRIVATE, carla],
			[PRIVATE, null],
			[GROUP, ben],
			[GROUP, null],
			[UNKNOWN, ana],
			["no' such name", ana],
			[`of ${PRIVATE}`, ben],
		] as const) {
			for (const route of routes) {
				const { status, answer } = await read(route, `/api/v1/x?filter=${encodeURIComponent(filter)}`, locals(who));
				expect([status, answer.detail]).toEqual([
					404,
					'There is no filter of that id here, or it is not yours to see.',
				]);
			}
		}
	});
	it('shows no alert beyond the reader’s data, whatever passed', async () => {
		expect(await ids(PUBLIC, locals(ana))).toEqual(['1', '2', '3']);
		expect(await ids(PUBLIC, locals(ana, granted))).toEqual(['1', '2', '3', '5']);
	});
	it('takes a filter that comes with Nightjar by its topic or name', async () => {
		for (const name of [SYSTEM, 'fink.ztf.unknowns', 'FINK ZTF: Unknowns']) {
			expect(await ids(name, locals(null))).toEqual(['4']);
		}
	});
	it('does not carry a place in one filter’s pages over to another', async () => {
		const { answer } = await read(alerts, `/api/v1/alerts?filter=${PUBLIC}&limit=1`, locals(ana));
		const cursor = `&limit=1&cursor=${answer.nextCursor ?? ''}`;
		expect((await read(alerts, `/api/v1/alerts?filter=${PUBLIC}${cursor}`, locals(ana))).status).toBe(200);
		expect((await read(alerts, `/api/v1/alerts?filter=${PRIVATE}${cursor}`, locals(ana))).status).toBe(400);
	});
	it('is understood in the box, and says there what is not', async () => {
		const page = (q: string, who: Principal | null) =>
			loadSearch(locals(who), new URL(`http://localhost/search?kind=alerts&q=${encodeURIComponent(q)}`));
		const found = await page('filter="Fink ZTF: unknowns" mag>15', null);
		expect(found.page.total).toBe(1);
		const refused = await page(`filter=${PRIVATE} mag>15`, ben);
		expect(refused.page.total).toBe(0);
		expect(refused.understood.problems).toEqual(['There is no filter of that id here, or it is not yours to see.']);
	});
	it('offers what its reader may see', async () => {
		const offered = async (who: Principal | null) => (await filterChoices(locals(who), {})).map(({ value }) => value);
		expect(await offered(null)).toEqual([PUBLIC, 'fink.ztf.unknowns']);
		expect(await offered(carla)).toEqual([GROUP, PUBLIC, 'fink.ztf.unknowns']);
		expect(await offered(ana)).toEqual([PRIVATE, GROUP, PUBLIC, 'fink.ztf.unknowns']);
	});
});
