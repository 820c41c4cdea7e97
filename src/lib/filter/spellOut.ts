import type { Expr, FilterSyntax, Statement } from './syntax.ts';

/** The tree with bare survey fields in full. */
export function spellOut(syntax: FilterSyntax, names: ReadonlyMap<Expr, Expr>): FilterSyntax {
	if (names.size === 0) return syntax;
	const full = (expression: Expr) => spellOutExpression(expression, names);
	return {
		...syntax,
		statements: syntax.statements.map((statement): Statement => {
			switch (statement.kind) {
				case 'let':
				case 'condition':
				case 'order':
					return { ...statement, value: full(statement.value) };
				case 'annotate':
					return { ...statement, entries: statement.entries.map((entry) => ({ ...entry, value: full(entry.value) })) };
				case 'use':
				case 'limit':
				case 'onePerObject':
				case 'sample':
					return statement;
			}
		}),
	};
}

/** One expression with bare survey fields in full. */
export function spellOutExpression(expression: Expr, names: ReadonlyMap<Expr, Expr>): Expr {
	const full = (inner: Expr) => spellOutExpression(inner, names);
	switch (expression.kind) {
		case 'name':
			return names.get(expression) ?? expression;
		case 'member':
			return { ...expression, object: full(expression.object) };
		case 'call':
			return { ...expression, args: expression.args.map(full) };
		case 'lambda':
			return { ...expression, body: full(expression.body) };
		case 'list':
			return { ...expression, items: expression.items.map(full) };
		case 'logic':
			return { ...expression, terms: expression.terms.map(full) };
		case 'not':
		case 'negative':
			return { ...expression, operand: full(expression.operand) };
		case 'arithmetic':
		case 'compare':
			return { ...expression, left: full(expression.left), right: full(expression.right) };
		case 'between':
			return { ...expression, value: full(expression.value), low: full(expression.low), high: full(expression.high) };
		case 'in':
			return {
				...expression,
				value: expression.value === null ? null : full(expression.value),
				set: full(expression.set),
			};
		case 'presence':
			return { ...expression, value: full(expression.value) };
		case 'number':
		case 'text':
		case 'truth':
		case 'broken':
			return expression;
	}
}
