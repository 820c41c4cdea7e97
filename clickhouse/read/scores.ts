import type { AccessScope } from '#lib/alert/object.ts';
import type { AlertRow, FirstScore, ShownScore } from '#lib/alert/views.ts';
import type { QueryOptions, Store } from '../store.ts';
import modelScoresSql from '../queries/model_scores.sql?raw';
import alertTimesSql from '../queries/object_alert_times.sql?raw';
import firstScoresSql from '../queries/object_first_scores.sql?raw';
import objectScoresSql from '../queries/object_scores.sql?raw';
import { isoTime } from './alertRows.ts';
import { allOf, knownBy, type Condition } from './conditions.ts';
import { render } from './render.ts';
import { publishedBy, type Watermark } from './watermark.ts';

export interface ScoreOptions extends QueryOptions {
	/** Only of this alert. */
	readonly alertId?: bigint;
	/** One row for each version of a model, not the newest alone. */
	readonly versions?: boolean;
	/** Leaves out what was published later. */
	readonly asOf?: Watermark;
	/** UTC, ISO 8601: leaves out what became known later. */
	readonly known?: string;
	readonly limit?: number;
	/** The object's alerts in scope, where they are known. */
	readonly alerts?: readonly Pick<AlertRow, 'alertId' | 'mjd'>[];
}

type StoredScore = Omit<ShownScore, 'mjd' | 'state'> & { readonly stateName: ShownScore['state'] };

/** By time, alert, model, label and version. */
function inOrder(a: ShownScore, b: ShownScore): number {
	if (a.mjd !== b.mjd) return a.mjd - b.mjd;
	if (a.alertId !== b.alertId) return BigInt(a.alertId) < BigInt(b.alertId) ? -1 : 1;
	for (const name of ['model', 'label', 'version'] as const) if (a[name] !== b[name]) return a[name] < b[name] ? -1 : 1;
	return 0;
}

/**
 * Scores of the alerts of an object in the order of time, models and labels; the newest number of each model. Those of an alert that
 * cannot be read yet are not shown.
 */
export async function readScores(
	store: Store,
	scope: AccessScope,
	{ survey, objectId }: { readonly survey: string; readonly objectId: string },
	{ alertId, versions = false, asOf, known, limit = 50_000, alerts, ...given }: ScoreOptions = {},
): Promise<ShownScore[]> {
	const conditions: Condition[] = [];
	if (alertId !== undefined) conditions.push({ sql: 'alert_id = {alertId:UInt64}', params: { alertId } });
	if (asOf !== undefined) conditions.push(publishedBy(asOf));
	conditions.push(knownBy(known));
	const where = allOf(conditions);
	const sql = render(objectScoresSql, scope, { where: where.sql, versions: versions ? ', version' : '' });
	const options = { ...given, lookUp: true };
	const rows = await store.query<StoredScore>(sql, { survey, objectId, ...where.params }, options);
	if (rows.length === 0) return [];
	const taken = new Map<string, number>();
	for (const { alertId: id, mjd } of alerts ?? []) taken.set(id, Math.min(mjd, taken.get(id) ?? mjd));
	if (alerts === undefined) {
		const seen = await store.query<{ alertId: string; takenAt: number }>(
			render(alertTimesSql, scope),
			{ survey, objectId },
			options,
		);
		for (const { alertId: id, takenAt } of seen) taken.set(id, takenAt);
	}
	return rows
		.flatMap(({ stateName, ...row }): ShownScore[] => {
			const mjd = taken.get(row.alertId);
			return mjd === undefined ? [] : [{ ...row, mjd, state: stateName, knownAt: isoTime(row.knownAt) }];
		})
		.sort(inOrder)
		.slice(0, limit);
}

/** When each version of a model first scored an alert of an object, oldest first. */
export async function readFirstScores(
	store: Store,
	scope: AccessScope,
	{ survey, objectId }: { readonly survey: string; readonly objectId: string },
	{ known, ...options }: QueryOptions & { readonly known?: string } = {},
): Promise<FirstScore[]> {
	const where = knownBy(known);
	const sql = render(firstScoresSql, scope, { where: where.sql });
	const rows = await store.query<FirstScore>(sql, { survey, objectId, ...where.params }, options);
	return rows.map((row) => ({ ...row, knownAt: isoTime(row.knownAt) }));
}

/** The last score of each model and label in time: its number on the newest alert that has one, else why there is none. */
export function newestScores(scores: readonly ShownScore[]): ShownScore[] {
	const newest = new Map<string, ShownScore>();
	for (const score of scores) {
		const key = `${score.model} ${score.label}`;
		const other = newest.get(key);
		if (other === undefined || score.state === 'done' || other.state === 'notDone') newest.set(key, score);
	}
	return [...newest.values()].sort((a, b) =>
		a.model === b.model ? (a.label < b.label ? -1 : 1) : a.model < b.model ? -1 : 1,
	);
}

/** Scores that a model gave to alerts in scope, in twentieths of [0, 1]; bin -1 counts those that are not done. */
export interface ScoreBin {
	readonly model: string;
	readonly version: string;
	readonly label: string;
	readonly bin: number;
	readonly scores: number;
	readonly newest: string;
}

/** How many scores each model gave, by label and twentieth. */
export async function readModelScores(
	store: Store,
	scope: AccessScope,
	options: QueryOptions = {},
): Promise<ScoreBin[]> {
	const rows = await store.query<Omit<ScoreBin, 'scores'> & { scores: string }>(
		render(modelScoresSql, scope),
		{},
		options,
	);
	return rows.map((row) => ({ ...row, scores: Number(row.scores), newest: isoTime(row.newest) }));
}
