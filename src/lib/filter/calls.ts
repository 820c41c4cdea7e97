import { SURVEYS } from '#lib/alert/surveys.ts';
import { taiMjdFromIso } from '#lib/astro/time.ts';
import { findField } from './catalogue.ts';
import { own, type Call, type Checking } from './checking.ts';
import type { ListNode, MathFn } from './core.ts';
import { findFunction, FUNCTIONS } from './functions.ts';
import { listCall } from './lists.ts';
import { shorten } from './parse.ts';
import type { Place } from './place.ts';
import { printExpression } from './print.ts';
import { nearestName } from './suggest.ts';
import type { Expr } from './syntax.ts';
import { describeType, unitsAgree } from './type.ts';
import { list, num, record, text, truth, type Checked, type NumberValue } from './value.ts';
import { listed } from './words.ts';

/** Checks a call. */
export function checkCall(checking: Checking, call: Call): Checked | null {
	const entry = findFunction(call.name);
	if (entry === undefined) {
		const names = FUNCTIONS.map(({ name }) => name);
		const near = call.name === 'filter' ? 'where' : nearestName(call.name, names);
		const mean = near === undefined ? '.' : `; did you mean "${near}"?`;
		return checking.error(call.namePlace, `Unknown function "${shorten(call.name)}"${mean}`, near);
	}
	const { length } = call.args;
	if (length < entry.least || length > entry.most) {
		return checking.error(call.place, `Write ${entry.signatures.join(' or ')}.`);
	}
	if (entry.group === 'lists') return listCall(checking, call);
	const checkArguments = CALLS[entry.name];
	if (checkArguments === undefined) {
		return checking.error(call.place, `"${entry.name}" stands only after "in", as in: ${entry.example}`);
	}
	const lambda = call.args.find((arg) => arg.kind === 'lambda');
	if (lambda !== undefined) return checking.error(lambda.place, `Write ${entry.signatures.join(' or ')}.`);
	return checkArguments(checking, call);
}

function numbers(checking: Checking, call: Call, args = call.args): NumberValue[] | null {
	const checked = args.map((arg) => checking.number(arg, `An argument of ${call.name}`));
	const known = checked.filter((value) => value !== null);
	return known.length < checked.length ? null : known;
}

/** The one number of a call that takes one, or that with more arguments that are none. */
function only(checking: Checking, call: Call): NumberValue | null {
	return numbers(checking, call, call.args.slice(0, 1))?.[0] ?? null;
}

/** A function of numbers whose result has the unit given, or with 'same' that of its argument. */
function math(fn: MathFn, unit: string): (checking: Checking, call: Call) => Checked | null {
	return (checking, call) => {
		const args = numbers(checking, call);
		const [first] = args ?? [];
		if (args === null || first === undefined) return null;
		const angle = fn === 'sin' || fn === 'cos' || fn === 'tan';
		if (angle && (first.type.unit === 'deg' || first.type.unit === 'arcsec')) {
			const written = call.args.map(printExpression).join(', ');
			return checking.error(
				call.place,
				`${fn} takes radians and this is in ${first.type.unit}: write ${fn}(radians(${written})).`,
				`${fn}(radians(${written}))`,
			);
		}
		const node = checking.build.math(
			fn,
			args.map((value) => value.node),
		);
		return num(node, unit === 'same' ? first.type.unit : unit);
	};
}

const placeOf = (call: Call, index: number): Place => call.args[index]?.place ?? call.place;

function written(checking: Checking, call: Call, index: number, what: string): string | null {
	const arg = call.args[index];
	if (arg?.kind === 'text' && arg.value !== '') return arg.value;
	return checking.error(placeOf(call, index), `Write the name of the ${what} in quotes.`);
}

function catalogName(checking: Checking, call: Call): string | null {
	const name = written(checking, call, 0, 'catalogue');
	const { catalogs } = checking.environment;
	if (name === null || catalogs === null || catalogs.has(name)) return name;
	return checking.unknown('catalogue', name, catalogs.keys(), placeOf(call, 0));
}

function surveyName(checking: Checking, call: Call): string | null {
	const name = written(checking, call, 0, 'survey');
	return name !== null && checking.isOfDomain('survey', name, placeOf(call, 0)) ? name : null;
}

function nearest(checking: Checking, node: ListNode, of: 'match' | 'association'): Checked | null {
	const picked = checking.build.pick('first', node);
	return picked === null ? null : record(of, picked);
}

function score(checking: Checking, call: Call): Checked | null {
	const model = written(checking, call, 0, 'model');
	const label = call.args.length === 2 ? written(checking, call, 1, 'label') : '';
	if (model === null || label === null) return null;
	const { models } = checking.environment;
	if (models !== null) {
		const labels = models.get(model);
		if (labels === undefined) return checking.unknown('model', model, models.keys(), placeOf(call, 0));
		if (label !== '' && !labels.includes(label)) {
			return checking.unknown(`label of "${model}" named`, label, labels, placeOf(call, 1));
		}
		if (label === '' && labels.length > 1) {
			const names = listed(labels.map((one) => `"${one}"`));
			return checking.error(
				call.place,
				`The model "${model}" has several labels: write score("${model}", "${labels[0] ?? ''}") or another of ${names}.`,
			);
		}
	}
	return num(checking.build.score(model, label === '' ? null : label), '');
}

/** Arguments of one type and unit, for `coalesce` and `if`. */
function alike(checking: Checking, args: readonly Expr[], what: string): Checked[] | null {
	const checked = args.map((arg) => checking.expression(arg));
	const known = checked.filter((value) => value !== null);
	const [first] = known;
	if (known.length < checked.length || first === undefined) return null;
	for (const [index, value] of known.entries()) {
		const place = args[index]?.place ?? { start: 0, end: 0 };
		if (value.kind !== 'number' && value.kind !== 'text' && value.kind !== 'truth') {
			return checking.error(
				place,
				`${what} takes numbers, texts, or true and false; this is ${describeType(value.type)}.`,
			);
		}
		const agrees =
			value.kind === first.kind &&
			!(value.kind === 'number' && first.kind === 'number' && !unitsAgree(value.type.unit, first.type.unit));
		if (!agrees) {
			return checking.error(
				place,
				`${what} takes values of one type and unit; this is ${describeType(value.type)} and the first is ${describeType(first.type)}.`,
			);
		}
	}
	return known;
}

function coalesce(checking: Checking, call: Call): Checked | null {
	const known = alike(checking, call.args, 'coalesce');
	const [first] = known ?? [];
	if (known === null || first === undefined) return null;
	const { build } = checking;
	if (first.kind === 'number') {
		const values = known.flatMap((value) => (value.kind === 'number' ? value : []));
		const unit = values.map(({ type }) => type.unit).find((one) => one !== null && one !== '');
		return num(build.coalesceNum(values.map(({ node }) => node)), unit ?? first.type.unit);
	}
	if (first.kind === 'text') {
		return text(
			build.coalesceText(known.flatMap((value) => (value.kind === 'text' ? value.node : []))),
			first.type.domain,
		);
	}
	const nodes = known.flatMap((value) => (value.kind === 'truth' ? value.node : []));
	return truth(
		nodes.reduceRight((later, node) => {
			const there = build.present(node);
			return build.logic('or', [build.logic('and', [there, node]), build.logic('and', [build.not(there), later])]);
		}),
	);
}

function choose(checking: Checking, call: Call): Checked | null {
	const [condition, ...values] = call.args;
	const test = condition === undefined ? null : checking.truth(condition);
	const [then, otherwise] = alike(checking, values, 'if') ?? [];
	if (test === null || then === undefined || otherwise === undefined) return null;
	const { build } = checking;
	if (then.kind === 'number' && otherwise.kind === 'number') {
		const unit = then.type.unit === null || then.type.unit === '' ? otherwise.type.unit : then.type.unit;
		return num(build.chooseNum(test, then.node, otherwise.node), unit);
	}
	if (then.kind === 'text' && otherwise.kind === 'text') {
		return text(build.chooseText(test, then.node, otherwise.node), then.type.domain);
	}
	if (then.kind !== 'truth' || otherwise.kind !== 'truth') return null;
	const chosen = build.logic('or', [
		build.logic('and', [test, then.node]),
		build.logic('and', [build.not(test), otherwise.node]),
	]);
	return truth(chosen);
}

function separation(checking: Checking, call: Call): Checked | null {
	if (call.args.length === 3) {
		return checking.error(call.place, 'Write separation(ra, dec) or separation(ra1, dec1, ra2, dec2).');
	}
	const args = numbers(checking, call);
	if (args === null) return null;
	for (const [index, { type }] of args.entries()) {
		if (!unitsAgree(type.unit, 'deg')) {
			return checking.error(placeOf(call, index), `separation takes degrees; this is ${describeType(type)}.`);
		}
	}
	const here = args.length === 4 ? [] : [own(checking, findField('ra')), own(checking, findField('dec'))];
	const nodes = [...here, ...args].flatMap((value) => (value.kind === 'number' ? value.node : []));
	return num(checking.build.math('separation', nodes), 'arcsec');
}

function literal(call: Call, index: number, absent = Number.NaN): number {
	const arg = call.args[index];
	if (arg === undefined) return absent;
	return arg.kind === 'number' ? Number(arg.text) : Number.NaN;
}

function sample(checking: Checking, call: Call): Checked | null {
	const fraction = literal(call, 0);
	const seed = literal(call, 1, 0);
	if (!(fraction > 0 && fraction <= 1)) {
		return checking.error(call.place, 'A sample is a share above 0 and up to 1, such as 0.01.');
	}
	if (!(Number.isInteger(seed) && seed >= 0 && seed <= 1e6)) {
		return checking.error(call.place, 'The seed of a sample is a whole number from 0 to 1000000.');
	}
	return truth(checking.build.sample(fraction, seed));
}

function mod(checking: Checking, call: Call): Checked | null {
	const [id] = call.args;
	const checked = id === undefined ? null : checking.expression(id);
	if (checked === null) return null;
	const divisor = literal(call, 1);
	if (!(Number.isInteger(divisor) && divisor >= 1 && divisor <= 1e9)) {
		return checking.error(placeOf(call, 1), 'mod divides by a whole number from 1 to 1000000000.');
	}
	if (checked.kind !== 'id') {
		return checking.error(
			placeOf(call, 0),
			`mod takes a 64-bit id, such as alertId; this is ${describeType(checked.type)}. Numbers have "%".`,
		);
	}
	return num(checking.build.modulo(checked.node, divisor), '');
}

function round(checking: Checking, call: Call): Checked | null {
	const digits = literal(call, 1, 0);
	if (!(Number.isInteger(digits) && digits >= 0 && digits <= 9)) {
		return checking.error(placeOf(call, 1), 'The digits of round are a whole number from 0 to 9.');
	}
	const value = only(checking, call);
	return value === null ? null : num(checking.build.round(value.node, digits), value.type.unit);
}

/** A number that must have a unit, or none. */
function inUnit(checking: Checking, call: Call, unit: string, what: string): NumberValue | null {
	const value = only(checking, call);
	if (value === null || unitsAgree(value.type.unit, unit)) return value;
	return checking.error(call.place, `${call.name} takes ${what}; this is ${describeType(value.type)}.`);
}

/** Functions that are not about lists, by name; those that stand only after "in" are not here. */
const CALLS: Readonly<Record<string, (checking: Checking, call: Call) => Checked | null>> = {
	abs: math('abs', 'same'),
	sign: math('sign', ''),
	sqrt: math('sqrt', ''),
	floor: math('floor', 'same'),
	ceil: math('ceil', 'same'),
	exp: math('exp', ''),
	ln: math('ln', ''),
	log10: math('log10', ''),
	pow: math('pow', ''),
	sin: math('sin', ''),
	cos: math('cos', ''),
	tan: math('tan', ''),
	asin: math('asin', 'rad'),
	acos: math('acos', 'rad'),
	atan: (checking, call) => math(call.args.length === 2 ? 'atan2' : 'atan', 'rad')(checking, call),
	round,
	radians(checking, call) {
		const value = only(checking, call);
		return value === null ? null : num(checking.build.arith('*', value.node, checking.build.num(Math.PI / 180)), 'rad');
	},
	degrees(checking, call) {
		const value = only(checking, call);
		return value === null ? null : num(checking.build.arith('*', value.node, checking.build.num(180 / Math.PI)), 'deg');
	},
	magOf(checking, call) {
		const flux = inUnit(checking, call, 'nJy', 'a flux in nJy');
		if (flux === null) return null;
		const { build } = checking;
		const log = build.math('log10', [build.math('abs', [flux.node])]);
		return num(build.arith('-', build.num(31.4), build.arith('*', build.num(2.5), log)), 'mag');
	},
	fluxOf(checking, call) {
		const mag = inUnit(checking, call, 'mag', 'a magnitude');
		if (mag === null) return null;
		const { build } = checking;
		const exponent = build.arith('/', build.arith('-', build.num(31.4), mag.node), build.num(2.5));
		return num(build.math('pow', [build.num(10), exponent]), 'nJy');
	},
	matches(checking, call) {
		const name = catalogName(checking, call);
		return name === null ? null : list({ kind: 'record', record: 'match' }, checking.build.matches(name));
	},
	nearest(checking, call) {
		const name = catalogName(checking, call);
		return name === null ? null : nearest(checking, checking.build.matches(name), 'match');
	},
	matchState(checking, call) {
		const name = catalogName(checking, call);
		return name === null ? null : text(checking.build.matchState(name));
	},
	associated(checking, call) {
		const name = surveyName(checking, call);
		return name === null ? null : nearest(checking, checking.build.associations(name), 'association');
	},
	associations(checking, call) {
		const name = surveyName(checking, call);
		return name === null ? null : list({ kind: 'record', record: 'association' }, checking.build.associations(name));
	},
	score,
	separation,
	coalesce,
	if: choose,
	lower(checking, call) {
		const [arg] = call.args;
		const checked = arg === undefined ? null : checking.expression(arg);
		if (checked === null) return null;
		if (checked.kind === 'text') return text(checking.build.lower(checked.node));
		return checking.error(call.place, `lower takes a text; this is ${describeType(checked.type)}.`);
	},
	mod,
	sample,
	time(checking, call) {
		const iso = written(checking, call, 0, 'time');
		if (iso === null) return null;
		const mjd = taiMjdFromIso(iso);
		return mjd === null ? checking.error(call.place, TIME_FORM) : num(checking.build.num(mjd), 'MJD');
	},
};

/** How a time is written. */
export const TIME_FORM = 'A time is written in ISO 8601 and UTC, such as "2026-11-19T03:00:00Z".';

/** Names of all surveys. */
export const SURVEY_NAMES: readonly string[] = SURVEYS.map(({ name }) => name);
