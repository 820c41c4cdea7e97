import {
	FIELD_GROUPS,
	fieldsOfBareName,
	FILTER_FIELDS,
	findField,
	findMember,
	MEMBERS,
	type Member,
} from './catalogue.ts';
import type { Checking } from './checking.ts';
import type { ListNode, RefNode, SourceName } from './core.ts';
import { findFunction, FUNCTIONS } from './functions.ts';
import { KEYWORDS, shorten } from './parse.ts';
import type { Place } from './place.ts';
import { nearestName } from './suggest.ts';
import type { Expr } from './syntax.ts';
import { describeType } from './type.ts';
import { list, num, record, text, truth, type Checked, type RecordValue } from './value.ts';
import { listed, sentence } from './words.ts';

type MemberExpr = Expr & { readonly kind: 'member' };

const LISTS = ['detections', 'forcedPhotometry', 'upperLimits', 'position'];
const ALL_NAMES = [...FILTER_FIELDS.map(({ name }) => name), ...LISTS, ...FUNCTIONS.map(({ name }) => name)];
/** Where several surveys have a field, its bare name means that of these two, if only one of them has it. */
const CHIEF_SURVEYS: readonly string[] = ['ztf', 'lsst'];

const OWN_NAMES = new Set([
	...FILTER_FIELDS.filter(({ place }) => place !== 'survey').map(({ name }) => name),
	...LISTS,
	...FUNCTIONS.map(({ name }) => name),
	...KEYWORDS,
]);

/** Whether a word means something that a name of the author's must not hide; a survey's own field has its full name besides. */
export function isTaken(name: string): boolean {
	return OWN_NAMES.has(name);
}

/** Whether a word is the first of dotted names: a survey, a band. */
export function isGroup(name: string): boolean {
	return FIELD_GROUPS.has(name);
}

function fieldsOf(group: string): string[] {
	return FILTER_FIELDS.map(({ name }) => name).filter((name) => name.startsWith(`${group}.`));
}

/** `a.b.c` of members upon a name; null for other expressions. */
export function pathOf(expression: Expr): string | null {
	if (expression.kind === 'name') return expression.name;
	if (expression.kind !== 'member') return null;
	const object = pathOf(expression.object);
	return object === null ? null : `${object}.${expression.name}`;
}

/** A dotted name as it would be read. */
export function dotted(name: string, place: Place): Expr {
	const [head = '', ...rest] = name.split('.');
	const start: Expr = { kind: 'name', name: head, place };
	return rest.reduce<Expr>(
		(object, member) => ({ kind: 'member', object, name: member, namePlace: place, place }),
		start,
	);
}

/** What a plain name of the catalogue stands for; `rename` is told the full name of a survey's field. */
export function catalogueName(
	checking: Checking,
	{ name, place }: Expr & { kind: 'name' },
	own: Iterable<string>,
	rename: (full: string) => void,
): Checked | null {
	if (name === 'position') return { kind: 'position', type: { kind: 'position' }, node: null };
	if (LISTS.includes(name)) {
		return list({ kind: 'record', record: 'point' }, checking.build.source(sourceName(name), null));
	}
	const field = findField(name);
	if (field !== undefined) return checking.field(field);
	const bare = fieldsOfBareName(name);
	const chief = bare.filter(({ surveys }) => surveys?.some((survey) => CHIEF_SURVEYS.includes(survey)) === true);
	const [only] = bare.length === 1 ? bare : chief;
	const names = bare.map((one) => one.name);
	if (only !== undefined && (bare.length === 1 || chief.length === 1)) {
		if (bare.length > 1) {
			checking.warn(
				place,
				`"${name}" is read as ${only.name}; there ${bare.length === 2 ? 'is' : 'are'} also ${listed(names.filter((one) => one !== only.name))}.`,
			);
		}
		rename(only.name);
		return checking.field(only);
	}
	if (bare.length > 1) {
		return checking.error(place, `"${name}" is a field of several surveys: write ${listed(names, 'or')}.`, only?.name);
	}
	return unknownName(checking, name, place, own);
}

function unknownName(checking: Checking, name: string, place: Place, own: Iterable<string>): null {
	if (FIELD_GROUPS.has(name)) {
		const some = listed(fieldsOf(name).slice(0, 3), 'or');
		return checking.error(place, `"${name}" is a group of fields: write one of them, such as ${some}.`);
	}
	const called = findFunction(name);
	if (called !== undefined) {
		return checking.error(place, `"${name}" is a function: write ${called.signatures[0] ?? ''}.`);
	}
	const near = nearestName(name, [...own, ...ALL_NAMES]);
	const elsewhere = MEMBERS.find((member) => member.name === name);
	if (near === undefined && elsewhere !== undefined) {
		const where = describeType({ kind: 'record', record: elsewhere.record });
		return checking.error(
			place,
			`Unknown field "${name}": it belongs to ${where}, as in any(..., d => d.${name} ...).`,
		);
	}
	return checking.error(place, `Unknown field "${shorten(name)}"${didYouMean(near)}`, near);
}

const didYouMean = (near: string | undefined): string => (near === undefined ? '.' : `; did you mean "${near}"?`);

/** A dotted name whose first word is a survey, a band or another group of fields. */
export function dottedField(checking: Checking, path: string, place: Place): Checked | null {
	const field = findField(path);
	if (field !== undefined) return checking.field(field);
	if (FIELD_GROUPS.has(path)) return unknownName(checking, path, place, []);
	const group = path.slice(0, path.lastIndexOf('.'));
	// the group is as likely right as the name after it
	const within = fieldsOf(group);
	const near = nearestName(path.slice(group.length + 1), within) ?? nearestName(path, ALL_NAMES);
	return checking.error(place, `Unknown field "${shorten(path)}"${didYouMean(near)}`, near);
}

/** Whether a dotted name begins with a group of fields. */
export function isFieldPath(path: string): boolean {
	return path.includes('.') && FIELD_GROUPS.has(path.slice(0, path.indexOf('.')));
}

/** A member of a point, pair, match or association. */
export function memberOf(checking: Checking, object: Checked, expression: MemberExpr): Checked | null {
	const { name, namePlace, place } = expression;
	if (object.kind !== 'record') {
		const hint =
			object.kind === 'list' ? ` Take one element, as in first(...).${name}, or ask any(..., d => d.${name} ...).` : '';
		return checking.error(
			place,
			`Only points, pairs, matches and objects have members; this is ${describeType(object.type)}.${hint}`,
		);
	}
	const of = object.type.record;
	const member = findMember(of, name);
	if (member !== undefined) return derived(checking, object, name) ?? plain(checking, object.node, member);
	if (of === 'match') return catalogColumn(checking, object.node, name, namePlace);
	const near = nearestName(
		name,
		MEMBERS.filter((one) => one.record === of).map((one) => one.name),
	);
	return checking.error(
		namePlace,
		`${sentence(describeType(object.type))} has no "${shorten(name)}"${didYouMean(near)}`,
		near,
	);
}

function plain({ build }: Checking, ref: RefNode, { name, type }: Member): Checked {
	switch (type.kind) {
		case 'number':
			return num(build.numMember(ref, name), type.unit);
		case 'truth':
			return truth(build.truthMember(ref, name));
		case 'text':
			return text(build.textMember(ref, name), type.domain);
		case 'record':
			return record(type.record, build.refMember(ref, name === 'before' ? 'before' : 'after'));
		case 'list':
			return list(type.of, build.source(sourceName(name), ref));
		case 'id':
		case 'position':
			throw new Error('No member is an id or a position');
	}
}

function sourceName(name: string): SourceName {
	return name === 'upperLimits' || name === 'forcedPhotometry' ? name : 'detections';
}

/** Members that are computed from others, here so that both back ends compute them alike. */
function derived({ build }: Checking, { node: ref, type }: RecordValue, name: string): Checked | null {
	switch (`${type.record}.${name}`) {
		case 'point.snr':
			return num(
				build.arith('/', build.math('abs', [build.numMember(ref, 'psfFlux')]), build.numMember(ref, 'psfFluxErr')),
				'',
			);
		case 'pair.days':
		case 'pair.magChange':
		case 'pair.magRate': {
			const of = (end: 'before' | 'after', member: string) => build.numMember(build.refMember(ref, end), member);
			const change = (member: string) => build.arith('-', of('after', member), of('before', member));
			if (name === 'days') return num(change('mjd'), 'd');
			if (name === 'magChange') return num(change('mag'), 'mag');
			return num(build.arith('/', change('mag'), change('mjd')), 'mag/d');
		}
		case 'association.nDetections':
			// of an object that is not there, the number of detections is absent and not 0
			return num(
				build.chooseNum(build.present(ref), build.count(build.source('detections', ref)), build.num(Number.NaN)),
				'',
			);
		case 'association.firstMjd':
		case 'association.lastMjd': {
			const point = build.pick(name === 'firstMjd' ? 'first' : 'last', build.source('detections', ref));
			return point === null ? null : num(build.numMember(point, 'mjd'), 'MJD');
		}
		default:
			return null;
	}
}

/** A column that only some catalogues have. */
function catalogColumn(checking: Checking, ref: RefNode, name: string, place: Place): Checked | null {
	const { catalogs } = checking.environment;
	if (catalogs === null) return num(checking.build.numMember(ref, name), '');
	const catalog = catalogOf(ref);
	const columns = catalog === null ? [...catalogs.values()].flat() : (catalogs.get(catalog) ?? []);
	const column = columns.find((one) => one.name === name);
	if (column !== undefined) {
		return column.kind === 'text'
			? text(checking.build.textMember(ref, name))
			: num(checking.build.numMember(ref, name), column.unit);
	}
	const fixed = MEMBERS.filter((one) => one.record === 'match').map((one) => one.name);
	const near = nearestName(name, [...columns.map((one) => one.name), ...fixed]);
	const owner = catalog === null ? 'No catalogue has a' : `The catalogue "${catalog}" has no`;
	return checking.error(place, `${owner} column "${shorten(name)}"${didYouMean(near)}`, near);
}

/** The catalogue that a match comes from, where it is plain. */
function catalogOf(ref: RefNode): string | null {
	if (ref.kind !== 'pick') return null;
	let from: ListNode = ref.list;
	while (from.kind === 'where' || from.kind === 'sort' || from.kind === 'take') from = from.list;
	return from.kind === 'matches' ? from.catalog : null;
}
