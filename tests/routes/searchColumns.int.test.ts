import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '#clickhouse/store.ts';
import { GET as alertsRoute } from '../../src/routes/api/v1/alerts/+server.ts';
import { GET as facetsRoute } from '../../src/routes/api/v1/facets/+server.ts';
import { GET as objectsRoute } from '../../src/routes/api/v1/objects/+server.ts';
import { publish, TEST_MJD, writeAlerts } from '../support/alertRows.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { ask, testLocals } from '../support/route.ts';

type More = Record<string, number | string | boolean | null>;
interface Answer {
	readonly rows: { readonly objectId: string; readonly alertId?: string; readonly more?: More }[];
}

/** The second object was seen twice: its row tells of the later alert. */
const ALERTS = [
	{ alertId: 1n, objectId: 'ZTF26aaaaaaa', ra: 10, columns: { rock: true, n_rising: 3 } },
	{ alertId: 2n, objectId: 'ZTF26bbbbbbb', ra: 20, columns: { rock: false } },
	{ alertId: 3n, objectId: 'ZTF26bbbbbbb', ra: 20.0001, mjd: TEST_MJD + 1, columns: { rock: true } },
	{ alertId: 4n, objectId: 'ZTF26ccccccc', ra: 30, programme: 'partnership', columns: { rock: true } },
];
const SCORES = [
	[1n, 'ZTF26aaaaaaa', 0.25, '06:00'],
	[1n, 'ZTF26aaaaaaa', 0.5, '07:00'],
	[2n, 'ZTF26bbbbbbb', 0.125, '06:00'],
	[3n, 'ZTF26bbbbbbb', 0.75, '06:00'],
] as const;

let embedded: EmbeddedStore;
let locals: App.Locals;
beforeAll(async () => {
	embedded = await startEmbeddedStore();
	locals = testLocals(embedded.store, { origin: 'real', grants: [] });
	await writeAlerts(embedded.store, ALERTS);
	const rows = SCORES.map(([alertId, objectId, score, at]) => ({
		...{ survey: 'ztf', object_id: objectId, alert_id: String(alertId), programme: 'public', origin: 'real' },
		...{ night: '2026-11-19', model: 'anomaly', version: '1', label: 'anomaly', score, state: 'done' },
		...{ writer: 'worker-1', number: 1, known_at: `2026-11-19 ${at}:00.000` },
	}));
	await embedded.store.command(
		`INSERT INTO scores FORMAT JSONEachRow\n${rows.map((row) => JSON.stringify(row)).join('\n')}`,
	);
	await publish(embedded.store, 'worker-1', 1);
});
afterAll(async () => {
	await embedded.stop();
});

const MORE = 'more=rock,ztf.drb,score:anomaly:anomaly';

describe('columns that a search is given besides', () => {
	it('are those of the alert that a row tells of, the newest number of a score', async () => {
		const objects = (await (await ask(objectsRoute, `/?sort=ra&${MORE}`, locals)).json()) as Answer;
		expect(objects.rows.map(({ objectId, more }) => [objectId, more])).toEqual([
			['ZTF26aaaaaaa', { rock: true, 'ztf.drb': null, 'score:anomaly:anomaly': 0.5 }],
			['ZTF26bbbbbbb', { rock: true, 'ztf.drb': null, 'score:anomaly:anomaly': 0.75 }],
		]);
		const alerts = (await (await ask(alertsRoute, `/?sort=ra&${MORE}`, locals)).json()) as Answer;
		expect(alerts.rows.map(({ alertId, more }) => [alertId, more?.['rock'], more?.['score:anomaly:anomaly']])).toEqual([
			['1', true, 0.5],
			['2', false, 0.125],
			['3', true, 0.75],
		]);
		const plain = (await (await ask(objectsRoute, '/', locals)).json()) as Answer;
		expect(plain.rows[0]).not.toHaveProperty('more');
	});

	it.each([
		['objects', objectsRoute, ['0.5', '0.75'], ['true', 'true']],
		['alerts', alertsRoute, ['0.5', '0.125', '0.75'], ['true', 'false', 'true']],
	] as const)('stand in files of %s after the usual ones, with the same values', async (_, route, scores, rocks) => {
		const csv = await (await ask(route, `/?format=csv&sort=ra&${MORE}`, locals)).text();
		const [head = '', ...lines] = csv.trim().split('\r\n');
		expect(head.endsWith(',rock,ztf_drb,score_anomaly_anomaly')).toBe(true);
		const cells = lines.map((line) => line.split(',').slice(-3));
		expect(cells).toEqual(scores.map((score, i) => [rocks[i], '', score]));

		const lined = (await (await ask(route, `/?format=ndjson&sort=ra&${MORE}`, locals)).text()).trim().split('\n');
		expect(lined.map((line) => JSON.parse(line) as object)).toMatchObject(
			scores.map((score, i) => ({
				score_anomaly_anomaly: Number(score),
				features: { rock: rocks[i] === 'true' },
				ztf: { drb: null },
			})),
		);
		for (const format of ['parquet', 'arrow', 'votable']) {
			const answer = await ask(route, `/?format=${format}&${MORE}`, locals);
			expect((await answer.arrayBuffer()).byteLength, format).toBeGreaterThan(500);
		}
	});

	it.each(['nothing', 'ztf.nothing', 'all', 'score:anomaly:nothing', 'score:nothing:anomaly', 'alerts.mag'])(
		'are names that are known: %s is refused',
		async (name) => {
			const answer = await ask(objectsRoute, `/?more=${name}`, locals);
			expect(answer.status).toBe(400);
			expect(((await answer.json()) as { detail: string }).detail).toContain(`There is no column ${name}`);
		},
	);

	it('are read for the rows of the page alone', async () => {
		const asked: { sql: string; params: Readonly<Record<string, unknown>> }[] = [];
		const watched: Store = {
			...embedded.store,
			query: (sql, params = {}, options) => {
				asked.push({ sql, params });
				return embedded.store.query(sql, params, options);
			},
		};
		await ask(objectsRoute, `/?sort=ra&limit=1&${MORE}`, { ...locals, store: watched });
		const added = asked.filter(({ sql }) => /more_0|FROM scores/.test(sql));
		expect(added.map(({ params }) => params['ids'])).toEqual([[1n], [1n]]);
	});
});

describe('facets that nobody waits for any more', () => {
	const MARK = 'superseded';
	const running = async (): Promise<number> => {
		const sql = `SELECT count() AS n FROM system.processes WHERE query LIKE '%${MARK}%' AND query NOT LIKE '%processes%'`;
		return Number((await embedded.store.query<{ n: string }>(sql))[0]?.n);
	};
	async function until(wanted: number): Promise<void> {
		for (const deadline = Date.now() + 60_000; (await running()) !== wanted && Date.now() < deadline;) await pause(50);
		expect(await running()).toBe(wanted);
	}

	it('end in the store when their reader goes away', async () => {
		// the count itself takes minutes: it has to be stopped
		const slow: Store = {
			...embedded.store,
			query: (sql, params, options) =>
				sql.includes('missed')
					? embedded.store.query(
							`SELECT sum(cityHash64(number, '${MARK}')) AS counts FROM numbers(1000000000000)`,
							{},
							{ ...options, class: 'export' },
						)
					: embedded.store.query(sql, params, options),
		};
		const gone = new AbortController();
		const asked = ask(facetsRoute, '/', { ...locals, store: slow }, { signal: gone.signal });
		await until(1);
		gone.abort();
		expect((await asked).ok).toBe(false);
		await until(0);
	});
});
