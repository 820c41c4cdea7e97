import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AccountsDatabase, closeAccounts, openAccounts } from '#lib/server/accounts/database.ts';
import { addGroup, setRights } from '#lib/server/accounts/group.ts';
import { sealText } from '#lib/server/accounts/sealed.ts';
import { addUser, setDisabled } from '#lib/server/accounts/user.ts';
import type { Desk } from '#lib/server/deliver/filterOutputs.ts';
import { sendDue } from '#lib/server/deliver/run.ts';
import type { Letter } from '#lib/server/mail/mail.ts';
import type { Principal } from '#lib/server/principal.ts';
import { collectNews } from '#lib/server/work/deliver.ts';
import { Follower } from '#lib/server/work/follow.ts';
import { addList, findList, setArea, setPositions } from '#lib/server/work/list.ts';
import { matchesOf } from '#lib/server/work/match.ts';
import { addWatch, hookPurpose, noticesOfWatch, setChannels, watchesOf } from '#lib/server/work/notice.ts';
import { visibleNotices } from '#lib/server/work/noticePage.ts';
import { saveSettings } from '#lib/server/work/quiet.ts';
import { PRIVATE } from '#lib/server/work/share.ts';
import { publish, type TestAlert, TEST_MJD, writeAlerts } from '../../../support/alertRows.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../../support/embeddedStore.ts';

let embedded: EmbeddedStore;
let home: string;
let database: AccountsDatabase;
let number = 1;
let people = 0;

/** Writes alerts as the next batch and publishes it. */
async function arrive(...alerts: Omit<TestAlert, 'number'>[]): Promise<void> {
	number += 1;
	await writeAlerts(
		embedded.store,
		alerts.map((alert) => ({ ...alert, number })),
	);
	await publish(embedded.store, 'worker-1', number);
}

let alertId = 1000n;
const alertAt = (ra: number, dec: number, over: Partial<TestAlert> = {}): Omit<TestAlert, 'number'> => {
	alertId += 1n;
	return { alertId, objectId: `ZTF26a${alertId}`, ra, dec, mjd: TEST_MJD + Number(alertId) / 1e5, ...over };
};

function person(): Principal {
	people += 1;
	const user = addUser(database, { email: `p${people}@example.org`, name: `Person ${people}`, password: null });
	if (user === null) throw new Error('The address is taken.');
	return { id: user.id, name: user.name, operator: false, groups: [] };
}

/** Rounds until nothing is left to do. */
async function follow(follower = new Follower(database, embedded.store)): Promise<void> {
	while (await follower.round());
	follower.release();
}

function watchList(owner: Principal, ra: number, dec: number, radiusArcsec = 5): string {
	const id = addList(database, owner, { kind: 'positions', name: 'Hosts', origin: 'real', audience: PRIVATE });
	setPositions(database, owner, id, {
		positions: [
			{ place: 1, name: 'Host', ra, dec, radiusArcsec },
			{ place: 2, name: '', ra, dec: dec + 1, radiusArcsec },
		],
		refused: [],
		refusedCount: 0,
	});
	return id;
}

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	home = await mkdtemp(join(tmpdir(), 'nightjar-work-'));
	database = openAccounts(home);
	await publish(embedded.store, 'worker-1', 1);
	await arrive(alertAt(10, 10));
	await follow();
});
afterAll(async () => {
	closeAccounts(home);
	await rm(home, { recursive: true, force: true });
	await embedded.stop();
});

describe('a watch-list', () => {
	it('is matched with what is there, then with what comes, each alert once, within each radius', async () => {
		const owner = person();
		const before = alertAt(50, 20 + 3 / 3600);
		await arrive(before, alertAt(50, 20 + 7 / 3600));
		const id = watchList(owner, 50, 20);
		await follow();
		expect(findList(database, owner, id)).toMatchObject({ state: 'following', matches: 1 });
		const [found] = matchesOf(database, id);
		expect(found).toMatchObject({ objectId: before.objectId, placeName: 'Host', live: false });
		expect(found?.sepArcsec).toBeCloseTo(3, 3);

		const watch = addWatch(database, owner, { kind: 'list', subject: id, origin: 'real' });
		const near = alertAt(50, 21);
		await arrive(near, alertAt(50, 22));
		await follow();
		expect(matchesOf(database, id).map(({ objectId, live }) => [objectId, live])).toEqual([
			[near.objectId, true],
			[before.objectId, false],
		]);
		expect(noticesOfWatch(database, watch).map(({ objectId, why }) => [objectId, why])).toEqual([
			[near.objectId, '0.0″ from position 2'],
		]);
		await follow();
		expect(noticesOfWatch(database, watch)).toHaveLength(1);
	});

	it('sees partnership data only where its owner may', async () => {
		const [allowed, stranger] = [person(), person()];
		const group = addGroup(database, allowed.id, { name: 'Partners', about: '' });
		setRights(database, group ?? '', [{ survey: 'ztf', programme: 'partnership' }], 'operator');
		const hidden = alertAt(60, 20, { programme: 'partnership' });
		await arrive(hidden);
		const [theirs, others] = [watchList(allowed, 60, 20), watchList(stranger, 60, 20)];
		await follow();
		const later = alertAt(60, 20, { programme: 'partnership' });
		await arrive(later);
		await follow();
		expect(
			matchesOf(database, theirs)
				.map(({ objectId }) => objectId)
				.sort(),
		).toEqual([hidden.objectId, later.objectId].sort());
		expect(matchesOf(database, others)).toEqual([]);
		// what was found under rights that are gone is not shown
		expect(
			await visibleNotices(
				{ store: embedded.store, scope: { origin: 'real', grants: [] } },
				matchesOf(database, theirs),
			),
		).toEqual([]);
	});

	it('stands still for an account that is shut out', async () => {
		const owner = person();
		const id = watchList(owner, 70, 20);
		await follow();
		setDisabled(database, owner.id, true);
		await arrive(alertAt(70, 20));
		await follow();
		expect(matchesOf(database, id)).toEqual([]);
	});
});

describe('an area', () => {
	it('meets the objects in its pixels, before and after', async () => {
		const owner = person();
		const { ipixOf } = await import('#lib/astro/healpix.ts');
		const inside = alertAt(120, -30);
		await arrive(inside, alertAt(125, -30));
		const pixel = Number(ipixOf(9, 120, -30));
		const id = addList(database, owner, { kind: 'area', name: 'Field', origin: 'real', audience: PRIVATE });
		setArea(database, owner, id, { order: 9, skyFraction: 1 / (12 * 4 ** 9), ranges: [[pixel, pixel + 1]] });
		await follow();
		const later = alertAt(120.001, -30.001);
		await arrive(later, alertAt(124, -31));
		await follow();
		const found = new Set(matchesOf(database, id).map(({ objectId }) => objectId));
		expect(found).toContain(inside.objectId);
		expect(found.size).toBe(Number(ipixOf(9, 120.001, -30.001)) === pixel ? 2 : 1);
	});
});

describe('two processes', () => {
	it('do not follow at once', async () => {
		const [one, other] = [new Follower(database, embedded.store), new Follower(database, embedded.store)];
		await one.round();
		const owner = person();
		const id = watchList(owner, 80, 20);
		await other.round();
		expect(findList(database, owner, id).state).toBe('waiting');
		one.release();
		await follow(other);
		expect(findList(database, owner, id).state).toBe('following');
	});
});

describe('letters and webhooks', () => {
	let letters: Letter[];
	let desk: Desk;
	let server: Server;
	let bodies: string[];
	let port: number;
	beforeAll(async () => {
		server = createServer((request, response) => {
			let body = '';
			request.on('data', (chunk: Buffer) => (body += chunk.toString()));
			request.on('end', () => {
				bodies.push(body);
				response.end('ok');
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const address = server.address();
		port = typeof address === 'object' && address !== null ? address.port : 0;
	});
	afterAll(() => {
		server.close();
	});
	beforeEach(() => {
		letters = [];
		bodies = [];
		desk = {
			database,
			store: embedded.store,
			home,
			mail: {
				kind: 'files',
				check: () => Promise.resolve(),
				send: (letter) => {
					letters.push(letter);
					return Promise.resolve();
				},
			},
			portal: 'https://nightjar.example',
			privateHosts: [`127.0.0.1:${port}`],
		};
	});

	async function watched(ra: number) {
		const owner = person();
		const id = watchList(owner, ra, 40);
		const watch = addWatch(database, owner, { kind: 'list', subject: id, origin: 'real' });
		await follow();
		return { owner, watch };
	}

	it('go out at once, say why, and can be ended by a link of their own', async () => {
		const { owner, watch } = await watched(100);
		setChannels(database, owner, watch, {
			email: 'instant',
			sealed: sealText(home, hookPurpose(watch), `http://127.0.0.1:${port}/hook`),
		});
		const near = alertAt(100, 40);
		await arrive(near);
		await follow();
		expect(collectNews(desk)).toBe(2);
		expect(collectNews(desk)).toBe(0);
		await sendDue(desk);
		expect(letters).toHaveLength(1);
		const [letter] = letters;
		expect(letter?.subject).toBe('1 new alert: Hosts');
		expect(letter?.text).toContain(`${near.objectId}  r 18.50`);
		expect(letter?.text).toContain('0.0″ from Host');
		expect(letter?.headers?.['List-Unsubscribe']).toMatch(
			/^<https:\/\/nightjar\.example\/unsubscribe\/w_[a-z2-7]{16}-[\w-]{43}>$/,
		);
		expect(JSON.parse(bodies[0] ?? '{}')).toEqual({
			text: expect.stringContaining(`|${near.objectId}> r 18.50`) as string,
		});
		// the address of a webhook is a secret: nothing shows it again
		expect(JSON.stringify(watchesOf(database, Buffer.alloc(32), owner))).not.toContain(String(port));
	});

	it('wait for the end of quiet hours, and are lost for nobody', async () => {
		const { owner, watch } = await watched(101);
		setChannels(database, owner, watch, { email: 'instant', sealed: null });
		saveSettings(database, owner, { zone: 'UTC', quietFrom: '22:00', quietTo: '06:00', digestAt: '16:00' });
		await arrive(alertAt(101, 40));
		await follow();
		expect(collectNews(desk, Date.parse('2030-01-01T23:00:00Z'))).toBe(0);
		expect(collectNews(desk, Date.parse('2030-01-02T06:00:00Z'))).toBe(1);
	});

	it('tell of several things in one daily letter', async () => {
		const { owner, watch } = await watched(102);
		setChannels(database, owner, watch, { email: 'digest', sealed: null });
		const object = alertAt(103, 40);
		await arrive(object);
		await follow();
		const other = addWatch(database, owner, { kind: 'object', subject: `ztf/${object.objectId}`, origin: 'real' });
		setChannels(database, owner, other, { email: 'digest', sealed: null });
		saveSettings(database, owner, { zone: 'UTC', quietFrom: '00:00', quietTo: '00:00', digestAt: '16:00' });
		await follow();
		await arrive(alertAt(102, 40), alertAt(103, 40, { objectId: object.objectId }));
		await follow();
		// well after the hour of today or tomorrow
		expect(collectNews(desk, Date.now() + 2 * 86_400_000)).toBe(1);
		await sendDue(desk, { nowMs: Date.now() + 3 * 86_400_000 });
		expect(letters.map(({ subject }) => subject)).toEqual(['2 new alerts: 2 things that you watch']);
		expect(letters[0]?.text).toContain('No more letters about Hosts');
	});

	it('say nothing of what their owner may not see any more', async () => {
		const { owner, watch } = await watched(104);
		setChannels(database, owner, watch, { email: 'instant', sealed: null });
		await arrive(alertAt(104, 40));
		await follow();
		expect(collectNews(desk)).toBe(1);
		setDisabled(database, owner.id, true);
		await sendDue(desk);
		expect(letters).toEqual([]);
	});
});
