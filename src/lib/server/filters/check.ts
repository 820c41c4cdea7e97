import { render } from '#clickhouse/read/render.ts';
import type { Param, QueryOptions, Store } from '#clickhouse/store.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import { ORIGINS } from '#lib/alert/survey.ts';
import { recording } from '#lib/filter/frozen.ts';
import { check, Pool, toSql, type CheckedFilter, type Environment, type Problem } from '#lib/filter/index.ts';
import { exampleOf } from '#lib/filter/stored.ts';
import { ProblemError } from '../problem.ts';

/** A text that may be stored: checked, with what its names stood for. */
export interface CheckedText {
	readonly filter: CheckedFilter;
	/** JSON of a FrozenEnvironment. */
	readonly environment: string;
}

/** Checks a text; a 422 problem that names each fault with its place where it is no filter. */
export function checkText(text: string, environment: Environment): CheckedText {
	const recorder = recording(environment);
	const { filter, problems } = check(text, recorder.environment, new Pool());
	if (filter !== null) return { filter, environment: JSON.stringify(recorder.frozen()) };
	const errors = problems.filter(({ severity }) => severity === 'error');
	throw new ProblemError(
		422,
		`The filter has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}: ${errors[0]?.message ?? ''}`,
		errors.map((problem) => ({ parameter: `text:${placeOf(text, problem)}`, message: problem.message })),
	);
}

/** Line and column of a problem, from 1. */
function placeOf(text: string, { place }: Problem): string {
	const before = text.slice(0, place.start).split('\n');
	return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

/** An example that a version does not keep. */
export interface BrokenExample {
	readonly alert: string;
	readonly wanted: 'pass' | 'fail';
	/** The alert is not here, so nothing can be said of it. */
	readonly missing: boolean;
}

/** Runs a filter on the alerts that must pass it and those that must not, wherever they come from. */
export async function brokenExamples(
	store: Store,
	grants: AccessScope['grants'],
	filter: CheckedFilter,
	examples: { readonly mustPass: readonly string[]; readonly mustFail: readonly string[] },
	options: QueryOptions = {},
): Promise<BrokenExample[]> {
	const names = [...examples.mustPass, ...examples.mustFail];
	if (names.length === 0) return [];
	const params: Record<string, Param> = {
		examples: names,
		exampleIds: names.map((name) => exampleOf(name)?.alertId ?? 0n),
	};
	const where = `alert_id IN {exampleIds:Array(UInt64)} AND concat(survey, ':', toString(alert_id)) IN {examples:Array(String)}`;
	const here = new Set<string>();
	const passed = new Set<string>();
	const { sql, params: own } = toSql({ ...filter, order: null, limit: null, onePerObject: false }, { where });
	for (const origin of ORIGINS) {
		const scope = { origin, grants };
		const found = await store.query<{ name: string }>(
			render(
				`SELECT DISTINCT concat(survey, ':', toString(alert_id)) AS name FROM alerts WHERE {scope} AND ${where}`,
				scope,
			),
			params,
			options,
		);
		if (found.length === 0) continue;
		for (const { name } of found) here.add(name);
		const hits = await store.query<{ survey: string; alertId: string }>(
			render(sql, scope),
			{ ...own, ...params },
			{ ...options, class: 'export' },
		);
		for (const { survey, alertId } of hits) passed.add(`${survey}:${alertId}`);
	}
	const broken = (alert: string, wanted: 'pass' | 'fail'): BrokenExample[] => {
		if (!here.has(alert)) return [{ alert, wanted, missing: true }];
		return passed.has(alert) === (wanted === 'pass') ? [] : [{ alert, wanted, missing: false }];
	};
	return [
		...examples.mustPass.flatMap((alert) => broken(alert, 'pass')),
		...examples.mustFail.flatMap((alert) => broken(alert, 'fail')),
	];
}
