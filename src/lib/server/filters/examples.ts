import { render } from '#clickhouse/read/render.ts';
import type { Param, QueryOptions, Store } from '#clickhouse/store.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import { ORIGINS } from '#lib/alert/survey.ts';
import { toSql, type CheckedFilter } from '#lib/filter/index.ts';
import { exampleOf, MOST_EXAMPLES, type TriedExample } from '#lib/filter/stored.ts';
import { checkedFilter, type TrialLocals } from '../filterTrial.ts';
import { ProblemError } from '../problem.ts';

/** Alerts as `survey:alertId` that a filter is held to. */
interface Examples {
	readonly mustPass: readonly string[];
	readonly mustFail: readonly string[];
}

/** Throws the problem of examples that are none, that contradict each other, or that are too many. */
export function requireExamples({ mustPass, mustFail }: Examples): void {
	for (const name of [...mustPass, ...mustFail]) {
		if (exampleOf(name) === null) {
			throw new ProblemError(400, `An example is an alert written survey:alertId, not "${name.slice(0, 60)}".`);
		}
	}
	const both = mustPass.find((name) => mustFail.includes(name));
	if (both !== undefined) throw new ProblemError(400, `The alert ${both} cannot both pass and fail.`);
	if (mustPass.length + mustFail.length > MOST_EXAMPLES) {
		throw new ProblemError(400, `A filter has at most ${MOST_EXAMPLES} examples.`);
	}
}

/** Runs a filter on the alerts that must pass it and those that must not, wherever they come from. */
async function tryExamples(
	store: Store,
	grants: AccessScope['grants'],
	filter: CheckedFilter,
	examples: Examples,
	options: QueryOptions = {},
): Promise<TriedExample[]> {
	const names = [...examples.mustPass, ...examples.mustFail];
	if (names.length === 0) return [];
	const params: Record<string, Param> = {
		examples: names,
		exampleIds: names.map((name) => exampleOf(name)?.alertId ?? 0n),
	};
	const where = `alert_id IN {exampleIds:Array(UInt64)} AND concat(survey, ':', toString(alert_id)) IN {examples:Array(String)}`;
	const here = new Map<string, string>();
	const passed = new Set<string>();
	const { sql, params: own } = toSql({ ...filter, order: null, limit: null, onePerObject: false }, { where });
	for (const origin of ORIGINS) {
		const scope = { origin, grants };
		const found = await store.query<{ name: string; objectId: string }>(
			render(
				`SELECT concat(survey, ':', toString(alert_id)) AS name, any(object_id) AS objectId FROM alerts WHERE {scope} AND ${where} GROUP BY name`,
				scope,
			),
			params,
			options,
		);
		if (found.length === 0) continue;
		for (const { name, objectId } of found) here.set(name, objectId);
		const hits = await store.query<{ survey: string; alertId: string }>(
			render(sql, scope),
			{ ...own, ...params },
			{ ...options, class: 'export' },
		);
		for (const { survey, alertId } of hits) passed.add(`${survey}:${alertId}`);
	}
	const tried = (wanted: 'pass' | 'fail') => (alert: string) => {
		const objectId = here.get(alert) ?? null;
		const answer = objectId === null ? 'missing' : passed.has(alert) ? 'pass' : 'fail';
		return { alert, objectId, wanted, answer } as const;
	};
	return [...examples.mustPass.map(tried('pass')), ...examples.mustFail.map(tried('fail'))];
}

/** The problem of a filter that does not keep its examples; null where it keeps them all. */
export async function exampleProblem(
	store: Store,
	grants: AccessScope['grants'],
	filter: CheckedFilter,
	examples: Examples,
): Promise<ProblemError | null> {
	const broken = (await tryExamples(store, grants, filter, examples)).filter(({ wanted, answer }) => answer !== wanted);
	const [first] = broken;
	if (first === undefined) return null;
	const message = ({ alert, wanted, answer }: TriedExample): string => {
		if (answer === 'missing') return `${alert} is not among the alerts here`;
		return wanted === 'pass' ? `${alert} must pass and does not` : `${alert} must not pass and does`;
	};
	return new ProblemError(
		422,
		`The filter does not keep its examples: ${message(first)}. Mend the text, or take the example away.`,
		broken.map((one) => ({ parameter: one.wanted === 'pass' ? 'mustPass' : 'mustFail', message: message(one) })),
	);
}

/** What a text says of its examples, as it will be asked when it is stored. */
export async function readExamples(
	{ text, ...examples }: Examples & { readonly text: string },
	locals: TrialLocals,
	signal: AbortSignal,
): Promise<TriedExample[]> {
	requireExamples(examples);
	const filter = await checkedFilter(locals, text);
	return tryExamples(locals.store, locals.scope.grants, filter, examples, { signal });
}
