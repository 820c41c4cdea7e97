import { printExpression } from './print.ts';
import type { CompareOp, Expr, TextOp } from './syntax.ts';

/** How a form asks a question about a value: the words of the language, or "is" for what is true or false by itself. */
export type TestOp =
	CompareOp | TextOp | 'between' | 'not between' | 'in' | 'not in' | 'is' | 'is not' | 'is present' | 'is absent';

/** Functions whose blocks ask something of each element of a list. */
export type BlockFn = 'any' | 'all' | 'count';

/** What a form shows an expression as. */
export type Shape =
	| {
			readonly kind: 'group';
			readonly op: 'and' | 'or';
			readonly terms: readonly Expr[];
			readonly negated: boolean;
			readonly group: Expr;
	  }
	| { readonly kind: 'test'; readonly subject: Expr; readonly op: TestOp; readonly values: readonly Expr[] }
	| {
			readonly kind: 'block';
			readonly fn: BlockFn;
			readonly negated: boolean;
			readonly list: Expr;
			readonly param: string;
			readonly body: Expr;
			/** Of count: what the number is compared with. */
			readonly op: CompareOp | null;
			readonly value: Expr | null;
			readonly call: Expr & { readonly kind: 'call' };
	  }
	| { readonly kind: 'written'; readonly text: string };

const BLOCKS = new Set(['any', 'all', 'count']);
const NOWHERE = { start: 0, end: 0 };

/** Whether a form can show a value as one field: a name with members, or a call of fixed arguments. */
function isSubject(expression: Expr): boolean {
	return !['number', 'text', 'truth', 'list', 'lambda', 'broken', 'logic', 'not', 'in', 'between', 'presence'].includes(
		expression.kind,
	);
}

/** The shape of an expression in a form; what has none is shown as it is written. */
export function shapeOf(expression: Expr): Shape {
	const written: Shape = { kind: 'written', text: printExpression(expression) };
	switch (expression.kind) {
		case 'logic':
			return { kind: 'group', op: expression.op, terms: expression.terms, negated: false, group: expression };
		case 'not': {
			const { operand } = expression;
			if (operand.kind === 'logic') {
				return { kind: 'group', op: operand.op, terms: operand.terms, negated: true, group: operand };
			}
			const inner = shapeOf(operand);
			if (inner.kind === 'block' && inner.fn !== 'count' && !inner.negated) return { ...inner, negated: true };
			if (inner.kind === 'test' && inner.op === 'is') return { ...inner, op: 'is not' };
			return written;
		}
		case 'compare': {
			const block = blockOf(expression.left);
			if (block?.fn === 'count' && isCompare(expression.op)) {
				return { ...block, op: expression.op, value: expression.right };
			}
			return isSubject(expression.left)
				? { kind: 'test', subject: expression.left, op: expression.op, values: [expression.right] }
				: written;
		}
		case 'between':
			return isSubject(expression.value)
				? {
						kind: 'test',
						subject: expression.value,
						op: expression.negated ? 'not between' : 'between',
						values: [expression.low, expression.high],
					}
				: written;
		case 'in':
			return expression.value !== null && isSubject(expression.value) && expression.set.kind === 'list'
				? {
						kind: 'test',
						subject: expression.value,
						op: expression.negated ? 'not in' : 'in',
						values: [expression.set],
					}
				: written;
		case 'presence':
			return isSubject(expression.value)
				? { kind: 'test', subject: expression.value, op: expression.present ? 'is present' : 'is absent', values: [] }
				: written;
		case 'name':
		case 'member':
		case 'call': {
			const block = blockOf(expression);
			if (block !== null && block.fn !== 'count') return block;
			return { kind: 'test', subject: expression, op: 'is', values: [] };
		}
		case 'number':
		case 'text':
		case 'truth':
		case 'lambda':
		case 'list':
		case 'negative':
		case 'arithmetic':
		case 'broken':
			return written;
	}
}

function isCompare(op: CompareOp | TextOp): op is CompareOp {
	return op !== 'contains' && op !== 'startsWith' && op !== 'endsWith';
}

function blockOf(call: Expr): (Shape & { kind: 'block' }) | null {
	if (call.kind !== 'call' || !BLOCKS.has(call.name)) return null;
	const [list, lambda] = call.args;
	if (list === undefined || lambda?.kind !== 'lambda') return null;
	return {
		kind: 'block',
		fn: call.name === 'any' ? 'any' : call.name === 'all' ? 'all' : 'count',
		negated: false,
		list,
		param: lambda.param,
		body: lambda.body,
		op: null,
		value: null,
		call,
	};
}

/** The expression of a test: the way back from a form. */
export function testOf(subject: Expr, op: TestOp, values: readonly Expr[]): Expr {
	const place = NOWHERE;
	const [first = { kind: 'number', text: '0', place }, second = first] = values;
	switch (op) {
		case 'is':
			return subject;
		case 'is not':
			return { kind: 'not', operand: subject, place };
		case 'is present':
		case 'is absent':
			return { kind: 'presence', value: subject, present: op === 'is present', place };
		case 'between':
		case 'not between':
			return { kind: 'between', value: subject, low: first, high: second, negated: op === 'not between', place };
		case 'in':
		case 'not in': {
			const set: Expr = first.kind === 'list' ? first : { kind: 'list', items: [first], place };
			return { kind: 'in', value: subject, set, negated: op === 'not in', place };
		}
		default:
			return { kind: 'compare', op, left: subject, right: first, place };
	}
}

/** The expression of a block that asks something of each element of a list. */
export function blockExpression(block: Omit<Shape & { kind: 'block' }, 'kind' | 'call'>): Expr {
	const { fn, list, param, body, op, value, negated } = block;
	const place = NOWHERE;
	const call: Expr = {
		kind: 'call',
		name: fn,
		namePlace: place,
		args: [list, { kind: 'lambda', param, paramPlace: place, body, place }],
		place,
	};
	if (fn === 'count') {
		return { kind: 'compare', op: op ?? '>=', left: call, right: value ?? { kind: 'number', text: '1', place }, place };
	}
	return negated ? { kind: 'not', operand: call, place } : call;
}
