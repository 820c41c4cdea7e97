// Searches sorted by columns that a reader adds, against a plain sort of the same rows.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOST_SORTED } from '#lib/alert/moreColumns.ts';
import { requireSortable } from '#lib/server/moreColumns.ts';
import { loadSearch } from '#lib/server/portal.ts';
import { GET as alertsRoute } from '../../src/routes/api/v1/alerts/+server.ts';
import { GET as objectsRoute } from '../../src/routes/api/v1/objects/+server.ts';
import { publish, TEST_MJD, writeAlerts } from '../support/alertRows.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { ask, testLocals } from '../support/route.ts';

type Value = number | string | boolean | null;
interface Row {
	readonly survey: string;
	readonly objectId: string;
	readonly alertId?: string;
	readonly more: Readonly<Record<string, Value>>;
}
interface Answer {
	readonly rows: Row[];
	readonly total: number;
	readonly nextCursor: string | null;
	readonly detail?: string;
}

/** Twelve objects of two alerts each; a third of every value is absent, and many are equal. */
const ALERTS = Array.from({ length: 24 }, (_, i) => ({
	alertId: BigInt(100 + ((i * 7) % 24)),
	objectId: `ZTF26aaaaa${'abcdefghijkl'.charAt(Math.floor(i / 2))}`.padEnd(12, 'a'),
	ra: 10 + Math.floor(i / 2),
	mjd: TEST_MJD + (i % 2),
	columns: {
		...(i % 3 === 0 ? {} : { rock: i % 2 === 0 }),
		...(i % 3 === 1 ? {} : { snr: (i * 5) % 4 }),
		...(i % 4 === 0 ? {} : { sso_name: ['b', 'Z', 'a', '10'][i % 4] }),
		ztf_pid: String(9_007_199_254_740_992n + BigInt((i * 5) % 3) - (i % 5 === 0 ? 18_014_398_509_481_985n : 0n)),
	},
}));
const SCORES = ALERTS.flatMap(({ alertId, objectId }, i) =>
	i % 3 === 2 ? [] : [[alertId, objectId, (i % 5) / 5] as const],
);

let embedded: EmbeddedStore;
let locals: App.Locals;
beforeAll(async () => {
	embedded = await startEmbeddedStore();
	locals = testLocals(embedded.store, { origin: 'real', grants: [] });
	await writeAlerts(embedded.store, ALERTS);
	const rows = SCORES.flatMap(([alertId, objectId, score]) =>
		(
			[
				['06:00', 1 - score],
				['07:00', score],
			] as const
		).map(([at, number]) => ({
			...{ survey: 'ztf', object_id: objectId, alert_id: String(alertId), programme: 'public', origin: 'real' },
			...{ night: '2026-11-19', model: 'anomaly', version: '1', label: 'anomaly', score: number, state: 'done' },
			...{ writer: 'worker-1', number: 1, known_at: `2026-11-19 ${at}:00.000` },
		})),
	);
	await embedded.store.command(
		`INSERT INTO scores FORMAT JSONEachRow\n${rows.map((row) => JSON.stringify(row)).join('\n')}`,
	);
	await publish(embedded.store, 'worker-1', 1);
});
afterAll(async () => {
	await embedded.stop();
});

const COLUMNS = [
	'snr',
	'rock',
	'ssoName',
	'ztf.pid',
	'night',
	'knownAt',
	'alertId',
	'ztf.drb',
	'score:anomaly:anomaly',
];
const KINDS = [
	['alerts', alertsRoute],
	['objects', objectsRoute],
] as const;
const nameOf = ({ objectId, alertId }: Row): string => alertId ?? objectId;

async function get(route: (typeof KINDS)[number][1], query: string): Promise<Answer> {
	return (await (await ask(route, `/?${query}`, locals)).json()) as Answer;
}

/** The rows in order: absent values last either way, equal ones by survey and id upwards. */
function sorted(rows: readonly Row[], column: string, descending: boolean): string[] {
	const whole = (text: Value): boolean => typeof text === 'string' && /^-?\d+$/.test(text) && column !== 'ssoName';
	const compare = (a: Value, b: Value): number => {
		if (a === b) return 0;
		if (a === null || a === '') return 1;
		if (b === null || b === '') return -1;
		const less = whole(a) && whole(b) ? BigInt(a) < BigInt(b) : a < b;
		return (less ? -1 : 1) * (descending ? -1 : 1);
	};
	const byId = (a: Row, b: Row): number => {
		const [one, other] = [nameOf(a), nameOf(b)];
		if (a.alertId !== undefined) return BigInt(one) < BigInt(other) ? -1 : 1;
		return one < other ? -1 : 1;
	};
	return [...rows].sort((a, b) => compare(a.more[column] ?? null, b.more[column] ?? null) || byId(a, b)).map(nameOf);
}

describe.each(KINDS)('a search of %s', (kind, route) => {
	describe.each(COLUMNS)('sorted by %s', (column) => {
		it.each([false, true])('is as a plain sort has it, page by page (descending: %s)', async (descending) => {
			const { rows, total } = await get(route, `sort=ra&limit=1000&more=${COLUMNS.join(',')}`);
			expect(rows).toHaveLength(kind === 'alerts' ? 24 : 12);
			const expected = sorted(rows, column, descending);
			const sort = encodeURIComponent(`${descending ? '-' : ''}${column}`);
			const found: string[] = [];
			for (let cursor = ''; ;) {
				const page = await get(route, `sort=${sort}&limit=5&more=${column}${cursor}`);
				expect(page.total, page.detail).toBe(total);
				found.push(...page.rows.map(nameOf));
				if (page.nextCursor === null) break;
				cursor = `&cursor=${page.nextCursor}`;
			}
			expect(found).toEqual(expected);
			// within a narrow cone, which is looked up
			const narrow = await get(route, `ra=10&dec=2&radius=200&sort=${sort}&more=${COLUMNS.join(',')}`);
			expect(narrow.rows).toHaveLength(kind === 'alerts' ? 2 : 1);
			expect(narrow.rows.map(nameOf)).toEqual(sorted(narrow.rows, column, descending));
			// files, with the column and without it
			for (const more of [`&more=${column}`, '']) {
				const csv = await (await ask(route, `/?format=csv&sort=${sort}${more}`, locals)).text();
				const [head = '', ...lines] = csv.trim().split('\r\n');
				const place = head.split(',').indexOf(kind === 'alerts' ? 'alertId' : 'objectId');
				expect(lines.map((line) => line.split(',')[place])).toEqual(expected);
			}
			const lined = (await (await ask(route, `/?format=ndjson&sort=${sort}&more=${column}`, locals)).text()).trim();
			const ofLine = (line: string): string | undefined => {
				const { alertId, objectId } = JSON.parse(line) as Row;
				return kind === 'alerts' ? alertId : objectId;
			};
			expect(lined.split('\n').map(ofLine)).toEqual(expected);
		});
	});

	it('refuses what is no column, and a score that nobody gives', async () => {
		for (const sort of ['colour', '-ztf.nothing', 'mag,mjd', 'all', 'score:anomaly', 'score:nobody:anomaly']) {
			const response = await ask(route, `/?sort=${encodeURIComponent(sort)}`, locals);
			expect(response.status, sort).toBe(400);
			const { errors } = (await response.json()) as { errors: { parameter: string }[] };
			expect(errors[0]?.parameter).toBe('sort');
		}
	});
});

it('refuses to sort more alerts than it may, with what to do, and the page stays in its usual order', async () => {
	const rows = [{ total: String(MOST_SORTED.field + 1) }];
	const crowded = new Proxy(embedded.store, {
		get: (store, name) => {
			if (name !== 'query') return Reflect.get(store, name) as unknown;
			const query: typeof store.query = async (sql, ...rest) => {
				const found = await store.query<object>(sql, ...rest);
				return (found.length === 1 && Object.keys(found[0] ?? {}).join() === 'total' ? rows : found) as never;
			};
			return query;
		},
	});
	const asked = { kind: 'alerts', sort: { column: 'snr' }, descending: false, limit: 5, magMin: 10 } as const;
	const many = { ...locals, store: crowded };
	await expect(requireSortable(many, asked)).rejects.toMatchObject({
		problem: { status: 400, detail: expect.stringMatching(/1,000,001, and 1,000,000 are the most\. Narrow/) as string },
	});
	await expect(requireSortable(many, { ...asked, sort: 'mag' })).resolves.toBeUndefined();
	await expect(requireSortable(locals, asked)).resolves.toBeUndefined();
	const view = await loadSearch(many, new URL('http://localhost/search?kind=alerts&sort=snr&more=snr&magMin=10'));
	expect(view.sortProblem).toMatch(/Narrow the search/);
	expect(view.query).toMatchObject({ sort: 'mjd', descending: true });
	expect(view.page.rows).toHaveLength(24);
});
