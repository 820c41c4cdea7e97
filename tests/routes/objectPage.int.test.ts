import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessScope } from '#lib/alert/object.ts';
import { insertFilter, insertState, insertVersion } from '#clickhouse/write/filters.ts';
import { filtersPassed } from '#lib/server/filters/passed.ts';
import { readObjectPage } from '#lib/server/objectPage.ts';
import { asOfTime } from '#lib/server/params.ts';
import { loadSolarSystemObject } from '#lib/server/portal.ts';
import { GET as objectRoute } from '../../src/routes/api/v1/objects/[survey]/[objectId]/+server.ts';
import { GET as bundleRoute } from '../../src/routes/api/v1/objects/[survey]/[objectId]/bundle/+server.ts';
import { GET as crossmatchesRoute } from '../../src/routes/api/v1/objects/[survey]/[objectId]/crossmatches/+server.ts';
import { GET as neighboursRoute } from '../../src/routes/api/v1/objects/[survey]/[objectId]/neighbours/+server.ts';
import { GET as scoresRoute } from '../../src/routes/api/v1/objects/[survey]/[objectId]/scores/+server.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { publish, TEST_MJD, writeAlerts } from '../support/alertRows.ts';
import { ask, testLocals } from '../support/route.ts';
import { untar } from '../support/untar.ts';

const scope: AccessScope = { origin: 'real', grants: [] };
const OBJECT = { survey: 'ztf', objectId: 'ZTF26aaaaaaa' };
const TWIN = { survey: 'lsst', objectId: '170587115523932323' };
let embedded: EmbeddedStore;
let locals: App.Locals;

const common = { survey: 'ztf', object_id: OBJECT.objectId, programme: 'public', origin: 'real', writer: 'worker-1' };
const first = { ...common, alert_id: '1', number: 1, known_at: '2026-11-19 06:00:01.000' };
const second = { ...common, alert_id: '2', number: 2, known_at: '2026-11-20 06:00:01.000' };
const run = { catalog: 'NED', release: '2026-09', radius_arcsec: 10, reason: '' };
const source = { catalog: 'NED', release: '2026-09', rank: 1, ra: 150, dec: 2.0005, numbers: { bp_rp: 0.5 } };

const score = { model: 'acai_h', label: 'h', score: 0.9, state: 'done', night: '2026-11-19' };
const FILTERS = {
	public: '00000000-0000-4000-8000-000000000001',
	private: '00000000-0000-4000-8000-000000000002',
};
const hit = { night: '2026-11-19', hpx29: '0', mjd: TEST_MJD, place: 0, numbers: {}, texts: {}, truths: {} };
/** When the object had one alert. */
const THEN = '2026-11-19T12:00:00.000Z';

/** A filter of Ana's that runs. */
async function storeFilter(visibility: keyof typeof FILTERS): Promise<void> {
	const id = FILTERS[visibility];
	const now = Date.parse(THEN);
	const version = {
		...{ version: 1, kind: 'live' as const, text: 'mag < 20', languageVersion: '1', environment: '{}', blocks: [] },
		...{ grants: [], changelog: '', authorId: 'ana', mustPass: [], mustFail: [] },
	};
	await insertVersion(embedded.store, id, version, now);
	await insertState(embedded.store, id, { state: 'live', version: 1, reason: '', by: 'ana', expected: null }, now);
	const identity = { name: `${visibility} filter`, topic: null, meaning: '', ownerId: 'ana', visibility, groupId: '' };
	await insertFilter(embedded.store, { id, ...identity, block: false, forkedFrom: '' }, now);
}

async function insert(table: string, rows: readonly object[]): Promise<void> {
	await embedded.store.command(
		`INSERT INTO ${table} FORMAT JSONEachRow\n${rows.map((row) => JSON.stringify(row)).join('\n')}`,
	);
}

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	const { store } = embedded;
	await writeAlerts(store, [
		{ alertId: 1n, objectId: OBJECT.objectId, cutouts: true, mag: 19 },
		{
			alertId: 2n,
			objectId: OBJECT.objectId,
			mjd: TEST_MJD + 1,
			mag: 18,
			number: 2,
			knownAt: '2026-11-20 06:00:01.000',
			columns: { first_mjd: TEST_MJD, class: 'snia', class_score: 0.9, class_model: 'test 1' },
		},
		{ ...TWIN, alertId: 3n, ra: 150.0001, mag: 19.1, number: 2, knownAt: '2026-11-20 06:00:01.000' },
		{ alertId: 4n, objectId: 'ZTF26hidden', programme: 'partnership', ra: 150.0001, mag: 19 },
		{ alertId: 5n, objectId: 'ZTF26mover', ra: 30, columns: { sso_name: '2020 AB1' } },
	]);
	await insert('crossmatch_runs', [
		{ ...first, ...run, state: 'none', n_matches: 0 },
		{ ...second, ...run, state: 'matched', n_matches: 1 },
		{
			...second,
			...run,
			catalog: 'TNS',
			release: '',
			state: 'notDone',
			n_matches: 0,
			reason: 'the TNS list is not loaded',
		},
	]);
	await insert('crossmatches', [
		{ ...second, ...source, source_id: 'NGC 1', sep_arcsec: 1.8, redshift: 0.02, texts: { name: 'NGC 1' } },
		// of an attempt that is not the newest one
		{ ...first, ...source, source_id: 'old', sep_arcsec: 0.1, texts: {} },
	]);
	await insert('associations', [
		{
			...second,
			other_survey: TWIN.survey,
			other_object_id: TWIN.objectId,
			other_programme: 'public',
			sep_arcsec: 0.36,
			rank: 1,
			code_version: '1',
		},
		{
			...second,
			other_survey: 'ztf',
			other_object_id: 'ZTF26hidden',
			other_programme: 'partnership',
			sep_arcsec: 0.36,
			rank: 2,
			code_version: '1',
		},
	]);
	await insert('scores', [
		{ ...first, ...score, version: '1' },
		{ ...second, ...score, version: '1', night: '2026-11-20' },
		// the first alert again by another version: of the old one's number on it the page shows nothing
		{ ...second, ...score, alert_id: '1', version: '2' },
		{ ...first, ...score, model: 'braai', version: '1', score: 0, state: 'notDone', reason: 'it failed' },
	]);
	await storeFilter('public');
	await storeFilter('private');
	await insert('filter_hits', [
		{ ...first, ...hit, filter_id: FILTERS.public, version: 1 },
		{ ...second, ...hit, filter_id: FILTERS.public, version: 1, night: '2026-11-20', mjd: TEST_MJD + 1 },
		{ ...second, ...hit, filter_id: FILTERS.private, version: 1, night: '2026-11-20', mjd: TEST_MJD + 1 },
		// of other objects, and of an alert that only others may see
		{ ...second, ...hit, filter_id: FILTERS.public, version: 2, object_id: 'ZTF26mover', alert_id: '5' },
		{ ...first, ...hit, filter_id: FILTERS.public, version: 3, alert_id: '6', programme: 'partnership' },
	]);
	await publish(store, 'worker-1', 2);
	locals = testLocals(store, scope);
});
afterAll(async () => {
	await embedded.stop();
});

describe('the object page', () => {
	it('has the newest attempt of each catalogue with its matches, and what other surveys see at the place', async () => {
		const page = await readObjectPage(locals, OBJECT);
		expect(page?.matches.runs.map(({ catalog, state }) => [catalog, state])).toEqual([
			['NED', 'matched'],
			['TNS', 'notDone'],
		]);
		expect(page?.matches.matches.map(({ sourceId }) => sourceId)).toEqual(['NGC 1']);
		expect(page?.matches.matches[0]).toMatchObject({
			redshift: expect.closeTo(0.02, 6) as number,
			columns: { name: 'NGC 1' },
		});
		expect(page?.associations).toMatchObject([TWIN]);
		expect(new Set(page?.points.map(({ survey }) => survey))).toEqual(new Set(['ztf', 'lsst']));
		expect(page?.constellation).toBe('Sextans');
	});

	it('shows nothing of a programme that its reader may not see', async () => {
		const text = JSON.stringify(await readObjectPage(locals, OBJECT));
		expect(text).not.toContain('hidden');
		expect(await readObjectPage(locals, { survey: 'ztf', objectId: 'ZTF26hidden' })).toBeNull();
	});

	it('as it was at a time holds nothing that became known later', async () => {
		const page = await readObjectPage(locals, OBJECT, '2026-11-19T12:00:00.000Z');
		expect(page?.summary).toMatchObject({ nAlerts: 1, lastAlertId: '1', class: '', lastMjd: TEST_MJD });
		expect(page?.alerts).toHaveLength(1);
		expect(page?.points.map(({ alertId }) => alertId)).toEqual(['1']);
		expect(page?.matches).toMatchObject({ runs: [{ catalog: 'NED', state: 'none' }], matches: [] });
		expect(page?.associations).toEqual([]);
		expect(page?.neighbours).toEqual([]);
		expect(await readObjectPage(locals, OBJECT, '2026-11-18T00:00:00.000Z')).toBeNull();
	});

	it('knows when each version of a model first scored it', async () => {
		const scored = async (asOf: string | null): Promise<string[] | undefined> =>
			(await readObjectPage(locals, OBJECT, asOf))?.firstScores.map(
				({ model, version, knownAt }) => `${model} ${version} ${knownAt}`,
			);
		expect(await scored(null)).toEqual(['acai_h 1 2026-11-19T06:00:01.000Z', 'acai_h 2 2026-11-20T06:00:01.000Z']);
		expect(await scored(THEN)).toEqual(['acai_h 1 2026-11-19T06:00:01.000Z']);
	});

	it('knows which filters it passed, of those that its reader may see', async () => {
		const ana = { ...locals, principal: { id: 'ana', name: 'Ana', operator: false, groups: [] } };
		const passed = async (of: App.Locals, asOf: string | null = null): Promise<unknown[]> => {
			const page = await readObjectPage(of, OBJECT, asOf);
			if (page === null) throw new Error('no page');
			return (await filtersPassed(of, page)).map(({ name, version, alertId, alerts }) => [
				name,
				version,
				alertId,
				alerts,
			]);
		};
		expect(await passed(locals)).toEqual([['public filter', 1, '1', 2]]);
		expect(await passed(ana)).toEqual([
			['public filter', 1, '1', 2],
			['private filter', 1, '2', 1],
		]);
		expect(await passed(ana, THEN)).toEqual([['public filter', 1, '1', 1]]);
	});

	it('gives the same through the API as it was at a time', async () => {
		const json = async (route: Parameters<typeof ask>[0], query: string): Promise<unknown> => {
			const answer = await ask(route, `/${query}`, locals, { params: { ...OBJECT } });
			expect(answer.status).toBe(200);
			return answer.json();
		};
		const then = `?asOf=${THEN}`;
		expect(await json(objectRoute, then)).toMatchObject({
			...{ nAlerts: 1, lastAlertId: '1', class: '', neighbours: [] },
			scores: [{ version: '1', alertId: '1' }, { model: 'braai' }],
		});
		expect(await json(objectRoute, '')).toMatchObject({ nAlerts: 2, class: 'snia', neighbours: [{ object: TWIN }] });
		expect(await json(scoresRoute, then)).toMatchObject({ scores: [{ version: '1' }, { model: 'braai' }] });
		expect(await json(neighboursRoute, then)).toMatchObject({ neighbours: [] });
		expect(await json(crossmatchesRoute, then)).toMatchObject({
			crossmatches: [{ catalog: 'NED', state: 'none' }],
			associations: [],
		});
		for (const route of [objectRoute, scoresRoute, neighboursRoute, crossmatchesRoute]) {
			const early = await ask(route, '/?asOf=2026-11-18', locals, { params: { ...OBJECT } });
			expect(early.status).toBe(404);
		}
	});

	it('of an unknown id is none, whatever stands in it', async () => {
		for (const objectId of ["'; DROP TABLE alerts --", '<script>', '🦉', '']) {
			expect(await readObjectPage(locals, { survey: 'ztf', objectId })).toBeNull();
		}
	});

	it('reads the times people write, and no others', () => {
		expect(asOfTime('2026-11-19T04:30')).toBe('2026-11-19T04:30:00.000Z');
		expect(asOfTime('2026-11-19')).toBe('2026-11-19T00:00:00.000Z');
		expect(asOfTime('2026-11-19T04:30:15.5Z')).toBe('2026-11-19T04:30:15.500Z');
		for (const text of [
			'yesterday',
			'2026-13-40',
			'2026-02-31',
			'2026-02-31T04:30',
			'2026-11-19T25:00',
			"2026-11-19' OR 1=1",
			'',
		]) {
			expect(asOfTime(text)).toBeNull();
		}
	});
});

describe('the bundle', () => {
	async function files(path: string): Promise<Map<string, Buffer>> {
		const answer = await ask(bundleRoute, path, locals, { params: { ...OBJECT } });
		expect(answer.status).toBe(200);
		expect(answer.headers.get('content-disposition')).toContain('ztf-ZTF26aaaaaaa.tar');
		const found = [...(await untar(answer))];
		return new Map(found.map(([name, bytes]) => [name.replace('ztf-ZTF26aaaaaaa/', ''), bytes]));
	}

	it('holds fields, photometry, cutouts as they came, matches, versions, licence and citation', async () => {
		const found = await files('/');
		expect([...found.keys()].sort()).toEqual([
			'CITATION.txt',
			'LICENCE.txt',
			'README.txt',
			'alerts/1.json',
			'alerts/2.json',
			'cutouts/1-difference.fits',
			'cutouts/1-science.fits',
			'cutouts/1-template.fits',
			'matches.json',
			'object.json',
			'photometry.csv',
			'scores.json',
			'versions.json',
		]);
		expect(found.get('cutouts/1-science.fits')?.toString()).toBe('science bytes');
		const [header, ...points] = found.get('photometry.csv')?.toString().split('\r\n') ?? [];
		expect(points).toHaveLength(4);
		expect(header).toMatch(/,flags,templateFlux,.*,scienceMag,scienceMagErr$/);
		expect(JSON.parse(found.get('alerts/2.json')?.toString() ?? '')).toMatchObject({ alertId: '2', class: 'snia' });
		expect(found.get('LICENCE.txt')?.toString()).toContain('NED 2026-09');
	});

	it('of a past time leaves out what came later', async () => {
		const found = await files('/?asOf=2026-11-19T12:00:00Z');
		expect(found.has('alerts/1.json')).toBe(true);
		expect(found.has('alerts/2.json')).toBe(false);
		expect(found.get('README.txt')?.toString()).toContain('2026-11-19T12:00');
	});

	it('is refused for an id that is not here, and a time that is none', async () => {
		for (const route of [bundleRoute]) {
			expect((await ask(route, '/', locals, { params: { survey: 'ztf', objectId: 'ZTF26nobody' } })).status).toBe(404);
			expect((await ask(route, '/?asOf=then', locals, { params: { ...OBJECT } })).status).toBe(400);
		}
	});
});

describe('a solar-system object', () => {
	it('is found by its designation', async () => {
		expect((await loadSolarSystemObject(locals, '2020 AB1')).alerts.map(({ alertId }) => alertId)).toEqual(['5']);
		expect(await loadSolarSystemObject(locals, "2020 AB1' OR '1'='1")).toEqual({
			...{ alerts: [], geometry: [], names: [], predictions: [] },
		});
	});
});
