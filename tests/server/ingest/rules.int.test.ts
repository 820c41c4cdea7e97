// The rules of meaning that the write path keeps (docs/architecture.md), against the embedded store.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { searchAlerts } from '#clickhouse/read/alerts.ts';
import { readWatermark } from '#clickhouse/read/ingest.ts';
import { type Store, StoreError } from '#clickhouse/store.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import { valueHash } from '#lib/alert/pointHash.ts';
import { SourceError } from '#server/ingest/source/source.ts';
import { makeAlert, makePoint } from '../../support/alerts.ts';
import { startEmbeddedStore } from '../../support/embeddedStore.ts';
import { ingestAlerts } from '../../support/memoryIngest.ts';

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
let store: Store;

const TABLES = [
	'alerts',
	'photometry',
	'objects',
	'nightly',
	'cutouts',
	'ingest_log',
	'watermarks',
	'deliveries',
	'dead_letters',
	'nights',
];

beforeAll(async () => {
	embedded = await startEmbeddedStore({});
	store = embedded.store;
});
afterAll(async () => {
	await embedded.stop();
});
beforeEach(async () => {
	for (const table of TABLES) await store.command(`TRUNCATE TABLE ${table}`);
});

const fields = (findSurvey('ztf')?.fields ?? []).map(() => null);
const alert = (over: Partial<Alert> & { alertId: bigint }): Alert => makeAlert({ fields, ...over });

async function one(expression: string, from: string): Promise<unknown> {
	const [row] = await store.query<{ x: unknown }>(`SELECT ${expression} AS x FROM ${from}`);
	if (row === undefined) throw new Error('no row');
	return row.x;
}
const count = async (what: string): Promise<number> =>
	Number((await store.query<{ n: string }>(`SELECT count() AS n FROM ${what}`))[0]?.n);

/** A month of alerts of some objects, each packet with a history that overlaps those of others. */
function month(): Alert[] {
	const alerts: Alert[] = [];
	for (let object = 0; object < 12; object += 1) {
		for (let k = 0; k < 8; k += 1) {
			const mjd = 60_000.25 + k * 3 + object * 0.01;
			const id = BigInt(1000 * object + k + 1) + 2_500_000_000_000_000_000n;
			alerts.push(
				alert({
					alertId: id,
					objectId: `ZTF26aaaaaa${String.fromCharCode(97 + object)}`,
					mjd,
					ra: 20 + object,
					dec: -10 + object,
					mag: Math.fround(18 + k / 10),
					history: Array.from({ length: 5 }, (_, j) =>
						makePoint({
							kind: j % 2 === 0 ? 'upperLimit' : 'forcedPhotometry',
							mjd: mjd - 3 * (j + 1),
							timeReceived: Number((mjd - 3 * (j + 1) + 2_400_000.5).toFixed(6)),
							limitMag: 20.1,
							// forced points finish later: packets that come soon after carry no value yet
							valueHash: valueHash([j % 2 === 0 ? 20.1 : j === 1 ? Number.NaN : 1234.5]),
							psfFlux: j === 1 ? Number.NaN : 1234.5,
						}),
					),
				}),
			);
		}
	}
	return alerts;
}

function shuffle<T>(values: readonly T[], seed: number): T[] {
	const answer = [...values];
	let state = seed;
	for (let i = answer.length - 1; i > 0; i -= 1) {
		state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
		const j = state % (i + 1);
		const a = answer[i];
		const b = answer[j];
		if (a !== undefined && b !== undefined) [answer[i], answer[j]] = [b, a];
	}
	return answer;
}

async function summary(): Promise<unknown> {
	return {
		ids: await store.query('SELECT survey, alert_id FROM alerts ORDER BY survey, alert_id'),
		shown: await store.query(
			`SELECT object_id, point_key, kind, band, mjd, psf_flux, limit_mag FROM photometry
			 ORDER BY object_id, mjd, point_key, own DESC, alert_mjd DESC, alert_id DESC LIMIT 1 BY object_id, point_key`,
		),
		objects: await store.query(
			`SELECT survey, object_id, argMaxMerge(last) AS last, max(last_mjd) AS l, min(first_mjd) AS f, uniqExactMerge(alerts) AS n
			 FROM objects GROUP BY survey, object_id ORDER BY object_id`,
		),
		nightly: await store.query(
			'SELECT night, hpx6, uniqExactMerge(alerts) AS n FROM nightly GROUP BY night, hpx6 ORDER BY night, hpx6',
		),
	};
}

describe('rule 1, identity', () => {
	it('counts the same alerts once whatever brings them again, before any merge', async () => {
		await store.command('SYSTEM STOP MERGES');
		try {
			const alerts = month();
			const first = await ingestAlerts({ store, alerts, batchRows: 17 });
			expect(first).toMatchObject({ received: 96, stored: 96, duplicates: 0 });
			const before = await summary();
			const rows = await count('photometry');
			const again = await ingestAlerts({ store, alerts: shuffle(alerts, 5), partition: '/elsewhere', batchRows: 40 });
			expect(again).toMatchObject({ received: 96, stored: 0, duplicates: 96, redelivered: 0 });
			expect(await count('alerts')).toBe(96);
			expect(await count('photometry')).toBe(rows);
			expect(await summary()).toEqual(before);
			// the same file once more: those offsets are done
			const third = await ingestAlerts({ store, alerts, batchRows: 1000 });
			expect(third).toMatchObject({ received: 0, stored: 0, duplicates: 0, redelivered: 96 });
		} finally {
			await store.command('SYSTEM START MERGES');
		}
	});

	it('gives the same identities, shown photometry, objects and counts for a shuffled month', async () => {
		await ingestAlerts({ store, alerts: month(), batchRows: 9 });
		const ordered = await summary();
		for (const table of TABLES) await store.command(`TRUNCATE TABLE ${table}`);
		await ingestAlerts({ store, alerts: shuffle(month(), 77), batchRows: 7 });
		expect(await summary()).toEqual(ordered);
	});

	it('keeps the first of two alerts with one id and sets the other aside as a conflict', async () => {
		const a = alert({ alertId: 5n });
		const totals = await ingestAlerts({ store, alerts: [a, { ...a, ra: 11 }, { ...a, magErr: Number.NaN }] });
		expect(totals).toMatchObject({ received: 3, stored: 1, duplicates: 1, deadLetters: { conflict: 1 } });
		const [letter] = await store.query<{ reason: string; kind: string; alert_id: string; bytes: string }>(
			'SELECT * FROM dead_letters',
		);
		expect(letter).toMatchObject({ kind: 'conflict', alert_id: '5', bytes: 'packet 1 of /memory/a' });
		expect(letter?.reason).toContain('differs in position');
		expect(await one('any(ra)', 'alerts')).toBe(10);
	});

	it('shows a racing duplicate once to readers and in the counts', async () => {
		const a = alert({ alertId: 9n });
		const other = await readWatermark(store);
		// two workers that opened their batches at the same watermark
		// a merge leaves one row of the two
		await store.command('SYSTEM STOP MERGES alerts');
		try {
			await ingestAlerts({ store, alerts: [a], slot: 'one' });
			expect(other).toEqual({});
			await store.command("INSERT INTO alerts SELECT * REPLACE('two' AS writer) FROM alerts");
			expect(await count('alerts')).toBe(2);
			expect(await count('(SELECT * FROM alerts ORDER BY known_at LIMIT 1 BY survey, alert_id)')).toBe(1);
			expect(await one('toUInt32(uniqExactMerge(alerts))', 'nightly')).toBe(1);
			expect(await one('toUInt32(uniqExactMerge(alerts))', 'objects')).toBe(1);
		} finally {
			await store.command('SYSTEM START MERGES alerts');
		}
	});

	it('stays visible when a batch that nobody finishes had the same alert first', async () => {
		const a = alert({ alertId: 9n });
		// killed with the alerts stored and not yet published; its slot is not started again
		const failing: Store = {
			...bind(store),
			insert: async (table, columns, rows, token) => {
				if (token.endsWith(':published')) throw new Error('the power is gone');
				await store.insert(table, columns, rows, token);
			},
		};
		// a merge leaves one row of the two: not before they are counted
		await store.command('SYSTEM STOP MERGES alerts');
		try {
			await expect(ingestAlerts({ store: failing, alerts: [a], slot: 'killed' })).rejects.toThrow('the power is gone');
			expect(await ingestAlerts({ store, alerts: [a], slot: 'other' })).toMatchObject({ stored: 1 });
			expect(await count('alerts')).toBe(2);
		} finally {
			await store.command('SYSTEM START MERGES alerts');
		}
		await store.command('OPTIMIZE TABLE alerts FINAL');
		expect(await one('any(toString(writer))', 'alerts')).toBe('other');
		const query: SearchQuery = { kind: 'alerts', sort: 'mjd', descending: true, limit: 10 };
		const shown = async () => (await searchAlerts(store, { origin: 'real', grants: [] }, query)).rows.length;
		expect(await shown()).toBe(1);
		// and when the slot is started after all
		await ingestAlerts({ store, alerts: [a], slot: 'killed' });
		await store.command('OPTIMIZE TABLE alerts FINAL');
		expect(await count('alerts')).toBe(1);
		expect(await shown()).toBe(1);
		expect(await one('toUInt32(uniqExactMerge(alerts))', 'nightly')).toBe(1);
	});

	it('keeps ids of 64 bits exact and tells surveys apart', async () => {
		await ingestAlerts({
			store,
			alerts: [
				alert({ alertId: 170_587_115_523_932_323n }),
				alert({
					alertId: 170_587_115_523_932_323n,
					survey: 'lsst',
					fields: (findSurvey('lsst')?.fields ?? []).map(() => null),
				}),
			],
		});
		const rows = await store.query<{ survey: string; alert_id: string }>(
			'SELECT survey, alert_id FROM alerts ORDER BY survey',
		);
		expect(rows).toEqual([
			{ survey: 'lsst', alert_id: '170587115523932323' },
			{ survey: 'ztf', alert_id: '170587115523932323' },
		]);
	});
});

describe('rule 6, as known then', () => {
	it('gives every alert the watermark it read and hides later points from it', async () => {
		const early = alert({ alertId: 1n, mjd: 60_000 });
		const late = alert({
			alertId: 2n,
			mjd: 60_003,
			history: [makePoint({ kind: 'upperLimit', timeReceived: 2_459_999.5, mjd: 59_999 })],
		});
		await ingestAlerts({ store, alerts: [early], batchRows: 1 });
		await ingestAlerts({ store, alerts: [late], partition: '/memory/b' });
		const rows = await store.query<{ alert_id: string; watermark: Record<string, string>; number: string }>(
			'SELECT alert_id, watermark, number FROM alerts ORDER BY alert_id',
		);
		expect(rows[0]).toMatchObject({ number: '1', watermark: {} });
		expect(rows[1]).toMatchObject({ number: '2', watermark: { file: '1' } });
		const seenByFirst = await store.query(
			`SELECT point_key FROM photometry AS p, (SELECT watermark, writer AS w, number AS n FROM alerts WHERE alert_id = 1) AS a
			 WHERE p.object_id = 'ZTF26aaaaaaa' AND (p.number <= a.watermark[p.writer] OR (p.writer = a.w AND p.number = a.n))`,
		);
		expect(seenByFirst).toHaveLength(1);
	});

	it('finishes a batch left open under the same number and doubles nothing', async () => {
		const alerts = month().slice(0, 20);
		// fails after the cutouts and photometry are in, before the alerts
		const failing: Store = {
			...bind(store),
			insert: async (table, columns, rows, token) => {
				if (table === 'alerts') throw new Error('the power is gone');
				await store.insert(table, columns, rows, token);
			},
		};
		await expect(ingestAlerts({ store: failing, alerts })).rejects.toThrow('the power is gone');
		expect(await count('alerts')).toBe(0);
		const orphaned = await count('photometry');
		expect(orphaned).toBeGreaterThan(0);
		const totals = await ingestAlerts({ store, alerts });
		expect(await count('alerts')).toBe(20);
		expect(await count('photometry')).toBe(orphaned);
		expect(totals.stored).toBe(20);
		expect(
			await one('toString(groupArray(state))', '(SELECT state FROM ingest_log WHERE number = 1 ORDER BY state)'),
		).toBe("['opened','published']");
	});
});

describe('rule 6, a batch that is given up', () => {
	it('leaves nothing behind that would count as known later', async () => {
		const failing: Store = {
			...bind(store),
			insert: async (table, columns, rows, token) => {
				if (table === 'alerts') throw new Error('the power is gone');
				await store.insert(table, columns, rows, token);
			},
		};
		await expect(ingestAlerts({ store: failing, alerts: month().slice(0, 20) })).rejects.toThrow('the power is gone');
		const gone = {
			reread: () => {
				throw new SourceError('/memory/a is not there any more.');
			},
		};
		const other = { store, alerts: [alert({ alertId: 77n, objectId: 'ZTF26zzzzzzz' })], partition: '/memory/b' };
		await expect(ingestAlerts({ ...other, source: gone })).rejects.toThrow('not there any more');
		await ingestAlerts({ ...other, source: gone, options: { abandon: true } });
		expect(await count('alerts')).toBe(1);
		expect(await count('photometry')).toBe(1);
		// the files come back: nothing of them is known
		expect(await ingestAlerts({ store, alerts: month().slice(0, 20) })).toMatchObject({ received: 20, stored: 20 });
	});
});

describe('rule 3, nights', () => {
	it('closes the nights of a source that ends and marks what comes later as late', async () => {
		await ingestAlerts({ store, alerts: [alert({ alertId: 1n, mjd: 60_000.2 })], closeNights: true });
		expect(await count('nights')).toBe(1);
		await ingestAlerts({
			store,
			alerts: [alert({ alertId: 2n, mjd: 60_000.3 }), alert({ alertId: 3n, mjd: 60_001.3 })],
			partition: '/memory/b',
		});
		expect(await store.query('SELECT alert_id, late FROM alerts ORDER BY alert_id')).toEqual([
			{ alert_id: '1', late: false },
			{ alert_id: '2', late: true },
			{ alert_id: '3', late: false },
		]);
	});

	it('tells of each kind of trouble with closing once, goes on, and closes when it is over', async () => {
		const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-03-10T05:00:00Z'));
		const stop = new AbortController();
		const lines: string[] = [];
		let trouble: Error | null = null;
		let asked = 0;
		const failing: Store = {
			...store,
			query: async <Row>(...question: Parameters<Store['query']>) => {
				if (!question[0].includes('quiet_since')) return store.query<Row>(...question);
				asked += 1;
				if (trouble !== null) throw trouble;
				return store.query<Row>(...question);
			},
		};
		try {
			await ingestAlerts({ store, alerts: [makeAlert({ alertId: 1n, mjd: 61_107.2 })], slot: 'stream' });
			clock.mockReturnValue(Date.parse('2026-03-10T06:00:00Z'));
			vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
			const stream = ingestAlerts({
				...{ store: failing, alerts: [], slot: 'stream' },
				options: { closeIdleNights: true, signal: stop.signal, log: (line) => lines.push(line) },
				source: {
					async *packets(signal) {
						await new Promise((resolve) => {
							signal.addEventListener('abort', resolve, { once: true });
						});
						yield* [];
					},
					lag: () => 0,
				},
			});
			await vi.waitUntil(() => vi.getTimerCount() > 0, { timeout: 60_000 });
			const check = async (with_: Error | null): Promise<void> => {
				trouble = with_;
				const before = asked;
				vi.advanceTimersByTime(60_000);
				await vi.waitUntil(() => asked > before, { timeout: 60_000 });
				// what comes of the answer
				await new Promise((resolve) => setTimeout(resolve, 50));
			};
			const memory = (n: number): Error => new StoreError(`Query ${n} needs too much memory`, 241, false);
			for (let n = 0; n < 3; n += 1) await check(memory(n));
			await check(new StoreError('There is no table nights', 60, false));
			await check(memory(3));
			expect(lines).toEqual([
				'Nights that are over could not be closed, which is tried again every minute: Query 0 needs too much memory',
				'Nights that are over could not be closed, which is tried again every minute: There is no table nights',
			]);
			await check(null);
			await vi.waitUntil(async () => (await count('nights')) === 1, { timeout: 60_000 });
			await check(memory(4));
			expect(lines).toHaveLength(3);
			stop.abort();
			await stream;
		} finally {
			stop.abort();
			vi.useRealTimers();
			clock.mockRestore();
		}
	});

	it('closes nights of a stream once they are over, nothing came for half an hour and nothing waits', async () => {
		const clock = vi.spyOn(Date, 'now');
		const asked = vi.spyOn(store, 'query');
		const at = (time: string): void => {
			clock.mockReturnValue(Date.parse(`2026-03-${time}Z`));
		};
		const stop = new AbortController();
		let lag: number | null = 3;
		let lastId = 0n;
		// 61107.2 is the morning of 8 March
		const came = (slot: string, survey: 'ztf' | 'lsst', mjd: number): Promise<unknown> => {
			const fields = (findSurvey(survey)?.fields ?? []).map(() => null);
			const night = Math.floor(mjd - (survey === 'lsst' ? 0.5 : 0)) - 40_587;
			const alerts = [makeAlert({ alertId: ++lastId, survey, fields, mjd, night })];
			return ingestAlerts({ store, alerts, slot, partition: `/memory/${lastId}` });
		};
		const closed = (): Promise<unknown[]> =>
			store.query('SELECT survey, night, reason, closed_at FROM nights ORDER BY closed_at, survey, night');
		const row = (survey: string, night: string, time: string): unknown => ({
			...{ survey, night: `2026-03-${night}`, reason: 'idle' },
			closed_at: `2026-03-${time}.000`,
		});
		try {
			at('10T05:00:00');
			await came('stream', 'ztf', 61_107.2);
			await came('stream', 'ztf', 61_108.2);
			await came('stream', 'ztf', 61_109.2);
			// the night of the 9th in Chile
			await came('stream', 'lsst', 61_109.2);
			// nights of another writer are for it to close
			await came('other', 'ztf', 61_106.2);
			at('10T05:45:00');
			await came('other', 'ztf', 61_108.2);

			vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
			const stream = ingestAlerts({
				...{ store, alerts: [], slot: 'stream' },
				options: { closeIdleNights: true, signal: stop.signal },
				source: {
					async *packets(signal) {
						await new Promise((resolve) => {
							signal.addEventListener('abort', resolve, { once: true });
						});
						yield* [];
					},
					lag: () => lag,
				},
			});
			await vi.waitUntil(() => vi.getTimerCount() > 0, { timeout: 60_000 });
			asked.mockClear();
			at('10T06:00:00');
			vi.advanceTimersByTime(60_000);
			// not connected
			lag = null;
			vi.advanceTimersByTime(60_000);
			expect(asked).not.toHaveBeenCalled();

			lag = 0;
			const look = async (time: string, rows: number): Promise<void> => {
				at(time);
				vi.advanceTimersByTime(60_000);
				await vi.waitUntil(async () => (await closed()).length >= rows, { timeout: 120_000 });
			};
			await look('10T06:00:00', 1);
			const first = [row('ztf', '08', '10 06:00:00')];
			expect(await closed()).toEqual(first);
			await look('10T06:20:00', 2);
			const second = [...first, row('ztf', '09', '10 06:20:00')];
			expect(await closed()).toEqual(second);
			await look('10T12:30:00', 3);
			expect(await closed()).toEqual([...second, row('lsst', '09', '10 12:30:00')]);
			stop.abort();
			await stream;
		} finally {
			stop.abort();
			vi.useRealTimers();
			asked.mockRestore();
			clock.mockRestore();
		}
		// what comes to a closed night now is late
		await came('stream', 'ztf', 61_107.3);
		expect(await store.query('SELECT late FROM alerts ORDER BY alert_id DESC LIMIT 1')).toEqual([{ late: true }]);
	});
});

describe('a clock that is hours off', () => {
	it('changes times of knowing, and nothing of what is known, stored or counted', async () => {
		const alerts = month();
		const clock = vi.spyOn(Date, 'now');
		const now = new Date().getTime();
		try {
			// ahead, then behind, then right again
			for (const [i, hours] of [7, -9, 0].entries()) {
				clock.mockReturnValue(now + hours * 3_600_000);
				await ingestAlerts({ store, alerts: alerts.slice(0, 32 * (i + 1)), partition: `/memory/${i}`, batchRows: 20 });
			}
		} finally {
			clock.mockRestore();
		}
		expect(await count('alerts')).toBe(96);
		expect(await count('(SELECT DISTINCT survey, alert_id FROM alerts)')).toBe(96);
		const skewed = await summary();
		// numbers, not clocks, order what is known
		expect(await store.query("SELECT number FROM ingest_log WHERE state = 'published' ORDER BY number")).toHaveLength(
			11,
		);
		expect(await readWatermark(store)).toEqual({ file: 11n });
		for (const table of TABLES) await store.command(`TRUNCATE TABLE ${table}`);
		await ingestAlerts({ store, alerts });
		expect(await summary()).toEqual(skewed);
	});
});

describe('rule 10, completeness', () => {
	it('accounts for every offset once: received = stored + duplicates + dead letters', async () => {
		const a = alert({ alertId: 1n });
		const alerts = [a, a, { ...a, dec: 21 }, alert({ alertId: 2n })];
		await ingestAlerts({ store, alerts, batchRows: 3 });
		await ingestAlerts({ store, alerts, batchRows: 2 });
		const [row] = await store.query(
			`SELECT partition, sum(received) AS received, sum(stored) AS stored, sum(duplicates) AS duplicates, sum(dead_letters) AS dead,
			 sum(redelivered) AS again FROM deliveries GROUP BY partition`,
		);
		expect(row).toEqual({ partition: '/memory/a', received: '4', stored: '2', duplicates: '1', dead: '1', again: '4' });
		expect(await count('dead_letters')).toBe(1);
	});

	it('counts offsets once that another worker took while this one stood still in the middle of its batch', async () => {
		const a = alert({ alertId: 1n });
		const alerts = [a, { ...a, dec: 21 }, a, alert({ alertId: 2n }), alert({ alertId: 3n })];
		const ofTopic = { alerts, kind: 'kafka', partition: 'cluster/topic/0' };
		let others = 0;
		const still: Store = {
			...bind(store),
			insert: async (table, columns, rows, token) => {
				// its offsets are known and its records sorted; the other finishes them meanwhile
				if (table === 'alerts' && others === 0) {
					others = (await ingestAlerts({ ...ofTopic, store, slot: 'other' })).received;
				}
				await store.insert(table, columns, rows, token);
			},
		};
		const totals = await ingestAlerts({ ...ofTopic, store: still, slot: 'still' });
		expect([others, totals.received, totals.redelivered]).toEqual([5, 0, 5]);
		const [row] = await store.query(
			`SELECT sum(received) AS received, sum(stored) AS stored, sum(duplicates) AS duplicates, sum(dead_letters) AS dead,
			 sum(redelivered) AS again FROM deliveries`,
		);
		expect(row).toEqual({ received: '5', stored: '3', duplicates: '1', dead: '1', again: '5' });
		expect(await one('toUInt32(uniqExactMerge(alerts))', 'nightly')).toBe(3);
	});
});

/** The store's methods, each bound, so that one can be replaced. */
function bind(inner: Store): Store {
	return {
		cluster: inner.cluster,
		query: inner.query.bind(inner),
		ask: inner.ask.bind(inner),
		stream: inner.stream.bind(inner),
		command: inner.command.bind(inner),
		insert: inner.insert.bind(inner),
		ping: inner.ping.bind(inner),
		close: inner.close.bind(inner),
	};
}
