import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import { check } from './check.ts';
import type { Environment } from './environment.ts';
import { LIMITS } from './limits.ts';
import { parse } from './parse.ts';
import { print, printExpression } from './print.ts';
import { FilterSet, type AnnotationValue } from './run.ts';
import type { Expr, FilterSyntax } from './syntax.ts';

/** A value that a condition met in an alert: `mag`, 19.04. */
export interface MetValue {
	readonly name: string;
	readonly unit: string;
	/** One per alert. */
	readonly values: readonly AnnotationValue[];
}

const QUANTIFIERS = new Set(['any', 'all', 'count']);

/** Named parts of a filter by their names. */
type Parts = ReadonlyMap<string, Expr>;

/** Whether an expression is true or false by its form: a part of that kind is told by the values that it weighs, not by yes or no. */
function isQuestion(expression: Expr | undefined): expression is Expr {
	if (expression === undefined) return false;
	if (expression.kind === 'call') return expression.name === 'any' || expression.name === 'all';
	return ['logic', 'not', 'compare', 'between', 'in', 'presence'].includes(expression.kind);
}

/** The values that an expression weighs: what stands on either side of its comparisons, lists told by how many of them pass. */
export function weighed(expression: Expr, parts: Parts = new Map()): Expr[] {
	const inside = (one: Expr): Expr[] => weighed(one, parts);
	switch (expression.kind) {
		case 'logic':
			return expression.terms.flatMap(inside);
		case 'not':
			return inside(expression.operand);
		case 'compare':
			return [...inside(expression.left), ...inside(expression.right)];
		case 'between':
			return [expression.value, expression.low, expression.high].flatMap(inside);
		case 'in':
			return expression.value === null ? [] : inside(expression.value);
		case 'presence':
			return inside(expression.value);
		case 'call':
			if (QUANTIFIERS.has(expression.name) && expression.args.length > 0) {
				const counted: Expr = { ...expression, name: 'count' };
				const all: Expr = { ...expression, name: 'count', args: expression.args.slice(0, 1) };
				return expression.args.length > 1 ? [counted, all] : [counted];
			}
			return [expression];
		case 'name': {
			const part = parts.get(expression.name);
			return isQuestion(part) ? inside(part) : [expression];
		}
		case 'member':
			return [expression];
		case 'arithmetic':
		case 'negative':
			return isFixed(expression) ? [] : [expression];
		case 'number':
		case 'text':
		case 'truth':
		case 'list':
		case 'lambda':
		case 'broken':
			return [];
	}
}

/** Whether an expression is made of numbers alone. */
function isFixed(expression: Expr): boolean {
	if (expression.kind === 'number') return true;
	if (expression.kind === 'negative') return isFixed(expression.operand);
	return expression.kind === 'arithmetic' && isFixed(expression.left) && isFixed(expression.right);
}

/** The terms of a filter's condition, in the order of the funnel. */
export function conditionTerms({ statements }: FilterSyntax): readonly Expr[] {
	const found = statements.find(({ kind }) => kind === 'condition');
	if (found?.kind !== 'condition') return [];
	const { value } = found;
	return value.kind === 'logic' && value.op === 'and' ? value.terms : [value];
}

/** Of each condition of a filter, the values that it met in each alert: what tells why an alert passes or not. */
export function valuesMet(
	text: string,
	environment: Environment,
	alerts: readonly EnrichedAlert[],
	/** Only of these conditions, by their place. */
	wanted?: ReadonlySet<number>,
): MetValue[][] {
	const { syntax } = parse(text);
	const kept = syntax.statements.filter(({ kind }) => kind === 'use' || kind === 'let');
	const parts: Parts = new Map(kept.flatMap((one) => (one.kind === 'let' ? [[one.name, one.value] as const] : [])));
	const terms = conditionTerms(syntax);
	const asked = terms.flatMap((term, condition) => {
		if (wanted !== undefined && !wanted.has(condition)) return [];
		const names = new Map(weighed(term, parts).map((value) => [printExpression(value), value]));
		return [...names.keys()].map((name) => ({ condition, name }));
	});
	const found: MetValue[][] = terms.map(() => []);
	const head = print({ statements: kept, trailing: [] });
	for (let at = 0; at < asked.length; at += LIMITS.annotations) {
		const some = asked.slice(at, at + LIMITS.annotations);
		measure(
			head,
			some.map(({ name }) => name),
			environment,
			alerts,
		).forEach((met, i) => {
			if (met !== null) found[some[i]?.condition ?? 0]?.push(met);
		});
	}
	return found;
}

/** Values of expressions for alerts; null for one that is no value. One that does not check costs the others nothing. */
function measure(
	head: string,
	expressions: readonly string[],
	environment: Environment,
	alerts: readonly EnrichedAlert[],
): (MetValue | null)[] {
	const text = `${head}1 == 1\nannotate ${expressions.map((name, i) => `value${i} = ${name}`).join(', ')}\n`;
	const { filter } = check(text, environment);
	if (filter === null) {
		return expressions.length === 1 ? [null] : expressions.flatMap((one) => measure(head, [one], environment, alerts));
	}
	const [run] = new FilterSet([filter]).run(alerts);
	return expressions.map((name, i) => {
		const values = run?.hits.annotations[i]?.values;
		return values === undefined ? null : { name, unit: filter.annotations[i]?.unit ?? '', values };
	});
}
