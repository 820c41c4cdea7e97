import * as v from 'valibot';
import type { ModelScore } from '#lib/alert/enriched.ts';
import { labelsOf, type ModelManifest } from '#lib/alert/model.ts';
import type { Origin } from '#lib/alert/survey.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { countDueAlerts, readDueAlerts, readSettled, type Due, type DueAlert } from '#clickhouse/read/due.ts';
import { readSlot, readWatermark } from '#clickhouse/read/ingest.ts';
import { readStoredAlerts } from '#clickhouse/read/storedAlerts.ts';
import type { BatchStamp, ScoreRow } from '#clickhouse/records.ts';
import type { Store } from '#clickhouse/store.ts';
import { abandonBatch, insertOpened, insertPublished, insertScores } from '#clickhouse/write/batch.ts';
import { asKnownThen } from './knownThen.ts';
import type { Scorer } from './scores.ts';

/** What a rescoring does: fills numbers that are not done, and gives those of models that are new, from the stored alerts. */
export interface RescoreOptions {
	readonly store: Store;
	/** Durable name of this writer (design rule 6). */
	readonly slot: string;
	readonly scorer: Scorer;
	/** Models of a batch that a kill left open; null where one of them is not at hand. */
	readonly scorerOf: (models: readonly string[]) => Promise<Scorer | null>;
	readonly nightFrom: string;
	readonly nightTo: string;
	readonly origins: readonly Origin[];
	/** Reasons that begin so lie in the alert: scoring it again with the same version changes nothing. */
	readonly inputReason: string;
	/** Score those again all the same. */
	readonly again: boolean;
	readonly batchRows: number;
	readonly codeVersion: string;
	readonly onProgress?: (progress: RescoreProgress) => void;
	readonly signal: AbortSignal;
}

export interface RescoreProgress {
	/** Alerts that lacked a number when it began. */
	readonly due: number;
	readonly alerts: number;
	/** Numbers that were written. */
	readonly done: number;
	/** Of alerts that lack what the model needs. */
	readonly unfit: number;
	/** Because of the model. */
	readonly notDone: number;
}

/** No reason begins so. */
const NOTHING_SETTLED = '\u0000';

const boundarySchema = v.object({
	kind: v.literal('rescore'),
	knownAtMs: v.number(),
	survey: v.string(),
	models: v.array(v.string()),
	settled: v.string(),
	ids: v.array(v.string()),
});
type RescoreBoundary = v.InferOutput<typeof boundarySchema>;

const keyOf = ({ name, version }: ModelManifest): string => `${name}@${version}`;

/** `model version label` of every number that models give to alerts of a survey. */
function targetsOf(manifests: readonly ModelManifest[], survey: string): string[] {
	return manifests
		.filter(({ surveys }) => surveys.includes(survey))
		.flatMap((manifest) => labelsOf(manifest).map((label) => `${manifest.name} ${manifest.version} ${label}`));
}

/** Scores stored alerts again where numbers are missing, in numbered batches of its own; a kill loses nothing and doubles nothing. */
export async function runRescore(options: RescoreOptions): Promise<RescoreProgress> {
	const rescore = new Rescore(options);
	await rescore.finishOpenBatch();
	await rescore.run();
	return rescore.progress;
}

class Rescore {
	progress: RescoreProgress = { due: 0, alerts: 0, done: 0, unfit: 0, notDone: 0 };
	private number = 0n;

	constructor(private readonly options: RescoreOptions) {}

	async finishOpenBatch(): Promise<void> {
		const { store, slot, scorerOf, codeVersion } = this.options;
		const state = await readSlot(store, slot);
		this.number = state.number;
		if (state.unfinished === null) return;
		const boundary = v.parse(boundarySchema, JSON.parse(state.unfinished));
		const batch: BatchStamp = { writer: slot, number: state.number, knownAtMs: boundary.knownAtMs };
		const scorer = await scorerOf(boundary.models);
		if (scorer === null) await abandonBatch(store, batch, Date.now(), codeVersion);
		else await this.write(batch, boundary, scorer);
	}

	async run(): Promise<void> {
		const { store, scorer, nightFrom, nightTo, origins, inputReason, again } = this.options;
		const watermark = await readWatermark(store);
		const surveys = [...new Set(scorer.manifests.flatMap(({ surveys }) => surveys))].sort();
		const works: Due[] = surveys
			.map((survey) => ({ survey, targets: targetsOf(scorer.manifests, survey) }))
			.filter(({ targets }) => targets.length > 0)
			.map((work) => ({
				...work,
				nightFrom,
				nightTo,
				origins,
				watermark,
				settled: again ? NOTHING_SETTLED : inputReason,
			}));
		const counts = await Promise.all(works.map((due) => countDueAlerts(store, due)));
		this.progress = { ...this.progress, due: counts.reduce((sum, count) => sum + count, 0) };
		for (const due of works) await this.work(due);
	}

	private async work(due: Due): Promise<void> {
		const { store, slot, scorer, batchRows, codeVersion, signal } = this.options;
		let last: DueAlert | null = null;
		while (!signal.aborted) {
			// a page of keys costs a look at all alerts: it is read for many batches at once
			const page: DueAlert[] = await readDueAlerts(store, due, last, batchRows * 20);
			for (let from = 0; from < page.length && !isAborted(signal); from += batchRows) {
				const boundary: RescoreBoundary = {
					kind: 'rescore',
					knownAtMs: Date.now(),
					survey: due.survey,
					models: scorer.manifests.map(keyOf),
					settled: due.settled,
					ids: page.slice(from, from + batchRows).map(({ alertId }) => alertId),
				};
				this.number += 1n;
				const batch: BatchStamp = { writer: slot, number: this.number, knownAtMs: boundary.knownAtMs };
				await insertOpened(store, batch, JSON.stringify(boundary), codeVersion);
				await this.write(batch, boundary, scorer);
			}
			last = page.at(-1) ?? null;
			if (page.length < batchRows * 20) return;
		}
	}

	private async write(batch: BatchStamp, boundary: RescoreBoundary, scorer: Scorer): Promise<void> {
		const { store, codeVersion, onProgress } = this.options;
		const survey = findSurvey(boundary.survey);
		if (survey === undefined) throw new Error(`The survey ${boundary.survey} is not known any more.`);
		const ids = boundary.ids.map(BigInt);
		const stored = await readStoredAlerts(store, survey, ids, { cutouts: true });
		const alerts = await asKnownThen(store, survey, stored);
		const scores = await scorer.score(alerts);
		const targets = targetsOf(scorer.manifests, survey.name);
		const of = { survey: survey.name, targets };
		const settled = await readSettled(store, { ...of, settled: boundary.settled }, ids);
		const known = await readSettled(store, { ...of, settled: '' }, ids);
		// what is not done once more says nothing new
		const stands = (id: bigint, { model, version, label, state }: ModelScore): boolean =>
			(state === 'done' ? settled : known).has(`${id} ${model} ${version} ${label}`);
		const scored = alerts.flatMap(({ alert }, i) => (scores[i] ?? []).map((score): ScoreRow => ({ alert, score })));
		const rows = scored.filter(({ alert, score }) => !stands(alert.alertId, score));
		await insertScores(store, batch, rows);
		// the log counts alerts that became known: none did
		await insertPublished(store, batch, 0, Date.now(), codeVersion);
		const missing = scored.filter(({ score }) => score.state === 'notDone');
		const unfit = missing.filter(({ score }) => score.reason.startsWith(this.options.inputReason)).length;
		this.progress = {
			due: this.progress.due,
			alerts: this.progress.alerts + alerts.length,
			done: this.progress.done + rows.filter(({ score }) => score.state === 'done').length,
			unfit: this.progress.unfit + unfit,
			notDone: this.progress.notDone + missing.length - unfit,
		};
		onProgress?.(this.progress);
	}
}

// a function: the compiler would take an earlier look at the signal for its state now
function isAborted(signal: AbortSignal): boolean {
	return signal.aborted;
}
