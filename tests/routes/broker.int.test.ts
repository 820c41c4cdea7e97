import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessScope } from '#lib/alert/object.ts';
import { GET as alertsRoute } from '../../src/routes/api/broker/alerts/+server.ts';
import { GET as alertRoute } from '../../src/routes/api/broker/alerts/[id]/+server.ts';
import { GET as profileRoute } from '../../src/routes/api/broker/profile/+server.ts';
import { GET as surveyAlertsRoute } from '../../src/routes/api/broker/surveys/[survey]/alerts/+server.ts';
import { GET as cutoutsRoute } from '../../src/routes/api/broker/surveys/[survey]/cutouts/+server.ts';
import { GET as objectRoute } from '../../src/routes/api/broker/surveys/[survey]/objects/[id]/+server.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { publish, TEST_MJD, writeAlerts } from '../support/alertRows.ts';
import { ask, testLocals } from '../support/route.ts';

const open: AccessScope = { origin: 'real', grants: [] };
const granted: AccessScope = { origin: 'real', grants: [{ survey: 'ztf', programme: 'partnership' }] };
const BIG = 170587115523932323n;

let embedded: EmbeddedStore;
let locals: App.Locals;
beforeAll(async () => {
	embedded = await startEmbeddedStore();
	locals = testLocals(embedded.store, open);
	await writeAlerts(embedded.store, [
		{ alertId: BIG, objectId: 'ZTF26aaaaaaa', cutouts: true, mag: 19 },
		{ alertId: BIG + 1n, objectId: 'ZTF26aaaaaaa', mjd: TEST_MJD + 1, mag: 18.5 },
		{
			alertId: BIG + 2n,
			objectId: 'ZTF26aaaaaaa',
			programme: 'partnership',
			mjd: TEST_MJD + 2,
			mag: 18,
			cutouts: true,
		},
		{ alertId: 7n, survey: 'lsst', objectId: '170587115523932323', ra: 150.0001, mag: 20 },
		{ alertId: 8n, objectId: 'ZTF26secrets', programme: 'caltech', mag: 17 },
		{ alertId: 9_001_000_000_000_000n, objectId: 'SIM26aaaaaaa', origin: 'simulated', mjd: TEST_MJD + 3 },
	]);
	await publish(embedded.store, 'worker-1', 1);
});
afterAll(() => embedded.stop());

type Row = Record<string, unknown>;
async function data<Shape = Row>(answer: Promise<Response>): Promise<Shape> {
	const response = await answer;
	expect(response.status, await response.clone().text()).toBe(200);
	return ((await response.json()) as { data: Shape }).data;
}
const place = '?ra=150&dec=2';

/** As SkyPortal's shared reader turns a point into a magnitude: flux times 1e-9 under the zero point of its survey. */
function readBySkyPortal(survey: string, point: Row): number {
	const zeroPoint = survey === 'ZTF' ? 23.9 : 8.9;
	if (typeof point['psfFluxErr'] === 'number') {
		return zeroPoint - 2.5 * Math.log10((point['psfFlux'] as number) * 1e-9);
	}
	return point['magpsf'] as number;
}

describe('the generic provider', () => {
	it('finds alerts by object and by place, with ids whole', async () => {
		const ofObject = await data<Row[]>(ask(alertsRoute, '/api/broker/alerts?objectId=ZTF26aaaaaaa', locals));
		expect(ofObject.map(({ candid }) => candid)).toEqual([String(BIG + 1n), String(BIG)]);
		const [first] = ofObject;
		expect(first).toMatchObject({ objectId: 'ZTF26aaaaaaa', survey: 'ZTF', origin: 'real' });
		expect((first?.['candidate'] as Row)['jd']).toBeCloseTo(2_400_000.5 + TEST_MJD + 1 - 37 / 86_400, 6);
		const near = await data<Row[]>(ask(alertsRoute, `/api/broker/alerts${place}&radius=5&unknown=1`, locals));
		expect(new Set(near.map(({ survey }) => survey))).toEqual(new Set(['ZTF', 'LSST']));
		expect(await data<Row[]>(ask(alertsRoute, '/api/broker/alerts?objectId=nothing', locals))).toEqual([]);
	});

	it('gives an object, or the one of an alert, with points that SkyPortal reads at the right brightness', async () => {
		for (const id of ['ZTF26aaaaaaa', String(BIG + 1n)]) {
			const found = await data(ask(alertRoute, `/api/broker/alerts/${id}`, locals, { params: { id } }));
			expect(found['objectId']).toBe('ZTF26aaaaaaa');
			const points = found['prv_candidates'] as Row[];
			expect(points.map((point) => readBySkyPortal('ZTF', point))).toEqual([19, 18.5]);
			expect(points.every((point) => point['programid'] === 1 && typeof point['jd'] === 'number')).toBe(true);
			expect(found['candidate']).toMatchObject({ ra: 150, dec: 2, programid: 1 });
		}
	});

	it('tells what is missing or wrong in a sentence', async () => {
		const status = async (path: string, params: Record<string, string> = {}): Promise<number> =>
			(await ask(Object.keys(params).length === 0 ? alertsRoute : alertRoute, path, locals, { params })).status;
		expect(await status('/api/broker/alerts')).toBe(400);
		expect(await status('/api/broker/alerts?ra=150&dec=95')).toBe(400);
		expect(await status('/api/broker/alerts?ra=150&dec=2&radius=99999')).toBe(400);
		expect(await status(`/api/broker/alerts${place}&survey=nobody`)).toBe(404);
		expect(await status('/api/broker/alerts/nobody', { id: 'nobody' })).toBe(404);
		expect(await status('/api/broker/alerts/99999999999999999999999', { id: '99999999999999999999999' })).toBe(404);
	});
});

describe('the Babamul provider', () => {
	it('reads its survey by upper-case name: alerts, object, cutouts', async () => {
		const params = { survey: 'LSST' };
		const near = await data<Row[]>(
			ask(surveyAlertsRoute, `/api/broker/surveys/LSST/alerts${place}&radius_arcsec=5`, locals, { params }),
		);
		expect(near.map(({ objectId }) => objectId)).toEqual(['170587115523932323']);
		const byId = `/api/broker/surveys/LSST/alerts?object_id=170587115523932323`;
		expect((await data<Row[]>(ask(surveyAlertsRoute, byId, locals, { params }))).length).toBe(1);
		const id = '170587115523932323';
		const found = await data(ask(objectRoute, `/x/${id}`, locals, { params: { ...params, id } }));
		const [point] = found['prv_candidates'] as Row[];
		expect(readBySkyPortal('LSST', point ?? {})).toBeCloseTo(20, 4);
	});

	it('gives cutouts as base64 of gzipped bytes, null for what did not come', async () => {
		const params = { survey: 'ZTF' };
		const cutouts = await data<Record<string, string | null>>(
			ask(cutoutsRoute, `/x?candid=${BIG}`, locals, { params }),
		);
		expect(cutouts['candid']).toBe(String(BIG));
		const bytes = gunzipSync(Buffer.from(cutouts['cutoutScience'] ?? '', 'base64'));
		expect(bytes.toString()).toContain('science');
		const none = await data<Record<string, string | null>>(
			ask(cutoutsRoute, `/x?candid=${BIG + 1n}`, locals, { params }),
		);
		expect(none['cutoutTemplate']).toBe(null);
		expect((await ask(cutoutsRoute, '/x?candid=abc', locals, { params })).status).toBe(400);
	});

	it('asks for a token before it says who it is', async () => {
		const response = await ask(profileRoute, '/api/broker/profile', locals);
		expect(response.status).toBe(401);
		expect(response.headers.get('www-authenticate')).toContain('Bearer');
	});
});

describe('rights', () => {
	it('show each reader what they may see: points, alerts, objects and cutouts alike', async () => {
		const wide = testLocals(embedded.store, granted);
		const params = { survey: 'ZTF', id: 'ZTF26aaaaaaa' };
		const points = async (who: App.Locals): Promise<unknown[]> =>
			(await data(ask(objectRoute, '/x', who, { params })))['prv_candidates'] as unknown[];
		expect((await points(locals)).length).toBe(2);
		expect((await points(wide)).length).toBe(3);
		const cutouts = (who: App.Locals) => ask(cutoutsRoute, `/x?candid=${BIG + 2n}`, who, { params });
		expect((await cutouts(locals)).status).toBe(404);
		expect((await cutouts(wide)).status).toBe(200);
		const hidden = { survey: 'ZTF', id: 'ZTF26secrets' };
		expect((await ask(objectRoute, '/x', wide, { params: hidden })).status).toBe(404);
		expect((await ask(alertRoute, '/x', locals, { params: { id: '8' } })).status).toBe(404);
	});

	it('keep the simulation away from marshals that did not ask for it', async () => {
		const simulated = testLocals(embedded.store, { origin: 'simulated', grants: [] });
		const params = { id: 'SIM26aaaaaaa' };
		expect((await ask(alertRoute, '/api/broker/alerts/SIM26aaaaaaa', simulated, { params })).status).toBe(404);
		const asked = ask(alertRoute, '/api/broker/alerts/SIM26aaaaaaa?origin=simulated', simulated, { params });
		expect((await data(asked))['origin']).toBe('simulated');
	});
});
