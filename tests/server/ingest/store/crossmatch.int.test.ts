import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matchRadiusArcsec, type Catalog, type CatalogSource } from '#lib/alert/catalog.ts';
import { separationArcsec } from '#lib/astro/sphere.ts';
import { insertCatalog, insertSources } from '#clickhouse/write/crossmatch.ts';
import { Crossmatcher, insertCrossmatches, type AlertPlace } from '#server/ingest/store/crossmatch.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../../../support/embeddedStore.ts';

let embedded: EmbeddedStore;
const LONG_AGO = Date.parse('2026-11-01T00:00:00Z');
const NOW = Date.parse('2026-11-19T06:00:00Z');

const catalog = (over: Partial<Catalog> & { name: string }): Omit<Catalog, 'addedAt'> => ({
	release: '1',
	origin: 'real',
	description: '',
	licence: '',
	citation: '',
	sourceUrl: '',
	radiusArcsec: 2,
	radiusKpc: 0,
	nearRadiusArcsec: 0,
	columns: [],
	rows: 0,
	sha256: '',
	...over,
});

/** Numbers in [0, 1) that are the same in every run. */
function* randoms(seed: number): Generator<number, number> {
	let state = seed;
	for (;;) {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		yield state / 2 ** 32;
	}
}

const alertAt = (ra: number, dec: number, i: number, over: Partial<AlertPlace> = {}): AlertPlace => ({
	survey: 'ztf',
	objectId: `ZTF26a${i}`,
	alertId: BigInt(i + 1),
	programme: 'public',
	origin: 'real',
	ra,
	dec,
	...over,
});

const random = randoms(7);
const next = (): number => random.next().value;

// alerts everywhere, with many at the poles, over RA 0 and where pixels of the caps meet
const places: AlertPlace[] = Array.from({ length: 600 }, (_, i) => {
	const kind = i % 5;
	if (kind === 0) return alertAt(360 * next(), (i % 2 === 0 ? 1 : -1) * (90 - 0.02 * next()), i);
	if (kind === 1) return alertAt((360 + 0.01 * (next() - 0.5)) % 360, 180 * next() - 90, i);
	if (kind === 2) return alertAt(90 * Math.floor(4 * next()) + 0.001 * next(), 41.8103 + 0.02 * (next() - 0.5), i);
	return alertAt(360 * next(), (Math.asin(2 * next() - 1) * 180) / Math.PI, i);
});

/** A source within a few radii of some alert. */
function sourceNear(i: number, spreadArcsec: number, redshift: number): CatalogSource {
	const place = places[Math.floor(next() * places.length)] ?? { ra: 0, dec: 0 };
	const dec = Math.max(-90, Math.min(90, place.dec + ((2 * next() - 1) * spreadArcsec) / 3600));
	const squeeze = Math.max(1e-6, Math.cos((dec * Math.PI) / 180));
	const ra = (((place.ra + ((2 * next() - 1) * spreadArcsec) / 3600 / squeeze) % 360) + 360) % 360;
	const numbers = { parallax: i / 7 };
	return { sourceId: `s${i}`, ra, dec, mag: 15 + (i % 5), redshift, numbers, texts: { type: `t${i % 3}` } };
}

const stars = Array.from({ length: 4000 }, (_, i) => sourceNear(i, 6, Number.NaN));
const galaxies = Array.from({ length: 6000 }, (_, i) =>
	sourceNear(i, 600, i % 7 === 0 ? Number.NaN : i % 5 === 0 ? 0.005 : 0.008 + 0.2 * next()),
);
const STARS = catalog({ name: 'Stars' });
const GALAXIES = catalog({ name: 'NED', radiusArcsec: 3, radiusKpc: 30, nearRadiusArcsec: 300 });

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	const { store } = embedded;
	await insertSources(store, STARS, stars, '0');
	await insertSources(store, GALAXIES, galaxies, '0');
	await insertCatalog(store, STARS, LONG_AGO);
	await insertCatalog(store, GALAXIES, LONG_AGO);
});
afterAll(() => embedded.stop());

function bruteForce(place: AlertPlace): string[] {
	const near: [number, string][] = [];
	for (const [rule, sources] of [
		[STARS, stars],
		[GALAXIES, galaxies],
	] as const) {
		for (const source of sources) {
			const sep = separationArcsec(place.ra, place.dec, source.ra, source.dec);
			if (sep <= matchRadiusArcsec(rule, source.redshift)) near.push([sep, `${rule.name} ${source.sourceId}`]);
		}
	}
	return near.sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1)).map(([, name]) => name);
}

describe('the match of a batch', () => {
	it('finds exactly what brute force finds, nearest first, at poles and over RA 0 too', async () => {
		const stamp = { writer: 'worker-1', number: 1n, knownAtMs: NOW };
		const results = await new Crossmatcher().match(embedded.store, places, stamp);
		let found = 0;
		places.forEach((place, i) => {
			const matches = results[i]?.matches ?? [];
			found += matches.length;
			expect(matches.map((match) => `${match.catalog} ${match.sourceId}`)).toEqual(bruteForce(place));
		});
		expect(found).toBeGreaterThan(2000);
		const star = results.flatMap((result) => result.matches).find((match) => match.catalog === 'Stars');
		const truth = stars.find((source) => source.sourceId === star?.sourceId);
		expect(star).toMatchObject({ release: '1', texts: truth?.texts, numbers: truth?.numbers, redshift: Number.NaN });
	});

	it('tells matched, none and not done for every alert and catalogue', async () => {
		const stamp = { writer: 'worker-1', number: 2n, knownAtMs: NOW };
		const lonely = alertAt(123.456, 12.3, 9001);
		const [result] = await new Crossmatcher().match(embedded.store, [lonely], stamp);
		expect(result?.runs.map(({ catalog: name, state }) => [name, state])).toEqual([
			['NED', 'none'],
			['Stars', 'none'],
			['TNS', 'notDone'],
		]);
		expect(result?.runs[0]).toMatchObject({ release: '1', radiusArcsec: 300, reason: '' });
	});

	it('lets a catalogue of the simulator match simulated alerts only, and the real sky all', async () => {
		const { store } = embedded;
		const hosts = catalog({ name: 'SimHosts', origin: 'simulated' });
		const source = { sourceId: 'h1', ra: 200, dec: 10, mag: 18, redshift: 0.1, numbers: {}, texts: {} };
		await insertSources(store, hosts, [source], '0');
		await insertSources(store, STARS, [{ ...source, sourceId: 'real star' }], 'late');
		await insertCatalog(store, hosts, LONG_AGO);
		const origins = ['real', 'test', 'simulated'] as const;
		const asked = origins.map((origin, i) => alertAt(200, 10, 9100 + i, { origin }));
		const results = await new Crossmatcher().match(store, asked, { writer: 'w', number: 3n, knownAtMs: NOW });
		const names = results.map((result) => result.matches.map((match) => match.catalog).sort());
		expect(names).toEqual([['Stars'], ['Stars'], ['SimHosts', 'Stars']]);
		expect(results[0]?.runs.some((run) => run.catalog === 'SimHosts')).toBe(false);
	});

	it('stores matches with their columns and an attempt for every alert, once', async () => {
		const { store } = embedded;
		const matcher = new Crossmatcher();
		const first = alertAt(200, 10, 9200, { objectId: 'ZTF26still' });
		const places = [first, { ...first, alertId: 9302n, ra: 200.0002 }, { ...first, alertId: 9303n, ra: 205 }];
		const stamp = { writer: 'worker-9', number: 10n, knownAtMs: NOW };
		const results = await matcher.match(store, places, stamp);
		await insertCrossmatches(store, stamp, places, results);
		// the same batch again, as after a crash, adds nothing
		await insertCrossmatches(store, stamp, places, await new Crossmatcher().match(store, places, stamp));
		const runs = await store.query(
			`SELECT alert_id, toString(state) AS state, n_matches, release, writer, number FROM crossmatch_runs WHERE object_id = 'ZTF26still' AND catalog = 'Stars' ORDER BY alert_id`,
		);
		const row = { n_matches: 1, release: '1', writer: 'worker-9', number: '10' };
		expect(runs).toEqual([
			{ ...row, alert_id: '9201', state: 'matched' },
			{ ...row, alert_id: '9302', state: 'matched' },
			{ ...row, alert_id: '9303', state: 'none', n_matches: 0 },
		]);
		const matches = await store.query(
			`SELECT alert_id, source_id, rank, round(sep_arcsec, 2) AS sep, redshift FROM crossmatches WHERE object_id = 'ZTF26still' ORDER BY alert_id`,
		);
		expect(matches).toEqual([
			{ alert_id: '9201', source_id: 'real star', rank: 1, sep: 0, redshift: 0.1 },
			{ alert_id: '9302', source_id: 'real star', rank: 1, sep: 0.71, redshift: 0.1 },
		]);
	});

	it('matches with the release that stood when the batch began, and says not done when that is long gone', async () => {
		const { store } = embedded;
		const source = { sourceId: 'new', ra: 210, dec: -10, mag: 18, redshift: Number.NaN, numbers: {}, texts: {} };
		const older = catalog({ name: 'Moving', release: 'dr1' });
		const newer = catalog({ name: 'Moving', release: 'dr2' });
		await insertSources(store, older, [{ ...source, sourceId: 'old' }], '0');
		await insertSources(store, newer, [source], '0');
		await insertCatalog(store, older, Date.now() - 3_600_000);
		await insertCatalog(store, newer, Date.now() - 60_000);
		const place = alertAt(210, -10, 9400);
		const of = async (knownAtMs: number): Promise<unknown[]> => {
			const [result] = await new Crossmatcher().match(store, [place], { writer: 'w', number: 1n, knownAtMs });
			const run = result?.runs.find((entry) => entry.catalog === 'Moving');
			return [run?.release, run?.state, result?.matches.map((match) => match.sourceId)];
		};
		expect(await of(Date.now())).toEqual(['dr2', 'matched', ['new']]);
		expect(await of(Date.now() - 120_000)).toEqual(['dr1', 'matched', ['old']]);
		expect(await of(Date.now() - 7_200_000)).toEqual([undefined, undefined, []]);
		await insertCatalog(store, { ...newer, release: 'dr3' }, Date.now() - 1_800_000);
		expect(await of(Date.now() - 2_400_000)).toEqual(['dr1', 'notDone', []]);
		await insertCatalog(store, newer, Date.now(), true);
		expect(await of(Date.now() + 60_000)).toEqual([undefined, undefined, []]);
	});
});

describe('the radius of a galaxy', () => {
	it('follows the distance, between the radius of the catalogue and its greatest', () => {
		expect(matchRadiusArcsec(GALAXIES, 0.1)).toBeCloseTo(15, 10);
		expect(matchRadiusArcsec(GALAXIES, 0.05)).toBeCloseTo(30, 10);
		expect(matchRadiusArcsec(GALAXIES, 0.005)).toBe(300);
		// 10 arcsec at z = 0.05 are 10 kpc
		expect(matchRadiusArcsec({ ...GALAXIES, radiusKpc: 10 }, 0.05)).toBeCloseTo(10, 10);
		expect(matchRadiusArcsec(GALAXIES, 2)).toBe(3);
		expect(matchRadiusArcsec(GALAXIES, Number.NaN)).toBe(3);
		expect(matchRadiusArcsec(STARS, 0.005)).toBe(2);
	});
});
