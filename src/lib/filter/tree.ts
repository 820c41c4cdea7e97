import { parse } from './parse.ts';
import type { Problem } from './place.ts';
import type { Expr, FilterSyntax, Statement } from './syntax.ts';

// Edits of a filter's tree, for a form that changes the text through it. Nodes are named by identity; what is not changed is kept.

const NOWHERE = { start: 0, end: 0 };

/** What becomes of an expression: another one, none (null), or undefined to look within it. */
export type Change = (expression: Expr) => Expr | null | undefined;

/** The expression with changes made in it; null where nothing is left. A group of one becomes that one. */
export function rewrite(expression: Expr, change: Change): Expr | null {
	const changed = change(expression);
	if (changed !== undefined) return changed;
	const within = (inner: Expr): Expr | null => rewrite(inner, change);
	switch (expression.kind) {
		case 'logic':
			return groupOf(
				expression.op,
				expression.terms.flatMap((term) => within(term) ?? []),
			);
		case 'not': {
			const operand = within(expression.operand);
			return operand === null ? null : { ...expression, operand };
		}
		case 'call':
			return { ...expression, args: expression.args.flatMap((arg) => within(arg) ?? []) };
		case 'lambda': {
			const body = within(expression.body);
			return body === null ? null : { ...expression, body };
		}
		case 'compare':
		case 'arithmetic': {
			const [left, right] = [within(expression.left), within(expression.right)];
			return left === null || right === null ? null : { ...expression, left, right };
		}
		case 'between': {
			const [value, low, high] = [within(expression.value), within(expression.low), within(expression.high)];
			return value === null || low === null || high === null ? null : { ...expression, value, low, high };
		}
		case 'member': {
			const object = within(expression.object);
			return object === null ? null : { ...expression, object };
		}
		case 'in': {
			const value = expression.value === null ? null : within(expression.value);
			const set = within(expression.set);
			return set === null || (value === null && expression.value !== null) ? null : { ...expression, value, set };
		}
		case 'presence': {
			const value = within(expression.value);
			return value === null ? null : { ...expression, value };
		}
		case 'negative': {
			const operand = within(expression.operand);
			return operand === null ? null : { ...expression, operand };
		}
		case 'list':
		case 'number':
		case 'text':
		case 'truth':
		case 'name':
		case 'broken':
			return expression;
	}
}

/** Terms joined by a word; none gives null, one stands alone. */
export function groupOf(op: 'and' | 'or', terms: readonly Expr[]): Expr | null {
	const [first] = terms;
	if (first === undefined) return null;
	return terms.length === 1 ? first : { kind: 'logic', op, terms, place: NOWHERE };
}

/** The filter with changes made in its condition and named parts; a statement of which nothing is left goes. */
export function rewriteFilter(syntax: FilterSyntax, change: Change): FilterSyntax {
	const statements = syntax.statements.flatMap((statement): Statement[] => {
		if (statement.kind !== 'condition' && statement.kind !== 'let') return [statement];
		const value = rewrite(statement.value, change);
		return value === null ? [] : [{ ...statement, value }];
	});
	return { ...syntax, statements };
}

/** The filter with one expression in the place of another, or without it (null). */
export function replaceIn(syntax: FilterSyntax, target: Expr, by: Expr | null): FilterSyntax {
	return rewriteFilter(syntax, (expression) => (expression === target ? by : undefined));
}

/** The condition of a filter; null where it has none. */
export function conditionOf({ statements }: FilterSyntax): Expr | null {
	const found = statements.find(({ kind }) => kind === 'condition');
	return found?.kind === 'condition' ? found.value : null;
}

/** The filter with another condition; it stands after the named parts. */
export function withCondition(syntax: FilterSyntax, value: Expr | null): FilterSyntax {
	const at = syntax.statements.findIndex(({ kind }) => kind === 'condition');
	const old = syntax.statements[at];
	const rest = syntax.statements.filter((_, i) => i !== at);
	if (value === null) return { ...syntax, statements: rest };
	const place = at === -1 ? rest.filter(({ kind }) => kind === 'use' || kind === 'let').length : at;
	const statement: Statement = { kind: 'condition', value, place: NOWHERE, comments: old?.comments ?? [] };
	return { ...syntax, statements: [...rest.slice(0, place), statement, ...rest.slice(place)] };
}

/** Puts a term at a place of a group; `group` null, or an expression that is no group, is joined with "and". */
export function insertInto(syntax: FilterSyntax, group: Expr | null, at: number, term: Expr): FilterSyntax {
	if (group === null) {
		const whole = conditionOf(syntax);
		return withCondition(syntax, whole === null ? term : joined(whole, 'and', at, term));
	}
	return replaceIn(syntax, group, joined(group, group.kind === 'logic' ? group.op : 'and', at, term));
}

function joined(group: Expr, op: 'and' | 'or', at: number, term: Expr): Expr {
	const terms = group.kind === 'logic' && group.op === op ? group.terms : [group];
	return { kind: 'logic', op, terms: [...terms.slice(0, at), term, ...terms.slice(at)], place: NOWHERE };
}

/** Moves a term to a place among the terms of a group (counted with it still there); a group cannot move into itself. */
export function moveTerm(syntax: FilterSyntax, term: Expr, group: Expr, at: number): FilterSyntax {
	if (group.kind !== 'logic' || holds(term, group)) return syntax;
	const before = group.terms.slice(0, at).filter((one) => one !== term);
	const after = group.terms.slice(at).filter((one) => one !== term);
	const without = (one: Expr): Expr[] => {
		const kept = rewrite(one, (inner) => (inner === term ? null : undefined));
		return kept === null ? [] : [kept];
	};
	const terms = [...before.flatMap(without), term, ...after.flatMap(without)];
	return rewriteFilter(syntax, (expression) => {
		if (expression === group) return groupOf(group.op, terms);
		return expression === term ? null : undefined;
	});
}

/** Whether an expression is another or stands around it. */
export function holds(outer: Expr, inner: Expr): boolean {
	if (outer === inner) return true;
	let found = false;
	rewrite(outer, (expression) => {
		if (expression === inner) found = true;
		return found ? expression : undefined;
	});
	return found;
}

/** The group that a term stands in, and where; null at the top. */
export function placeOf(
	syntax: FilterSyntax,
	term: Expr,
): { readonly group: Expr & { kind: 'logic' }; readonly at: number } | null {
	let found: { group: Expr & { kind: 'logic' }; at: number } | null = null;
	rewriteFilter(syntax, (expression) => {
		if (expression.kind === 'logic' && expression.terms.includes(term)) {
			found = { group: expression, at: expression.terms.indexOf(term) };
		}
		return undefined;
	});
	return found;
}

/** One expression from a text; a problem where it cannot be read or is more than one. */
export function readExpression(text: string): { readonly value: Expr } | { readonly problem: Problem } {
	const { syntax, problems } = parse(text);
	const [problem] = problems;
	if (problem !== undefined) return { problem };
	const [only] = syntax.statements;
	if (syntax.statements.length === 1 && only?.kind === 'condition') return { value: only.value };
	const message = text.trim() === '' ? 'Something must stand here.' : 'One expression must stand here.';
	return { problem: { severity: 'error', place: { start: 0, end: text.length }, message } };
}

/** One column that a filter records with its hits. */
export type AnnotationEntry = (Statement & { kind: 'annotate' })['entries'][number];

/** The columns that a filter records, in order. */
export function annotationsOf({ statements }: FilterSyntax): readonly AnnotationEntry[] {
	return statements.flatMap((statement) => (statement.kind === 'annotate' ? statement.entries : []));
}

/** The filter with one column more, at the end of those it has. */
export function withAnnotation(syntax: FilterSyntax, name: string, value: Expr): FilterSyntax {
	const entry = { name, namePlace: NOWHERE, value };
	const at = syntax.statements.findLastIndex(({ kind }) => kind === 'annotate');
	if (at === -1) {
		const statement: Statement = { kind: 'annotate', entries: [entry], place: NOWHERE, comments: [] };
		const place = syntax.statements.findLastIndex(({ kind }) => kind === 'condition' || kind === 'let') + 1;
		return {
			...syntax,
			statements: [...syntax.statements.slice(0, place), statement, ...syntax.statements.slice(place)],
		};
	}
	return withEntries(syntax, (entries, i) => (i === at ? [...entries, entry] : entries));
}

/** The filter with one column changed, or without it (null). */
export function changeAnnotation(
	syntax: FilterSyntax,
	entry: AnnotationEntry,
	by: { readonly name: string; readonly value: Expr } | null,
): FilterSyntax {
	return withEntries(syntax, (entries) =>
		entries.flatMap((one) => (one !== entry ? [one] : by === null ? [] : [{ ...one, ...by }])),
	);
}

function withEntries(
	syntax: FilterSyntax,
	change: (entries: readonly AnnotationEntry[], at: number) => readonly AnnotationEntry[],
): FilterSyntax {
	const statements = syntax.statements.flatMap((statement, at): Statement[] => {
		if (statement.kind !== 'annotate') return [statement];
		const entries = change(statement.entries, at);
		return entries.length === 0 ? [] : [{ ...statement, entries }];
	});
	return { ...syntax, statements };
}

/** The filter without one of its lines. */
export function withoutStatement(syntax: FilterSyntax, statement: Statement): FilterSyntax {
	return { ...syntax, statements: syntax.statements.filter((one) => one !== statement) };
}
