import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MarshalError } from '#lib/server/marshals/marshalError.ts';
import { SkyPortal } from '#lib/server/marshals/skyportal.ts';
import { type StandIn, startStandIn } from '../../../support/skyportal/standIn.ts';
import { addKnown, GROUPS, TOKENS } from '../../../support/skyportal/state.ts';

let standIn: StandIn;
beforeAll(async () => {
	standIn = await startStandIn();
});
afterAll(() => standIn.stop());
beforeEach(() => {
	standIn.reset();
});

const place = { ra: 150.1, dec: 2.2 };
const object = { survey: 'ztf', objectId: 'ZTF21aaaaaaa', ...place, reliability: 0.98 };

const client = (token: string = TOKENS.full, timeoutMs = 30_000): SkyPortal =>
	new SkyPortal(
		{ url: standIn.url, token, name: 'Fritz', privateHosts: [standIn.host] },
		{ timeoutMs, tries: 3, maxBytes: 1_000_000 },
	);
/** One that gives up sooner, for calls that nobody answers. */
const hasty = (): SkyPortal => client(TOKENS.full, 4000);
async function failure(work: Promise<unknown>): Promise<MarshalError> {
	const error = await work.then(
		() => new Error('it worked'),
		(reason: unknown) => reason,
	);
	if (!(error instanceof MarshalError)) throw error;
	return error;
}
const lines = (): string[] => standIn.calls.map(({ line }) => line);

describe('linking', () => {
	it('takes over who we are, what the token may, and where we may save, and nothing else of the profile', async () => {
		const profile = await client().check();
		expect(profile).toEqual({
			userId: 1,
			username: 'jdoe',
			roles: ['Full user'],
			acls: ['Annotate', 'Classify', 'Comment', 'Run Analyses', 'Upload data'],
			groups: [
				{ id: 1, name: 'Sitewide Group', locked: false },
				{ id: 2, name: 'Redshift Completeness', locked: false },
				{ id: 3, name: 'Fast Transients <b>', locked: false },
				{ id: 4, name: 'Read only for you', locked: true },
			],
		});
		expect(JSON.stringify(profile)).not.toMatch(/example\.org|555|oauth|0b5c3b1e/);
		// only our own token's rights, not those of another token of the same person
		expect((await client(TOKENS.uploadOnly).check()).acls).toEqual(['Upload data']);
		expect((await client(TOKENS.viewOnly).check()).acls).toEqual([]);
	});

	it('tells an unknown token, an ended account, a page, and a silence apart', async () => {
		expect((await failure(client('11111111-2222-3333').check())).fault).toBe('token');
		expect((await failure(client(TOKENS.expired).check())).fault).toBe('account ended');
		standIn.fail('login-page');
		const page = await failure(client().check());
		expect(page.fault).toBe('not a marshal');
		expect(page.message).toContain('text/html');
		standIn.fail('not-json');
		expect((await failure(client().check())).fault).toBe('not a marshal');
		standIn.fail('redirect');
		expect((await failure(client().check())).fault).toBe('address');
		const nobody = new SkyPortal({
			url: 'http://127.0.0.1:9',
			token: 'x',
			name: 'Nobody',
			privateHosts: ['127.0.0.1'],
		});
		expect((await failure(nobody.check())).fault).toBe('down');
		const inside = new SkyPortal({ url: standIn.url, token: 'x', name: 'Inside', privateHosts: [] });
		expect((await failure(inside.check())).fault).toBe('address');
	});
});

describe('reading an object', () => {
	it('gives groups, classes, annotations, comments, spectra, points and redshift', async () => {
		addKnown(standIn.state, { id: object.objectId, ...place });
		const record = await client().read(object);
		expect(record).toMatchObject({
			id: 'ZTF21aaaaaaa',
			sepArcsec: 0,
			pageUrl: `${standIn.url}/source/ZTF21aaaaaaa`,
			redshift: 0.0341,
			commentCount: 1,
			missing: [],
		});
		expect(record?.savedTo).toEqual([
			{ id: 2, name: 'Redshift Completeness', by: 'jdoe', at: '2026-11-18T05:12:33.000001', requested: false },
		]);
		expect(record?.classifications.map(({ label, probability }) => [label, probability])).toEqual([['Ia', 0.93]]);
		expect(record?.annotations[0]?.values).toContainEqual({ name: 'nothing', value: '–' });
		expect(record?.spectra[0]?.wavelengths.length).toBe(400);
		expect(record?.spectra[0]).toMatchObject({ instrument: 'SEDM', units: 'erg/s/cm/cm/AA' });
		// 61000 UTC is 37 s later in TAI; 100 µJy of zero point 23.9 are 100,000 nJy
		expect(record?.points[0]?.mjd).toBeCloseTo(61_000 + 37 / 86_400, 9);
		expect(record?.points[0]).toMatchObject({
			band: 'r',
			kind: 'detection',
			mag: 18.9,
			survey: 'marshal:Fritz · SEDM',
		});
		expect(record?.points[0]?.psfFlux).toBeCloseTo(100_000, 3);
		expect(record?.points[5]).toMatchObject({ kind: 'upperLimit', limitMag: 20.8, psfFlux: null });
		expect(JSON.stringify(record)).not.toContain('example.org');
	});

	it('leaves out points of surveys that stand in our curve', async () => {
		addKnown(standIn.state, { id: object.objectId, ...place });
		for (const row of standIn.state.photometry.slice(0, 2)) row['instrument_name'] = 'ZTF';
		const record = await client().read(object);
		expect(record?.points.length).toBe(4);
		expect(record?.pointsLeftOut).toBe(2);
	});

	it('says nothing of one that it does not know, or that is hidden from us', async () => {
		expect(await client().read(object)).toBe(null);
		addKnown(standIn.state, { id: object.objectId, ...place });
		standIn.state.sources = standIn.state.sources.map((row) => ({ ...row, groupId: GROUPS.others }));
		expect(await client().read(object)).toBe(null);
	});

	it('finds one whose id differs in case, or that has another name at the same place, at 0 degrees too', async () => {
		addKnown(standIn.state, { id: 'ztf21AAAAAAA', ...place });
		expect((await client().read(object))?.id).toBe('ztf21AAAAAAA');
		standIn.reset();
		addKnown(standIn.state, { id: 'AT2021xyz', ra: 0, dec: 0.0002 });
		const record = await client().read({ ...object, ra: 0, dec: 0 });
		expect(record?.id).toBe('AT2021xyz');
		expect(record?.sepArcsec).toBeCloseTo(0.72, 2);
		expect(lines().some((line) => line.includes('ra=0&') || line.includes('dec=0&'))).toBe(false);
	});

	it('shows the rest when one part is broken, huge or refused', async () => {
		addKnown(standIn.state, { id: object.objectId, ...place });
		standIn.fail('huge', /spectra/);
		standIn.fail('html', /photometry/);
		const record = await client().read(object);
		expect(record?.classifications.length).toBe(1);
		expect(record?.spectra).toEqual([]);
		expect(record?.points).toEqual([]);
		expect(record?.missing.join(' ')).toMatch(/larger than 12 MB/);
		expect(record?.missing.join(' ')).toMatch(/photometry.*text\/html/);
	});

	it('goes on after a passing 429 without a header, and after a 502', async () => {
		addKnown(standIn.state, { id: object.objectId, ...place });
		standIn.fail('429', /GET .*aaaaaaa$/);
		expect((await client().read(object))?.id).toBe(object.objectId);
		standIn.fail('502', /GET .*aaaaaaa$/);
		expect((await client().read(object))?.id).toBe(object.objectId);
	});

	it('gives up in words when it stays so', async () => {
		standIn.fail('429', undefined, 99);
		const busy = await failure(client().read(object));
		expect(busy.fault).toBe('busy');
		expect(busy.retriable).toBe(true);
	});

	it('keeps within the limit of a strict server', async () => {
		addKnown(standIn.state, { id: object.objectId, ...place });
		standIn.limited = true;
		for (let i = 0; i < 5; i++) await client().read(object);
		expect(standIn.calls.filter(({ status }) => status === 429)).toEqual([]);
		expect(standIn.calls.length).toBe(20);
	});
});

describe('saving', () => {
	it('names the groups always, and refuses to save to none', async () => {
		expect((await failure(client().save(object, []))).fault).toBe('refused');
		expect(lines()).toEqual([]);
		await client().save(object, [GROUPS.completeness]);
		const post = standIn.calls.find(({ line }) => line === 'POST /api/sources');
		expect(post?.body).toEqual({
			id: 'ZTF21aaaaaaa',
			group_ids: [2],
			ra: 150.1,
			dec: 2.2,
			origin: 'Nightjar',
			score: 0.98,
		});
		expect(standIn.state.sources.map(({ groupId }) => groupId)).toEqual([2]);
		await client().save(object, [GROUPS.completeness]);
		expect(standIn.state.sources.length).toBe(1);
	});

	it('sends an id of 64 bits whole', async () => {
		await client().save({ ...object, survey: 'lsst', objectId: '170587115523932323' }, [2]);
		expect([...standIn.state.objs.keys()]).toEqual(['170587115523932323']);
	});

	it('looks before it sends again what may have been done', async () => {
		addKnown(standIn.state, { id: object.objectId, ...place });
		// cut off on every try and not done: sent again, once, after a look
		standIn.fail('cut', /POST \/api\/sources$/, 3);
		await client().save(object, [GROUPS.fast]);
		expect(lines().slice(-2)).toEqual(['GET /api/sources/ZTF21aaaaaaa/groups', 'POST /api/sources']);
		expect(standIn.state.published.length).toBe(1);
		standIn.fail('cut', /POST \/api\/sources$/, 6);
		const lost = await failure(client().save(object, [GROUPS.completeness, GROUPS.sitewide]));
		expect(lost.fault).toBe('down');
		expect(lost.mayBeDone).toBe(true);
	});

	it('finds that it was done although nobody answered', async () => {
		addKnown(standIn.state, { id: object.objectId, ...place });
		standIn.fail('after-commit', /POST \/api\/sources$/);
		expect((await hasty().save(object, [GROUPS.fast])).id).toBe(object.objectId);
		expect(standIn.calls.filter(({ line }) => line === 'POST /api/sources').length).toBe(1);
		// the group published itself, once
		expect(standIn.state.published.length).toBe(1);
	});

	it('hands on why not: a group without the right, a token without the right, a dead token', async () => {
		const locked = await failure(client().save(object, [GROUPS.locked]));
		expect(locked.message).toContain('does not have power to save to group with ID 4');
		const right = await failure(client(TOKENS.viewOnly).save(object, [GROUPS.sitewide]));
		expect(right.fault).toBe('right');
		expect((await failure(client('dead').save(object, [GROUPS.sitewide]))).fault).toBe('token');
		standIn.fail('500-traceback', /POST/);
		const trace = await failure(client().save(object, [GROUPS.completeness]));
		expect(trace.message).toBe('Fritz refuses: Something failed');
	});
});

describe('writing about an object', () => {
	it('needs it saved first', async () => {
		expect((await failure(client().comment(object, 'hello', [2]))).fault).toBe('unknown object');
		expect((await failure(client().annotate(object, { origin: 'nightjar', data: {} }, [2]))).fault).toBe(
			'unknown object',
		);
	});

	it('comments for the groups named, never for everybody, and once though nobody answered', async () => {
		addKnown(standIn.state, { id: object.objectId, ...place });
		expect((await failure(client().comment(object, 'hello', []))).fault).toBe('refused');
		await client().comment(object, 'hello', [2]);
		standIn.fail('after-commit', /POST .*comments$/);
		await hasty().comment(object, 'again', [2]);
		const mine = standIn.state.comments.slice(1);
		expect(mine.map(({ text, groupIds }) => [text, groupIds])).toEqual([
			['hello', [2]],
			['again', [2]],
		]);
	});

	it('writes an annotation over the one before', async () => {
		addKnown(standIn.state, { id: object.objectId, ...place });
		const first = await client().annotate(object, { origin: 'nightjar', data: { k: 1 } }, [2]);
		const second = await client().annotate(object, { origin: 'nightjar', data: { k: 2 } }, [2]);
		expect(second.id).toBe(first.id);
		expect(standIn.state.annotations.filter(({ origin }) => origin === 'nightjar').map(({ data }) => data)).toEqual([
			{ k: 2 },
		]);
		const without = await failure(
			client(TOKENS.uploadOnly).annotate(object, { origin: 'nightjar', data: { k: 3 } }, [2]),
		);
		expect(without.fault).toBe('right');
	});

	it('sends a candidate with its moment, and the same again is the same', async () => {
		const at = new Date('2026-11-21T07:00:00Z');
		const first = await client().candidate(object, [3], at);
		expect((await client().candidate(object, [3], at)).id).toBe(first.id);
		expect(standIn.state.candidates).toEqual([
			{ id: Number(first.id), objId: 'ZTF21aaaaaaa', filterId: 3, passedAt: '2026-11-21T07:00:00.000Z' },
		]);
		expect((await client().candidate(object, [3], new Date('2026-11-21T08:00:00Z'))).id).not.toBe(first.id);
		expect((await failure(client().candidate(object, [4], at))).message).toContain('valid filter ID');
		expect(await client().filters()).toEqual([{ id: 3, name: 'Nightjar: young and rising', groupId: 2 }]);
	});
});
