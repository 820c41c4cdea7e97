import { FILTER_FIELDS, findField, findMember } from './catalogue.ts';
import { FUNCTIONS } from './functions.ts';
import { KEYWORDS } from './parse.ts';
import { print } from './print.ts';
import { nearestName } from './suggest.ts';
import type { ArithmeticOp, CompareOp, Expr, FilterSyntax, Statement } from './syntax.ts';
import { groupOf } from './tree.ts';
import type { RecordKind } from './type.ts';

// Pipelines of BOOM (MongoDB aggregations over its documents) as filters of the language: reference is their stages $match and $project.

/** Something to look at in an imported filter. */
export interface BoomNote {
	/** `stale`: BOOM takes the name in silence though nothing has it; `lost`: what cannot be said here; `changed`: said otherwise. */
	readonly kind: 'stale' | 'lost' | 'changed';
	/** The name or operator as the pipeline writes it. */
	readonly where: string;
	readonly message: string;
}

/** A pipeline in the language; the text is '' where nothing of it could be read. */
export interface BoomImport {
	readonly text: string;
	readonly notes: readonly BoomNote[];
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type Dict = { readonly [name: string]: Json };

/** A name that a stage made: a field by another name, or an expression of its own. */
type Made =
	| { readonly kind: 'path'; readonly path: string }
	| { readonly kind: 'expression'; readonly name: string; value: Expr | null };

/** What a variable of an expression stands for. */
interface Variable {
	readonly param: Expr;
	readonly record: RecordKind | null;
}
type Variables = ReadonlyMap<string, Variable>;

const at = { start: 0, end: 0 };
const nameOf = (name: string): Expr => {
	const [head = '', ...rest] = name.split('.');
	return rest.reduce<Expr>((object, part) => ({ kind: 'member', object, name: part, namePlace: at, place: at }), {
		kind: 'name',
		name: head,
		place: at,
	});
};
const call = (name: string, ...args: readonly Expr[]): Expr => ({ kind: 'call', name, namePlace: at, args, place: at });
const lambda = (param: string, body: Expr): Expr => ({ kind: 'lambda', param, paramPlace: at, body, place: at });
const not = (operand: Expr): Expr => ({ kind: 'not', operand, place: at });
const textOf = (value: string): Expr => ({ kind: 'text', value, place: at });
const truth = (value: boolean): Expr => ({ kind: 'truth', value, place: at });
const compare = (op: CompareOp, left: Expr, right: Expr): Expr => ({ kind: 'compare', op, left, right, place: at });
const presence = (value: Expr, present: boolean): Expr => ({ kind: 'presence', value, present, place: at });
const numberOf = (value: number): Expr => {
	const plain: Expr = { kind: 'number', text: String(Math.abs(value)), place: at };
	return value < 0 ? { kind: 'negative', operand: plain, place: at } : plain;
};

const COMPARE: Readonly<Record<string, CompareOp>> = {
	$gt: '>',
	$gte: '>=',
	$lt: '<',
	$lte: '<=',
	$eq: '==',
	$ne: '!=',
};
const ARITHMETIC: Readonly<Record<string, ArithmeticOp>> = {
	$add: '+',
	$subtract: '-',
	$multiply: '*',
	$divide: '/',
	$mod: '%',
};
const CALLS: Readonly<Record<string, string>> = {
	$abs: 'abs', $sqrt: 'sqrt', $ln: 'ln', $log10: 'log10', $exp: 'exp', $floor: 'floor', $ceil: 'ceil', $round: 'round',
}; // prettier-ignore
const AGGREGATES: Readonly<Record<string, string>> = { $min: 'min', $max: 'max', $avg: 'mean', $sum: 'sum' };

/** Lists of a document of BOOM, and what they are here. */
const LISTS: Readonly<Record<string, string>> = {
	prv_candidates: 'detections',
	fp_hists: 'forcedPhotometry',
	prv_nondetections: 'upperLimits',
};
/** Members of its points; those of today and, marked, those of old that no document has any more. */
const POINT: Readonly<Record<string, string>> = {
	jd: 'mjd', magpsf: 'mag', sigmapsf: 'magErr', band: 'band', isdiffpos: 'positive', ra: 'ra', dec: 'dec', diffmaglim: 'limitMag',
	psfFlux: 'psfFlux', psfFluxErr: 'psfFluxErr', snr_psf: 'snr', programid: 'programme',
}; // prettier-ignore
const OLD_POINT: Readonly<Record<string, readonly [string, string]>> = {
	snr: ['snr_psf', 'snr'],
	mag: ['magpsf', 'mag'],
	magerr: ['sigmapsf', 'magErr'],
};
/** Catalogues that BOOM matched once, and what stands for them now. */
const OLD_CATALOGUES: Readonly<Record<string, string>> = { AllWISE: 'CatWISE2020' };
/** Fields of its documents that have another name here. */
const OTHERS: Readonly<Record<string, string>> = {
	objectId: 'objectId', candid: 'alertId', _id: 'alertId', 'candidate.isdiffpos': 'positive', 'candidate.band': 'band', 'candidate.candid': 'alertId',
	'properties.rock': 'rock', 'properties.star': 'star', 'properties.near_brightstar': 'nearBrightStar', 'properties.stationary': 'stationary',
}; // prettier-ignore
/** The same of Rubin's alone, whose names BOOM makes like ZTF's. */
const RUBIN: Readonly<Record<string, string>> = {
	'candidate.magpsf': 'mag', 'candidate.sigmapsf': 'magErr', 'candidate.jd': 'mjd', 'candidate.diffmaglim': 'limitMag', 'candidate.drb': 'reliability',
	'candidate.objectId': 'objectId',
}; // prettier-ignore

const isDict = (value: Json | undefined): value is Dict =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
const listOf = (value: Json | undefined): readonly Json[] =>
	isList(value) ? value : value === undefined ? [] : [value];

/** A pipeline of BOOM as a filter: what can be said is said, every name that nothing has and everything left out is told. */
export function importBoom(json: string): BoomImport {
	let parsed: unknown;
	try {
		parsed = JSON.parse(json);
	} catch (error) {
		return failed(`This is no JSON: ${error instanceof Error ? error.message : String(error)}`);
	}
	const given = parsed as Json;
	const stages = isDict(given) && isList(given['pipeline']) ? given['pipeline'] : given;
	if (!isList(stages) || !stages.every(isDict)) {
		return failed('A pipeline is a list of stages: [{"$match": {...}}, {"$project": {...}}].');
	}
	return new Importer(json).run(stages);
}

const failed = (message: string): BoomImport => ({ text: '', notes: [{ kind: 'lost', where: 'pipeline', message }] });

class Importer {
	private readonly notes: BoomNote[] = [];
	private readonly made = new Map<string, Made>();
	private readonly parts: { name: string; value: Expr }[] = [];
	private readonly conditions: Expr[] = [];
	private readonly columns: { name: string; value: Expr }[] = [];
	private readonly survey: 'ztf' | 'lsst';
	private depth = 0;

	constructor(json: string) {
		const names = [...json.matchAll(/candidate\.(\w+)/g)].map((match) => match[1] ?? '');
		const of = (survey: string): number => names.filter((name) => findField(`${survey}.${name}`) !== undefined).length;
		this.survey = of('lsst') > of('ztf') || /"(?:\$?candidate\.)?reliability"/.test(json) ? 'lsst' : 'ztf';
	}

	run(stages: readonly Dict[]): BoomImport {
		for (const stage of stages) {
			for (const [operator, body] of Object.entries(stage)) this.stage(operator, body);
		}
		const condition = groupOf('and', this.conditions);
		if (condition === null) this.note('lost', 'pipeline', 'No stage of it asks anything that can be asked here.');
		const statements: Statement[] = [
			...this.parts.map(({ name, value }): Statement => ({
				kind: 'let',
				name,
				namePlace: at,
				value,
				place: at,
				comments: [],
			})),
			...(condition === null ? [] : [{ kind: 'condition' as const, value: condition, place: at, comments: [] }]),
			...(this.columns.length === 0
				? []
				: [
						{
							kind: 'annotate' as const,
							entries: this.columns.map(({ name, value }) => ({ name, namePlace: at, value })),
							place: at,
							comments: [],
						},
					]),
		];
		const syntax: FilterSyntax = { statements, trailing: [] };
		return { text: condition === null ? '' : print(syntax), notes: this.notes };
	}

	private note(kind: BoomNote['kind'], where: string, message: string): void {
		if (this.notes.some((note) => note.where === where && note.message === message) || this.notes.length >= 60) return;
		this.notes.push({ kind, where, message });
	}

	private lost(where: string, message = 'cannot be said here: it is left out.'): null {
		this.note('lost', where, message);
		return null;
	}

	private stage(operator: string, body: Json): void {
		if (operator === '$match' && isDict(body)) {
			const found = this.match(body);
			if (found?.kind === 'logic' && found.op === 'and') this.conditions.push(...found.terms);
			else if (found !== null) this.conditions.push(found);
		} else if (['$project', '$addFields', '$set'].includes(operator) && isDict(body)) this.project(body, '');
		else this.lost(operator, 'is no stage that a filter can have here: it is left out.');
	}

	// ---- what a stage makes

	private project(body: Dict, before: string): void {
		for (const [key, value] of Object.entries(body)) {
			const path = `${before}${key}`;
			if (value === 1 || value === 0 || value === true || value === false) {
				if (value === 1 && before === '' && this.isUnknown(path)) {
					this.note('stale', path, 'is kept here, but nothing makes it: it is left out.');
				}
			} else if (path.startsWith('annotations.')) this.column(path.slice('annotations.'.length), value);
			else if (isDict(value) && !Object.keys(value).some((name) => name.startsWith('$')))
				this.project(value, `${path}.`);
			else if (typeof value === 'string' && value.startsWith('$'))
				this.made.set(path, { kind: 'path', path: this.resolved(value.slice(1)) });
			else this.part(path, value);
		}
	}

	/** A name that no stage made and no document has. */
	private isUnknown(path: string): boolean {
		return (
			!this.made.has(path) &&
			!path.includes('.') &&
			![
				'objectId',
				'candid',
				'_id',
				'candidate',
				'cross_matches',
				'aliases',
				'coordinates',
				'classifications',
				'properties',
				'survey_matches',
				...Object.keys(LISTS),
			].includes(path)
		);
	}

	private resolved(path: string): string {
		const made = this.made.get(path);
		return made?.kind === 'path' ? made.path : path;
	}

	private part(path: string, value: Json): void {
		const list = this.list(value, new Map());
		const found = list ?? this.expression(value, new Map());
		if (found?.kind === 'name' && this.parts.some((part) => part.name === found.name)) {
			this.made.set(path, { kind: 'expression', name: found.name, value: found });
			return;
		}
		const name = this.partName(path);
		if (found !== null) this.parts.push({ name, value: found });
		this.made.set(path, { kind: 'expression', name, value: found });
	}

	private column(path: string, value: Json): void {
		const found = this.expression(value, new Map());
		const name = camel(path);
		if (found !== null && name !== '') this.columns.push({ name, value: found });
	}

	/** A name of a part that is none of the language's own. */
	private partName(path: string): string {
		const bare = camel(path.replace(/^.*\./, ''));
		const taken = new Set([
			...FILTER_FIELDS.map(({ name }) => name),
			...FUNCTIONS.map(({ name }) => name),
			...KEYWORDS,
			...Object.values(LISTS),
			...this.parts.map(({ name }) => name),
		]);
		let name = bare === '' ? 'part' : bare;
		if (taken.has(name)) name = `${name}Rule`;
		for (let n = 2; taken.has(name); n += 1) name = `${bare}${n}`;
		return name;
	}

	// ---- $match: the language of queries

	private match(body: Dict): Expr | null {
		if (this.depth > 60) return this.lost('$match', 'goes too deep to be imported.');
		this.depth += 1;
		const terms = Object.entries(body).flatMap(([key, value]) => this.matchEntry(key, value) ?? []);
		this.depth -= 1;
		return groupOf('and', flat('and', terms));
	}

	private matchEntry(key: string, value: Json): Expr | null {
		if (key === '$expr') return this.question(value, new Map());
		if (key === '$and' || key === '$or' || key === '$nor') {
			const parts = listOf(value).map((one) => (isDict(one) ? this.match(one) : null));
			if (key === '$and')
				return groupOf(
					'and',
					flat(
						'and',
						parts.flatMap((one) => one ?? []),
					),
				);
			// of alternatives one that is lost would make the rest narrower than it was
			if (parts.includes(null))
				return this.lost(key, 'has an alternative that cannot be said: all of them are left out.');
			const either = groupOf(
				'or',
				flat(
					'or',
					parts.flatMap((one) => one ?? []),
				),
			);
			return key === '$nor' && either !== null ? not(either) : either;
		}
		if (key.startsWith('$')) return this.lost(key);
		const element = /^(.*)\.(\d+)$/.exec(key);
		if (element !== null && isDict(value) && '$exists' in value)
			return this.hasElement(element[1] ?? '', Number(element[2]), value['$exists'] === true);
		const made = this.made.get(key);
		if (made?.kind === 'expression') {
			if (typeof value !== 'boolean') return this.tested(key, nameOf(made.name), value);
			if (made.value === null) return this.lost(key, 'asks what could not be imported: it is left out.');
			// a missing value made BOOM's part false, not unknown
			return value ? nameOf(made.name) : not(call('coalesce', nameOf(made.name), truth(false)));
		}
		const subject = this.field(this.resolved(key), new Map());
		return subject === null ? null : this.tested(key, subject, value);
	}

	private hasElement(path: string, place: number, exists: boolean): Expr | null {
		const list = this.list(`$${path}`, new Map());
		if (list === null) return this.lost(path);
		return compare(exists ? '>=' : '<', call('count', list), numberOf(place + 1));
	}

	private tested(key: string, subject: Expr, value: Json): Expr | null {
		if (!isDict(value)) return this.isEqual(subject, value, '==');
		const terms = Object.entries(value).flatMap(([operator, operand]): Expr[] => {
			if (operator === '$exists') return [presence(subject, operand === true)];
			if ((operator === '$in' || operator === '$nin') && isList(operand)) {
				const items = operand.flatMap((one) => this.literal(one) ?? []);
				return [
					{
						kind: 'in',
						value: subject,
						set: { kind: 'list', items, place: at },
						negated: operator === '$nin',
						place: at,
					},
				];
			}
			if (operator === '$not' && isDict(operand)) {
				const inner = this.tested(key, subject, operand);
				return inner === null ? [] : [not(inner)];
			}
			const op = COMPARE[operator];
			const found = op === undefined ? this.lost(`${key} ${operator}`) : this.isEqual(subject, operand, op);
			return found === null ? [] : [found];
		});
		return groupOf('and', terms);
	}

	private isEqual(subject: Expr, value: Json, op: CompareOp): Expr | null {
		if (value === null) return presence(subject, op === '!=');
		if (typeof value === 'boolean') return (op === '==') === value ? subject : not(subject);
		const literal = this.literal(value);
		return literal === null ? this.lost(JSON.stringify(value).slice(0, 60)) : compare(op, subject, literal);
	}

	private literal(value: Json): Expr | null {
		if (typeof value === 'number') return numberOf(value);
		if (typeof value === 'boolean') return truth(value);
		return typeof value === 'string' ? textOf(value) : null;
	}

	// ---- expressions

	/** A field of a document by its path. */
	private field(path: string, variables: Variables): Expr | null {
		const within = [...variables.values()].some(({ record }) => record !== null);
		// times of points are mid-exposures in TAI here: the alert's own stands beside them
		if (path === 'candidate.jd' && within) return nameOf('mjd');
		const made = this.made.get(path);
		if (made?.kind === 'expression') return made.value === null ? null : nameOf(made.name);
		const other = (this.survey === 'lsst' ? RUBIN[path] : undefined) ?? OTHERS[path];
		if (other !== undefined) return nameOf(other);
		const score = /^classifications\.(\w+)$/.exec(path);
		if (score !== null) return call('score', textOf(score[1] ?? ''));
		const own = /^candidate\.(\w+)$/.exec(path);
		if (own === null) {
			this.note('stale', path, 'is nothing that a document has: mend it in the text.');
			return nameOf(camelPath(path));
		}
		const name = `${this.survey}.${own[1] ?? ''}`;
		if (findField(name) !== undefined) return nameOf(name);
		const near = nearestName(
			own[1] ?? '',
			FILTER_FIELDS.filter((field) => field.surveys?.includes(this.survey) === true).map((field) => field.name),
		);
		this.note(
			'stale',
			path,
			`is no field: BOOM takes it in silence, and whatever it is compared with is decided by its absence.${near === undefined ? '' : ` Did it mean candidate.${near.replace(/^\w+\./, '')}?`}`,
		);
		return nameOf(name);
	}

	private member(variable: Variable, name: string): Expr | null {
		const { param, record } = variable;
		const of = (known: string): Expr => ({ kind: 'member', object: param, name: known, namePlace: at, place: at });
		if (record !== 'point') return record === null || findMember(record, name) !== undefined ? of(name) : of(name);
		const known = POINT[name];
		if (known !== undefined) return of(known);
		const old = OLD_POINT[name];
		if (old !== undefined) {
			this.note(
				'stale',
				name,
				`of a point is now ${old[0]} in BOOM: what asks for it never holds there. Imported as ${old[1]}.`,
			);
			return of(old[1]);
		}
		return this.lost(`point.${name}`, 'is not kept of points of a light curve: what asks for it is left out.');
	}

	/** A string that begins with one dollar is a path, with two a variable. */
	private path(text: string, variables: Variables): Expr | null {
		if (!text.startsWith('$$')) return this.field(this.resolved(text.slice(1)), variables);
		const [name = '', ...rest] = text.slice(2).split('.');
		const variable = variables.get(name);
		if (variable === undefined) return this.lost(text);
		return rest.length === 0 ? variable.param : this.member(variable, rest.join('.'));
	}

	/** An expression that is true or false. What cannot be said is left out of "and", and takes the whole of "or" with it. */
	private question(value: Json, variables: Variables): Expr | null {
		if (isDict(value)) {
			const [[operator, body] = ['', null]] = Object.entries(value);
			if (operator === '$and') {
				const parts = listOf(body).flatMap((one) => this.question(one, variables) ?? []);
				return groupOf('and', flat('and', parts));
			}
			if (operator === '$or') {
				const parts = listOf(body).map((one) => this.question(one, variables));
				if (parts.includes(null))
					return this.lost('$or', 'has an alternative that cannot be said: all of them are left out.');
				return groupOf(
					'or',
					flat(
						'or',
						parts.flatMap((one) => one ?? []),
					),
				);
			}
		}
		return this.expression(value, variables);
	}

	private expression(value: Json, variables: Variables): Expr | null {
		if (typeof value === 'string' && value.startsWith('$')) return this.path(value, variables);
		if (!isDict(value)) return this.literal(value);
		if (this.depth > 60) return this.lost('expression', 'goes too deep to be imported.');
		this.depth += 1;
		const [[operator, body] = ['', null]] = Object.entries(value);
		const found = this.operator(operator, body, variables);
		this.depth -= 1;
		return found;
	}

	private operator(operator: string, body: Json, variables: Variables): Expr | null {
		const args = (): (Expr | null)[] => listOf(body).map((one) => this.expression(one, variables));
		const op = COMPARE[operator];
		if (op !== undefined) return this.comparison(op, listOf(body), variables);
		if (operator === '$and' || operator === '$or') return this.question({ [operator]: body }, variables);
		if (operator === '$not') {
			const [inner = null] = isList(body) ? args() : [this.expression(body, variables)];
			return inner === null ? null : not(inner);
		}
		if (operator === '$literal') return this.literal(body);
		const sign = ARITHMETIC[operator];
		if (sign !== undefined) {
			const [first, ...rest] = args();
			if (first === undefined || first === null || rest.includes(null)) return null;
			return rest.reduce<Expr>(
				(left, right) => ({ kind: 'arithmetic', op: sign, left, right: right ?? left, place: at }),
				first,
			);
		}
		const known = CALLS[operator];
		if (known !== undefined) {
			const given = isList(body) ? args() : [this.expression(body, variables)];
			return given.includes(null) ? null : call(known, ...given.flatMap((one) => one ?? []));
		}
		return this.listOperator(operator, body, variables);
	}

	private comparison(op: CompareOp, [left = null, right = null]: readonly Json[], variables: Variables): Expr | null {
		const subject = this.expression(left, variables);
		if (right === null || typeof right === 'boolean') {
			return subject === null ? null : this.isEqual(subject, right, op);
		}
		const value = this.expression(right, variables);
		if (subject === null || value === null) return null;
		// neighbours of a pair have one band by themselves
		if (op === '==' && isBandOfPair(subject) && isBandOfPair(value)) return null;
		return compare(op, subject, value);
	}

	private listOperator(operator: string, body: Json, variables: Variables): Expr | null {
		switch (operator) {
			case '$ifNull': {
				const given = listOf(body).map((one) => this.expression(one, variables));
				return given.includes(null) ? null : call('coalesce', ...given.flatMap((one) => one ?? []));
			}
			case '$cond': {
				const [test, yes, no] = isDict(body) ? [body['if'], body['then'], body['else']] : listOf(body);
				const given = [test, yes, no].map((one) => (one === undefined ? null : this.expression(one, variables)));
				return given.includes(null) ? null : call('if', ...given.flatMap((one) => one ?? []));
			}
			case '$anyElementTrue':
			case '$allElementsTrue':
				return this.quantified(
					operator === '$anyElementTrue' ? 'any' : 'all',
					isList(body) ? (body[0] ?? null) : body,
					variables,
				);
			case '$size': {
				const list = this.list(isList(body) ? (body[0] ?? null) : body, variables);
				return list === null ? this.lost('$size') : call('count', list);
			}
			case '$arrayElemAt':
			case '$first':
			case '$last': {
				const [of = null, place = operator === '$last' ? -1 : 0] = operator === '$arrayElemAt' ? listOf(body) : [body];
				return this.elementAt(of, place, variables);
			}
			case '$in': {
				const [item = null, of = null] = listOf(body);
				const subject = this.expression(item, variables);
				const items = listOf(of).flatMap((one) => this.literal(one) ?? []);
				return subject === null
					? null
					: { kind: 'in', value: subject, set: { kind: 'list', items, place: at }, negated: false, place: at };
			}
			default: {
				const aggregate = AGGREGATES[operator];
				if (aggregate === undefined) return this.lost(operator);
				const mapped = this.mapped(body, variables);
				if (mapped !== null) return call(aggregate, mapped.list, mapped.lambda);
				const given = listOf(body).map((one) => this.expression(one, variables));
				return given.includes(null) || given.length < 2
					? this.lost(operator)
					: call(aggregate, ...given.flatMap((one) => one ?? []));
			}
		}
	}

	/** A catalogue by the name that BOOM gives it. */
	private catalogue(name: string): Expr {
		const now = OLD_CATALOGUES[name];
		if (now !== undefined) {
			this.note(
				'stale',
				`cross_matches.${name}`,
				`is matched by no BOOM any more (it is ${now} now): what asks for it never holds there.`,
			);
		}
		return textOf(name);
	}

	/** The first element of a list: of a catalogue the nearest source. */
	private elementAt(of: Json, place: Json, variables: Variables): Expr | null {
		const match = typeof of === 'string' ? /^\$cross_matches\.(\w+)(?:\.(\w+))?$/.exec(of) : null;
		if (match !== null && place === 0) {
			const nearest = call('nearest', this.catalogue(match[1] ?? ''));
			return match[2] === undefined
				? nearest
				: { kind: 'member', object: nearest, name: match[2], namePlace: at, place: at };
		}
		const points = typeof of === 'string' ? /^\$(\w+)\.(\w+)$/.exec(of) : null;
		const list = this.list(points === null ? of : `$${points[1] ?? ''}`, variables);
		if (list === null || (place !== 0 && place !== -1)) return this.lost('$arrayElemAt');
		const element = call(place === 0 ? 'first' : 'last', list);
		return points === null ? element : this.member({ param: element, record: 'point' }, points[2] ?? '');
	}

	/** any or all of a list that is mapped to questions. */
	private quantified(fn: 'any' | 'all', body: Json, variables: Variables): Expr | null {
		const mapped = this.mapped(body, variables);
		return mapped === null
			? this.lost(fn === 'any' ? '$anyElementTrue' : '$allElementsTrue')
			: call(fn, mapped.list, mapped.lambda);
	}

	private mapped(body: Json, variables: Variables): { list: Expr; lambda: Expr } | null {
		const inner = isList(body) && body.length === 1 ? body[0] : body;
		if (!isDict(inner) || !isDict(inner['$map'])) return null;
		const { input = null, as = 'this', in: asked = null } = inner['$map'];
		const list = this.list(input, variables);
		if (list === null) return null;
		const param = this.param(variables);
		const known = new Map([
			...variables,
			[typeof as === 'string' ? as : 'this', { param: nameOf(param), record: this.recordOf(list) }] as const,
		]);
		const question = this.question(asked, known);
		return question === null ? null : { list, lambda: lambda(param, question) };
	}

	private param(variables: Variables): string {
		return 'dehk'.charAt(variables.size % 4);
	}

	private recordOf(list: Expr): RecordKind {
		if (list.kind === 'call' && list.name === 'matches') return 'match';
		if (list.kind === 'call' && list.name === 'pairs') return 'pair';
		const [inner] = list.kind === 'call' ? list.args : [];
		return inner === undefined ? 'point' : this.recordOf(inner);
	}

	/** A list of points or matches; null where a value is none. */
	private list(value: Json, variables: Variables): Expr | null {
		if (typeof value === 'string') return this.namedList(value);
		if (!isDict(value)) return null;
		const [[operator, body] = ['', null]] = Object.entries(value);
		switch (operator) {
			case '$ifNull': {
				const [first = null, fallback = null] = listOf(body);
				return isList(fallback) && fallback.length === 0 ? this.list(first, variables) : null;
			}
			case '$filter': {
				if (!isDict(body)) return null;
				const list = this.list(body['input'] ?? null, variables);
				if (list === null) return null;
				const param = this.param(variables);
				const known = new Map([
					...variables,
					[
						typeof body['as'] === 'string' ? body['as'] : 'this',
						{ param: nameOf(param), record: this.recordOf(list) },
					] as const,
				]);
				const question = this.question(body['cond'] ?? null, known);
				return question === null ? list : call('where', list, lambda(param, question));
			}
			case '$sortArray': {
				if (!isDict(body)) return null;
				const list = this.list(body['input'] ?? null, variables);
				const [[by, way] = ['', 1]] = isDict(body['sortBy']) ? Object.entries(body['sortBy']) : [];
				// lists of points stand in time order already
				if (list === null || (by === 'jd' && way === 1)) return list;
				return this.lost(`$sortArray by ${by}`);
			}
			case '$reduce':
				return isDict(body) ? this.neighbours(body, variables) : null;
			default:
				return null;
		}
	}

	private namedList(text: string): Expr | null {
		if (!text.startsWith('$') || text.startsWith('$$')) return null;
		const path = this.resolved(text.slice(1));
		const made = this.made.get(path);
		if (made?.kind === 'expression') return made.value === null ? null : nameOf(made.name);
		const list = LISTS[path];
		if (list !== undefined) return nameOf(list);
		const match = /^cross_matches\.(\w+)$/.exec(path);
		return match === null ? null : call('matches', this.catalogue(match[1] ?? ''));
	}

	/** BOOM walks over neighbours with $reduce over a $range: those that pass a $cond are kept. Here they are pairs. */
	private neighbours(body: Dict, variables: Variables): Expr | null {
		const { input = null, in: step = null } = body;
		const range = isDict(input) ? listOf(input['$range']) : [];
		const size = isDict(range[1] ?? null) ? (range[1] as Dict)['$size'] : undefined;
		const list = size === undefined || range[0] !== 1 ? null : this.list(size, variables);
		const within = isDict(step) && isDict(step['$let']) ? step['$let'] : null;
		const kept =
			within !== null && isDict(within['in'] ?? null) ? listOf((within['in'] as Dict)['$cond'])[0] : undefined;
		if (list === null || within === null || kept === undefined || !isDict(within['vars'] ?? null))
			return this.lost('$reduce');
		const known = new Map(variables);
		for (const [name, place] of Object.entries(within['vars'] as Dict)) {
			const isBefore = JSON.stringify(place).includes('$subtract');
			known.set(name, { param: nameOf(isBefore ? 'p.before' : 'p.after'), record: 'point' });
		}
		const question = this.question(kept, known);
		return question === null ? null : call('where', call('pairs', list), lambda('p', question));
	}
}

/** Terms of the same word within each other as one row of terms. */
function flat(op: 'and' | 'or', terms: readonly Expr[]): Expr[] {
	return terms.flatMap((term) => (term.kind === 'logic' && term.op === op ? [...term.terms] : [term]));
}

const isBandOfPair = (value: Expr): boolean =>
	value.kind === 'member' &&
	value.name === 'band' &&
	value.object.kind === 'member' &&
	value.object.object.kind === 'name' &&
	value.object.object.name === 'p';

/** `near_brightstar` as the language writes names: nearBrightstar. */
function camel(name: string): string {
	return name
		.replace(/[^A-Za-z0-9]+(\w)?/g, (_, letter: string | undefined) => (letter ?? '').toUpperCase())
		.replace(/^[^A-Za-z]+/, '')
		.replace(/^./, (letter) => letter.toLowerCase());
}

const camelPath = (path: string): string =>
	path
		.split('.')
		.map(camel)
		.filter((part) => part !== '')
		.join('.') || 'unknown';
