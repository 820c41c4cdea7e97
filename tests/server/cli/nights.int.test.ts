import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readClosedNights, readWatermark } from '#clickhouse/read/ingest.ts';
import { StoreError, type Store } from '#clickhouse/store.ts';
import { nightText } from '#lib/astro/time.ts';
import { activateFilter, createFilter } from '#lib/server/filters/library.ts';
import { CommandError, EXIT } from '#server/cli/command.ts';
import { nights } from '#server/cli/nights.ts';
import { closeByHand } from '#server/ingest/closing.ts';
import { makeAlert } from '../../support/alerts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embeddedStore.ts';
import { ingestAlerts } from '../../support/memoryIngest.ts';
import { testLocals } from '../../support/route.ts';

// Nights closed by hand in a store that runs, as an operator does it whose broker stays away.

let embedded: EmbeddedStore;
let store: Store;
beforeAll(async () => {
	embedded = await startEmbeddedStore();
	store = embedded.store;
	vi.stubEnv('NIGHTJAR_HOME', embedded.home);
});
afterAll(async () => {
	vi.unstubAllEnvs();
	await embedded.stop();
});

/** Runs the command as it stands; answers its exit code and what it said. */
async function command(...args: string[]): Promise<{ code: number; said: string }> {
	const lines: string[] = [];
	const signals = ['SIGINT', 'SIGTERM'] as const;
	const listening = new Set(signals.flatMap((signal) => process.listeners(signal)));
	const spoken = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
	try {
		const code = await nights.run({ args, install: '/nowhere', version: 'test' });
		return { code, said: lines.join('\n') };
	} catch (error) {
		if (!(error instanceof CommandError)) throw error;
		return { code: error.exitCode, said: error.message };
	} finally {
		spoken.mockRestore();
		for (const signal of signals) {
			for (const added of process.listeners(signal)) if (!listening.has(added)) process.removeListener(signal, added);
		}
	}
}

let lastId = 0n;
/** Stores an alert of a night, known some hours ago. */
async function came(
	mjd: number,
	{ hoursAgo = 2, ...over }: { hoursAgo?: number } & Partial<Parameters<typeof makeAlert>[0]> = {},
) {
	lastId += 1n;
	const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - hoursAgo * 3_600_000);
	const alert = makeAlert({ objectId: `ZTF26n${lastId}`, ...over, alertId: lastId, mjd });
	try {
		await ingestAlerts({ store, alerts: [alert], slot: 'kafka-1', kind: 'kafka', partition: `c/t/${lastId}` });
	} finally {
		clock.mockRestore();
	}
	return lastId;
}

const rows = () =>
	store.query<Record<string, string>>(
		'SELECT survey, toString(night) AS night, toString(origin) AS origin, toString(reason) AS reason, writer, toString(number) AS number FROM nights ORDER BY closed_at, night, survey, origin',
	);
const lateOf = async (id: bigint) => {
	const [row] = await store.query<{ late: boolean }>('SELECT late FROM alerts WHERE alert_id = {id:UInt64}', { id });
	return row?.late;
};

// 60200.2 is the morning of 13 September 2023
const NIGHT = '2023-09-13';

it('lists nights, closes one with who did it, runs what waits for its end, and changes nothing the second time', async () => {
	const locals: App.Locals = {
		...testLocals(store, { origin: 'real', grants: [] }),
		principal: { id: 'ana', name: 'Ana', operator: false, groups: [] },
	};
	const filter = await createFilter(locals, {
		...{ name: 'Of the night', text: 'mag > 10 order by mag', changelog: '', mustPass: [], mustFail: [], meaning: '' },
		...{ visibility: 'public', groupId: '', block: false, forkedFrom: '' },
	});
	await activateFilter(locals, filter.id, undefined);
	expect(await command()).toEqual({ code: EXIT.done, said: 'No night has alerts yet.' });

	const before = await came(60_200.2);
	await came(60_201.2);
	await came(60_200.2, { origin: 'simulated' });
	await came(60_200.2, { origin: 'test' });
	const listed = await command();
	expect(listed.code).toBe(EXIT.done);
	expect(listed.said.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
		'night survey origin alerts state',
		'2023-09-14 ztf real 1 open, newest alert 2 h 00 min ago',
		`${NIGHT} ztf real 1 open, newest alert 2 h 00 min ago`,
		`${NIGHT} ztf simulated 1 open, newest alert 2 h 00 min ago`,
		`${NIGHT} ztf test 1 open, newest alert 2 h 00 min ago`,
	]);

	const closed = await command('close', NIGHT);
	expect(closed).toEqual({
		code: EXIT.done,
		said: [
			`${NIGHT} of ztf is closed: 1 alert.`,
			`${NIGHT} of ztf (test) is closed: 1 alert.`,
			'Filters that run after the night were run: 2.',
		].join('\n'),
	});
	const byHand = { survey: 'ztf', night: NIGHT, reason: 'operator', writer: 'operator', number: '1' };
	const expected = [
		{ ...byHand, origin: 'real' },
		{ ...byHand, origin: 'test' },
	];
	expect(await rows()).toEqual(expected);
	const hits = await store.query('SELECT toString(alert_id) AS id FROM filter_hits WHERE origin = 1');
	expect(hits).toEqual([{ id: String(before) }]);

	const again = await command('close', NIGHT);
	expect(again.code).toBe(EXIT.done);
	expect(again.said).toContain(`${NIGHT} of ztf was closed before: closed `);
	expect(again.said).toContain(`by hand (${userInfo().username})`);
	expect(await rows()).toEqual(expected);
	const open = (await command('--open')).said.split('\n').map((line) => line.split(/ +/).slice(0, 3).join(' '));
	expect(open).toEqual(['night survey origin', '2023-09-14 ztf real', `${NIGHT} ztf simulated`]);

	// what comes later is late, and hits on record stay
	expect(await lateOf(before)).toBe(false);
	expect(await lateOf(await came(60_200.3))).toBe(true);
	await command('close', NIGHT);
	expect(await store.query('SELECT toString(alert_id) AS id FROM filter_hits WHERE origin = 1')).toEqual(hits);
});

it('counts from its own number on: a batch that was opened before it finds the night open', async () => {
	const night = `ztf real ${60_201 - 40_587}`;
	const before = await readWatermark(store);
	expect((await command('close', '2023-09-14')).code).toBe(EXIT.done);
	expect(await readClosedNights(store, before)).not.toContain(night);
	expect(await readClosedNights(store, await readWatermark(store))).toContain(night);
});

it('refuses a night to which alerts come or that is not over, unless told that it is meant', async () => {
	await came(60_300.2, { hoursAgo: 0 });
	const refused = await command('close', '2023-12-22');
	expect(refused.code).toBe(EXIT.failed);
	expect(refused.said).toMatch(/^Nothing was closed: alerts of 2023-12-22 of ztf came 0 min ago\. .*--early\.$/);
	const today = Math.floor(Date.now() / 86_400_000);
	await came(today + 40_587.2);
	expect((await command('close', nightText(today))).said).toContain('is not over until');
	const before = (await rows()).length;
	expect((await command('close', '2023-12-22', '--early')).code).toBe(EXIT.done);
	expect((await rows()).length).toBe(before + 1);
});

it('says what is wrong with a night that has no alerts, and leaves simulated ones to the simulation', async () => {
	const none = await command('close', '2001-01-01', '--survey', 'lsst');
	expect(none.code).toBe(EXIT.usage);
	expect(none.said).toBe('2001-01-01 has no alerts of lsst: nightjar nights lists the nights that have.');
	await came(60_400.2, { origin: 'simulated' });
	const simulated = await command('close', '2024-03-31');
	expect(simulated.code).toBe(EXIT.usage);
	expect(simulated.said).toContain('has only simulated alerts');
	expect((await command('close', '2024-03-31', '--origin', 'simulated')).code).toBe(EXIT.done);
});

it('finishes a closing that was cut off, under its own number', async () => {
	await came(60_500.2);
	const night = { survey: 'ztf', origin: 'real', night: 60_500 - 40_587 } as const;
	let inserts = 0;
	const failing: Store = {
		...store,
		insert: async (...args) => {
			inserts += 1;
			if (inserts === 3) throw new StoreError('the store went away', 999, false);
			await store.insert(...args);
		},
	};
	await expect(closeByHand(failing, [night], { by: 'ana', codeVersion: 'test' })).rejects.toThrow('went away');
	expect(await readClosedNights(store, await readWatermark(store))).not.toContain(`ztf real ${night.night}`);
	const before = await rows();
	const done = await command('close', '2024-07-09');
	expect(done.said).toContain('was closed before');
	expect(done.said).toContain('by hand (ana)');
	expect(await rows()).toEqual(before);
	expect(await readClosedNights(store, await readWatermark(store))).toContain(`ztf real ${night.night}`);
});

it('leaves the filters to an ingest that is at work', async () => {
	await came(60_600.2);
	const lock = join(embedded.home, 'slots', 'nights.lock');
	mkdirSync(join(embedded.home, 'slots'), { recursive: true });
	writeFileSync(lock, String(embedded.pid));
	const closed = await command('close', '2024-10-17');
	rmSync(lock);
	expect(closed.code).toBe(EXIT.done);
	expect(closed.said).toContain('are run by the ingest that is at work');
});
