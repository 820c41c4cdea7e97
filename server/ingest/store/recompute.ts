import * as v from 'valibot';
import { FEATURE_VERSION, featurePlace } from '#lib/alert/features.ts';
import type { Origin } from '#lib/alert/survey.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import {
	countDueFeatures,
	readBatchAlerts,
	readDueBatches,
	type DueBatch,
	type DueFeatures,
} from '#clickhouse/read/dueFeatures.ts';
import { readSlot, readWatermark, type Watermark } from '#clickhouse/read/ingest.ts';
import { readStoredAlerts } from '#clickhouse/read/storedAlerts.ts';
import type { BatchStamp } from '#clickhouse/records.ts';
import type { Store } from '#clickhouse/store.ts';
import { abandonBatch, insertOpened, insertPublished } from '#clickhouse/write/batch.ts';
import { insertFeatures, type FeatureRow } from '#clickhouse/write/features.ts';
import { computeFeatures, writeAssociated } from '../enrich/features/index.ts';
import { associationStage } from './crossmatchStage.ts';
import { asKnownThen } from './knownThen.ts';
import type { DraftAlert } from './stage.ts';

/** What a recomputation does: gives stored alerts the features of this version of the formulas, beside those they have. */
export interface RecomputeOptions {
	readonly store: Store;
	/** Durable name of this writer (design rule 6). */
	readonly slot: string;
	readonly surveys: readonly string[];
	readonly nightFrom: string;
	readonly nightTo: string;
	readonly origins: readonly Origin[];
	/** Only alerts whose own features were made by these versions, '' = not done; empty = any other than this one. */
	readonly made: readonly string[];
	/** Alerts in a batch, about: batches as they were written are not split. */
	readonly batchRows: number;
	readonly codeVersion: string;
	readonly onProgress?: (progress: RecomputeProgress) => void;
	readonly signal: AbortSignal;
}

export interface RecomputeProgress {
	/** Alerts that lacked the features when it began. */
	readonly due: number;
	readonly alerts: number;
}

const boundarySchema = v.object({
	kind: v.literal('recompute'),
	knownAtMs: v.number(),
	version: v.string(),
	survey: v.string(),
	batches: v.array(v.object({ writer: v.string(), number: v.string(), ids: v.array(v.string()) })),
});
type RecomputeBoundary = v.InferOutput<typeof boundarySchema>;

/** Features that the packet's history decides, which the store does not keep: the old values stand. */
const OF_HISTORY = ['nPacketDetections', 'roid'].map(featurePlace);

/** Recomputes features over history in numbered batches of its own; a kill loses nothing and doubles nothing. */
export async function runRecompute(options: RecomputeOptions): Promise<RecomputeProgress> {
	const recompute = new Recompute(options);
	await recompute.finishOpenBatch();
	await recompute.run();
	return recompute.progress;
}

class Recompute {
	progress: RecomputeProgress = { due: 0, alerts: 0 };
	private number = 0n;
	private readonly associations = associationStage();

	constructor(private readonly options: RecomputeOptions) {}

	async finishOpenBatch(): Promise<void> {
		const { store, slot, codeVersion } = this.options;
		const state = await readSlot(store, slot);
		this.number = state.number;
		if (state.unfinished === null) return;
		const boundary = v.parse(boundarySchema, JSON.parse(state.unfinished));
		const batch: BatchStamp = { writer: slot, number: state.number, knownAtMs: boundary.knownAtMs };
		// other formulas would give other rows under the same number
		if (boundary.version === FEATURE_VERSION) await this.write(batch, boundary);
		else await abandonBatch(store, batch, Date.now(), codeVersion);
	}

	async run(): Promise<void> {
		const { store, surveys, nightFrom, nightTo, origins, made } = this.options;
		const watermark = await readWatermark(store);
		const works = surveys.map((survey): DueFeatures => {
			return { survey, nightFrom, nightTo, origins, watermark, version: FEATURE_VERSION, made };
		});
		const counts = await Promise.all(works.map((due) => countDueFeatures(store, due)));
		this.progress = { ...this.progress, due: counts.reduce((sum, count) => sum + count, 0) };
		for (const due of works) await this.work(due);
	}

	private async work(due: DueFeatures): Promise<void> {
		const { store, slot, batchRows, codeVersion, signal } = this.options;
		let last: DueBatch | null = null;
		const isAborted = (): boolean => signal.aborted;
		while (!isAborted()) {
			// a page costs a look at all alerts: it is read for many batches at once
			const page: DueBatch[] = await readDueBatches(store, due, last, BATCHES_A_PAGE);
			for (let from = 0; from < page.length && !isAborted();) {
				const batches: DueBatch[] = [];
				for (let rows = 0; rows < batchRows && from < page.length; from += 1) {
					const next = page[from];
					if (next === undefined) break;
					batches.push(next);
					rows += next.ids.length;
				}
				const knownAtMs = Date.now();
				const boundary: RecomputeBoundary = {
					...{ kind: 'recompute', knownAtMs, version: FEATURE_VERSION, survey: due.survey },
					batches: batches.map(({ writer, number, ids }) => ({ writer, number, ids: [...ids] })),
				};
				this.number += 1n;
				const batch: BatchStamp = { writer: slot, number: this.number, knownAtMs };
				await insertOpened(store, batch, JSON.stringify(boundary), codeVersion);
				await this.write(batch, boundary);
			}
			last = page.at(-1) ?? null;
			if (page.length < BATCHES_A_PAGE) return;
		}
	}

	private async write(batch: BatchStamp, boundary: RecomputeBoundary): Promise<void> {
		const { store, codeVersion, onProgress } = this.options;
		const rows: FeatureRow[] = [];
		for (const due of boundary.batches) rows.push(...(await this.featuresOf(boundary.survey, due, batch)));
		await insertFeatures(store, batch, rows, { version: boundary.version, codeVersion });
		// the log counts alerts that became known: none did
		await insertPublished(store, batch, 0, Date.now(), codeVersion);
		this.progress = { ...this.progress, alerts: this.progress.alerts + rows.length };
		onProgress?.(this.progress);
	}

	/** Features of alerts of one batch, from what that batch knew: its watermark and its own alerts of all surveys. */
	private async featuresOf(survey: string, due: DueBatch, stamp: BatchStamp): Promise<FeatureRow[]> {
		const { store, codeVersion } = this.options;
		const drafts: DraftAlert[] = [];
		const wanted = new Set(due.ids);
		let watermark: Watermark = {};
		for (const [name, ids] of await readBatchAlerts(store, due.writer, BigInt(due.number))) {
			const found = findSurvey(name);
			if (found === undefined) continue;
			const stored = await readStoredAlerts(store, found, ids, { cutouts: false });
			// of an alert that two workers wrote the first row counts, and its batch
			const own = stored.filter(({ writer, number }) => writer === due.writer && String(number) === due.number);
			watermark = own[0]?.watermark ?? watermark;
			for (const enriched of await asKnownThen(store, found, own)) drafts.push({ ...enriched });
		}
		await this.associations.enrich(drafts, { store, watermark, batch: stamp, codeVersion });
		return drafts
			.filter(({ alert }) => alert.survey === survey && wanted.has(String(alert.alertId)))
			.map(({ alert, curve, features: before, matches, associations }) => {
				const features = computeFeatures(alert, curve);
				for (const place of OF_HISTORY) features[place] = before[place] ?? Number.NaN;
				writeAssociated(features, alert, curve, matches, associations);
				return { alert, features };
			});
	}
}

const BATCHES_A_PAGE = 1000;
