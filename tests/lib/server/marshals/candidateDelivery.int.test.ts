import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeAccounts, openAccounts } from '#lib/server/accounts/database.ts';
import { addUser } from '#lib/server/accounts/user.ts';
import { sendCandidate } from '#lib/server/marshals/candidateDelivery.ts';
import type { MarshalDesk } from '#lib/server/marshals/desk.ts';
import { addLink, clientOf, deedsOf } from '#lib/server/marshals/links.ts';
import { type StandIn, startStandIn } from '../../../support/skyportal/standIn.ts';
import { GROUPS, TOKENS } from '../../../support/skyportal/state.ts';

let standIn: StandIn;
let home: string;
let desk: MarshalDesk;
let linkId: string;
beforeAll(async () => {
	standIn = await startStandIn();
	home = await mkdtemp(join(tmpdir(), 'nightjar-candidates-'));
	const database = openAccounts(home);
	const userId = addUser(database, { email: 'vera@example.org', name: 'Vera', password: null })?.id ?? '';
	desk = { database, userId, home, privateHosts: [standIn.host] };
	const secret = { kind: 'token', token: TOKENS.full } as const;
	const wanted = { kind: 'skyportal', name: 'Fritz', url: standIn.url, secret } as const;
	linkId = addLink(database, home, userId, wanted, await clientOf(wanted, desk.privateHosts).check()) ?? '';
});
afterAll(async () => {
	closeAccounts(home);
	await rm(home, { recursive: true, force: true });
	await standIn.stop();
});

const object = {
	survey: 'ztf',
	objectId: 'ZTF21aaaaaaa',
	ra: 150.1,
	dec: 2.2,
	reliability: 0.9,
	origin: 'real',
} as const;
const passedAt = new Date('2026-11-21T07:00:00Z');
const target = (filterId: number) => ({ linkId, filterId, groupId: GROUPS.completeness });
const item = (change: object = {}) => ({ target: target(3), object, passedAt, annotation: null, ...change });

it('arrives once, however often it is sent, and with the moment at which it passed', async () => {
	expect(await sendCandidate(desk, item())).toEqual({ kind: 'sent' });
	expect(await sendCandidate(desk, item())).toEqual({ kind: 'sent' });
	standIn.fail('cut', /candidates/);
	expect(await sendCandidate(desk, item())).toEqual({ kind: 'sent' });
	expect(standIn.state.candidates.map(({ filterId, passedAt: at }) => [filterId, at])).toEqual([
		[3, '2026-11-21T07:00:00.000Z'],
	]);
	expect(deedsOf(desk.database, desk.userId, object)[0]).toMatchObject({ kind: 'candidate', done: true, groups: [3] });
});

it('is tried again later when the marshal is away, and given up when it refuses', async () => {
	standIn.fail('502', /candidates/, 4);
	expect((await sendCandidate(desk, item())).kind).toBe('failed');
	standIn.fail('html', /candidates/);
	expect((await sendCandidate(desk, item())).kind).toBe('failed');
	expect(await sendCandidate(desk, item({ target: target(4) }))).toMatchObject({
		kind: 'dead',
		reason: expect.stringContaining('valid filter ID') as string,
	});
});

it('brings what the filter says of it, for the group of the marshal’s filter, once however often', async () => {
	const annotation = (snr: number) => ({ origin: 'nightjar:Young', data: { snr, version: 2 } });
	expect(await sendCandidate(desk, item({ annotation: annotation(9) }))).toEqual({ kind: 'sent' });
	// away in the middle: tried again as a whole, and nothing is there twice
	standIn.fail('502', /annotations/, 4);
	expect((await sendCandidate(desk, item({ annotation: annotation(11) }))).kind).toBe('failed');
	expect(await sendCandidate(desk, item({ annotation: annotation(11) }))).toEqual({ kind: 'sent' });
	const there = standIn.state.annotations.filter(({ origin }) => origin === 'nightjar:Young');
	expect(there.map(({ data, groupIds }) => [data, groupIds])).toEqual([[{ snr: 11, version: 2 }, [2]]]);
	expect(standIn.state.candidates.length).toBe(1);
	// a refusal is told, and the candidate is there all the same
	standIn.fail('500-traceback', /POST .*annotations/);
	expect(await sendCandidate(desk, item({ annotation: annotation(12) }))).toEqual({ kind: 'sent' });
	expect(deedsOf(desk.database, desk.userId, object)[0]).toMatchObject({
		kind: 'annotate',
		done: false,
		detail: 'Fritz refuses: Something failed',
	});
	// without the right it is not even tried
	standIn.calls.length = 0;
	const { linkId: full } = target(3);
	desk.database.run(
		"UPDATE marshals SET profile = json_set(profile, '$.acls', json('[\"Upload data\"]')) WHERE id = ?",
		full,
	);
	expect(await sendCandidate(desk, item({ annotation: annotation(13) }))).toEqual({ kind: 'sent' });
	expect(standIn.calls.map(({ line }) => line)).toEqual(['POST /api/candidates']);
});

it('waits for its owner when the token has ended', async () => {
	standIn.state = { ...standIn.state, tokens: [] };
	expect(await sendCandidate(desk, item({ passedAt: new Date() }))).toMatchObject({ kind: 'unwanted' });
	standIn.reset();
});

it('keeps within the limit of the marshal while many go out', async () => {
	standIn.limited = true;
	standIn.calls.length = 0;
	const many = Array.from({ length: 20 }, (_, i) => item({ object: { ...object, objectId: `ZTF21many${i}` } }));
	for (const one of many) expect(await sendCandidate(desk, one)).toEqual({ kind: 'sent' });
	expect(standIn.calls.filter(({ status }) => status === 429)).toEqual([]);
	expect(standIn.state.candidates.length).toBe(20);
});
