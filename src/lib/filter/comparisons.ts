import { nightFromText, taiMjdFromIso } from '#lib/astro/time.ts';
import { TIME_FORM } from './calls.ts';
import type { Checking } from './checking.ts';
import type { NumNode, TextNode, TruthNode } from './core.ts';
import { wholeNumber } from './membership.ts';
import { beyondRange } from './ranges.ts';
import { printExpression } from './print.ts';
import type { CompareOp, Expr, TextOp } from './syntax.ts';
import { describeType, unitsAgree, type Type } from './type.ts';
import { productUnit, sumUnit, timeHint } from './units.ts';
import { num, truth, type Checked } from './value.ts';
import { sentence } from './words.ts';

/** Checks `a + b` and its like, with units. */
export function arithmetic(
	checking: Checking,
	{ op, left, right, place }: Expr & { kind: 'arithmetic' },
): Checked | null {
	const a = checking.number(left, `What stands before "${op}"`);
	const b = checking.number(right, `What stands after "${op}"`);
	if (a === null || b === null) return null;
	const node = checking.build.arith(op, a.node, b.node);
	const unitA = a.type.unit;
	const unitB = b.type.unit;
	switch (op) {
		case '*':
			return num(node, productUnit(unitA, unitB, '.'));
		case '/':
			return num(node, unitA !== null && unitA === unitB ? '' : productUnit(unitA, unitB, '/'));
		case '%':
			return num(node, unitA);
		case '-':
		case '+': {
			const unit = sumUnit(op, unitA, unitB);
			if (unit !== undefined) return num(node, unit);
			const done = op === '+' ? 'added' : 'subtracted';
			return checking.error(
				place,
				`${sentence(describeType(a.type))} and ${describeType(b.type)} cannot be ${done}.${timeHint(unitA, unitB)}`,
			);
		}
	}
}

/** Checks `a < b` and its like. */
export function comparison(checking: Checking, expression: Expr & { kind: 'compare' }): Checked | null {
	const { op, left, right, place } = expression;
	if (op === 'contains' || op === 'startsWith' || op === 'endsWith') return textTest(checking, op, left, right);
	let a = checking.expression(left);
	let b = checking.expression(right);
	if (a === null || b === null) return null;
	const [typeA, typeB]: [Type, Type] = [a.type, b.type];
	a = checking.readAs(a, left, typeB);
	b = checking.readAs(b, right, typeA);
	if (a === null || b === null) return null;
	if (a.kind === 'id' || b.kind === 'id') return compareId(checking, op, [a, left], [b, right]);
	if (a.kind === 'number' && b.kind === 'number') {
		if (unitsAgree(a.type.unit, b.type.unit)) {
			const beyond = beyondRange(op, a.node, b.node);
			if (beyond !== null) checking.warn(place, beyond.message);
			return truth(compareNumbers(checking, op, a.node, b.node));
		}
		const hint = timeHint(a.type.unit, b.type.unit);
		return checking.error(
			place,
			`${sentence(describeType(a.type))} and ${describeType(b.type)} cannot be compared.${hint}`,
		);
	}
	const same = sameValue(checking, [a, left], [b, right]);
	if (same === undefined) {
		return checking.error(place, `${sentence(describeType(a.type))} and ${describeType(b.type)} cannot be compared.`);
	}
	if (same === null) return null;
	if (op === '==') return truth(same);
	if (op === '!=') return truth(checking.build.not(same));
	const more = a.kind === 'text' ? ', "in", "contains", "startsWith" and "endsWith"' : '';
	return checking.error(place, `${sentence(describeType(a.type))} can be compared only with "==" and "!="${more}.`);
}

type Side = readonly [Checked, Expr];

/** Whether two truths or texts are the same; undefined where they cannot be. */
function sameValue(checking: Checking, [a, left]: Side, [b, right]: Side): TruthNode | null | undefined {
	const { build } = checking;
	if (a.kind === 'truth' && b.kind === 'truth') {
		if (b.node.kind === 'const') return b.node.value ? a.node : build.not(a.node);
		if (a.node.kind === 'const') return a.node.value ? b.node : build.not(b.node);
		const neither = build.logic('and', [build.not(a.node), build.not(b.node)]);
		return build.logic('or', [build.logic('and', [a.node, b.node]), neither]);
	}
	if (a.kind !== 'text' || b.kind !== 'text') return undefined;
	if (!isOfDomain(checking, a.type.domain, b.node, right) || !isOfDomain(checking, b.type.domain, a.node, left))
		return null;
	if (b.node.kind === 'const' && a.node.kind !== 'const') return build.oneOfTexts(a.node, [b.node.value]);
	if (a.node.kind === 'const' && b.node.kind !== 'const') return build.oneOfTexts(b.node, [a.node.value]);
	return build.sameText(a.node, b.node);
}

function isOfDomain(
	checking: Checking,
	domain: (Type & { kind: 'text' })['domain'],
	node: TextNode,
	from: Expr,
): boolean {
	return node.kind !== 'const' || checking.isOfDomain(domain, node.value, from.place);
}

function compareNumbers({ build }: Checking, op: CompareOp, a: NumNode, b: NumNode): TruthNode {
	switch (op) {
		case '<':
		case '<=':
		case '==':
			return build.compare(op, a, b);
		case '>':
			return build.compare('<', b, a);
		case '>=':
			return build.compare('<=', b, a);
		case '!=':
			return build.not(build.compare('==', a, b));
	}
}

function compareId(checking: Checking, op: CompareOp, a: Side, b: Side): Checked | null {
	const [[id, written], [, number]] = a[0].kind === 'id' ? [a, b] : [b, a];
	if (op !== '==' && op !== '!=') {
		return checking.error(written.place, 'A 64-bit id can be compared only with "==", "!=" and "in".');
	}
	const value = wholeNumber(checking, number);
	if (value === null || id.kind !== 'id') return null;
	const same = checking.build.sameId(id.node, [value]);
	return truth(op === '==' ? same : checking.build.not(same));
}

function textTest(checking: Checking, op: TextOp, left: Expr, right: Expr): Checked | null {
	const a = checking.expression(left);
	const b = checking.expression(right);
	if (a === null || b === null) return null;
	if (a.kind === 'text' && b.kind === 'text') return truth(checking.build.textTest(op, a.node, b.node));
	const [wrong, from] = a.kind === 'text' ? [b, right] : [a, left];
	return checking.error(from.place, `"${op}" stands between texts; this is ${describeType(wrong.type)}.`);
}

/** Checks `x between a and b`, ends included. */
export function between(checking: Checking, { value, low, high, place }: Expr & { kind: 'between' }): TruthNode | null {
	const checked = checking.number(value, 'What stands before "between"');
	if (checked === null) return null;
	const ends: NumNode[] = [];
	for (const end of [low, high]) {
		const plain = checking.expression(end);
		const read = plain === null ? null : checking.readAs(plain, end, checked.type);
		if (read === null) return null;
		if (read.kind !== 'number' || !unitsAgree(read.type.unit, checked.type.unit)) {
			return checking.error(
				end.place,
				`${sentence(describeType(checked.type))} and ${describeType(read.type)} cannot be compared.`,
			);
		}
		ends.push(read.node);
	}
	const [from, to] = ends;
	if (from === undefined || to === undefined) return null;
	if (from.kind === 'const' && to.kind === 'const' && from.value > to.value) {
		return checking.error(
			place,
			'Nothing lies between these two numbers, for the first is the greater. Swap them.',
			`${printExpression(value)} between ${printExpression(high)} and ${printExpression(low)}`,
		);
	}
	const beyond = beyondRange('>=', checked.node, from) ?? beyondRange('<=', checked.node, to);
	// one end beyond those of the field is no slip: the other decides
	if (beyond?.always === false) checking.warn(place, beyond.message);
	const { build } = checking;
	return build.logic('and', [build.compare('<=', from, checked.node), build.compare('<=', checked.node, to)]);
}

/** A text that is compared with a time or a night, read as one; others as they are. */
export function readAs(checking: Checking, checked: Checked, written: Expr, other: Type): Checked | null {
	if (written.kind !== 'text' || other.kind !== 'number') return checked;
	if (other.unit === 'night') {
		const night = nightFromText(written.value);
		if (night !== null) return num(checking.build.num(night), 'night');
		return checking.error(written.place, 'A night is written "YYYY-MM-DD", such as "2026-11-19".');
	}
	if (other.unit !== 'MJD') return checked;
	const mjd = taiMjdFromIso(written.value);
	return mjd === null ? checking.error(written.place, TIME_FORM) : num(checking.build.num(mjd), 'MJD');
}
