import type { Tag } from './context.ts';
import { OBJECT_FEATURES } from './features.ts';
import type { AlertDetail, ShownScore } from './views.ts';

/** Above this a score of ACAI counts as yes: the cut of Babamul. */
const ACAI_CUT = 0.8;

/** Words for what is stored of the newest alert: truths among its features, and where ACAI puts it in a galaxy. */
export function storedTags(
	{ features, ssoName }: Pick<AlertDetail, 'features' | 'ssoName'>,
	scores: readonly ShownScore[],
): Tag[] {
	const tags: Tag[] = [];
	const truth = (name: string, word: string): void => {
		if (features[name] !== true) return;
		const rule = OBJECT_FEATURES.find((feature) => feature.name === name)?.formula ?? '';
		tags.push({ word, meaning: `${name} of its newest alert: ${rule}` });
	};
	// its name stands beside the tags already
	if (ssoName === null) truth('rock', 'rock');
	truth('stationary', 'stationary');
	truth('nearBrightStar', 'near bright star');
	const acai = (model: string, word: string): void => {
		const found = scores.find((one) => one.model === model && one.state === 'done' && (one.score ?? 0) > ACAI_CUT);
		if (!found) return;
		const score = (found.score ?? 0).toFixed(2);
		tags.push({ word, meaning: `${model} ${found.version} gives ${score}, above ${String(ACAI_CUT)}` });
	};
	acai('acai_h', 'hosted');
	acai('acai_n', 'nuclear');
	return tags;
}
