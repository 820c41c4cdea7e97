import type { AccessScope } from '#lib/alert/object.ts';
import exportScoresSql from '../queries/export_scores.sql?raw';
import type { Param } from '../store.ts';
import type { ScoreColumn } from './moreColumns.ts';
import { render } from './render.ts';

/** What joins the newest numbers of scores to alerts: `scored.score_0` and so on, `scored.scored_survey` '' where an alert has none. */
export interface Scored {
	/** The join for a FROM, of the alerts that match `where`; '' where there are no scores. */
	readonly join: (scope: AccessScope, where: string) => string;
	readonly params: Readonly<Record<string, Param>>;
}

/** The join of scores to a table, whose survey and alert id are named as they stand there. */
export function scoredBy(scores: readonly ScoreColumn[], survey: string, alertId: string): Scored {
	if (scores.length === 0) return { join: () => '', params: {} };
	const numbers = scores.map((_, i) => {
		const fits = `scores.state = 'done' AND model = {scoreModel${i}:String} AND label = {scoreLabel${i}:String}`;
		return `if(countIf(${fits}) = 0, toFloat32(nan), argMaxIf(score, tuple(known_at, version), ${fits})) AS score_${i}`;
	});
	const named = scores.flatMap(({ model, label }, i): [string, string][] => [
		[`scoreModel${i}`, model],
		[`scoreLabel${i}`, label],
	]);
	const models = [...new Set(scores.map(({ model }) => model))];
	return {
		join: (scope, where) => render(exportScoresSql, scope, { numbers: numbers.join(', '), survey, alertId, where }),
		params: { ...Object.fromEntries(named), scoreModels: models },
	};
}

/** The number of a score of a joined alert; NaN where there is none. */
export function scoreSql(place: number): string {
	return `if(scored.scored_survey = '', toFloat32(nan), scored.score_${place})`;
}
