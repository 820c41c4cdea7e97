// Hits are exact for a version and a night: run again after later alerts, late photometry, a rescore and a re-match they are the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Alert } from '#lib/alert/alert.ts';
import type { Catalog } from '#lib/alert/catalog.ts';
import type { ModelScore } from '#lib/alert/enriched.ts';
import type { Trial } from '#lib/filter/trial.ts';
import type { Principal } from '#lib/server/principal.ts';
import { activateFilter, createFilter } from '#lib/server/filters/library.ts';
import { beginTrial, cancelTrial, trialById } from '#lib/server/filters/trials.ts';
import { readHitSources } from '#clickhouse/read/hits.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import type { Store } from '#clickhouse/store.ts';
import { insertCatalog, insertRuns, insertSources } from '#clickhouse/write/crossmatch.ts';
import { rematch } from '#server/catalog/rematch.ts';
import { AfterNights } from '#server/ingest/afterNight.ts';
import { FilterStage } from '#server/ingest/filter/stage.ts';
import { storeSystemFilters } from '#server/ingest/filter/storeSystem.ts';
import { SYSTEM_BLOCKS } from '#server/ingest/filter/system.ts';
import { runRescore } from '#server/ingest/store/rescore.ts';
import { INPUT_REASON, type Models } from '#server/ml/index.ts';
import { makeAlert, makePoint } from '../../../support/alerts.ts';
import { startEmbeddedStore } from '../../../support/embeddedStore.ts';
import { ingestAlerts } from '../../../support/memoryIngest.ts';
import { tinyManifest } from '../../../support/models.ts';
import { testLocals } from '../../../support/route.ts';

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
let store: Store;
let stage: FilterStage;
let nowMs = 0;
const running = new AbortController().signal;
const ana: Principal = { id: 'ana', name: 'Ana', operator: false, groups: [] };
const locals = (): App.Locals => ({ ...testLocals(store, { origin: 'real', grants: [] }), principal: ana });

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	store = embedded.store;
	stage = new FilterStage(store, { writer: 'test', now: () => nowMs });
});
afterAll(async () => {
	await embedded.stop();
});

const NIGHT = 60_100;
const DATE = '2023-06-05';

/** Three detections in one night of each of forty objects; what is bright and near a star changes from one to the next. */
function alertsOf(night: number, firstId: number): Alert[] {
	return Array.from({ length: 120 }, (_, i) => {
		const object = i % 40;
		const visit = Math.floor(i / 40);
		const mjd = night + 0.2 + visit / 20 + object / 100_000;
		return makeAlert({
			alertId: BigInt(firstId + i),
			objectId: `ZTF23exact${String(object).padStart(3, '0')}`,
			mjd,
			ra: 10 + object,
			dec: 20,
			mag: 17 + ((object * 7 + visit * 3) % 20) / 10,
			nDetections: visit + 1,
			reliability: 0.5 + object / 100,
		});
	});
}

/** A network whose number is the place of the alert's object, or what is left to forty. */
function modelsOf(version: string, upside: boolean): Models {
	const manifest = tinyManifest('numbers', {
		...{ name: 'fink_kn', version, outputs: [{ name: 'score', labels: ['kn'], activation: 'none' }] },
	});
	const score = (objectId: string): ModelScore => {
		const place = Number(objectId.slice(-3)) / 40;
		return { model: 'fink_kn', version, label: 'kn', score: upside ? 1 - place : place, state: 'done', reason: '' };
	};
	return {
		manifests: [manifest],
		score: (subjects) => Promise.resolve(subjects.map(({ alert }) => [score(alert.objectId)])),
		close: () => Promise.resolve(),
	};
}

const catalog = (release: string): Omit<Catalog, 'addedAt'> => ({
	...{ name: 'Stars', release, origin: 'real', description: '', licence: '', citation: '', sourceUrl: '' },
	...{ radiusArcsec: 2, radiusKpc: 0, nearRadiusArcsec: 0, columns: [], rows: 1, sha256: '' },
});
const sources = (objects: readonly number[]) =>
	objects.map((object) => ({
		...{ sourceId: `star ${object}`, ra: 10 + object, dec: 20, mag: 15, redshift: Number.NaN, numbers: {}, texts: {} },
	}));

const TEXTS = {
	'light curve': 'count(detections, d => d.mag < 18) >= 2 and mag < 18.4',
	score: 'score("fink_kn") > 0.6 and mag < 18',
	match: 'nearest("Stars").sepArcsec < 1 and nDetections >= 2',
	sample: 'reliability > 0.6 sample 0.5',
	'after the night': 'reliability > 0.6 order by mag limit 7 one per object',
} as const;
type Name = keyof typeof TEXTS;

const hitsOf = (id: string): Promise<{ alert: string; version: number; place: number }[]> =>
	store.query(
		`SELECT toString(alert_id) AS alert, version, place FROM filter_hits WHERE filter_id = {id:UUID} AND night = {night:Date} ORDER BY place, alert_id`,
		{ id, night: DATE },
		{ class: 'ingest' },
	);

/** Looks at a trial until it is so. */
async function trialWhen(isSo: (trial: Trial) => boolean, of: App.Locals, id: string): Promise<Trial> {
	for (;;) {
		const trial = await trialById(of, id);
		if (isSo(trial)) return trial;
		await pause(50);
	}
}

const isOver = ({ state }: Trial): boolean => state !== 'waiting' && state !== 'running';

async function trialOf(filterId: string): Promise<Trial> {
	const began = await beginTrial(locals(), {
		...{ filterId, version: 1, text: null, nightFrom: DATE, nightTo: DATE, survey: '' },
	});
	return trialWhen(isOver, locals(), began.id);
}

describe('the hits of a version on a night', () => {
	const ids = new Map<Name, string>();

	it('are recorded as it runs', async () => {
		// a model that is not installed here is known by the filters that come along
		expect(await storeSystemFilters(store, SYSTEM_BLOCKS)).toBeGreaterThan(5);
		expect(await storeSystemFilters(store, SYSTEM_BLOCKS)).toBe(0);
		await insertSources(store, catalog('dr1'), sources([1, 2, 3, 4, 5]), 'a');
		await insertCatalog(store, catalog('dr1'), Date.now() - 3_600_000);
		for (const [name, text] of Object.entries(TEXTS) as [Name, string][]) {
			const filter = await createFilter(locals(), {
				...{ name, text, changelog: '', mustPass: [], mustFail: [], meaning: '', visibility: 'private', groupId: '' },
				...{ block: false, forkedFrom: '' },
			});
			await activateFilter(locals(), filter.id, undefined);
			ids.set(name, filter.id);
		}
		nowMs += 60_000;
		await ingestAlerts({
			store,
			alerts: alertsOf(NIGHT, 1000),
			batchRows: 17,
			closeNights: true,
			options: { filters: stage, models: modelsOf('1', false) },
		});
		const nights = new AfterNights(store, { codeVersion: 'test' });
		expect(await nights.once(running)).toBe(1);
		expect(await nights.once(running)).toBe(0);
		for (const [name, id] of ids) expect((await hitsOf(id)).length, name).toBeGreaterThan(3);
		const ordered = await hitsOf(ids.get('after the night') ?? '');
		expect(ordered.map(({ place }) => place)).toEqual([1, 2, 3, 4, 5, 6, 7]);
	});

	it('come again from the archive: each of them, and no other', async () => {
		for (const [name, id] of ids) {
			const [night] = (await trialOf(id)).nights;
			const recorded = (await hitsOf(id)).length;
			expect(night, name).toMatchObject({ alerts: 120, hits: recorded, recorded, again: recorded });
		}
	});

	it('stay the same after later alerts, late photometry, a rescore and a re-match', { timeout: 300_000 }, async () => {
		const before = new Map<Name, unknown>();
		for (const [name, id] of ids) before.set(name, await hitsOf(id));
		const later = alertsOf(NIGHT + 1, 5000).map((alert) => ({
			...alert,
			// the night before looks brighter now: points that a survey finished later
			history: [0, 1, 2, 3].map((k) =>
				makePoint({
					sourceId: BigInt(9000 + k) + alert.alertId * 10n,
					mjd: NIGHT + 0.19 + k / 1000,
					timeReceived: 2_400_000.5 + NIGHT + 0.19 + k / 1000,
					mag: 16,
				}),
			),
		}));
		const filters = new FilterStage(store, { writer: 'later', now: () => nowMs });
		await ingestAlerts({
			store,
			alerts: later,
			partition: '/later',
			options: { filters, models: modelsOf('1', false) },
		});
		await insertSources(store, catalog('dr2'), sources([11, 12, 13]), 'b');
		await insertCatalog(store, catalog('dr2'), Date.now());
		await rematch(store, { codeVersion: 'test', catalogs: ['Stars'], signal: new AbortController().signal });
		const rescored = await runRescore({
			...{ store, slot: 'rescore', scorer: modelsOf('2', true), scorerOf: () => Promise.resolve(null) },
			...{ nightFrom: '1970-01-01', nightTo: '2148-12-31', origins: ['real'], inputReason: INPUT_REASON },
			...{ again: false, batchRows: 50, codeVersion: 'test', signal: new AbortController().signal },
		});
		expect(rescored.done).toBeGreaterThan(0);
		// a re-match is of objects, under no alert; of alerts a later release can only come from another worker that stored them too
		await insertRuns(
			store,
			{ writer: 'another', number: 1n, knownAtMs: Date.now() },
			alertsOf(NIGHT, 1000).map((alert) => ({
				...{ alert, nMatches: 0 },
				run: { catalog: 'Stars', release: 'dr2', state: 'none', radiusArcsec: 2, reason: '' },
			})),
		);
		// an alert of the closed night that comes late runs live, and reopens nothing
		const late = makeAlert({
			...{ alertId: 7000n, objectId: 'ZTF23exact001', mjd: NIGHT + 0.4, ra: 11, dec: 20, mag: 16.5, reliability: 0.99 },
			nDetections: 1,
		});
		await ingestAlerts({ store, alerts: [late], partition: '/late', options: { models: modelsOf('1', false) } });
		expect(await new AfterNights(store, { codeVersion: 'test' }).once(running)).toBe(0);
		for (const [name, id] of ids) {
			expect(await hitsOf(id), name).toEqual(before.get(name));
			const [night] = (await trialOf(id)).nights;
			const recorded = (before.get(name) as unknown[]).length;
			// the late alert is one more for filters of the stream, which see it when it comes
			expect(night?.again, name).toBe(recorded);
			expect(night?.recorded, name).toBe(recorded);
			expect((night?.hits ?? 0) - recorded, name).toBe(night?.shown.some(({ alertId }) => alertId === '7000') ? 1 : 0);
			// a bundle names what the hits were seen with, not the later release and version
			const asked = { nightFrom: DATE, nightTo: DATE };
			const sources = await readHitSources(store, locals().scope, id, asked, { watermark: await readWatermark(store) });
			expect(sources, name).toEqual([
				{ kind: 'catalog', name: 'Stars', version: 'dr1', alerts: recorded },
				{ kind: 'model', name: 'fink_kn', version: '1', alerts: recorded },
			]);
		}
	});
});

describe('a trial', () => {
	it('can be cancelled, and keeps the nights that are done', async () => {
		// what can be given up, as only the nights of a trial can: the second is not answered until it is
		let nightsAsked = 0;
		const held: Store = {
			...store,
			query: async <Row>(...[sql, params, options]: Parameters<Store['query']>) => {
				if (options?.signal !== undefined) {
					nightsAsked += 1;
					if (nightsAsked > 1) await once(options.signal, 'abort');
					options.signal.throwIfAborted();
				}
				return store.query<Row>(sql, params, options);
			},
		};
		const holding = { ...locals(), store: held };
		const began = await beginTrial(holding, {
			...{ filterId: null, version: undefined, text: 'mag < 18', nightFrom: DATE, nightTo: '2023-06-30', survey: '' },
		});
		const partial = await trialWhen((trial) => trial.nightsDone > 0 || isOver(trial), holding, began.id);
		const [first] = partial.nights;
		// the forty objects of the night, and the alert that came late
		expect(first).toMatchObject({ night: DATE, alerts: 121 });
		expect(first?.hits).toBeGreaterThan(10);
		expect(partial).toMatchObject({
			state: 'running',
			nightsDone: 1,
			nightsInAll: 2,
			hits: first?.hits,
			alertsDone: 121,
		});
		await cancelTrial(holding, began.id);
		const ended = await trialWhen(isOver, holding, began.id);
		expect(ended).toMatchObject({ state: 'cancelled', nightsDone: 1, nightsInAll: 2, nights: partial.nights });
	});

	it('is nobody else’s to see, and says what is wrong', async () => {
		const request = { filterId: null, version: undefined, nightFrom: DATE, nightTo: DATE, survey: '' };
		const trial = await beginTrial(locals(), { ...request, text: 'mag < 18' });
		const ben = { ...locals(), principal: { ...ana, id: 'ben' } };
		await expect(trialById(ben, trial.id)).rejects.toThrow(/not yours/);
		await expect(beginTrial(locals(), { ...request, text: 'magg < 18' })).rejects.toThrow(/did you mean/);
		await expect(beginTrial(locals(), { ...request, text: 'mag < 18', nightTo: '2020-01-01' })).rejects.toThrow(
			/nights/,
		);
	});
});
