// What the filter editor asks of the API, on alerts whose answers are known.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertTruth } from '#clickhouse/write/truth.ts';
import type { Alert } from '#lib/alert/alert.ts';
import type { ClassEfficiency, NightFunnels } from '#lib/filter/index.ts';
import { nightFromText, nightText } from '#lib/astro/time.ts';
import { POST as check } from '../../src/routes/api/v1/filters/check/+server.ts';
import { POST as efficiency } from '../../src/routes/api/v1/filters/efficiency/+server.ts';
import { POST as found } from '../../src/routes/api/v1/filters/found/+server.ts';
import { POST as funnel } from '../../src/routes/api/v1/filters/funnel/+server.ts';
import { GET as histogram } from '../../src/routes/api/v1/filters/histogram/+server.ts';
import { GET as sample } from '../../src/routes/api/v1/filters/sample/+server.ts';
import { POST as why } from '../../src/routes/api/v1/filters/why/+server.ts';
import { loadNewFilter } from '#lib/server/filterStart.ts';
import { makeAlert } from '../support/alerts.ts';
import { startEmbeddedStore } from '../support/embeddedStore.ts';
import { ingestAlerts } from '../support/memoryIngest.ts';
import { ask, testLocals } from '../support/route.ts';

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
const NIGHT = '2026-11-18';
const night = nightFromText(NIGHT) ?? 0;
const MJD = night + 40_587 + 0.3;

/** Ten alerts of one night, 16 to 20.5 mag, every second one an artefact. */
const ALERTS: readonly Alert[] = Array.from({ length: 10 }, (_, i) =>
	makeAlert({
		alertId: BigInt(1000 + i),
		objectId: `SIM26aaaaaa${'abcdefghij'.charAt(i)}`,
		origin: 'simulated',
		night,
		mjd: MJD + i * 1e-4,
		firstMjd: MJD - i,
		mag: 16 + i / 2,
		ra: 10 + i,
		reliability: i % 2 === 0 ? 0.9 : 0.1,
	}),
);

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	await ingestAlerts({ store: embedded.store, alerts: ALERTS, closeNights: true });
	await insertTruth(
		embedded.store,
		ALERTS.map(({ survey, alertId, objectId, mjd, band }, i) => ({
			...{ survey, alertId, objectId, mjd, band },
			simId: `thing${i}`,
			class: i < 4 ? 'SNIa' : 'RRab',
			group: i < 4 ? 'SN' : 'VS',
			programme: 'public',
			flux: 1,
			snr: 10,
			parameters: '{}',
		})),
		'truth:test',
	);
});
afterAll(() => embedded.stop());

const locals = (grants: App.Locals['scope']['grants'] = []): App.Locals =>
	testLocals(embedded.store, { origin: 'simulated', grants });

async function post<Answer>(
	route: Parameters<typeof ask>[0],
	body: unknown,
): Promise<Answer & { detail?: string; status?: number }> {
	const response = await ask(route, '/api/v1/filters/x', locals(), { method: 'POST', body });
	return (await response.json()) as Answer & { detail?: string };
}
const range = { nightFrom: NIGHT, nightTo: NIGHT };

describe('the funnel over nights', () => {
	it('counts what each condition leaves, and what each keeps alone', async () => {
		const { conditions, nights, waiting } = await post<NightFunnels>(funnel, {
			text: 'mag < 19 and reliability > 0.5',
			...range,
		});
		expect(conditions).toEqual(['mag < 19', 'reliability > 0.5']);
		expect(waiting).toEqual([]);
		expect(nights).toEqual([
			expect.objectContaining({ night: NIGHT, total: 10, left: [6, 3], alone: [6, 5], passes: 3, oneIn: 1 }),
		]);
	});

	it('refuses with a place and a sentence', async () => {
		const wrong = await post(funnel, { text: 'magg < 19', ...range });
		expect(wrong.status).toBe(400);
		expect(wrong.detail).toContain('magg');
		expect(await post(funnel, { text: 'mag < 19', nightFrom: NIGHT, nightTo: '2026-11-01' })).toMatchObject({
			status: 400,
		});
		expect(await post(funnel, { text: 7 })).toMatchObject({ status: 400 });
	});
});

describe('alerts found', () => {
	it('pass, or fail one condition only', async () => {
		const { alerts } = await post<{ alerts: { alert: { alertId: string } }[] }>(found, {
			text: 'mag < 17.9 and reliability > 0.5 and age >= 0',
			...range,
		});
		const ids = alerts.map(({ alert }) => alert.alertId);
		// 1000 and 1002 pass; 1001 and 1003 are artefacts, the even ones from 1004 on too faint
		expect(ids.slice(0, 2).sort()).toEqual(['1000', '1002']);
		expect(ids.slice(2).sort()).toEqual(['1001', '1003', '1004', '1006', '1008']);
	});
});

describe('why an alert passes or not', () => {
	it('is told condition by condition with the values met', async () => {
		const answer = await post<Record<string, unknown>>(why, {
			text: 'mag < 17 and ssoName == "Ceres"',
			alertId: '1009',
		});
		expect(answer).toMatchObject({
			passes: false,
			conditions: [
				{ text: 'mag < 17', state: 'no', values: [{ name: 'mag', unit: 'mag', value: 20.5 }] },
				{ text: 'ssoName == "Ceres"', state: 'unknown', values: [{ name: 'ssoName', value: null }] },
			],
		});
		expect(await post(why, { text: 'mag < 17', alertId: '77' })).toMatchObject({ status: 404 });
	});

	it('is told of the newest alert of an object', async () => {
		const text = 'mag < 17 and reliability > 0.5';
		const newest = { objectId: 'SIM26aaaaaaj', alertId: '1009', passes: false };
		expect(await post(why, { text, objectId: 'SIM26aaaaaaj' })).toMatchObject(newest);
		expect(await post(why, { text, objectId: 'SIM26aaaaaaj', survey: 'ztf' })).toMatchObject(newest);
		expect(await post(why, { text, objectId: 'SIM26aaaaaaz' })).toMatchObject({ status: 404 });
		expect(await post(why, { text })).toMatchObject({ status: 400 });
	});
});

describe('efficiency on simulated nights', () => {
	it('counts what was really there, by class and magnitude', async () => {
		const { classes } = await post<{ classes: ClassEfficiency[] }>(efficiency, { text: 'mag < 17.9', ...range });
		const whole = classes.filter(({ mag }) => mag === null);
		expect(whole).toEqual([
			expect.objectContaining({ class: 'RRab', kind: 'VS', alerts: 6, passes: 0, objects: 6, found: 0, days: null }),
			expect.objectContaining({ class: 'SNIa', kind: 'SN', alerts: 4, passes: 4, objects: 4, found: 4, days: 0 }),
		]);
		const bins = classes.filter(({ mag, class: name }) => mag !== null && name === 'SNIa');
		expect(bins.map(({ mag, alerts }) => [mag, alerts])).toEqual([
			[16, 2],
			[17, 2],
		]);
	});

	it('counts the days from the first alert of an object, whether it was asked for or not, to the first that passes', async () => {
		// three things that brighten: the median one passes after 2.5 days; a fourth never does
		const thing = (name: string, first: number, days: readonly [day: number, mag: number][]) =>
			days.map(([day, mag], i) =>
				makeAlert({
					alertId: BigInt(first + i),
					objectId: `SIM26${name}`,
					origin: 'simulated',
					night: night - 30 + Math.floor(day),
					mjd: MJD - 30 + day,
					mag,
				}),
			);
		const things = [
			thing('early', 2000, [[0, 20], [1, 17], [3, 16]]),
			thing('median', 2010, [[0, 20], [0.5, 19], [2.5, 17.5], [4, 19]]),
			thing('late', 2020, [[0, 20], [4, 17]]),
			thing('never', 2030, [[0, 20], [4, 19]]),
		]; // prettier-ignore
		await ingestAlerts({ store: embedded.store, alerts: things.flat(), partition: '/brightening' });
		await insertTruth(
			embedded.store,
			things.flat().map(({ survey, alertId, objectId, mjd, band }) => ({
				...{ survey, alertId, objectId, mjd, band, simId: objectId },
				...{ class: 'KN', group: 'KN', programme: 'public', flux: 1, snr: 10, parameters: '{}' },
			})),
			'truth:brightening',
		);
		const classOf = async (nightFrom: string) => {
			const asked = { text: 'mag < 18', nightFrom, nightTo: nightText(night - 20) };
			const { classes } = await post<{ classes: ClassEfficiency[] }>(efficiency, asked);
			return classes.filter(({ mag }) => mag === null);
		};
		const days = expect.closeTo(2.5, 6) as number;
		// early passes again at 3, median at 2.5, late at 4
		const daysFromThen = expect.closeTo(3, 6) as number;
		expect(await classOf(nightText(night - 30))).toEqual([
			expect.objectContaining({ class: 'KN', alerts: 11, passes: 4, objects: 4, found: 3, days }),
		]);
		expect(await classOf(nightText(night - 28))).toEqual([
			expect.objectContaining({ class: 'KN', alerts: 5, passes: 3, objects: 4, found: 3, days: daysFromThen }),
		]);
	});
});

describe('the sample and the spread of values', () => {
	it('hold the recent alerts', async () => {
		const given = (await (await ask(sample, '/api/v1/filters/sample', locals())).json()) as {
			alerts: unknown[];
			to: string;
		};
		expect(given.alerts).toHaveLength(10);
		expect(given.to).toBe(NIGHT);
		const spread = (await (await ask(histogram, '/api/v1/filters/histogram?field=mag', locals())).json()) as {
			alerts: number;
			unit: string;
		};
		expect(spread).toMatchObject({ alerts: 10, absent: 0, unit: 'mag' });
		expect((await ask(histogram, '/api/v1/filters/histogram?field=magg', locals())).status).toBe(400);
	});
});

describe('checking', () => {
	it('gives the query with every value bound', async () => {
		const { sql, params } = await post<{ sql: string; params: Record<string, unknown> }>(check, {
			text: 'objectId == "x\'; DROP TABLE alerts; --" and mag < 19.25',
		});
		expect(sql).not.toContain('DROP');
		expect(sql).not.toContain('19.25');
		expect(Object.values(params)).toEqual(expect.arrayContaining([19.25]));
	});

	it('gives whole numbers of 64 bits as texts', async () => {
		const checked = (text: string) =>
			post<{ valid: boolean; sql: string; params: Record<string, unknown> }>(check, { text });
		const ids = await checked('alertId == 170587115523932323 or alertId in [9007199254740993, 5]');
		expect(ids.valid).toBe(true);
		expect(Object.values(ids.params).flat()).toEqual(
			expect.arrayContaining(['170587115523932323', '9007199254740993', '5']),
		);
		const sampled = await checked('mag < 18 order by mag limit 10 one per object sample 0.5');
		expect(sampled.valid).toBe(true);
		expect(Object.values(sampled.params).flat()).not.toHaveLength(0);
	});
});

describe('what the editor begins with', () => {
	const begin = (query: string) => loadNewFilter(locals(), new URL(`http://localhost/filters/new?${query}`));

	it('is an object that it finds', async () => {
		const { text, name } = await begin('object=SIM26aaaaaac');
		expect(name).toBe('Like SIM26aaaaaac');
		expect(text.split('\n')[0]).toBe('reliability > 0.8');
		expect(text).toContain('and age < 3');
		const answer = await post<{ passes: boolean }>(why, { text, alertId: '1002' });
		expect(answer.passes).toBe(true);
		await expect(begin('object=ztf/nothing')).rejects.toMatchObject({ status: 404 });
	});

	it('is a search, and says what a filter cannot hold', async () => {
		const search = new URLSearchParams({
			magMax: '18',
			class: 'snia,none',
			ra: '10',
			dec: '2',
			radius: '60',
			nightFrom: NIGHT,
		});
		const { text, note } = await begin(new URLSearchParams({ search: search.toString() }).toString());
		expect(text).toBe('in circle(10, 2, 60)\nand mag <= 18\nand (class == "snia" or class is absent)\n');
		expect(note).toContain('its nights');
		await expect(begin('search=magMax%3Dx')).rejects.toMatchObject({ status: 400 });
	});
});
