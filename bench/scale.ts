// `npm run bench -- scale [--rows 10000000] [--home DIR]`: what reading and the identity look-up cost on a store of ten million alerts
// and as many photometric points, generated inside it (without cutouts). CPU is the store's, best of several runs, caches warm; of
// what pages ask, the time that a reader waits and the rows that are read, too. With --home the store is kept, filled up and used again; --first N fills the first
// nights alone; --settled merges the parts of each month to one first, to see what their number costs.
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readFacets } from '#clickhouse/read/facets.ts';
import { readKnownAlerts, readKnownPoints } from '#clickhouse/read/ingest.ts';
import { readLightCurve } from '#clickhouse/read/lightCurve.ts';
import { readObject } from '#clickhouse/read/objects.ts';
import { searchObjects } from '#clickhouse/read/searchObjects.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import { rowEncoder } from '#clickhouse/rowEncoder.ts';
import type { Answer, Store } from '#clickhouse/store.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import { ipixToArray } from '#lib/astro/healpix.ts';
import { readObjectPage } from '#lib/server/objectPage.ts';
import { startEmbeddedStore } from '../tests/support/embeddedStore.ts';
import { cpuSecondsOf } from './cpu.ts';

const { values } = parseArgs({
	options: {
		rows: { type: 'string', default: '10000000' },
		home: { type: 'string' },
		first: { type: 'string' },
		settled: { type: 'boolean', default: false },
	},
});
const rows = Number(values.rows);
const wanted = Math.min(rows, Number(values.first ?? rows));
const STEP = 100_000;
const PER_OBJECT = 10;
const NIGHTS = 100;
const firstId = 2_500_000_000_000_000_000n;

const OBJECTS = rows / PER_OBJECT;
if (values.home !== undefined) mkdirSync(values.home, { recursive: true });
const embedded = await startEmbeddedStore(values.home === undefined ? {} : { home: values.home });
let rowsRead = 0;
async function ask<Row>(...question: Parameters<Store['ask']>): Promise<Answer<Row>> {
	const answer = await embedded.store.ask<Row>(...question);
	rowsRead += answer.rowsRead;
	return answer;
}
/** The store with a count of the rows that it reads. */
const store: Store = {
	...embedded.store,
	cluster: embedded.store.cluster,
	ask,
	query: async <Row>(...question: Parameters<Store['query']>) => (await ask<Row>(...question)).rows,
};

/** Positions of all objects, even over the sky from dec -30 to +80, with their pixels: the store itself knows no HEALPix. */
async function placeObjects(into: Store): Promise<void> {
	await into.command(
		'CREATE TABLE places (n UInt32, ra Float64, dec Float64, hpx29 UInt64) ENGINE = MergeTree ORDER BY n',
	);
	const columns = [
		['n', 'UInt32'],
		['ra', 'Float64'],
		['dec', 'Float64'],
		['hpx29', 'UInt64'],
	].map(([name = '', type = '']) => ({ name, type }));
	const encoder = rowEncoder(columns, 1 << 22);
	let state = 20_261_121;
	const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296;
	const [south, north] = [Math.sin((-30 * Math.PI) / 180), Math.sin((80 * Math.PI) / 180)];
	for (let from = 0; from < OBJECTS; from += STEP) {
		const size = Math.min(STEP, OBJECTS - from);
		const ra = Float64Array.from({ length: size }, () => random() * 360);
		const dec = Float64Array.from(
			{ length: size },
			() => (Math.asin(south + (north - south) * random()) * 180) / Math.PI,
		);
		const pixels = new BigUint64Array(size);
		ipixToArray(29, ra, dec, pixels);
		encoder.clear();
		for (let i = 0; i < size; i += 1) encoder.row([from + i, ra[i] ?? 0, dec[i] ?? 0, pixels[i] ?? 0n]);
		await into.insert('places', encoder.names, encoder.finish(), `places-${from}`);
	}
}

/** Alert n belongs to object n modulo the number of objects, so that each is seen in ten nights; alerts come in the order of nights. */
async function fill(into: Store, done: number): Promise<void> {
	if (done === 0) await placeObjects(into);
	for (let from = done; from < wanted; from += STEP) {
		const night = `toDate('2026-01-01') + intDiv(number * ${NIGHTS}, ${rows})`;
		const mjd = `61041 + number * ${NIGHTS} / ${rows}`;
		const object = `concat('ZTF', toString(cityHash64(number % ${OBJECTS}) % 100000000000))`;
		const classes = "['', 'star', 'star', 'agn', 'sso', 'bogus', 'snia', 'sncc']";
		await into.command(
			`INSERT INTO alerts (survey, alert_id, object_id, programme, origin, schema_version, night, mjd, time_received, ra, dec, hpx29,
			   galactic_lat, ecliptic_lat, band, psf_flux, psf_flux_err, mag, mag_err, reliability, n_detections, first_mjd, age, class, carried, source, partition,
			   source_offset, cutout_chunk, cutout_kinds, received_at, writer, number, watermark, known_at)
			 SELECT 'ztf', ${firstId} + number * 15, ${object}, 'public', 'real', '4.02', ${night}, ${mjd}, ${mjd} + 2400000.5,
			   places.ra, places.dec, places.hpx29, 10, 10, if(number % 2, 'g', 'r'), 1000, 50, 15 + cityHash64(number, 2) % 6000 / 1000, 0.1, cityHash64(number, 3) % 1000 / 1000,
			   1 + intDiv(number, ${OBJECTS}), 61041, 0.1 + number * ${NIGHTS} / ${rows}, ${classes}[1 + cityHash64(number % ${OBJECTS}, 4) % 8],
			   arrayMap(x -> toUInt32(cityHash64(number, x)), range(20)), 'kafka', 't', number, 1, 7, now64(3), 'bench', intDiv(number, 1000) + 1,
			   map('bench', intDiv(number, 1000)), now64(3)
			 FROM numbers(${from}, ${STEP}) AS numbered
			 INNER JOIN (SELECT * FROM places WHERE n >= ${from % OBJECTS} AND n < ${from % OBJECTS} + ${STEP}) AS places
			   ON places.n = numbered.number % ${OBJECTS}`,
		);
		await into.command(
			`INSERT INTO photometry (survey, object_id, kind, source_id, band, mjd, time_received, exposure_assumed, point_key, value_hash, psf_flux,
			   psf_flux_err, mag, mag_err, limit_mag, positive, programme, origin, alert_id, alert_mjd, own, writer, number, known_at)
			 SELECT 'ztf', ${object}, 'detection', ${firstId} + number * 15, if(number % 2, 'g', 'r'), ${mjd}, ${mjd} + 2400000.5, false, cityHash64(number) % 9007199254740992,
			   cityHash64(number, 9) % 9007199254740992, 1000, 50, 19, 0.1, 20.5, true, 'public', 'real', ${firstId} + number * 15, ${mjd}, true, 'bench',
			   intDiv(number, 1000) + 1, now64(3)
			 FROM numbers(${from}, ${STEP})`,
		);
		if ((from / STEP) % 10 === 9) console.log(`${from + STEP} rows`);
	}
	await into.command(
		`INSERT INTO ingest_log (writer, number, state, at, boundary, alerts, code_version) SELECT 'bench', ${Math.ceil(rows / 1000)}, 'published', now64(3), '', 0, 'bench'`,
	);
}

async function measure<T>(label: string, run: () => Promise<T>, size: (answer: T) => number): Promise<void> {
	let best = Number.POSITIVE_INFINITY;
	let found = 0;
	for (let i = 0; i < 8; i += 1) {
		// the kernel counts CPU in steps of 10 ms: several runs at a time
		const before = cpuSecondsOf(embedded.pid);
		for (let j = 0; j < 10; j += 1) found = size(await run());
		best = Math.min(best, (cpuSecondsOf(embedded.pid) - before) * 100);
	}
	console.log(`${label.padEnd(52)} ${best.toFixed(1).padStart(7)} ms   ${found} rows`);
}

// points come after their alerts: what was cut off is filled up from them
const [filled] = await store.query<{ n: string }>('SELECT count() AS n FROM photometry');
if (Number(filled?.n ?? 0) < wanted) {
	const began = performance.now();
	await fill(store, Number(filled?.n ?? 0));
	console.log(`${wanted} alerts and points generated in ${((performance.now() - began) / 1000).toFixed(0)} s.`);
}
if (values.settled) {
	const began = [performance.now(), cpuSecondsOf(embedded.pid)] as const;
	await store.command('OPTIMIZE TABLE alerts FINAL');
	const [wall, cpu] = [(performance.now() - began[0]) / 1000, cpuSecondsOf(embedded.pid) - began[1]];
	console.log(
		`Alerts merged in ${wall.toFixed(0)} s, ${cpu.toFixed(0)} s of CPU: ${((cpu * 1e6) / rows).toFixed(0)} µs an alert.`,
	);
}
const sizes = await store.query<{ table: string; parts: string; bytes: string }>(
	"SELECT table, count() AS parts, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = currentDatabase() AND table IN ('alerts', 'photometry', 'objects', 'nightly') GROUP BY table ORDER BY table",
);
console.table(
	sizes.map(({ table, parts, bytes }) => ({
		table,
		parts: Number(parts),
		'bytes per alert': Math.round(Number(bytes) / rows),
	})),
);

const scope = { origin: 'real', grants: [] } as const;
const [some] = await store.query<{ object_id: string; alert_id: string }>(
	'SELECT object_id, toString(alert_id) AS alert_id FROM alerts LIMIT 1 OFFSET 4321',
);
if (some === undefined) throw new Error('the store is empty');
const object = { survey: 'ztf', objectId: some.object_id };
const watermark = { bench: String(Math.ceil(rows / 2000)) };
const ids = (from: number): bigint[] => Array.from({ length: 1000 }, (_, i) => firstId + BigInt(from + i) * 15n);
const objects = (
	await store.query<{ object_id: string }>('SELECT DISTINCT object_id FROM photometry LIMIT 1000 OFFSET 50000')
).map((row) => row.object_id);

// merges that the filling left behind are not the readers' cost
for (let quiet = 0; quiet < 3;) {
	await sleep(1000);
	const [merges] = await store.query<{ n: string }>('SELECT count() AS n FROM system.merges');
	quiet = merges?.n === '0' ? quiet + 1 : 0;
}
console.log('CPU of the store per call:');
await measure(
	'a query of nothing',
	() => store.query('SELECT 1'),
	(a) => a.length,
);
await measure(
	'light curve as known at a watermark',
	() => readLightCurve(store, scope, object, { asOf: { watermark } }),
	(a) => a.length,
);
await measure(
	'light curve as known now',
	() => readLightCurve(store, scope, object),
	(a) => a.length,
);
await measure(
	'object summary',
	() => readObject(store, scope, object),
	(a) => (a === null ? 0 : 1),
);
await measure(
	'one night: count by band, mag < 18 and reliability > 0.5',
	() =>
		store.query(
			`SELECT band, count() AS n FROM alerts WHERE origin = 'real' AND programme = 'public' AND night = '2026-02-10' AND mag < 18 AND reliability > 0.5 GROUP BY band`,
		),
	(a) => a.length,
);
await measure(
	'identity look-up of 1,000 known ids of one night',
	() => readKnownAlerts(store, 'ztf', ids(rows / 2), { bench: 10_000_000n }, { writer: 'bench', number: 0n }),
	(a) => a.known.size,
);
await measure(
	'identity look-up of 1,000 new ids',
	() => readKnownAlerts(store, 'ztf', ids(rows * 2), { bench: 10_000_000n }, { writer: 'bench', number: 0n }),
	(a) => a.known.size,
);
await measure(
	'known points of 1,000 objects',
	() => readKnownPoints(store, { survey: 'ztf', programmes: ['public'] }, objects, { bench: 10_000_000n }),
	(a) => a.length,
);

/** Waiting time and CPU of the store over many different questions of one kind, one after another. */
async function measureWait<T>(label: string, questions: readonly (() => Promise<T>)[]): Promise<void> {
	for (const ask of questions.slice(0, 5)) await ask();
	const waits: number[] = [];
	rowsRead = 0;
	const before = cpuSecondsOf(embedded.pid);
	for (const ask of questions) {
		const start = performance.now();
		await ask();
		waits.push(performance.now() - start);
	}
	const cpu = ((cpuSecondsOf(embedded.pid) - before) * 1000) / questions.length;
	waits.sort((a, b) => a - b);
	const at = (share: number): string => (waits[Math.floor(share * (waits.length - 1))] ?? 0).toFixed(0).padStart(5);
	console.log(
		`${label.padEnd(52)} p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms; CPU ${cpu.toFixed(0)} ms, ${Math.round(rowsRead / questions.length)} rows read each`,
	);
}

const QUESTIONS = 60;
const places = await store.query<{ ra: number; dec: number; object_id: string }>(
	`SELECT ra, dec, object_id FROM alerts WHERE alert_id IN (SELECT ${firstId} + number * 15000 * 7 FROM numbers(${QUESTIONS * 2})) LIMIT ${QUESTIONS}`,
);
const search: SearchQuery = { kind: 'alerts', sort: 'mjd', descending: true, limit: 1 };
const known = await readWatermark(store);
/** Brushes of a reader who moves one facet after another. */
const brushes: readonly Partial<SearchQuery>[] = Array.from({ length: QUESTIONS }, (_, i) => {
	const faint = 16 + (i % 20) / 4;
	const kinds: readonly Partial<SearchQuery>[] = [
		{ magMax: faint },
		{ magMin: 17, magMax: faint },
		{ reliabilityMin: (i % 10) / 10 },
		{ magMax: faint, reliabilityMin: 0.5 },
		{ ageMax: 10 + i },
		{ magMax: faint, reliabilityMin: 0.3, nDetectionsMin: 2 + (i % 6) },
	];
	return kinds[i % kinds.length] ?? {};
});
console.log('What a reader waits for:');
await measureWait(
	'all facets of the last 30 nights after a brush',
	brushes.map((brush) => () => readFacets(store, scope, { ...search, ...brush }, known)),
);
await measureWait(
	'cone of 5 arcsec, objects',
	places.map(
		({ ra, dec }) =>
			() =>
				searchObjects(store, scope, {
					kind: 'objects',
					sort: 'sep',
					descending: false,
					limit: 100,
					cone: { ra, dec, radiusArcsec: 5 },
				}),
	),
);
await measureWait(
	'object summary',
	places.map(
		({ object_id }) =>
			() =>
				readObject(store, scope, { survey: 'ztf', objectId: object_id }),
	),
);
await measureWait(
	'all that the object page shows',
	places.map(
		({ object_id }) =>
			() =>
				readObjectPage({ store, scope }, { survey: 'ztf', objectId: object_id }),
	),
);
await embedded.stop();
