// Hits of a filter go out signed, in order, at least once, and only what their owner may see at that moment.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeAccounts, openAccounts, type AccountsDatabase } from '#lib/server/accounts/database.ts';
import { addGroup, setRights } from '#lib/server/accounts/group.ts';
import { addUser, principalOf, setDisabled } from '#lib/server/accounts/user.ts';
import { collectHits, type Desk } from '#lib/server/deliver/filterOutputs.ts';
import { addOutput, outputById, outputView, setOutput } from '#lib/server/deliver/output.ts';
import { deliveriesOf, MOST_ATTEMPTS, pauseMs, readQueue, revive } from '#lib/server/deliver/queue.ts';
import { collectNotices } from '#lib/server/deliver/notices.ts';
import { sendDue } from '#lib/server/deliver/run.ts';
import { insertState } from '#clickhouse/write/filters.ts';
import { isSigned, signatureOf } from '#lib/server/deliver/webhook.ts';
import { activateFilter, changeFilter, createFilter } from '#lib/server/filters/library.ts';
import { createOutput } from '#lib/server/filters/outputs.ts';
import { addLink, clientOf } from '#lib/server/marshals/links.ts';
import { openMail } from '#lib/server/mail/mail.ts';
import { LOCAL, type Principal } from '#lib/server/principal.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import type { Alert } from '#lib/alert/alert.ts';
import { AfterNights } from '#server/ingest/afterNight.ts';
import { FilterStage } from '#server/ingest/filter/stage.ts';
import { makeAlert } from '../../support/alerts.ts';
import { startEmbeddedStore } from '../../support/embeddedStore.ts';
import { ingestAlerts } from '../../support/memoryIngest.ts';
import { testLocals } from '../../support/route.ts';
import { startStandIn } from '../../support/skyportal/standIn.ts';
import { TOKENS } from '../../support/skyportal/state.ts';

interface Received {
	readonly body: string;
	readonly signature: string;
	readonly delivery: string;
}

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
let home: string;
let database: AccountsDatabase;
let server: Server;
let port: number;
let desk: Desk;
let answers: number[] = [];
let received: Received[] = [];
let nowMs = 0;

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	home = await mkdtemp(join(tmpdir(), 'nightjar-deliver-'));
	database = openAccounts(home);
	server = createServer((request, response) => {
		const parts: Buffer[] = [];
		request.on('data', (part: Buffer) => parts.push(part));
		request.on('end', () => {
			received.push({
				body: Buffer.concat(parts).toString('utf8'),
				signature: String(request.headers['nightjar-signature']),
				delivery: String(request.headers['nightjar-delivery']),
			});
			const status = answers.shift() ?? 200;
			response.writeHead(status, status === 302 ? { location: 'http://169.254.169.254/' } : {}).end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	port = (server.address() as AddressInfo).port;
	const mail = openMail({ home, accounts: { mail: { kind: 'files' }, mailFrom: 'Nightjar <nightjar@localhost>' } });
	desk = {
		...{ database, store: embedded.store, home, mail, portal: 'https://nightjar.example' },
		privateHosts: [`127.0.0.1:${port}`],
	};
});
afterAll(async () => {
	server.close();
	closeAccounts(home);
	await rm(home, { recursive: true, force: true });
	await embedded.stop();
});
beforeEach(() => {
	answers = [];
	received = [];
	// filters of earlier tests still run
	database.run('DELETE FROM outputs');
});

const locals = (principal: Principal, grants: { survey: string; programme: string }[] = []): App.Locals => {
	const made = testLocals(embedded.store, { origin: 'real', grants });
	return { ...made, principal, config: { ...made.config, home, privateHosts: desk.privateHosts } };
};

let nextId = 1;
function alerts(count: number, over: Partial<Alert> = {}): Alert[] {
	return Array.from({ length: count }, () => {
		nextId += 1;
		return makeAlert({
			alertId: BigInt(nextId),
			objectId: `ZTF26sent${nextId}`,
			mjd: 60_000 + nextId / 1000,
			mag: 17,
			...over,
		});
	});
}

async function ingest(list: readonly Alert[]): Promise<void> {
	nowMs += 60_000;
	const filters = new FilterStage(embedded.store, { writer: 'test', now: () => nowMs });
	await ingestAlerts({ store: embedded.store, alerts: list, partition: `/p${nextId}`, options: { filters } });
}

async function liveFilter(
	principal: Principal,
	over: Partial<Parameters<typeof createFilter>[1]> = {},
	grants: { survey: string; programme: string }[] = [],
) {
	const filter = await createFilter(locals(principal, grants), {
		...{ name: 'bright', text: 'mag < 18 annotate brightness = mag', changelog: '', mustPass: [], mustFail: [] },
		...{ meaning: '', visibility: 'private', groupId: '', block: false, forkedFrom: '', ...over },
	});
	await activateFilter(locals(principal, grants), filter.id, undefined);
	return filter;
}

async function webhook(principal: Principal, filterId: string) {
	const made = addOutput(database, home, {
		...{ ownerId: principal.id, filterId, origin: 'real', kind: 'webhook', address: `http://127.0.0.1:${port}/hook` },
		...{ everyMs: 0, cursor: await readWatermark(embedded.store) },
	});
	return { ...made.output, secret: made.secret ?? '' };
}

const idsOf = ({ body }: Received): string[] =>
	(JSON.parse(body) as { hits: { alert: { alertId: string } }[] }).hits.map(({ alert }) => alert.alertId);

describe('a webhook', () => {
	it('gets each hit once and signed, in the order of publication', async () => {
		const filter = await liveFilter(LOCAL);
		const output = await webhook(LOCAL, filter.id);
		const first = alerts(3);
		await ingest(first);
		const second = alerts(2);
		await ingest(second);
		expect(await collectHits(desk, Date.now() + 5000)).toBe(1);
		expect(await collectHits(desk, Date.now() + 10_000)).toBe(0);
		expect(await sendDue(desk, { nowMs: Date.now() + 20_000 })).toBe(1);
		expect(received).toHaveLength(1);
		const [one] = received;
		if (one === undefined) throw new Error('nothing came');
		expect(idsOf(one)).toEqual([...first, ...second].map(({ alertId }) => String(alertId)));
		const body = JSON.parse(one.body) as {
			filter: unknown;
			hits: { annotations: unknown; url: string; version: number }[];
		};
		expect(body.hits[0]).toMatchObject({ version: 1, annotations: { brightness: 17 } });
		expect(body.hits[0]?.url).toBe(`https://nightjar.example/objects/ztf/${first[0]?.objectId ?? ''}`);
		expect(isSigned(output.secret, one.body, one.signature, Date.now())).toBe(true);
		expect(isSigned(output.secret, `${one.body} `, one.signature, Date.now())).toBe(false);
		expect(isSigned('other', one.body, one.signature, Date.now())).toBe(false);
		expect(
			isSigned(output.secret, one.body, signatureOf(output.secret, one.body, Date.now() - 400_000), Date.now()),
		).toBe(false);
		// no secret stands in the file as it is
		const stored = database.get<{ sealed: string }>('SELECT sealed FROM outputs WHERE id = ?', output.id);
		expect(stored?.sealed).not.toContain(output.secret);
		expect(outputView(database, output).queue).toMatchObject({ waiting: 0, dead: 0, sentToday: 1 });
	});

	it('that fails is tried again after growing pauses, and those behind it wait', async () => {
		const filter = await liveFilter(LOCAL);
		const output = await webhook(LOCAL, filter.id);
		answers = [500, 302, 200, 200];
		const [a] = alerts(1);
		const [b] = alerts(1);
		if (a === undefined || b === undefined) throw new Error('no alerts');
		await ingest([a]);
		await collectHits(desk, Date.now() + 5000);
		await ingest([b]);
		await collectHits(desk, Date.now() + 15_000);
		// the pause begins when it has failed, whatever time it was sent at
		const before = Date.now();
		await sendDue(desk, { nowMs: before + 20_000 });
		// the pause has not passed: neither it nor the one behind it goes out
		await sendDue(desk, { nowMs: before + 1000 });
		expect(received).toHaveLength(1);
		const at = Date.now() + 3_600_000;
		await sendDue(desk, { nowMs: at });
		const [newest] = deliveriesOf(database, output.id).slice(-1);
		expect(newest).toMatchObject({ state: 'waiting', attempts: 2 });
		expect(newest?.error).toMatch(/sends elsewhere/);
		await sendDue(desk, { nowMs: at });
		await sendDue(desk, { nowMs: at });
		expect(received.map(idsOf)).toEqual([a, a, a, b].map(({ alertId }) => [String(alertId)]));
		expect(new Set(received.slice(0, 3).map(({ delivery }) => delivery)).size).toBe(1);
		expect(pauseMs(1, 0.5)).toBe(5000);
		expect(pauseMs(2, 0.5)).toBe(15_000);
		expect(pauseMs(11, 0.5)).toBe(4 * 3_600_000);
	});

	it('is given up after many attempts, lets the next go on, and can be tried again', async () => {
		const filter = await liveFilter(LOCAL);
		const output = await webhook(LOCAL, filter.id);
		answers = Array.from({ length: MOST_ATTEMPTS }, () => 503);
		await ingest(alerts(1));
		await collectHits(desk, Date.now() + 5000);
		for (let i = 0; i < MOST_ATTEMPTS; i += 1) await sendDue(desk, { nowMs: Date.now() + 86_400_000 });
		expect(deliveriesOf(database, output.id)[0]).toMatchObject({ state: 'dead', attempts: MOST_ATTEMPTS });
		await ingest(alerts(1));
		await collectHits(desk, Date.now() + 15_000);
		await sendDue(desk, { nowMs: Date.now() + 20_000 });
		expect(readQueue(database, Date.now(), output.id)).toMatchObject({ dead: 1, sentToday: 1, waiting: 0 });
		expect(revive(database, output.id, Date.now())).toBe(1);
		await sendDue(desk, { nowMs: Date.now() + 1000 });
		expect(readQueue(database, Date.now(), output.id)).toMatchObject({ dead: 0, sentToday: 2 });
	});

	it('is stopped by a receiver that wants no more', async () => {
		const filter = await liveFilter(LOCAL);
		const output = await webhook(LOCAL, filter.id);
		answers = [410];
		await ingest(alerts(1));
		await collectHits(desk, Date.now() + 5000);
		await sendDue(desk, { nowMs: Date.now() + 6000 });
		expect(outputById(database, output.id)).toMatchObject({ state: 'stopped' });
		expect(outputById(database, output.id)?.reason).toMatch(/410 Gone/);
	});
});

describe('what an owner may see', () => {
	it('is asked again when it goes out: a right that was lost since is heeded', async () => {
		const user = addUser(database, { email: 'ana@example.org', name: 'Ana', password: null });
		if (user === null) throw new Error('no account');
		const ana: Principal = { id: user.id, name: 'Ana', operator: false, groups: [] };
		const group = addGroup(database, user.id, { name: 'Partners', about: '' }) ?? '';
		const right = { survey: 'ztf', programme: 'partnership' };
		setRights(database, group, [right], 'operator');
		const filter = await liveFilter(ana, {}, [right]);
		const output = await webhook(ana, filter.id);
		const [secret] = alerts(1, { programme: 'partnership' });
		const [open] = alerts(1);
		if (secret === undefined || open === undefined) throw new Error('no alerts');
		await ingest([secret, open]);
		await collectHits(desk, Date.now() + 5000);
		expect(JSON.parse(deliveriesOf(database, output.id)[0]?.payload ?? '{}')).toEqual({
			hits: [`ztf:${secret.alertId}`, `ztf:${open.alertId}`],
		});
		setRights(database, group, [], 'operator');
		await sendDue(desk, { nowMs: Date.now() + 6000 });
		expect(received.map(idsOf)).toEqual([[String(open.alertId)]]);
		// all of it hidden: nothing goes out, and that is said
		setRights(database, group, [right], 'operator');
		await ingest(alerts(1, { programme: 'partnership' }));
		await collectHits(desk, Date.now() + 15_000);
		setRights(database, group, [], 'operator');
		await sendDue(desk, { nowMs: Date.now() + 20_000 });
		expect(received).toHaveLength(1);
		expect(deliveriesOf(database, output.id)[0]).toMatchObject({ state: 'nothing' });
		setDisabled(database, user.id, true);
		await ingest(alerts(1));
		await collectHits(desk, Date.now() + 30_000);
		expect(outputById(database, output.id)).toMatchObject({ state: 'stopped' });
	});

	it('ends with the filter of another that is public no more', async () => {
		const user = addUser(database, { email: 'ben@example.org', name: 'Ben', password: null });
		if (user === null) throw new Error('no account');
		const filter = await liveFilter(LOCAL, { name: 'open', visibility: 'public' });
		const output = await webhook({ id: user.id, name: 'Ben', operator: false, groups: [] }, filter.id);
		await ingest(alerts(1));
		await collectHits(desk, Date.now() + 5000);
		await changeFilter(locals(LOCAL), filter.id, { visibility: 'private' });
		await sendDue(desk, { nowMs: Date.now() + 6000 });
		expect(received).toHaveLength(0);
		expect(outputById(database, output.id)?.state).toBe('stopped');
	});
});

describe('addresses', () => {
	it.each([
		'https://127.0.0.1/', 'https://localhost/', 'https://2130706433/', 'https://0x7f.1/', 'https://0177.0.0.1/',
		'https://[::1]/', 'https://[::ffff:127.0.0.1]/', 'https://[::ffff:7f00:1]/', 'https://10.1.2.3/', 'https://172.20.0.1/',
		'https://192.168.1.1/', 'https://169.254.169.254/latest/meta-data/', 'https://[fe80::1]/', 'https://[fd00::1]/',
		'https://0.0.0.0/', 'https://100.64.0.1/', 'https://[64:ff9b::7f00:1]/', 'https://[2002:7f00:1::]/', 'https://localhost./',
	])('in a private network are refused, %s', async (address) => {
		const filter = await createFilter(locals(LOCAL), {
			...{ name: 'private', text: 'mag < 18', changelog: '', mustPass: [], mustFail: [] },
			...{ meaning: '', visibility: 'private', groupId: '', block: false, forkedFrom: '' },
		});
		const made = createOutput(locals(LOCAL), filter.id, { kind: 'webhook', address, everyMinutes: 5 });
		const host = new URL(address).hostname;
		if (!/^localhost\.?$/.test(host)) await expect(made).rejects.toThrow(/private network/);
		else {
			// a name is looked up when it is called
			const { output } = await made;
			const { sendWebhook } = await import('#lib/server/deliver/webhook.ts');
			const sent = await sendWebhook({ url: output.address, secret: 's', body: '{}', delivery: 'd' }, { privateHosts: [] });
			expect(sent).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/private network|no host/) as string });
		}
	}); // prettier-ignore

	it.each(['http://example.org/hook', 'ftp://example.org/', 'https://me:secret@example.org/', 'nowhere'])(
		'that cannot be used are refused, %s',
		async (address) => {
			const filter = await liveFilter(LOCAL);
			await expect(
				createOutput(locals(LOCAL), filter.id, { kind: 'webhook', address, everyMinutes: 5 }),
			).rejects.toThrow(/address/i);
		},
	);
});

describe('a digest', () => {
	it('is one letter with what passed since the last one', async () => {
		const filter = await liveFilter(LOCAL, { name: 'For the morning' });
		const { output } = await createOutput(locals(LOCAL), filter.id, { kind: 'email', address: '', everyMinutes: 60 });
		const list = alerts(3);
		await ingest(list);
		expect(await collectHits(desk, Date.now() + 60_000)).toBe(0);
		expect(await collectHits(desk, Date.now() + 3_700_000)).toBe(1);
		await sendDue(desk, { nowMs: Date.now() + 3_800_000 });
		expect(deliveriesOf(database, output.id)[0]).toMatchObject({ state: 'sent' });
		const [file] = (await readdir(join(home, 'mail'))).slice(-1);
		const letter = await readFile(join(home, 'mail', file ?? ''), 'utf8');
		expect(letter).toMatch(/Subject: 3 hits of For the morning/);
		for (const { objectId } of list) expect(letter).toContain(objectId);
		setOutput(database, output.id, 'off', '');
		await ingest(alerts(1));
		expect(await collectHits(desk, Date.now() + 9_000_000)).toBe(0);
	});
});

describe('candidates for a marshal', () => {
	it('go to its own filter, once, after a fault too, and wait for their owner when the token ends', async () => {
		const standIn = await startStandIn();
		try {
			desk = { ...desk, privateHosts: [...desk.privateHosts, standIn.host] };
			const user = addUser(database, { email: 'ada@example.org', name: 'Ada', password: null });
			if (user === null) throw new Error('The address is taken.');
			const ada: Principal = { id: user.id, name: 'Ada', operator: false, groups: [] };
			const secret = { kind: 'token', token: TOKENS.full } as const;
			const wanted = { kind: 'skyportal', name: 'Fritz', url: standIn.url, secret } as const;
			const profile = await clientOf(wanted, desk.privateHosts).check();
			const link = addLink(database, home, user.id, wanted, profile) ?? '';
			const filter = await liveFilter(ada, { name: 'For Fritz' });
			const draft = { kind: 'marshal', everyMinutes: 60 } as const;
			// another's link is none of theirs, and a number is needed
			await expect(
				createOutput(locals(LOCAL), (await liveFilter(LOCAL)).id, { ...draft, address: `${link} 3` }),
			).rejects.toThrow(/linked/);
			await expect(createOutput(locals(ada), filter.id, { ...draft, address: link })).rejects.toThrow(/number/);
			// of another group, and of nobody: the marshal is asked, and what it has is named
			for (const number of [4, 99]) {
				await expect(createOutput(locals(ada), filter.id, { ...draft, address: `${link} ${number}` })).rejects.toThrow(
					`Fritz has no filter ${number} of yours. It has 3 (Nightjar: young and rising).`,
				);
			}
			standIn.fail('502', /filters/, 9);
			await expect(createOutput(locals(ada), filter.id, { ...draft, address: `${link} 3` })).rejects.toThrow(/away/);
			standIn.clearFaults();
			const { output } = await createOutput(locals(ada), filter.id, { ...draft, address: `${link} 3` });
			const list = alerts(2);
			await ingest(list);
			expect(await collectHits(desk, Date.now() + 5000)).toBe(1);
			standIn.fail('cut', /candidates/, 4);
			await sendDue(desk, { nowMs: Date.now() + 20_000 });
			expect(deliveriesOf(database, output.id)[0]).toMatchObject({ state: 'waiting', attempts: 1 });
			await sendDue(desk, { nowMs: Date.now() + 60_000 });
			expect(deliveriesOf(database, output.id)[0]).toMatchObject({ state: 'sent' });
			expect(standIn.state.candidates.map(({ objId, filterId }) => [objId, filterId])).toEqual(
				list.map(({ objectId }) => [objectId, 3]),
			);
			// what the filter says of its hits, for the group whose filter it is
			expect(standIn.state.annotations.map(({ objId, origin, groupIds }) => [objId, origin, groupIds])).toEqual(
				list.map(({ objectId }) => [objectId, 'nightjar:For Fritz', [2]]),
			);
			expect(standIn.state.annotations[0]?.data).toMatchObject({ version: 1 });
			standIn.state = { ...standIn.state, tokens: [] };
			await ingest(alerts(1));
			await collectHits(desk, Date.now() + 90_000);
			await sendDue(desk, { nowMs: Date.now() + 120_000 });
			expect(outputById(database, output.id)).toMatchObject({ state: 'stopped' });
			expect(outputById(database, output.id)?.reason).toContain('does not know this token');
			// nothing is lost: a new token, and it goes out
			standIn.state = { ...standIn.state, tokens: [{ id: TOKENS.full, userId: 1, acls: ['Upload data'] }] };
			expect(revive(database, output.id, Date.now())).toBe(1);
			await sendDue(desk, { nowMs: Date.now() + 180_000 });
			expect(standIn.state.candidates.length).toBe(3);
		} finally {
			await standIn.stop();
		}
	}, 300_000);
});

describe('an owner', () => {
	it('is told once by letter that a filter was set aside', async () => {
		const filter = await liveFilter(LOCAL, { name: 'Too slow' });
		const change = { state: 'setAside', version: 1, reason: 'It takes 9 ms.', by: 'nightjar', expected: null } as const;
		await insertState(embedded.store, filter.id, change, Date.now() + 1);
		expect(await collectNotices(desk)).toBe(1);
		expect(await collectNotices(desk)).toBe(0);
		await sendDue(desk, { nowMs: Date.now() + 1000 });
		const [file] = (await readdir(join(home, 'mail'))).slice(-1);
		const letter = await readFile(join(home, 'mail', file ?? ''), 'utf8');
		expect(letter).toMatch(/Subject: The filter Too slow was set aside/);
		expect(letter).toContain(`https://nightjar.example/filters/${filter.id}`);
	});
});

describe('a night outside what is expected of a filter', () => {
	const today = Math.floor(Date.now() / 86_400_000);
	const textOf = (night: number): string => new Date(night * 86_400_000).toISOString().slice(0, 10);
	/** Alerts of a night to come, counted from today. */
	const alertsOf = (ahead: number, count: number, over: Partial<Alert> = {}): Alert[] =>
		alerts(count, { mjd: today + ahead + 40_587.4, night: today + ahead, ...over });

	async function ends(list: readonly Alert[], closeNights = true): Promise<void> {
		const filters = new FilterStage(embedded.store, { writer: 'test', now: () => (nowMs += 60_000) });
		await ingestAlerts({
			...{ store: embedded.store, alerts: list, partition: `/night${nextId}`, closeNights, options: { filters } },
		});
	}

	/** The letters that are in the queue now, and go out. */
	async function letters(): Promise<string[]> {
		const folder = join(home, 'mail');
		const before = new Set(await readdir(folder).catch(() => []));
		const told = await collectNotices(desk);
		expect(await collectNotices(desk)).toBe(0);
		for (let i = 0; i < told; i += 1) await sendDue(desk, { nowMs: Date.now() + 1000 });
		const files = (await readdir(folder).catch(() => [])).filter((file) => !before.has(file));
		expect(files.length).toBe(told);
		const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
		// lines of letters are folded
		return texts.map((text) => text.replace(/=\r?\n/g, ''));
	}

	/** A live filter that expects from two to five hits a night, from the nights on that are not closed yet. */
	async function expecting(principal: Principal, text: string, name: string) {
		const filter = await liveFilter(principal, { name, text });
		await changeFilter(locals(principal), filter.id, { expected: { low: 2, high: 5 } });
		await letters();
		return filter;
	}

	it('is told its owner by letter, once: too many, too few, none, and nothing of a night as expected', async () => {
		const user = addUser(database, { email: 'vera@example.org', name: 'Vera', password: null });
		if (user === null) throw new Error('no user');
		const vera = principalOf(database, user);
		const filter = await expecting(vera, 'mag < 18', 'Bright of Vera');
		await ends([...alertsOf(2, 5), ...alertsOf(2, 9, { mag: 19 })]);
		expect(await letters()).toEqual([]);
		await ends(alertsOf(3, 6));
		const [many, ...others] = await letters();
		expect(others).toEqual([]);
		expect(many).toContain('To: vera@example.org');
		expect(many).toContain(`Subject: The filter Bright of Vera: 6 hits in the night of ${textOf(today + 3)}`);
		expect(many).toContain('from 2 to 5 were expected');
		expect(many).toContain(`https://nightjar.example/filters/${filter.id}`);
		await ends(alertsOf(4, 1));
		expect((await letters())[0]).toContain(`gave 1 hit in the night of ${textOf(today + 4)}`);
		await ends(alertsOf(5, 3, { mag: 19 }));
		expect((await letters())[0]).toContain(`gave no hits in the night of ${textOf(today + 5)}`);
		// whoever has no account any more hears nothing
		setDisabled(database, user.id, true);
		await ends(alertsOf(6, 6));
		expect(await letters()).toEqual([]);
	}, 300_000);

	it('is counted whole: when each survey has closed it, and a filter that runs after the night has run', async () => {
		await expecting(LOCAL, 'mag < 16', 'Bright of both');
		await expecting(LOCAL, 'mag < 16 order by mag', 'After the night');
		// one alert of LSST is there, more are to come
		await ends(alertsOf(8, 1, { survey: 'lsst', objectId: '17', mag: 15 }), false);
		await ends(alertsOf(8, 1, { mag: 15 }));
		expect(await letters()).toEqual([]);
		await ends(alertsOf(8, 4, { survey: 'lsst', objectId: '18', mag: 15 }));
		const [first, ...more] = await letters();
		expect(first).toContain('The filter Bright of both gave 6 hits');
		expect(more).toEqual([]);
		await new AfterNights(embedded.store, { codeVersion: 'test' }).once(new AbortController().signal);
		const [second, ...others] = await letters();
		expect(second).toContain('The filter After the night gave 6 hits');
		expect(others).toEqual([]);
	}, 300_000);
});
