import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertNights } from '#clickhouse/write/batch.ts';
import { insertTruth } from '#clickhouse/write/truth.ts';
import { nightFromText } from '#lib/astro/time.ts';
import { askedRound, practiceNights, readRound } from '#lib/server/practice.ts';
import { publish, TEST_MJD, writeAlerts, writePoints } from '../support/alertRows.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { testLocals } from '../support/route.ts';

const NIGHT = '2026-11-19';
const KINDS = [
	['SNIa', 'SN', 'snia'],
	['RRab', 'VS', 'star'],
	['AGN', 'AGN', 'star'],
	['MBA', 'OTHER', 'sso'],
	['BOGUS:noise', 'BOGUS', 'bogus'],
] as const;
let embedded: EmbeddedStore;
let locals: App.Locals;

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	const { store } = embedded;
	const simulated = KINDS.map(([kind, group, given], i) => ({
		alert: {
			alertId: BigInt(10 + i),
			objectId: `SIM26aaaaaa${i}`,
			origin: 'simulated' as const,
			columns: { class: given, class_score: 0.9, class_model: 'test 1' },
		},
		truth: { class: kind, group },
	}));
	await writeAlerts(store, [
		...simulated.map(({ alert }) => alert),
		// of another night that is still open, of another programme, and without any truth
		{ alertId: 30n, objectId: 'SIM26open', origin: 'simulated', mjd: TEST_MJD + 1 },
		{ alertId: 31n, objectId: 'SIM26caltech', origin: 'simulated', programme: 'caltech' },
		{ alertId: 32n, objectId: 'SIM26unknown', origin: 'simulated' },
		{ alertId: 33n, objectId: 'ZTF26real', origin: 'real' },
	]);
	// what came a day later must not be seen by those who judge
	await writePoints(store, [
		{
			survey: 'ztf', object_id: 'SIM26aaaaaa0', kind: 'detection', source_id: '99', band: 'g', mjd: TEST_MJD + 1, time_received: TEST_MJD + 1,
			exposure_assumed: false, point_key: '99', value_hash: '99', ra: 150, dec: 2, psf_flux: 1, psf_flux_err: 1, mag: 15, mag_err: 0.1,
			limit_mag: 20, positive: true, programme: 'public', origin: 'simulated', alert_id: '99', alert_mjd: TEST_MJD + 1, own: true,
			writer: 'worker-1', number: 1, known_at: '2026-11-20 06:00:01.000',
		},
	]); // prettier-ignore
	const truthOf = (alertId: bigint, objectId: string, kind: string, group: string, programme = 'public') => ({
		survey: 'ztf',
		alertId,
		objectId,
		simId: objectId,
		class: kind,
		group,
		mjd: TEST_MJD,
		band: 'r',
		programme,
		flux: 1000,
		snr: 10,
		parameters: JSON.stringify({ z: kind === 'SNIa' ? 0.05 : null }),
	});
	await insertTruth(
		store,
		[
			...simulated.map(({ alert, truth }) => truthOf(alert.alertId, alert.objectId, truth.class, truth.group)),
			truthOf(30n, 'SIM26open', 'SNIa', 'SN'),
			truthOf(31n, 'SIM26caltech', 'SNIa', 'SN', 'caltech'),
		],
		'truth',
	);
	await insertNights(store, { writer: 'nights', number: 1n, knownAtMs: Date.now() }, [
		{ survey: 'ztf', origin: 'simulated', night: nightFromText(NIGHT) ?? 0, reason: 'sourceEnded', watermark: {} },
	]);
	await publish(store, 'worker-1', 1);
	locals = testLocals(store, { origin: 'simulated', grants: [] });
});
afterAll(async () => {
	await embedded.stop();
});

const round = (query: string): ReturnType<typeof readRound> => {
	const asked = askedRound(new URLSearchParams(query));
	if (asked === null) throw new Error('no round is asked for');
	return readRound(locals, asked);
};

describe('a practice night', () => {
	it('is one that is over, with what the reader may see and of which the truth is known', async () => {
		expect(await practiceNights(locals)).toEqual([{ night: NIGHT, alerts: 5, things: 5 }]);
		expect(await practiceNights(testLocals(embedded.store, { origin: 'real', grants: [] }))).toEqual([]);
	});

	it('hides what its candidates are, and what came later, until the last is judged', async () => {
		const begun = await round(`night=${NIGHT}&seed=1&n=5`);
		expect(begun).toMatchObject({ size: 5, said: [], result: null });
		for (let judged = 0; judged < 5; judged += 1) {
			const at = await round(`night=${NIGHT}&seed=1&n=5&said=${'x'.repeat(judged)}`);
			expect(at.result).toBeNull();
			const text = JSON.stringify(at);
			expect(text).not.toMatch(/SNIa|RRab|BOGUS|snia|"class/);
			for (const point of at.next?.points ?? []) expect(point.mjd).toBeLessThanOrEqual(TEST_MJD + 1e-6);
			expect(at.next?.points).toHaveLength(1);
		}
	});

	it('scores what was said, and what the classifiers said of the same', async () => {
		const { result } = await round(`night=${NIGHT}&seed=1&n=5&said=xxxxx`);
		expect(result?.answers.map(({ class: kind }) => kind).sort()).toEqual(KINDS.map(([kind]) => kind).sort());
		expect(result?.score).toMatchObject({ right: 1, asked: 5, real: { called: 0, were: 4, completeness: 0 } });
		expect(result?.score.families.find(({ family }) => family === 'bogus')).toMatchObject({
			purity: 0.2,
			completeness: 1,
		});
		// the classifier took the AGN for a star
		expect(result?.broker).toMatchObject({ right: 4, real: { purity: 1, completeness: 1 } });
		expect(result?.answers.find(({ class: kind }) => kind === 'SNIa')?.redshift).toBe(0.05);
	});

	it('draws the same for the same number', async () => {
		const order = async (seed: number): Promise<string[]> =>
			(await round(`night=${NIGHT}&seed=${seed}&n=5&said=-----`)).result?.answers.map(({ objectId }) => objectId) ?? [];
		expect(await order(1)).toEqual(await order(1));
		const orders = await Promise.all([2, 3, 4, 5, 6].map(order));
		expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
	});

	it('is refused for nights that are open, real or none, and for numbers that are none', async () => {
		await expect(round('night=2026-11-20&seed=1&n=5')).rejects.toThrow(/not among the simulated nights/);
		for (const query of ['night=yesterday', `night=${NIGHT}&seed=-1`, `night=${NIGHT}&n=0`, `night=${NIGHT}&n=1e9`]) {
			await expect(
				Promise.resolve().then(() => round(query)),
				query,
			).rejects.toThrow(/must be|A round has/);
		}
	});
});
