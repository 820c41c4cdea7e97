import type { Alert } from '#lib/alert/alert.ts';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import { FEATURES } from '#lib/alert/features.ts';
import { StoreError } from '#clickhouse/store.ts';
import type { ObjectPoints } from './curves.ts';
import type { DraftAlert, EnrichContext, Stage } from './stage.ts';

/** A stage that failed on a batch; what it should have given is "not done". */
export interface StageFailure {
	readonly stage: string;
	readonly reason: string;
	readonly alerts: number;
}

/** The alerts of a batch with all that was known of them at its watermark, in the order given. */
export interface EnrichedBatch {
	readonly alerts: readonly EnrichedAlert[];
	readonly failures: readonly StageFailure[];
}

const NO_FEATURES = new Float64Array(FEATURES.length).fill(Number.NaN);

function draftOf(alert: Alert, points: ObjectPoints | undefined): DraftAlert {
	return {
		alert,
		curve: points?.curveOf(alert) ?? [],
		features: NO_FEATURES,
		featureVersion: '',
		featureReason: '',
		matches: [],
		runs: [],
		associations: [],
		scores: [],
		classification: { class: '', score: Number.NaN, model: '' },
	};
}

/** Runs the stages over the alerts of a batch, one after the other; each fails alone, but a failing store fails the batch. */
export async function enrichBatch(
	alerts: readonly Alert[],
	pointsOf: (alert: Alert) => ObjectPoints | undefined,
	stages: readonly Stage[],
	context: EnrichContext,
): Promise<EnrichedBatch> {
	const drafts = alerts.map((alert) => draftOf(alert, pointsOf(alert)));
	const failures: StageFailure[] = [];
	if (drafts.length === 0) return { alerts: drafts, failures };
	for (const stage of stages) {
		try {
			await stage.enrich(drafts, context);
		} catch (error) {
			if (error instanceof StoreError) throw error;
			const reason = error instanceof Error ? error.message : String(error);
			stage.notDone(drafts, reason);
			failures.push({ stage: stage.name, reason, alerts: drafts.length });
		}
	}
	return { alerts: drafts, failures };
}
