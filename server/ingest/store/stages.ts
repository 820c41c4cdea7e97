import { FEATURE_VERSION, FEATURES } from '#lib/alert/features.ts';
import { computeFeatures, writeAssociated } from '../enrich/features/index.ts';
import { classify } from '../enrich/classify.ts';
import { associationStage, crossmatchStage } from './crossmatchStage.ts';
import type { DraftAlert, Stage } from './stage.ts';

const features: Stage = {
	name: 'features',
	enrich(alerts) {
		for (const draft of alerts) {
			draft.features = computeFeatures(draft.alert, draft.curve);
			draft.featureVersion = FEATURE_VERSION;
		}
	},
	notDone: withoutFeatures,
};

/** Features of matches and of the combined light curve; the associations stand by then. */
const combinedFeatures: Stage = {
	name: 'combined features',
	enrich(alerts) {
		for (const { alert, curve, features: values, featureVersion, matches, associations } of alerts) {
			if (featureVersion !== '') writeAssociated(values, alert, curve, matches, associations);
		}
	},
	notDone: withoutFeatures,
};

function withoutFeatures(alerts: readonly DraftAlert[], reason: string): void {
	for (const draft of alerts) {
		draft.features = new Float64Array(FEATURES.length).fill(Number.NaN);
		draft.featureVersion = '';
		draft.featureReason = reason;
	}
}

const classification: Stage = {
	name: 'classification',
	enrich(alerts) {
		for (const draft of alerts) draft.classification = classify(draft.alert, draft.scores);
	},
	notDone(alerts) {
		for (const draft of alerts) draft.classification = { class: '', score: Number.NaN, model: '' };
	},
};

/** The stages in their order: features, crossmatches, associations, what needs both, scores, classification. */
export const STAGES: readonly Stage[] = [
	features,
	crossmatchStage(),
	associationStage(),
	combinedFeatures,
	classification,
];
