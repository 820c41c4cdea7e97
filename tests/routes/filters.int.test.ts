// The life of a filter through the API: stored, activated, hits of the running stream, versions, gate, who may see what.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertFilter, insertState, insertVersion } from '#clickhouse/write/filters.ts';
import type { Alert } from '#lib/alert/alert.ts';
import type { TriedExample } from '#lib/filter/stored.ts';
import type { Principal } from '#lib/server/principal.ts';
import { addList, addObjects, deleteList, removeObject } from '#lib/server/work/list.ts';
import { workOf } from '#lib/server/work/page.ts';
import { PRIVATE } from '#lib/server/work/share.ts';
import { FilterStage } from '#server/ingest/filter/stage.ts';
import { GET as list, POST as create } from '../../src/routes/api/v1/filters/+server.ts';
import { DELETE as remove, GET as one, PATCH as change } from '../../src/routes/api/v1/filters/[id]/+server.ts';
import { POST as fork } from '../../src/routes/api/v1/filters/[id]/fork/+server.ts';
import { POST as tryExamples } from '../../src/routes/api/v1/filters/examples/+server.ts';
import { GET as feed } from '../../src/routes/api/v1/filters/[id]/feed/+server.ts';
import { GET as bundle } from '../../src/routes/api/v1/filters/[id]/bundle/+server.ts';
import { GET as tests } from '../../src/routes/api/v1/filters/[id]/tests/+server.ts';
import { POST as tryOut } from '../../src/routes/api/v1/filters/test/+server.ts';
import { GET as stream } from '../../src/routes/api/v1/stream/+server.ts';
import { POST as activate } from '../../src/routes/api/v1/filters/[id]/activate/+server.ts';
import { GET as hits } from '../../src/routes/api/v1/filters/[id]/hits/+server.ts';
import { POST as pause } from '../../src/routes/api/v1/filters/[id]/pause/+server.ts';
import { POST as retire } from '../../src/routes/api/v1/filters/[id]/retire/+server.ts';
import { GET as versions, POST as addVersion } from '../../src/routes/api/v1/filters/[id]/versions/+server.ts';
import { makeAlert, makePoint } from '../support/alerts.ts';
import { startEmbeddedStore } from '../support/embeddedStore.ts';
import { ingestAlerts } from '../support/memoryIngest.ts';
import { ask, testLocals } from '../support/route.ts';

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
let stage: FilterStage;
let nowMs = 0;

const ana: Principal = { id: 'ana', name: 'Ana', operator: false, groups: ['sn'] };
const ben: Principal = { id: 'ben', name: 'Ben', operator: false, groups: [] };
const carla: Principal = { id: 'carla', name: 'Carla', operator: false, groups: ['sn'] };

const locals = (principal: Principal | null): App.Locals => ({
	...testLocals(embedded.store, { origin: 'real', grants: [] }),
	principal,
});

interface Filter {
	readonly id: string;
	readonly state: string;
	readonly newest: number;
	readonly topic: string | null;
	readonly reason: string;
	readonly hits: number;
}
interface Problem {
	readonly status: number;
	readonly detail: string;
	readonly errors?: readonly { parameter: string; message: string }[];
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names what the test reads of the answer
async function post<Answer>(
	route: Parameters<typeof ask>[0],
	principal: Principal | null,
	body: unknown,
	id = '',
): Promise<{ status: number; answer: Answer & Problem }> {
	const response = await ask(route, `/api/v1/filters/${id}`, locals(principal), {
		params: { id },
		method: 'POST',
		body,
	});
	return { status: response.status, answer: (await response.json()) as Answer & Problem };
}

async function make(principal: Principal, over: Record<string, unknown> = {}): Promise<Filter> {
	const body = { name: 'bright', text: 'mag < 18', changelog: 'first', ...over };
	const { status, answer } = await post<Filter>(create, principal, body);
	expect(status, JSON.stringify(answer)).toBe(201);
	return answer;
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names what the test reads of the answer
const get = async <Answer>(
	route: Parameters<typeof ask>[0],
	principal: Principal | null,
	id: string,
	query = '',
): Promise<{ status: number; answer: Answer & Problem }> => {
	const response = await ask(route, `/api/v1/filters/${id}${query}`, locals(principal), { params: { id } });
	return { status: response.status, answer: (await response.json()) as Answer & Problem };
};

interface HitPage {
	readonly rows: readonly {
		readonly version: number;
		readonly annotations: Record<string, unknown>;
		readonly alert: { readonly alertId: string; readonly mag: number };
	}[];
	readonly total: number;
	readonly nextCursor: string | null;
}

/** Alerts of a night, of which one in twenty is brighter than 18. */
function night(firstId: number, mjd: number, count = 100): Alert[] {
	return Array.from({ length: count }, (_, i) =>
		makeAlert({
			alertId: BigInt(firstId + i),
			objectId: `ZTF26aaaa${String(firstId + i).padStart(4, '0')}`,
			mjd: mjd + i / 10_000,
			mag: i % 25 === 0 ? 17 : 19,
			ra: (i * 3) % 360,
			dec: 10,
		}),
	);
}

async function ingest(alerts: readonly Alert[], partition: string, closeNights = false): Promise<void> {
	// the stage asks for changes every few seconds
	nowMs += 60_000;
	await ingestAlerts({ store: embedded.store, alerts, partition, closeNights, options: { filters: stage } });
}

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	stage = new FilterStage(embedded.store, { writer: 'test', now: () => nowMs });
});
afterAll(async () => {
	await embedded.stop();
});

describe('the life of a filter', () => {
	it('is stored, goes live without a closed night, and finds what the stream brings', async () => {
		const filter = await make(ana, { text: 'mag < 18\nannotate brightness = mag, far = ra > 180, name = band' });
		expect(filter).toMatchObject({ state: 'draft', newest: 1, topic: null });
		await ingest(night(1, 60_000.2), '/a');
		expect((await get<HitPage>(hits, ana, filter.id)).answer.total).toBe(0);

		const active = await post<{ filter: Filter; gate: { reason: string } }>(activate, ana, {}, filter.id);
		expect(active.answer.filter.state).toBe('live');
		expect(active.answer.gate.reason).toMatch(/No night is closed yet/);
		await ingest(night(1001, 60_001.2), '/b', true);
		const { answer } = await get<HitPage>(hits, ana, filter.id);
		expect(answer.total).toBe(4);
		expect(answer.rows.map(({ alert }) => alert.alertId)).toEqual(['1076', '1051', '1026', '1001']);
		expect(answer.rows[0]).toMatchObject({ version: 1, annotations: { brightness: 17, far: true, name: 'r' } });

		const paused = await post<{ filter: Filter }>(pause, ana, { reason: 'enough' }, filter.id);
		expect(paused.answer.filter).toMatchObject({ state: 'paused', reason: 'enough' });
		await ingest(night(2001, 60_002.2), '/c');
		expect((await get<HitPage>(hits, ana, filter.id)).answer.total).toBe(4);
		const again = await post<{ filter: Filter }>(retire, ana, {}, filter.id);
		expect(again.answer.filter.state).toBe('retired');
		expect((await post(activate, ana, {}, filter.id)).status).toBe(409);
	});

	it('gives its hits in pages and files', async () => {
		const filter = await make(ana, { name: 'paged', text: 'mag < 18 annotate brightness = mag, night = "x"' });
		await post(activate, ana, {}, filter.id);
		await ingest(night(3001, 60_003.2), '/d');
		const first = await get<HitPage>(hits, ana, filter.id, '?limit=3');
		expect(first.answer.rows).toHaveLength(3);
		const next = await get<HitPage>(hits, ana, filter.id, `?limit=3&cursor=${first.answer.nextCursor ?? ''}`);
		expect(next.answer.rows).toHaveLength(1);
		expect(next.answer.nextCursor).toBeNull();
		for (const format of ['csv', 'ndjson', 'votable', 'parquet', 'arrow']) {
			const file = await ask(hits, `/api/v1/filters/${filter.id}/hits?format=${format}`, locals(ana), {
				params: { id: filter.id },
			});
			expect(file.status, format).toBe(200);
			expect(file.headers.get('x-total-count')).toBe('4');
			const text = await file.text();
			if (format !== 'csv') continue;
			const [header = '', line = ''] = text.split('\r\n');
			expect(header.split(',').slice(-5)).toEqual([
				'filterVersion',
				'filterPlace',
				'hitAt',
				'brightness',
				'annotation_night',
			]);
			expect(line.split(',').at(-2)).toBe('17');
			expect(text.trim().split('\r\n')).toHaveLength(5);
		}
	});

	it('refuses at the gate what passes too much, with the funnel', async () => {
		const filter = await make(ana, { name: 'wide', text: 'mag < 20 and dec > 0' });
		const { status, answer } = await post(activate, ana, {}, filter.id);
		expect(status).toBe(422);
		expect(answer.detail).toMatch(
			/passes 100 of 100 alerts of ZTF in the night of 2023-02-26 \(100 %\); 5.0 % is the most/,
		);
		expect(answer.errors).toEqual([
			{ parameter: 'mag < 20', message: '100 left' },
			{ parameter: 'dec > 0', message: '100 left' },
		]);
		const sampled = await make(ana, { name: 'part', text: 'mag < 20 sample 0.5' });
		expect((await post(activate, ana, {}, sampled.id)).status).toBe(200);
	});

	it('keeps versions: each with its diff, and refuses one made from an old one', async () => {
		const filter = await make(ana, { name: 'versions', text: 'mag < 18\nand dec > 0' });
		const second = { text: 'mag < 17.5\nand dec > 0', changelog: 'brighter', base: 1 };
		expect((await post(addVersion, ana, second, filter.id)).status).toBe(201);
		const late = await post(addVersion, ana, { ...second, text: 'mag < 16' }, filter.id);
		expect(late.status).toBe(409);
		// two at once: one is stored, the other is told
		const race = await Promise.all(
			['mag < 15', 'mag < 14'].map((text) => post(addVersion, ana, { text, base: 2 }, filter.id)),
		);
		expect(race.map(({ status }) => status).sort()).toEqual([201, 409]);
		const { answer } = await get<{ versions: { version: number; diff: { kind: string; text: string }[] }[] }>(
			versions,
			ana,
			filter.id,
		);
		expect(answer.versions.map(({ version }) => version)).toEqual([3, 2, 1]);
		expect(answer.versions[1]?.diff).toEqual([
			{ kind: 'removed', text: 'mag < 18' },
			{ kind: 'added', text: 'mag < 17.5' },
			{ kind: 'same', text: 'and dec > 0' },
		]);
	});

	it('holds a version to its examples', async () => {
		const good = { name: 'examples', text: 'mag < 18', mustPass: ['ztf:1001'], mustFail: ['ztf:1002'] };
		const filter = await make(ana, good);
		const bad = await post(addVersion, ana, { ...good, name: undefined, text: 'mag < 16', base: 1 }, filter.id);
		expect(bad.status).toBe(422);
		expect(bad.answer.errors).toEqual([{ parameter: 'mustPass', message: 'ztf:1001 must pass and does not' }]);
		const unknown = await post(create, ana, { ...good, mustPass: ['ztf:999999'] });
		expect(unknown.answer.detail).toMatch(/ztf:999999 is not among the alerts here/);
		expect((await post(create, ana, { ...good, mustPass: ['1001'] })).status).toBe(400);
	});

	it('tells of a text and its examples what storing them would, to whoever asks', async () => {
		const asked = { text: 'mag < 18', mustPass: ['ztf:1002', 'ztf:999999'], mustFail: ['ztf:1001'] };
		const { answer } = await post<{ examples: TriedExample[] }>(tryExamples, null, asked);
		expect(answer.examples).toMatchObject([
			{ alert: 'ztf:1002', wanted: 'pass', answer: 'fail' },
			{ alert: 'ztf:999999', wanted: 'pass', answer: 'missing', objectId: null },
			{ alert: 'ztf:1001', wanted: 'fail', answer: 'pass' },
		]);
		const refused = await post(create, ana, { name: 'refused examples', ...asked });
		expect(refused.answer.errors?.map(({ parameter }) => parameter)).toEqual(['mustPass', 'mustPass', 'mustFail']);
		// the order in which hits come and how many there may be say nothing of an alert
		const few = await post<{ examples: TriedExample[] }>(tryExamples, null, {
			...{ text: 'mag < 100 order by mag limit 1', mustPass: ['ztf:1001', 'ztf:1002'] },
		});
		expect(few.answer.examples.map(({ answer: said }) => said)).toEqual(['pass', 'pass']);
		for (const wrong of [
			{ ...asked, mustPass: ['1001'] },
			{ ...asked, mustFail: ['ztf:1002'] },
			{ ...asked, text: 'magg < 18' },
			{ ...asked, mustPass: Array.from({ length: 201 }, (_, i) => `ztf:${i}`), mustFail: [] },
		])
			expect((await post(tryExamples, null, wrong)).status).toBe(400);
	});

	it('keeps the examples of the version that it was made from, unless others or none are named', async () => {
		const examples = { mustPass: ['ztf:1001'], mustFail: ['ztf:1002'] };
		const filter = await make(ana, { name: 'kept examples', text: 'mag < 18', ...examples });
		const next = (body: object) => post<typeof examples>(addVersion, ana, body, filter.id);
		// as the editor asks
		expect((await next({ text: 'mag < 17.5', base: 1, changelog: 'x' })).answer).toMatchObject(examples);
		const broken = await next({ text: 'mag < 16', base: 2 });
		expect(broken.status).toBe(422);
		expect(broken.answer.detail).toMatch(/ztf:1001 must pass and does not/);
		const fewer = await next({ text: 'mag < 16', base: 2, mustPass: [] });
		expect(fewer.answer).toMatchObject({ mustPass: [], mustFail: ['ztf:1002'] });
		expect((await next({ text: 'mag < 16', base: 3, mustFail: [] })).answer).toMatchObject({
			mustPass: [],
			mustFail: [],
		});
	});

	it('is seen by those it is meant for, and by nobody else', async () => {
		const secret = await make(ana, { name: 'secret', text: 'mag < 17' });
		const group = await make(ana, { name: 'of the group', text: 'mag < 17', visibility: 'group', group: 'sn' });
		const open = await make(ana, { name: 'open', text: 'mag < 17', visibility: 'public' });
		expect(open.topic).toBe('open');
		const seen = async (who: Principal | null) =>
			(await get<{ filters: Filter[] }>(list, who, '')).answer.filters.map(({ id }) => id);
		const has = async (who: Principal | null) => {
			const ids = await seen(who);
			return [secret, group, open].map(({ id }) => ids.includes(id));
		};
		expect(await has(ana)).toEqual([true, true, true]);
		expect(await has(ben)).toEqual([false, false, true]);
		expect(await has(carla)).toEqual([false, true, true]);
		expect(await has(null)).toEqual([false, false, true]);
		for (const route of [one, versions, hits]) {
			expect((await get(route, ben, secret.id)).status).toBe(404);
			expect((await get(route, null, secret.id)).status).toBe(404);
			expect((await get(route, ben, open.id)).status).toBe(200);
		}
		for (const route of [activate, pause, retire]) {
			expect((await post(route, ben, {}, secret.id)).status).toBe(404);
			expect((await post(route, ben, {}, open.id)).status).toBe(403);
			expect((await post(route, null, {}, open.id)).status).toBe(401);
		}
		expect((await post(create, ben, { name: 'x', text: 'mag < 1', visibility: 'group', group: 'sn' })).status).toBe(
			400,
		);
	});

	it('goes away only while it never ran', async () => {
		const draft = await make(ana, { name: 'draft' });
		const gone = await ask(remove, `/api/v1/filters/${draft.id}`, locals(ana), {
			params: { id: draft.id },
			method: 'DELETE',
		});
		expect(gone.status).toBe(204);
		expect((await get(one, ana, draft.id)).status).toBe(404);
		const ran = await make(ana, { name: 'ran' });
		await post(activate, ana, {}, ran.id);
		const refused = await ask(remove, `/api/v1/filters/${ran.id}`, locals(ana), {
			params: { id: ran.id },
			method: 'DELETE',
		});
		expect(refused.status).toBe(409);
	});

	it.each([
		[{ name: '' }, 400, /needs a name/],
		[{ name: 'x'.repeat(101) }, 400, /at most 100 characters/],
		[{ topic: 'a/b' }, 400, /Try "a-b"/],
		[{ topic: 'x'.repeat(300) }, 400, /300 characters; 200 are the most/],
		[{ topic: '../x' }, 400, /small letters/],
		[{ topic: 'open' }, 409, /Another filter has the topic open/],
		[{ text: 'mag <' }, 422, /error/],
		[{ text: 'magg < 18' }, 422, /did you mean "mag"/],
		[{ text: '('.repeat(5000) }, 422, /error/],
		[{ text: 'use "nothing@1" as it\nit.real' }, 422, /no block "nothing@1"/],
		[{ visibility: 'secret' }, 400, /visibility/],
		[{ colour: 'red' }, 400, /colour is not known here/],
	])('refuses %j', async (over, status, sentence) => {
		const answer = await post(create, ana, { name: 'bad', text: 'mag < 18', ...over });
		expect(answer.status).toBe(status);
		expect(`${answer.answer.detail} ${JSON.stringify(answer.answer.errors ?? [])}`).toMatch(sentence);
	});

	it('refuses a body from a page of another site, and one that is no JSON', async () => {
		const body = { name: 'foreign', text: 'mag < 18' };
		const foreign = await ask(create, '/api/v1/filters', locals(ana), {
			method: 'POST',
			body,
			headers: { origin: 'https://elsewhere.example' },
		});
		expect(foreign.status).toBe(403);
		const plain = await ask(create, '/api/v1/filters', locals(ana), {
			method: 'POST',
			body,
			headers: { 'content-type': 'text/plain' },
		});
		expect(plain.status).toBe(415);
	});

	it('imports blocks that stay as they were, and none that imports itself', async () => {
		const block = await make(ana, { name: 'bright stuff', text: 'let bright = mag < 18\nbright', block: true });
		const user = await make(ana, { name: 'user', text: 'use "bright stuff@1" as b\nb.bright and dec > 0' });
		expect((await post(activate, ana, {}, block.id)).status).toBe(409);
		const itself = { text: 'use "bright stuff@2" as b\nb.bright', base: 1 };
		expect((await post(addVersion, ana, itself, block.id)).status).toBe(422);
		const deleted = await ask(remove, `/api/v1/filters/${block.id}`, locals(ana), {
			params: { id: block.id },
			method: 'DELETE',
		});
		expect(deleted.status).toBe(409);
		expect(((await deleted.json()) as Problem).detail).toMatch(/A filter imports this block/);
		// the block changes and goes away: who imported a version keeps it
		await post(addVersion, ana, { text: 'let bright = mag < 10\nbright', base: 1 }, block.id);
		await post(retire, ana, {}, block.id);
		expect((await post(activate, ana, {}, user.id)).status).toBe(200);
		await ingest(night(4001, 60_004.2), '/e');
		expect((await get<HitPage>(hits, ana, user.id)).answer.total).toBe(4);
		// and can still be changed
		const next = { text: 'use "bright stuff@1" as b\nb.bright and dec > 1', base: 1 };
		expect((await post(addVersion, ana, next, user.id)).status).toBe(201);
	});

	it('keeps a list as it stood when its version was stored', async () => {
		const work = workOf(locals(ana));
		const listId = addList(work, ana, { kind: 'objects', name: 'watched', origin: 'real', audience: PRIVATE });
		const object = (id: number) => ({ survey: 'ztf', objectId: `ZTF26aaaa${id}` });
		const text = 'in list("watched")';
		addObjects(work, ana, listId, [object(5001)]);
		const filter = await make(ana, { name: 'of a list', text });
		await post(activate, ana, {}, filter.id);
		const found = async (version: number) => {
			const { answer } = await get<HitPage>(hits, ana, filter.id, `?version=${version}`);
			return answer.rows.map(({ alert }) => alert.alertId);
		};

		removeObject(work, ana, listId, object(5001));
		addObjects(work, ana, listId, [object(5002)]);
		await ingest(night(5001, 60_005.2, 3), '/list');
		expect(await found(1)).toEqual(['5001']);

		// the next version is stored with the list of then, and both keep theirs when it is gone
		expect((await post(addVersion, ana, { text, base: 1 }, filter.id)).status).toBe(201);
		deleteList(work, ana, listId);
		expect((await post(activate, ana, {}, filter.id)).status).toBe(200);
		const seenAgain = night(5101, 60_005.3, 3).map((alert, i) => ({ ...alert, objectId: object(5001 + i).objectId }));
		await ingest(seenAgain, '/list again');
		expect(await found(2)).toEqual(['5102']);
		expect((await post(addVersion, ana, { text, base: 2 }, filter.id)).answer.detail).toMatch(/no list "watched"/);
	});
});

async function patch(principal: Principal, body: unknown, id: string) {
	const response = await ask(change, `/api/v1/filters/${id}`, locals(principal), {
		params: { id },
		method: 'PATCH',
		body,
	});
	return { status: response.status, answer: (await response.json()) as { filter: Filter } & Problem };
}

describe('outputs of a filter', () => {
	it('are a feed that readers of feeds understand, with public alerts only', async () => {
		const filter = await make(ana, {
			name: 'fed & <watered>',
			text: 'mag < 18',
			visibility: 'public',
			meaning: 'a "b"',
		});
		await post(activate, ana, {}, filter.id);
		const list = night(6001, 60_006.2, 30);
		const [first, ...rest] = list;
		if (first === undefined) throw new Error('no alert');
		await ingest([{ ...first, programme: 'partnership' }, ...rest], '/feed');
		const response = await ask(feed, `/api/v1/filters/${filter.id}/feed`, locals(ana), { params: { id: filter.id } });
		expect(response.headers.get('content-type')).toMatch(/^application\/atom\+xml/);
		const text = await response.text();
		const names: string[] = [];
		const parser = new SaxesParser();
		let failure: Error | null = null;
		parser.on('error', (error) => (failure = error));
		parser.on('opentag', ({ name }) => names.push(name));
		parser.write(text).close();
		expect(failure).toBeNull();
		expect(names.filter((name) => name === 'entry')).toHaveLength(1);
		expect(text).toContain('<title>Nightjar: fed &amp; &lt;watered&gt;</title>');
		expect(text).toContain(rest.find(({ mag }) => mag < 18)?.objectId);
		expect(text).not.toContain(first.objectId);
		const again = await ask(feed, `/api/v1/filters/${filter.id}/feed`, locals(null), {
			params: { id: filter.id },
			headers: { 'if-none-match': response.headers.get('etag') ?? '' },
		});
		expect(again.status).toBe(304);
	});

	it('are a bundle for a paper whose hashes are right', async () => {
		const filter = await make(ana, { name: 'in print', text: 'mag < 18 annotate brightness = mag' });
		await post(activate, ana, {}, filter.id);
		await ingest(night(7001, 60_007.2), '/bundle');
		const response = await ask(bundle, `/api/v1/filters/${filter.id}/bundle`, locals(ana), {
			params: { id: filter.id },
		});
		const files = new Map<string, Buffer>();
		const tar = Readable.from(Buffer.from(await response.arrayBuffer())).pipe(extract());
		for await (const entry of tar) files.set(entry.header.name.replace(/^[^/]+\//, ''), await buffer(entry));
		expect([...files.keys()]).toEqual([
			'README.txt', 'filter.njf', 'filter.json', 'hits.csv', 'nights.json', 'sources.json', 'SHA256SUMS',
		]); // prettier-ignore
		expect(files.get('filter.njf')?.toString()).toBe('mag < 18 annotate brightness = mag');
		expect(files.get('hits.csv')?.toString().trim().split('\r\n')).toHaveLength(5);
		expect(JSON.parse(files.get('nights.json')?.toString() ?? '')).toMatchObject([{ night: '2023-03-04', hits: 4 }]);
		for (const line of (files.get('SHA256SUMS')?.toString() ?? '').trim().split('\n')) {
			const [hash = '', name = ''] = line.split('  ');
			expect(
				createHash('sha256')
					.update(files.get(name) ?? '')
					.digest('hex'),
				name,
			).toBe(hash);
		}
	});

	it('are a live stream that goes on after the last event', async () => {
		const filter = await make(ana, { name: 'streamed', text: 'mag < 18' });
		await post(activate, ana, {}, filter.id);
		const refused = await ask(stream, `/api/v1/stream?filter=${filter.id}`, locals(ben));
		expect(refused.status).toBe(404);
		const open = async (lastEventId = '') => {
			const response = await ask(stream, `/api/v1/stream?filter=${filter.id}`, locals(ana), {
				headers: lastEventId === '' ? {} : { 'last-event-id': lastEventId },
			});
			return (response.body ?? new ReadableStream<Uint8Array>()).getReader();
		};
		const until = async (reader: ReadableStreamDefaultReader<Uint8Array>, wanted: RegExp): Promise<string> => {
			let text = '';
			while (!wanted.test(text)) {
				const { done, value } = await reader.read();
				if (done) throw new Error(`The stream ended after ${text}`);
				text += new TextDecoder().decode(value);
			}
			return text;
		};
		const reader = await open();
		const ready = await until(reader, /event: ready/);
		const id = /id: (\S+)/.exec(ready)?.[1] ?? '';
		await ingest(night(8001, 60_008.2, 30), '/stream');
		const told = await until(reader, /event: hits\ndata: .*\n\n/);
		const ids = [...told.matchAll(/"alertId":"(\d+)"/g)].map(([, alertId]) => alertId);
		expect(new Set(ids)).toEqual(new Set(['8001', '8026']));
		await reader.cancel();
		const later = await open(id);
		expect(await until(later, /event: hits\ndata: .*\n\n/)).toContain('"8026"');
		await later.cancel();
	});
});

describe('a filter of another', () => {
	it('can be made one’s own, and remembers where it is from', async () => {
		const filter = await make(ana, { name: 'to copy', text: 'mag < 17.1', visibility: 'public' });
		const { status, answer } = await post<Filter & { forkedFrom: string; ownerId: string; visibility: string }>(
			fork,
			ben,
			{},
			filter.id,
		);
		expect(status).toBe(201);
		expect(answer).toMatchObject({
			forkedFrom: `${filter.id}@1`,
			ownerId: 'ben',
			visibility: 'private',
			state: 'draft',
		});
		const secret = await make(ana, { name: 'not to copy', text: 'mag < 17.1' });
		expect((await post(fork, ben, {}, secret.id)).status).toBe(404);
	});

	it('shows no numbers of its owner’s scope', async () => {
		const filter = await make(ana, { name: 'shown', text: 'mag < 17.2', visibility: 'public' });
		await post(activate, ana, {}, filter.id);
		interface Detail {
			filter: { reason: string; expected: unknown };
			states: { reason: string }[];
			costs: unknown[];
		}
		expect((await get<Detail>(one, ana, filter.id)).answer.filter.reason).toMatch(/passes/);
		const other = (await get<Detail>(one, ben, filter.id)).answer;
		expect(other.filter).toMatchObject({ reason: '', expected: null });
		expect(other.states.every(({ reason }) => !/passes/.test(reason))).toBe(true);
		expect(other.costs).toEqual([]);
	});
});

describe('settings of a filter', () => {
	it('change without a new version, by their owner alone', async () => {
		const filter = await make(ana, { name: 'named', text: 'mag < 18' });
		const changed = await patch(
			ana,
			{ name: 'renamed', topic: 'ana.bright', expected: { low: 1, high: 9 } },
			filter.id,
		);
		expect(changed.answer.filter).toMatchObject({ name: 'renamed', topic: 'ana.bright', newest: 1, state: 'draft' });
		expect((await patch(ana, { topic: 'open' }, filter.id)).status).toBe(409);
		expect((await patch(ana, { expected: { low: 9, high: 1 } }, filter.id)).status).toBe(400);
		expect((await patch(ana, { visibility: 'group', group: 'other' }, filter.id)).status).toBe(400);
		expect((await patch(ana, { visibility: 'public' }, filter.id)).status).toBe(200);
		expect((await patch(ben, { name: 'mine' }, filter.id)).status).toBe(403);
	});

	it('of a block keep its name, and no two blocks have one', async () => {
		const block = await make(ana, { name: 'only one', text: 'let bright = mag < 18\nbright', block: true });
		expect((await patch(ana, { name: 'another' }, block.id)).status).toBe(409);
		const second = await post(create, ben, { name: 'only one', text: 'let a = mag < 1\na', block: true });
		expect(second.status).toBe(409);
		expect((await post(create, ben, { name: 'a@1', text: 'let a = mag < 1\na', block: true })).status).toBe(400);
	});
});

describe('trials on past nights', () => {
	it('begin by the API and say how far they are', async () => {
		const filter = await make(ana, { name: 'tried', text: 'mag < 18' });
		const body = { filter: filter.id, nightFrom: '2023-02-25', nightTo: '2023-02-26' };
		const began = await post<{ id: string; nightsInAll: number }>(tryOut, ana, body);
		expect(began.status).toBe(202);
		expect(began.answer.nightsInAll).toBe(2);
		for (;;) {
			const { answer } = await get<{ tests: { id: string; state: string; hits: number; alertsDone: number }[] }>(
				tests,
				ana,
				filter.id,
			);
			const [trial] = answer.tests;
			if (trial?.state === 'waiting' || trial?.state === 'running') continue;
			expect(trial).toMatchObject({ id: began.answer.id, state: 'done', alertsDone: 200, hits: 8 });
			break;
		}
		expect((await post(tryOut, null, body)).status).toBe(401);
		expect((await post(tryOut, ben, body)).status).toBe(404);
		expect((await post(tryOut, ana, { ...body, nightTo: 'soon' })).status).toBe(400);
	});
});

describe('a filter that goes wrong on the stream', () => {
	it('is set aside alone when it is too slow, and its owner is told why', async () => {
		const fine = await make(ana, { name: 'fine', text: 'mag < 18' });
		// every point is compared with every other, three times over
		const all = 'any(detections, a => any(detections, b => a.mag + b.mag < -1 and sin(a.mjd) * cos(b.mjd) > 3))';
		const slow = await make(ana, {
			name: 'slow',
			text: Array.from({ length: 3 }, (_, i) => all.replace('-1', `-${i + 1}`)).join('\nor '),
		});
		await post(activate, ana, {}, fine.id);
		await post(activate, ana, {}, slow.id);
		const list = night(9001, 60_009.2, 60).map((alert) => ({
			...alert,
			history: Array.from({ length: 900 }, (_, k) =>
				makePoint({
					sourceId: alert.alertId * 10_000n + BigInt(k),
					mjd: alert.mjd - 1 - k / 100,
					timeReceived: alert.mjd - 1 - k / 100,
				}),
			),
		}));
		await ingest(list, '/slow');
		const told = (await get<{ filter: Filter }>(one, ana, slow.id)).answer.filter;
		expect(told).toMatchObject({ state: 'setAside' });
		expect(told.reason).toMatch(/It takes [\d.]+ ms an alert; 2 ms is the most/);
		expect((await get<HitPage>(hits, ana, fine.id)).answer.total).toBe(3);
		// its owner may put it live again, after mending it
		expect((await post(activate, ana, {}, slow.id)).status).toBe(200);
		await post(pause, ana, {}, slow.id);
	});

	it('is set aside when an upgrade has no such field any more, never silently different', async () => {
		const id = '0f0e0d0c-0000-4000-8000-000000000001';
		const now = Date.now();
		const frozen = { blocks: {}, areas: {}, lists: {}, catalogs: null, models: null };
		await insertVersion(
			embedded.store,
			id,
			{
				...{ version: 1, kind: 'live', text: 'oldName > 3', languageVersion: '1', environment: JSON.stringify(frozen) },
				...{ blocks: [], grants: [], changelog: '', authorId: 'ana', mustPass: [], mustFail: [] },
			},
			now,
		);
		await insertState(embedded.store, id, { state: 'live', version: 1, reason: '', by: 'ana', expected: null }, now);
		await insertFilter(
			embedded.store,
			{
				...{ id, name: 'older', topic: null, meaning: '', ownerId: 'ana', visibility: 'private', groupId: '' },
				...{ block: false, forkedFrom: '' },
			},
			now,
		);
		await ingest(night(10_001, 60_010.2, 5), '/upgrade');
		const told = (await get<{ filter: Filter }>(one, ana, id)).answer.filter;
		expect(told).toMatchObject({ state: 'setAside' });
		expect(told.reason).toMatch(/cannot be read by this version of Nightjar: .*oldName/);
	});
});
