import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readSimulatedTotals } from '#clickhouse/read/simulation.ts';
import { nightText } from '#lib/astro/time.ts';
import { feedSimulation, type SimulatedSky } from '#server/cli/simulationFeed.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { createSimulation, type SurveyName } from '#server/simulate/index.ts';
import { liveTimes } from '#server/simulate/live.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embeddedStore.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** The current nights, and three that are over. */
const NIGHTS = 5;
const SKY = { seed: 3, alertsPerNight: 30, nights: NIGHTS, leastAlerts: 0, batchRows: 10 };
const NOON = Date.parse('2026-11-12T12:00:00Z');

const simulation = createSimulation(SKY);
let embedded: EmbeddedStore;

beforeAll(async () => {
	embedded = await startEmbeddedStore();
});
afterAll(async () => {
	await embedded.stop();
});

/** A feed at a time that stands still, with what it logged. */
class Feed {
	readonly lines: string[] = [];
	/** Resolves once it has nothing to do but wait for the clock. */
	readonly filled: Promise<unknown>;
	readonly #stop = new AbortController();
	readonly ended: Promise<void>;
	#wake: () => void = () => undefined;
	#nowMs: number;

	constructor(nowMs: number, { onLine, ...changes }: Partial<SimulatedSky> & { onLine?: (feed: Feed) => void } = {}) {
		this.#nowMs = nowMs;
		let rest: () => void = () => undefined;
		const rested = new Promise<void>((resolve) => (rest = resolve));
		const sky: SimulatedSky = {
			...SKY,
			now: () => this.#nowMs,
			pause: (ms, signal) =>
				new Promise((resolve) => {
					const end = (): void => {
						resolve();
					};
					signal.addEventListener('abort', end, { once: true });
					if (signal.aborted) end();
					// minutes are between looks at the past; packets that fall due wait for less
					if (ms > 60_000) rest();
					else this.#wake = end;
				}),
			...changes,
		};
		const shared = {
			store: embedded.store,
			slot: 'simulation',
			config: { cutoutBudgetBytes: 2e9, simulationBudgetBytes: 2e9, batchRows: 2000, batchMs: 500 },
			decoder: createDecoder({ cacheFolder: join(embedded.home, 'schemas'), registryUrl: null }),
			codeVersion: 'test',
			signal: this.#stop.signal,
		};
		const log = (line: string): void => {
			this.lines.push(line);
			onLine?.(this);
		};
		const config = { home: embedded.home, simulationBudgetBytes: 2e9 };
		this.ended = feedSimulation(shared, config, log, sky);
		this.filled = Promise.race([rested, this.ended]);
		this.filled.catch(() => undefined);
	}

	moveTo(nowMs: number): void {
		this.#nowMs = nowMs;
		this.#wake();
	}

	stop(): void {
		this.#stop.abort();
	}

	end(): Promise<void> {
		this.stop();
		return this.ended;
	}
}

/** Nights before the current ones, newest first. */
const pastNights = (nowMs: number, count = NIGHTS - 2): number[] =>
	Array.from({ length: count }, (_, n) => Math.floor(nowMs / DAY_MS) - 2 - n);
const known = new Map<string, string[]>();
/** The simulation's own list of one survey's night. */
function listOf(survey: SurveyName, night: number): string[] {
	const name = `${survey} ${night}`;
	const list = known.get(name) ?? [...simulation.from(survey, night, 0)].map(({ alertId }) => `${survey} ${alertId}`);
	known.set(name, list);
	return list;
}
const idsOf = (night: number): string[] => simulation.surveys.flatMap((survey) => listOf(survey, night));
/** What has arrived of the current nights. */
function dueAt(nowMs: number): string[] {
	const today = Math.floor(nowMs / DAY_MS);
	return [today - 1, today].flatMap((night) =>
		simulation.surveys.flatMap((survey) => {
			const { due } = liveTimes(simulation, survey, night, nowMs);
			return listOf(survey, night).slice(0, due);
		}),
	);
}

/** Rows of the nights of a feed at that time: doubles would be told. */
async function storedAt(nowMs: number): Promise<string[]> {
	const today = Math.floor(nowMs / DAY_MS);
	const rows = await embedded.store.query<{ id: string }>(
		"SELECT concat(survey, ' ', toString(alert_id)) AS id FROM alerts WHERE night BETWEEN {first:Date} AND {last:Date} ORDER BY id",
		{ first: nightText(today - 30), last: nightText(today) },
	);
	return rows.map(({ id }) => id);
}
async function untilStored(nowMs: number, ids: readonly string[]): Promise<void> {
	await vi.waitUntil(async () => (await storedAt(nowMs)).length >= ids.length, { timeout: 240_000, interval: 100 });
	expect(await storedAt(nowMs)).toEqual([...ids].sort());
}

/** Every closing of a night, as `survey night`. */
async function closings(nowMs: number): Promise<string[]> {
	const today = Math.floor(nowMs / DAY_MS);
	const rows = await embedded.store.query<{ name: string }>(
		`SELECT concat(survey, ' ', toString(night)) AS name FROM nights
		 WHERE origin = 'simulated' AND reason = 'sourceEnded' AND night BETWEEN {first:Date} AND {last:Date} ORDER BY name`,
		{ first: nightText(today - 30), last: nightText(today) },
	);
	return rows.map(({ name }) => name);
}
const closingsOf = (nights: readonly number[]): string[] =>
	nights.flatMap((night) => simulation.surveys.map((survey) => `${survey} ${nightText(night)}`)).sort();
const lineOf = (night: number): string => `simulated night ${nightText(night)}: ${idsOf(night).length} alerts`;

async function count(table: string): Promise<number> {
	const [row] = await embedded.store.query<{ n: string }>(`SELECT count() AS n FROM ${table}`);
	return Number(row?.n);
}

describe('the simulation that everyone sees first', () => {
	it('fills the past nights of an empty store, closes each once, and goes on with the current ones', async () => {
		const nights = pastNights(NOON);
		const past = nights.flatMap(idsOf);
		const later = NOON + 4 * HOUR_MS;
		expect(dueAt(NOON).length).toBeGreaterThan(0);
		expect(dueAt(later).length).toBeGreaterThan(dueAt(NOON).length);

		const feed = new Feed(NOON);
		await feed.filled;
		await untilStored(NOON, [...past, ...dueAt(NOON)]);
		expect(await closings(NOON)).toEqual(closingsOf(nights));
		expect(feed.lines.slice(0, -1)).toEqual(nights.map(lineOf));
		expect(feed.lines.at(-1)).toMatch(
			/^The simulated sky has \d+ alerts of \d nights; the current night goes on arriving\.$/,
		);

		feed.moveTo(later);
		await untilStored(NOON, [...past, ...dueAt(later)]);
		await feed.end();
		// what each really was stands beside it
		const truths = await embedded.store.query<{ id: string }>(
			"SELECT DISTINCT concat(survey, ' ', toString(alert_id)) AS id FROM truth ORDER BY id",
		);
		expect(truths.map(({ id }) => id)).toEqual(await storedAt(NOON));
	});

	it('fills nothing and says nothing where everything is there', async () => {
		const later = NOON + 4 * HOUR_MS;
		const tables = ['alerts', 'nights', 'ingest_log', 'deliveries', 'truth'];
		const before = await Promise.all(tables.map(count));
		const feed = new Feed(later);
		await feed.filled;
		await feed.end();
		expect(feed.lines).toEqual([]);
		expect(await Promise.all(tables.map(count))).toEqual(before);
	});

	it('adds older nights where clouds left too few alerts, and no more of them than it takes', async () => {
		const later = NOON + 4 * HOUR_MS;
		const { alerts } = await readSimulatedTotals(embedded.store);
		const older: number[] = [];
		let missing = 30;
		for (let night = (pastNights(NOON).at(-1) ?? 0) - 1; missing > 0; night -= 1) {
			older.push(night);
			missing -= idsOf(night).length;
		}
		const feed = new Feed(later, { leastAlerts: alerts + 30 });
		await feed.filled;
		await feed.end();
		expect(feed.lines.slice(0, -1)).toEqual(older.map(lineOf));
		expect(await closings(NOON)).toEqual(closingsOf([...pastNights(NOON), ...older]));
	});

	it('goes on where it was stopped in the middle: nothing twice, the other nights closed', async () => {
		// nights that the store has nothing of
		const now = NOON - 60 * DAY_MS;
		const nights = pastNights(now);
		const wanted = [...nights.flatMap(idsOf), ...dueAt(now)];
		const first = new Feed(now, {
			onLine: (feed) => {
				feed.stop();
			},
		});
		await first.ended;
		expect(first.lines).toEqual([lineOf(nights[0] ?? 0)]);
		expect(await closings(now)).toEqual(closingsOf(nights.slice(0, 1)));
		expect((await storedAt(now)).length).toBeLessThan(wanted.length);

		const second = new Feed(now);
		await second.filled;
		await untilStored(now, wanted);
		await second.end();
		expect(second.lines.slice(0, -1)).toEqual(nights.slice(1).map(lineOf));
		expect(await closings(now)).toEqual(closingsOf(nights));
		const truths = await embedded.store.query<{ missing: string }>(
			'SELECT count() AS missing FROM alerts WHERE (survey, alert_id) NOT IN (SELECT survey, alert_id FROM truth)',
		);
		expect(truths).toEqual([{ missing: '0' }]);
	});
});
