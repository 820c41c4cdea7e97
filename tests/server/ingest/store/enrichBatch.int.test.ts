// Light curves of alerts as they were known then, and stages that fail alone.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import type { CurvePoint, EnrichedAlert } from '#lib/alert/enriched.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { StoreError, type Store } from '#clickhouse/store.ts';
import { valueHash } from '#lib/alert/pointHash.ts';
import type { EnrichContext, Stage } from '#server/ingest/store/stage.ts';
import { STAGES } from '#server/ingest/store/stages.ts';
import { makeAlert, makePoint } from '../../../support/alerts.ts';
import { startEmbeddedStore } from '../../../support/embeddedStore.ts';
import { ingestAlerts } from '../../../support/memoryIngest.ts';

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
let store: Store;

beforeAll(async () => {
	embedded = await startEmbeddedStore({});
	store = embedded.store;
});
afterAll(async () => {
	await embedded.stop();
});
beforeEach(async () => {
	for (const table of ['alerts', 'photometry', 'ingest_log', 'watermarks', 'deliveries', 'dead_letters']) {
		await store.command(`TRUNCATE TABLE ${table}`);
	}
});

const fields = (findSurvey('ztf')?.fields ?? []).map(() => null);

/** Alerts of five objects in three programmes; packets repeat, correct and bring late points of their object's history. */
function alerts(): Alert[] {
	const all: Alert[] = [];
	for (let object = 0; object < 5; object += 1) {
		for (let k = 0; k < 9; k += 1) {
			const mjd = 60_000.25 + k * 2 + object * 0.01;
			const programme = ['public', 'public', 'partnership', 'caltech'][(k + object) % 4] ?? 'public';
			all.push(
				makeAlert({
					fields,
					alertId: BigInt(1000 * object + k + 1) + 2_500_000_000_000_000_000n,
					objectId: `ZTF26aaaaaa${String.fromCharCode(97 + object)}`,
					mjd,
					programme,
					band: k % 3 === 0 ? 'g' : 'r',
					mag: Math.fround(18.3 - k / 10),
					history: Array.from({ length: k }, (_, j) => {
						const at = 60_000.25 + j * 2 + object * 0.01;
						// values of some points change from packet to packet, a little late
						const flux = 1000.123 + j + (j % 3 === 0 && k > j + 2 ? 0.5 : 0);
						return makePoint({
							kind: j % 2 === 0 ? 'upperLimit' : 'forcedPhotometry',
							band: j % 3 === 0 ? 'g' : 'r',
							mjd: at,
							timeReceived: at + 2_400_000.5,
							programme: j % 4 === 3 ? 'partnership' : 'public',
							psfFlux: flux,
							psfFluxErr: 33.3,
							valueHash: valueHash([flux]),
						});
					}),
				}),
			);
		}
	}
	return all;
}

/** Runs the pipeline with the usual stages and one more that notes what it is shown. */
async function ingest(
	input: readonly Alert[],
	batchRows: number,
	noted: (alerts: readonly EnrichedAlert[], context: EnrichContext) => void,
): Promise<void> {
	const spy: Stage = {
		name: 'spy',
		enrich(drafts, context) {
			noted(drafts, context);
		},
		notDone: () => undefined,
	};
	await ingestAlerts({ store, alerts: input, batchRows, options: { stages: [...STAGES, spy] } });
}

/** The same curve by SQL, by the rule of light_curve.sql and rules 6 and 7. */
async function curveBySql(alert: Alert, context: EnrichContext): Promise<CurvePoint[]> {
	const rows = await store.query<Record<string, unknown>>(
		`SELECT toString(kind) AS kind, band, mjd, psf_flux, psf_flux_err, mag, mag_err, limit_mag, positive, ra, dec, programme FROM (
			SELECT * FROM photometry
			WHERE survey = {survey:String} AND object_id = {objectId:String} AND mjd <= {mjd:Float64} AND programme IN {programmes:Array(String)}
				AND (number <= {watermark:Map(String, UInt64)}[writer] OR (writer = {writer:String} AND number = {number:UInt64}))
			ORDER BY kind, point_key, own DESC, alert_mjd DESC, alert_id DESC, known_at LIMIT 1 BY kind, point_key
		) ORDER BY mjd, kind, band, point_key`,
		{
			survey: alert.survey,
			objectId: alert.objectId,
			mjd: alert.mjd,
			programmes: ['public', alert.programme],
			watermark: Object.keys(context.watermark).length === 0 ? { '': 0n } : context.watermark,
			writer: context.batch.writer,
			number: context.batch.number,
		},
	);
	const number = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
	return rows.map((row) => ({
		kind: row['kind'] as CurvePoint['kind'],
		band: String(row['band']),
		mjd: number(row['mjd']),
		psfFlux: Math.fround(number(row['psf_flux'])),
		psfFluxErr: Math.fround(number(row['psf_flux_err'])),
		mag: Math.fround(number(row['mag'])),
		magErr: Math.fround(number(row['mag_err'])),
		limitMag: Math.fround(number(row['limit_mag'])),
		positive: row['positive'] as boolean | null,
		ra: number(row['ra']),
		dec: number(row['dec']),
		programme: String(row['programme']),
	}));
}

describe('the light curve that enrichment sees', () => {
	it.each([4, 1000])('is the one a reader of that programme is shown as known then, batches of %d', async (rows) => {
		const seen: { enriched: EnrichedAlert; context: EnrichContext }[] = [];
		await ingest(alerts(), rows, (batch, context) => {
			seen.push(...batch.map((enriched) => ({ enriched: { ...enriched }, context })));
		});
		expect(seen).toHaveLength(45);
		for (const { enriched, context } of seen) {
			expect(enriched.curve).toEqual(await curveBySql(enriched.alert, context));
			expect(enriched.curve.at(-1)?.mjd).toBe(enriched.alert.mjd);
		}
		expect(seen.some(({ enriched }) => enriched.curve.length > 9)).toBe(true);
	});

	it('shows a public alert none of the partnership', async () => {
		const programmes = new Map<string, Set<string>>();
		await ingest(alerts(), 1000, (batch) => {
			for (const { alert, curve } of batch) {
				const set = programmes.get(alert.programme) ?? new Set<string>();
				programmes.set(alert.programme, set);
				for (const point of curve) set.add(point.programme);
			}
		});
		expect(Object.fromEntries([...programmes].map(([name, set]) => [name, [...set].sort()]))).toEqual({
			public: ['public'],
			partnership: ['partnership', 'public'],
			caltech: ['caltech', 'public'],
		});
	});
});

describe('a stage that throws', () => {
	const broken = (error: Error): Stage => ({
		name: 'broken',
		enrich(drafts) {
			for (const draft of drafts.slice(0, 2)) draft.scores = [];
			throw error;
		},
		notDone(drafts, reason) {
			for (const draft of drafts)
				draft.scores = [{ model: 'm', version: '1', label: 'l', score: Number.NaN, state: 'notDone', reason }];
		},
	});

	it('leaves its part "not done" with the reason, and the others and the stream as they are', async () => {
		const failures: unknown[] = [];
		let scores: unknown[] = [];
		const spy: Stage = {
			name: 'spy',
			enrich(drafts) {
				scores = drafts.map((draft) => draft.scores[0]?.reason);
			},
			notDone: () => undefined,
		};
		const totals = await ingestAlerts({
			store,
			alerts: alerts().slice(0, 5),
			options: {
				stages: [broken(new Error('the weights are gone')), ...STAGES, spy],
				onStageFailure: (failure) => failures.push(failure),
			},
		});
		expect(totals.stored).toBe(5);
		expect(scores).toEqual(Array(5).fill('the weights are gone'));
		expect(failures).toEqual([{ stage: 'broken', reason: 'the weights are gone', alerts: 5 }]);
	});

	it('stops the batch when it was the store that failed', async () => {
		const failing = broken(new StoreError('refused', 999, false));
		await expect(
			ingestAlerts({ store, alerts: alerts().slice(0, 5), options: { stages: [failing, ...STAGES] } }),
		).rejects.toThrow('refused');
		const [row] = await store.query<{ n: string }>('SELECT count() AS n FROM alerts');
		expect(row?.n).toBe('0');
	});
});
