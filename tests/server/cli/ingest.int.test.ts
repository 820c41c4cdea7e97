import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CUTOUT_KINDS } from '#lib/alert/cutout.ts';
import { nightFromText } from '#lib/astro/time.ts';
import type { Store } from '#clickhouse/store.ts';
import { createSimulation } from '#server/simulate/index.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embeddedStore.ts';
import {
	at,
	cutoutOf,
	type Golden,
	imageOf,
	independentReader,
	type Json,
	readerMissing,
} from '../../support/independentReader.ts';
import { makeHome, nightjar, removeHome } from '../../support/nightjar.ts';

/** A store that the command filled, and what the command said. */
interface Filled {
	readonly code: number | null;
	readonly output: string;
	readonly embedded: EmbeddedStore;
}

async function ingestInto(home: string, path: string): Promise<Filled> {
	const { code, output } = await nightjar(['ingest', path], { NIGHTJAR_HOME: home, NIGHTJAR_MODELS: 'none' });
	return { code, output, embedded: await startEmbeddedStore({ home }) };
}

interface Letter {
	readonly partition: string;
	readonly kind: string;
	readonly reason: string;
	readonly sha: string;
	readonly base64: string;
}

function lettersOf(store: Store): Promise<Letter[]> {
	return store.query<Letter>(
		`SELECT partition, toString(kind) AS kind, reason, lower(hex(sha256)) AS sha, base64Encode(bytes) AS base64
		 FROM dead_letters ORDER BY partition`,
	);
}

describe('a folder with one broken packet among good ones', () => {
	const home = makeHome();
	const folder = join(home, 'packets');
	const packets = [...createSimulation({ seed: 4, alertsPerNight: 30 }).night(nightFromText('2026-11-10') ?? 0)];
	/** Whole at its head, cut in the middle. */
	const broken = Buffer.from(packets[0]?.bytes.subarray(0, 9_000) ?? []);
	let filled: Filled;

	beforeAll(async () => {
		mkdirSync(folder);
		for (const { alertId, bytes } of packets.slice(1)) writeFileSync(join(folder, `${alertId}.avro`), bytes);
		writeFileSync(join(folder, 'broken.avro'), broken);
		filled = await ingestInto(home, folder);
	});
	afterAll(async () => {
		await filled.embedded.stop();
		removeHome(home);
	});

	it('ends with 3 and says which', () => {
		expect([filled.code, filled.output]).toEqual([3, expect.stringContaining('unreadable, for example')]);
		expect(filled.output).toContain(join(folder, 'broken.avro'));
	});

	it('stores the good ones and keeps the bytes of the broken one', async () => {
		const { store } = filled.embedded;
		const stored = await store.query<{ id: string }>(
			"SELECT concat(survey, ' ', toString(alert_id)) AS id FROM alerts ORDER BY id",
		);
		expect(packets.length).toBeGreaterThan(10);
		expect(stored.map(({ id }) => id)).toEqual(
			packets
				.slice(1)
				.map(({ survey, alertId }) => `${survey} ${alertId}`)
				.sort(),
		);
		const letters = await lettersOf(store);
		expect(letters.map(({ partition, kind, sha }) => [partition, kind, sha])).toEqual([
			[join(folder, 'broken.avro'), 'unreadable', createHash('sha256').update(broken).digest('hex')],
		]);
		expect(letters[0]?.base64).toBe(broken.toString('base64'));
	});
});

/** Where a survey's packets have what is compared; times as received. */
const PLACES: Readonly<Record<string, { source: string; id: string; dec: string; time: string; origin: string }>> = {
	ztf: { source: 'candidate', id: 'candid', dec: 'dec', time: 'jd', origin: 'real' },
	lsst: { source: 'diaSource', id: 'diaSourceId', dec: 'dec', time: 'midpointMjdTai', origin: 'real' },
	elasticc: { source: 'diaSource', id: 'diaSourceId', dec: 'decl', time: 'midPointTai', origin: 'test' },
};
const PROGRAMMES: Readonly<Record<number, string>> = { 1: 'public', 2: 'partnership', 3: 'caltech' };
/** Lists of a packet's history and the kind of their points, null where a point without an id is an upper limit. */
const LISTS: readonly (readonly [name: string, kind: string | null])[] = [
	['prv_candidates', null],
	['fp_hists', 'forcedPhotometry'],
	['prvDiaSources', 'detection'],
	['prvDiaForcedSources', 'forcedPhotometry'],
	['prvDiaNondetectionLimits', 'upperLimit'],
];
const first = (record: Json | undefined, names: readonly string[]): Json =>
	names.map((name) => at(record, name)).find((value) => value !== null) ?? null;

const textOf = (value: Json): string => (typeof value === 'object' ? '' : String(value));

/** A packet as the independent reader sees it. */
interface Packet {
	readonly name: string;
	readonly survey: string;
	readonly id: string;
	readonly objectId: string;
	readonly time: number;
	readonly source: Json;
	readonly record: Json;
}

function packetOf(name: string, record: Json | undefined): Packet | null {
	const survey = name.split('/')[0] ?? '';
	const places = PLACES[survey];
	if (places === undefined || record === undefined) return null;
	const source = at(record, places.source);
	const object = at(record, 'objectId') ?? at(source, 'diaObjectId') ?? at(record, 'diaObject.diaObjectId');
	return {
		...{ name, survey, source, record },
		id: textOf(at(source, places.id)),
		objectId: textOf(object),
		time: Number(at(source, places.time)),
	};
}

/** A photometric point as received: what it is, and its value (magnitude, limit or flux). */
function pointOf(raw: Json, kind: string | null): { key: string; value: number } {
	const id = first(raw, ['candid', 'diaSourceId', 'diaForcedSourceId']);
	const kindOf = kind ?? (id === null ? 'upperLimit' : 'detection');
	const band = first(raw, ['fid', 'band', 'filterName']);
	const time = Number(first(raw, ['jd', 'midpointMjdTai', 'midPointTai'])).toFixed(6);
	const names = kindOf === 'upperLimit' ? ['diffmaglim'] : ['magpsf', 'psfFlux', 'psFlux', 'forcediffimflux'];
	return {
		key: id === null || id === 0 ? `${kindOf} ${textOf(band)} ${time}` : `${kindOf} ${textOf(id)}`,
		value: Number(first(raw, names) ?? NaN),
	};
}

describe.skipIf(readerMissing !== null)('real packets through the command (NIGHTJAR_SAMPLES)', () => {
	const samples = process.env['NIGHTJAR_SAMPLES'] ?? '';
	const folder = join(samples, 'alerts');
	const home = makeHome();
	let filled: Filled;
	let store: Store;
	let golden: Golden;
	let letters: Letter[];
	/** Those that are to be stored: one of each id. */
	let packets: Map<string, Packet>;

	beforeAll(async () => {
		golden = independentReader(samples);
		filled = await ingestInto(home, folder);
		store = filled.embedded.store;
		letters = (await lettersOf(store)).map((letter) => ({ ...letter, partition: relative(folder, letter.partition) }));
		const aside = new Set(letters.map(({ partition }) => partition));
		const read = Object.entries(golden).flatMap(([name, [record]]) => packetOf(name, record) ?? []);
		packets = new Map(
			read.filter(({ name }) => !aside.has(name)).map((packet) => [`${packet.survey} ${packet.id}`, packet]),
		);
	});
	afterAll(async () => {
		await filled.embedded.stop();
		removeHome(home);
	});

	it('ends with 3: what has no adapter or cannot be read is set aside with its reason', () => {
		expect(filled.code).toBe(3);
		const counts: Record<string, number> = {};
		for (const { partition, kind } of letters) {
			const name = `${partition.split('/').slice(0, -1).join('/')} ${kind}`;
			counts[name] = (counts[name] ?? 0) + 1;
		}
		expect(counts).toEqual({
			'fink_filters unreadable': 3,
			'fink_lsst unreadable': 1,
			'fink_ztf unreadable': 4,
			'lsst/fake invalid': 1,
			'turbo unknownSurvey': 2,
		});
		for (const { partition, reason } of letters)
			expect(reason).toMatch(partition.startsWith('turbo/') ? /no adapter for TURBO/ : /\w+ .*\.$/);
	});

	it('are stored once each, with programme, origin, place and time', async () => {
		const rows = await store.query<Record<string, string | number>>(
			`SELECT survey, toString(alert_id) AS id, object_id, programme, toString(origin) AS origin, ra, dec, time_received AS time, mag, psf_flux
			 FROM alerts WHERE survey IN ('ztf', 'lsst', 'elasticc')`,
		);
		expect(rows.map((row) => `${row['survey']} ${row['id']}`).sort()).toEqual([...packets.keys()].sort());
		for (const row of rows) {
			const packet = packets.get(`${row['survey']} ${row['id']}`);
			const places = PLACES[packet?.survey ?? ''];
			if (packet === undefined || places === undefined) throw new Error('not among the packets');
			const programme = at(packet.source, 'programid');
			expect([packet.name, row]).toEqual([
				packet.name,
				expect.objectContaining({
					...{ object_id: packet.objectId, origin: places.origin, time: packet.time },
					programme: programme === null ? 'public' : PROGRAMMES[Number(programme)],
					ra: at(packet.source, 'ra'),
					dec: at(packet.source, places.dec),
				}),
			]);
			if (packet.survey === 'ztf') expect(row['mag']).toBeCloseTo(Number(at(packet.source, 'magpsf')), 5);
			else {
				const flux = Number(first(packet.source, ['psfFlux', 'psFlux']));
				expect(Number(row['psf_flux']) / (flux * (packet.survey === 'lsst' ? 1 : 10 ** 1.56))).toBeCloseTo(1, 5);
			}
		}
		expect(rows.filter(({ programme }) => programme === 'caltech')).toHaveLength(1);
		const surveys = [...new Set(rows.map(({ survey }) => survey))].sort();
		expect(surveys).toEqual(['elasticc', 'lsst', 'ztf']);
	});

	it('are summed up in their objects', async () => {
		const rows = await store.query<Record<string, string | number>>(
			`SELECT survey, object_id, toString(uniqExactMerge(alerts)) AS n, argMaxMerge(last) AS newest, newest.2 AS ra, newest.3 AS dec,
			 toString(newest.15) AS id FROM objects WHERE survey IN ('ztf', 'lsst', 'elasticc') GROUP BY survey, object_id`,
		);
		const wanted = new Map<string, Packet[]>();
		for (const packet of packets.values()) {
			const name = `${packet.survey} ${packet.objectId}`;
			wanted.set(name, [...(wanted.get(name) ?? []), packet]);
		}
		expect(rows.map((row) => `${row['survey']} ${row['object_id']}`).sort()).toEqual([...wanted.keys()].sort());
		for (const row of rows) {
			const own = wanted.get(`${row['survey']} ${row['object_id']}`) ?? [];
			const newest = own.reduce((a, b) => (b.time > a.time ? b : a));
			expect([row['n'], row['id'], row['ra'], row['dec']]).toEqual([
				String(own.length),
				newest.id,
				at(newest.source, 'ra'),
				at(newest.source, PLACES[newest.survey]?.dec ?? ''),
			]);
		}
		expect(rows.some(({ n }) => n === '2')).toBe(true);
	});

	it('leave each point of their histories once, with its value', async () => {
		const rows = await store.query<Record<string, string | number | null>>(
			`SELECT survey, object_id, toString(kind) AS kind, toString(source_id) AS source, band, time_received AS time, toString(point_key) AS point,
			 mag, psf_flux, limit_mag FROM photometry WHERE survey IN ('ztf', 'lsst', 'elasticc')`,
		);
		const fids: Readonly<Record<string, string>> = { g: '1', r: '2', i: '3' };
		const stored = new Map<string, Set<string>>();
		const values = new Map<string, number[]>();
		for (const row of rows) {
			const object = `${row['survey']} ${row['object_id']}`;
			const band = row['survey'] === 'ztf' ? fids[String(row['band'])] : row['band'];
			const what = row['source'] === '0' ? `${band} ${Number(row['time']).toFixed(6)}` : row['source'];
			const key = `${row['kind']} ${what}`;
			stored.set(object, (stored.get(object) ?? new Set()).add(String(row['point'])));
			const value =
				row['kind'] === 'upperLimit' ? row['limit_mag'] : row['survey'] === 'ztf' ? row['mag'] : row['psf_flux'];
			values.set(`${object} ${key}`, [...(values.get(`${object} ${key}`) ?? []), Number(value ?? NaN)]);
		}
		const wanted = new Map<string, Set<string>>();
		let compared = 0;
		for (const { name, survey, objectId, source, record } of packets.values()) {
			const object = `${survey} ${objectId}`;
			const points = LISTS.flatMap(([list, kind]) =>
				((at(record, list) ?? []) as Json[]).map((raw) => ({ list, ...pointOf(raw, kind) })),
			);
			for (const { list, key, value } of [{ list: '', ...pointOf(source, 'detection') }, ...points]) {
				wanted.set(object, (wanted.get(object) ?? new Set()).add(key));
				const found = values.get(`${object} ${key}`);
				expect([name, key, found !== undefined]).toEqual([name, key, true]);
				// its flux is in counts, turned in normalise
				if (list === 'fp_hists' || Number.isNaN(value)) continue;
				const scaled = survey === 'elasticc' ? value * 10 ** 1.56 : value;
				const off = Math.min(...(found ?? []).map((one) => Math.abs(one / scaled - 1)));
				expect([name, key, off < 1e-6]).toEqual([name, key, true]);
				compared++;
			}
		}
		const sizes = (of: ReadonlyMap<string, ReadonlySet<string>>): unknown[] =>
			[...of].map(([object, points]) => [object, points.size]).sort();
		expect(sizes(stored)).toEqual(sizes(wanted));
		expect(compared).toBeGreaterThan(1000);
	});

	it('keep every pixel of their cutouts', async () => {
		const rows = await store.query<{ survey: string; id: string; kinds: number; cutouts: string[] }>(
			`SELECT survey, toString(alert_id) AS id, kinds, [base64Encode(science), base64Encode(template), base64Encode(difference)] AS cutouts
			 FROM cutouts WHERE survey IN ('ztf', 'lsst', 'elasticc')`,
		);
		const stored = new Map(rows.map((row) => [`${row.survey} ${row.id}`, row]));
		let compared = 0;
		for (const [key, { name, record }] of packets) {
			CUTOUT_KINDS.forEach((kind, i) => {
				const row = stored.get(key);
				const text = ((row?.kinds ?? 0) & (1 << i)) === 0 ? null : (row?.cutouts[i] ?? null);
				const image = cutoutOf(record, kind);
				expect([name, kind, text && imageOf(Buffer.from(text, 'base64'))]).toEqual([name, kind, image]);
				if (image !== null) compared++;
			});
		}
		expect(compared).toBeGreaterThan(100);
	});
});
