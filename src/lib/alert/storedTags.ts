import type { Tag } from './context.ts';
import { OBJECT_FEATURES } from './features.ts';
import { LSPSC } from './catalog.ts';
import type { ShownMatch } from './matches.ts';
import type { AlertDetail, ShownScore } from './views.ts';

/** Above this a score of ACAI or BTSbot counts as yes: the cut of Babamul. */
const CUT = 0.8;
/** A source of LSPSC with a score above this is a star, below it a galaxy: the cut of Babamul. */
const STAR_SCORE = 0.5;
/** A star of LSPSC stands at the object within this many arcsec. */
const STAR_ARCSEC = 1;

/** What the star/galaxy score (0 to 1) of LSPSC says: a star of it within 1 arcsec, else a galaxy as its nearest source; null where it has neither. */
function lspscTag(matches: readonly ShownMatch[]): Tag | null {
	const scored = matches
		.flatMap(({ catalog, sepArcsec, columns: { score } }) =>
			catalog === LSPSC && typeof score === 'number' ? [{ sepArcsec, score }] : [],
		)
		.sort((a, b) => a.sepArcsec - b.sepArcsec);
	const said = ({ score, sepArcsec }: { score: number; sepArcsec: number }): string =>
		`LSPSC has a source of score ${score.toFixed(2)} (1 = star) at ${sepArcsec.toFixed(1)}″`;
	const star = scored.find(({ sepArcsec, score }) => sepArcsec < STAR_ARCSEC && score > STAR_SCORE);
	if (star) return { word: 'stellar?', meaning: `${said(star)}, above ${STAR_SCORE} within ${STAR_ARCSEC}″` };
	const [nearest] = scored;
	if (!nearest || !(nearest.score < STAR_SCORE)) return null;
	return { word: 'hosted?', meaning: `${said(nearest)}, its nearest: below ${STAR_SCORE}, a galaxy` };
}

/** Words for what is stored of the newest alert: truths among its features, what ACAI and BTSbot call it, and the star or galaxy of LSPSC at it. */
export function storedTags(
	{ features, ssoName }: Pick<AlertDetail, 'features' | 'ssoName'>,
	scores: readonly ShownScore[],
	matches: readonly ShownMatch[] = [],
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
	const scored = (model: string, word: string): void => {
		const found = scores.find((one) => one.model === model && one.state === 'done' && (one.score ?? 0) > CUT);
		if (!found) return;
		const score = (found.score ?? 0).toFixed(2);
		tags.push({ word, meaning: `${model} ${found.version} gives ${score}, above ${String(CUT)}` });
	};
	scored('acai_h', 'hosted');
	scored('acai_n', 'nuclear');
	scored('btsbot', 'SN?');
	const lspsc = lspscTag(matches);
	if (lspsc !== null) tags.push(lspsc);
	return tags;
}
