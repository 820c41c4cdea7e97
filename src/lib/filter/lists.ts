import type { FitFn, ListNode, NumNode } from './core.ts';
import type { Call, Checking } from './checking.ts';
import { findFunction } from './functions.ts';
import { LIMITS } from './limits.ts';
import { printExpression } from './print.ts';
import type { Place } from './place.ts';
import type { Expr } from './syntax.ts';
import { describeType, unitsAgree, type ElementType } from './type.ts';
import { productUnit } from './units.ts';
import { list, num, record, truth, type Checked, type ListValue, type NumberValue, type TruthValue } from './value.ts';

/** Checks a call of a function whose first argument is a list. */
export function listCall(checking: Checking, call: Call): Checked | null {
	const [first, ...rest] = call.args;
	if (first === undefined) return null;
	if (first.kind === 'lambda') {
		return checking.error(first.place, `The list comes first: write ${findFunction(call.name)?.signatures[0] ?? ''}.`);
	}
	const given = checking.expression(first);
	if (given === null) return null;
	if (given.kind !== 'list') {
		if ((call.name === 'min' || call.name === 'max') && given.kind === 'number') return extreme(checking, call);
		return checking.error(
			first.place,
			`${call.name} takes a list, such as detections; this is ${describeType(given.type)}.`,
		);
	}
	return ofList(checking, call, given, rest);
}

function ofList(checking: Checking, call: Call, given: ListValue, rest: readonly Expr[]): Checked | null {
	const { node } = given;
	const { of } = given.type;
	const { build } = checking;
	const [arg] = rest;
	switch (call.name) {
		case 'any':
		case 'all': {
			const kind = call.name;
			if (arg === undefined) return truth(build.compare('<', build.num(0), build.count(node)));
			return overTruth(checking, of, arg, (test, depth) => truth(build.quantifier(kind, node, test.node, depth)));
		}
		case 'count':
			return overSelection(checking, given, arg, (selected) => num(build.count(selected), ''));
		case 'first':
		case 'last': {
			const end = call.name;
			return overSelection(checking, given, arg, (selected) => pick(checking, end, selected, of, call.place));
		}
		case 'where':
			return overSelection(checking, given, arg, (selected) => list(of, selected));
		case 'sort':
			return overNumber(checking, of, arg, (by, depth) => list(of, build.sort(node, by.node, depth)));
		case 'map':
			return overNumber(checking, of, arg, (value, depth) =>
				list({ kind: 'number', unit: value.type.unit ?? '' }, build.map(node, value.node, depth)),
			);
		case 'take':
		case 'takeLast':
			return take(checking, call, given, arg);
		case 'pairs':
			if (of.kind !== 'record' || of.record !== 'point') {
				return checking.error(call.place, `pairs takes a list of points; this is ${describeType(given.type)}.`);
			}
			return list({ kind: 'record', record: 'pair' }, build.pairs(node));
		case 'min':
		case 'max':
		case 'sum':
		case 'mean':
		case 'median':
			return aggregate(checking, call.name, call, given, arg);
		case 'slope':
		case 'slopeError':
		case 'slopeChi2':
			return fit(checking, call.name, call, given, rest);
		default:
			return checking.error(call.place, `Unknown function "${call.name}".`);
	}
}

/** min and max of single numbers. */
function extreme(checking: Checking, call: Call): Checked | null {
	if (call.args.length < 2) return checking.error(call.place, `${call.name} takes a list, or two or more numbers.`);
	const numbers: NumberValue[] = [];
	for (const arg of call.args) {
		const value = checking.number(arg, `An argument of ${call.name}`);
		if (value === null) return null;
		const [first] = numbers;
		if (first !== undefined && !unitsAgree(first.type.unit, value.type.unit)) {
			return checking.error(
				arg.place,
				`${call.name} takes values of one unit; this is ${describeType(value.type)} and the first is ${describeType(first.type)}.`,
			);
		}
		numbers.push(value);
	}
	const unit = numbers.map(({ type }) => type.unit).find((one) => one !== null && one !== '');
	const node = checking.build.extreme(
		call.name === 'min' ? 'least' : 'greatest',
		numbers.map((value) => value.node),
	);
	return node === null ? null : num(node, unit ?? null);
}

function pick(
	checking: Checking,
	end: 'first' | 'last',
	node: ListNode,
	of: ElementType,
	place: Place,
): Checked | null {
	if (of.kind === 'number') {
		return checking.error(
			place,
			`${end} takes a list of points, pairs, matches or objects; of numbers take min, max, mean, median or sum.`,
		);
	}
	const picked = checking.build.pick(end, node);
	return picked === null ? null : record(of.record, picked);
}

function take(checking: Checking, call: Call, { node, type }: ListValue, arg: Expr | undefined): Checked | null {
	const count = arg?.kind === 'number' ? Number(arg.text) : Number.NaN;
	if (!(Number.isInteger(count) && count >= 1 && count <= 10_000)) {
		return checking.error(arg?.place ?? call.place, `${call.name} takes a whole number from 1 to 10000.`);
	}
	return list(type.of, checking.build.take(node, count, call.name === 'take' ? 'first' : 'last'));
}

/** The list, or the elements of it that pass the test that follows. */
function overSelection(
	checking: Checking,
	{ node, type }: ListValue,
	test: Expr | undefined,
	use: (selected: ListNode) => Checked | null,
): Checked | null {
	if (test === undefined) return use(node);
	return overTruth(checking, type.of, test, ({ node: body }, depth) => use(checking.build.where(node, body, depth)));
}

function overTruth(
	checking: Checking,
	of: ElementType,
	arg: Expr | undefined,
	use: (body: TruthValue, depth: number) => Checked | null,
): Checked | null {
	return over(checking, of, arg, 'd.mag < 19', (body, depth, place) =>
		body.kind === 'truth'
			? use(body, depth)
			: checking.error(place, `Expected true or false; this is ${describeType(body.type)}.`),
	);
}

function overNumber(
	checking: Checking,
	of: ElementType,
	arg: Expr | undefined,
	use: (body: NumberValue, depth: number) => Checked | null,
): Checked | null {
	return over(checking, of, arg, 'd.mag', (body, depth, place) =>
		body.kind === 'number'
			? use(body, depth)
			: checking.error(place, `Expected a number; this is ${describeType(body.type)}.`),
	);
}

/** Checks `d => ...` over elements of a type and hands on what it gives. */
function over(
	checking: Checking,
	of: ElementType,
	arg: Expr | undefined,
	example: string,
	use: (body: Checked, depth: number, place: Place) => Checked | null,
): Checked | null {
	if (arg === undefined) return null;
	if (arg.kind !== 'lambda') {
		return checking.error(
			arg.place,
			`Write "d => ${example}": what is asked of each element d of the list.`,
			`d => ${printExpression(arg)}`,
		);
	}
	const depth = checking.params.length + 1;
	if (depth > LIMITS.lambdas) {
		return checking.error(
			arg.place,
			`Lists within lists may go ${LIMITS.lambdas} levels deep. Name the inner one with "let" where it does not depend on the outer.`,
		);
	}
	if (!checking.isNew(arg.param)) {
		return checking.error(arg.paramPlace, `The name "${arg.param}" is taken already: choose another for the element.`);
	}
	const value: Checked =
		of.kind === 'number'
			? num(checking.build.element(depth), of.unit)
			: record(of.record, checking.build.variable(of.record, depth));
	checking.params.push({ name: arg.param, value });
	const body = checking.expression(arg.body);
	checking.params.pop();
	return body === null ? null : use(body, depth, arg.body.place);
}

function aggregate(
	checking: Checking,
	fn: 'min' | 'max' | 'sum' | 'mean' | 'median',
	call: Call,
	{ node, type }: ListValue,
	arg: Expr | undefined,
): Checked | null {
	const { build } = checking;
	if (arg !== undefined) {
		return overNumber(checking, type.of, arg, (value, depth) =>
			num(build.aggregate(fn, node, value.node, depth), value.type.unit),
		);
	}
	if (type.of.kind !== 'number') {
		return checking.error(
			call.place,
			`Say which number of each element: write ${fn}(${printExpression(call.args[0] ?? call)}, d => d.mag).`,
		);
	}
	const depth = checking.params.length + 1;
	return num(build.aggregate(fn, node, build.element(depth), depth), type.of.unit);
}

function fit(
	checking: Checking,
	fn: FitFn,
	call: Call,
	{ node, type }: ListValue,
	rest: readonly Expr[],
): Checked | null {
	const { of } = type;
	if (of.kind !== 'record' || of.record !== 'point') {
		return checking.error(call.place, `${fn} takes a list of points; this is ${describeType(type)}.`);
	}
	if (rest.length === 1) {
		return checking.error(call.place, `Write ${fn}(points), or ${fn}(points, d => d.psfFlux, d => d.psfFluxErr).`);
	}
	const { build } = checking;
	const fitted = (y: NumNode, err: NumNode, unit: string | null, depth: number): Checked => {
		const x = build.numMember(build.variable('point', depth), 'mjd');
		return num(build.fit(fn, node, [x, y, err], depth), fn === 'slopeChi2' ? '' : productUnit(unit, 'd', '/'));
	};
	if (rest.length === 0) {
		const depth = checking.params.length + 1;
		const point = build.variable('point', depth);
		return fitted(build.numMember(point, 'mag'), build.numMember(point, 'magErr'), 'mag', depth);
	}
	return overNumber(checking, of, rest[0], (y) =>
		overNumber(checking, of, rest[1], (err, depth) => fitted(y.node, err.node, y.type.unit, depth)),
	);
}
