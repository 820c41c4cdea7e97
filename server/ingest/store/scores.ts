import type { EnrichedAlert, ModelScore } from '#lib/alert/enriched.ts';
import { labelsOf, type ModelManifest } from '#lib/alert/model.ts';
import { insertScores } from '#clickhouse/write/batch.ts';
import type { Stage } from './stage.ts';

/** What scores alerts (server/ml): a model that is missing or fails gives scores that are not done, never an error. */
export interface Scorer {
	readonly manifests: readonly ModelManifest[];
	score(alerts: readonly EnrichedAlert[]): Promise<readonly ModelScore[][]>;
}

function notDoneScores(manifests: readonly ModelManifest[], survey: string, reason: string): ModelScore[] {
	return manifests
		.filter(({ surveys }) => surveys.includes(survey))
		.flatMap((manifest) =>
			labelsOf(manifest).map((label) => ({
				model: manifest.name,
				version: manifest.version,
				label,
				score: Number.NaN,
				state: 'notDone' as const,
				reason,
			})),
		);
}

/** The stage that scores alerts; its rows stand in the store before the alerts. */
function scoring(scorer: Scorer): Stage {
	return {
		name: 'scores',
		async enrich(alerts) {
			const scores = await scorer.score(alerts);
			for (const [i, draft] of alerts.entries()) draft.scores = scores[i] ?? [];
		},
		notDone(alerts, reason) {
			for (const draft of alerts) draft.scores = notDoneScores(scorer.manifests, draft.alert.survey, reason);
		},
		async insert(alerts, { store, batch }) {
			const rows = alerts.flatMap(({ alert, scores }) => scores.map((score) => ({ alert, score })));
			await insertScores(store, batch, rows);
		},
	};
}

/** Stages with the scores just before the classification, which may use them. */
export function withScores(stages: readonly Stage[], scorer: Scorer): readonly Stage[] {
	if (scorer.manifests.length === 0) return stages;
	const at = stages.findIndex(({ name }) => name === 'classification');
	const before = at < 0 ? stages.length : at;
	return [...stages.slice(0, before), scoring(scorer), ...stages.slice(before)];
}
