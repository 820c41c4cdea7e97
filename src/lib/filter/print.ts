import type { Expr, FilterSyntax, Statement } from './syntax.ts';

/** How tightly each kind of expression holds together: a looser one within a tighter one needs brackets. */
function power(expression: Expr): number {
	switch (expression.kind) {
		case 'lambda':
			return 0;
		case 'logic':
			return expression.op === 'or' ? 1 : 2;
		case 'not':
			return 3;
		case 'compare':
		case 'between':
		case 'presence':
			return 4;
		case 'in':
			// without a value it begins with its word, as a comparison does
			return 4;
		case 'arithmetic':
			return expression.op === '+' || expression.op === '-' ? 5 : 6;
		case 'negative':
			return 7;
		case 'member':
			return 8;
		case 'number':
		case 'text':
		case 'truth':
		case 'name':
		case 'call':
		case 'list':
		case 'broken':
			return 9;
	}
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t' };

/** A text in quotes, as the language writes it. */
export function quoted(text: string): string {
	return `"${text.replace(/[\\"\n\t]/g, (char) => ESCAPES[char] ?? char)}"`;
}

function within(expression: Expr, least: number): string {
	const text = printExpression(expression);
	return power(expression) < least ? `(${text})` : text;
}

/** One expression on one line, in canonical form. */
export function printExpression(expression: Expr): string {
	switch (expression.kind) {
		case 'number':
			return expression.text;
		case 'text':
			return quoted(expression.value);
		case 'truth':
			return String(expression.value);
		case 'name':
			return expression.name;
		case 'member':
			return `${within(expression.object, 8)}.${expression.name}`;
		case 'call':
			return `${expression.name}(${expression.args.map(printExpression).join(', ')})`;
		case 'lambda':
			return `${expression.param} => ${printExpression(expression.body)}`;
		case 'list':
			return `[${expression.items.map(printExpression).join(', ')}]`;
		case 'logic':
			return expression.terms.map((term) => printTerm(term, expression.op)).join(` ${expression.op} `);
		case 'not':
			return `not ${within(expression.operand, 3)}`;
		case 'negative':
			return `-${within(expression.operand, 7)}`;
		case 'arithmetic': {
			const own = power(expression);
			return `${within(expression.left, own)} ${expression.op} ${within(expression.right, own + 1)}`;
		}
		case 'compare':
			return `${within(expression.left, 5)} ${expression.op} ${within(expression.right, 5)}`;
		case 'between':
			return `${within(expression.value, 5)} ${expression.negated ? 'not ' : ''}between ${within(expression.low, 5)} and ${within(expression.high, 5)}`;
		case 'in': {
			const set = within(expression.set, 8);
			if (expression.value === null) return `in ${set}`;
			return `${within(expression.value, 5)} ${expression.negated ? 'not ' : ''}in ${set}`;
		}
		case 'presence':
			return `${within(expression.value, 5)} is ${expression.present ? 'present' : 'absent'}`;
		case 'broken':
			return '';
	}
}

/** A term of `and` or `or`, in brackets where it is a group of its own. */
function printTerm(term: Expr, op: 'and' | 'or'): string {
	return within(term, op === 'or' ? 2 : 3);
}

function printStatement(statement: Statement): string {
	switch (statement.kind) {
		case 'use':
			return `use ${quoted(statement.block)} as ${statement.name}`;
		case 'let':
			return `let ${statement.name} = ${printExpression(statement.value)}`;
		case 'condition':
			return printCondition(statement.value);
		case 'annotate':
			return `annotate ${statement.entries.map((entry) => `${entry.name} = ${printExpression(entry.value)}`).join(', ')}`;
		case 'order':
			return `order by ${printExpression(statement.value)}${statement.descending ? ' descending' : ''}`;
		case 'limit':
			return `limit ${statement.count}`;
		case 'onePerObject':
			return 'one per object';
		case 'sample':
			return `sample ${statement.fraction}`;
	}
}

/** The terms of the condition one per line: each is a line of the funnel. */
function printCondition(value: Expr): string {
	if (value.kind !== 'logic') return printExpression(value);
	return value.terms.map((term, index) => (index === 0 ? '' : `${value.op} `) + printTerm(term, value.op)).join('\n');
}

const printComments = (comments: readonly string[]) => comments.map((comment) => `# ${comment}`.trimEnd());

/** A filter in canonical form: parsing it gives the same tree, printing that the same text. */
export function print(syntax: FilterSyntax): string {
	const lines = syntax.statements.flatMap((statement) => [
		...printComments(statement.comments),
		printStatement(statement),
	]);
	return [...lines, ...printComments(syntax.trailing)].map((line) => `${line}\n`).join('');
}
