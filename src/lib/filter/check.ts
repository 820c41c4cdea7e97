import { Pool, type IdNode, type NumNode, type TextNode, type TruthNode } from './core.ts';
import { EMPTY_ENVIRONMENT, type Environment } from './environment.ts';
import { Expressions, type Block } from './expressions.ts';
import { LIMITS } from './limits.ts';
import { isGroup } from './names.ts';
import { KEYWORDS, parse, shorten } from './parse.ts';
import type { Place, Problem } from './place.ts';
import { print, printExpression } from './print.ts';
import { spellOut, spellOutExpression } from './spellOut.ts';
import { surveysWhere } from './surveysOf.ts';
import { nearestName } from './suggest.ts';
import type { Expr, FilterSyntax, Statement } from './syntax.ts';
import { describeType, type Type } from './type.ts';

/** A term of the condition: a line of the funnel. */
export interface Condition {
	readonly node: TruthNode;
	readonly place: Place;
	/** In canonical form, names in full. */
	readonly text: string;
}

/** A value that is recorded with each hit. */
export interface Annotation {
	readonly name: string;
	readonly node: NumNode | TruthNode | TextNode | IdNode;
	/** VOUnits string, '' for none. */
	readonly unit: string;
}

/** A named part of a filter or block. */
export interface Part {
	readonly name: string;
	readonly type: Type;
	readonly place: Place;
}

/** A filter without errors, ready for both back ends. */
export interface CheckedFilter {
	/** Live on each alert; after the night, where it orders, limits or takes one per object; sampled, where it takes a fixed share. */
	readonly kind: 'live' | 'afterNight' | 'sampled';
	readonly conditions: readonly Condition[];
	/** All conditions and the sample together. */
	readonly condition: TruthNode;
	readonly annotations: readonly Annotation[];
	readonly order: { readonly node: NumNode; readonly descending: boolean } | null;
	readonly limit: number | null;
	readonly onePerObject: boolean;
	readonly sample: number | null;
	/** Canonical names of the alert's fields that it reads. */
	readonly fields: readonly string[];
	/** References of the blocks it imports, those within blocks too. */
	readonly blocks: readonly string[];
	/** Operations on one alert with the longest light curve reckoned with. */
	readonly cost: number;
	readonly pool: Pool;
}

/** What checking a text gives: always its tree and problems, a filter where no problem is an error. */
export interface CheckResult {
	readonly syntax: FilterSyntax;
	readonly problems: readonly Problem[];
	readonly filter: CheckedFilter | null;
	/** Canonical text, bare survey fields in full; null where the text could not be read. */
	readonly printed: string | null;
	readonly parts: readonly Part[];
	/** Terms of `and` and `or`, and the whole condition, as nodes: what an editor tells of each line. */
	readonly terms: ReadonlyMap<Expr, TruthNode>;
}

/** Parses and checks a filter; never throws, whatever the text. Filters that run together are checked into one pool. */
export function check(text: string, environment: Environment = EMPTY_ENVIRONMENT, pool = new Pool()): CheckResult {
	const { syntax, problems } = parse(text);
	return new Checker(new Expressions(environment, pool, [...problems]), pool, []).filter(syntax);
}

/** What the statements of a filter or block say. */
interface Statements {
	condition: TruthNode | null;
	conditionSyntax: Expr | null;
	annotations: Annotation[];
	order: { node: NumNode; descending: boolean } | null;
	limit: number | null;
	onePerObject: boolean;
	sample: number | null;
}

const NOWHERE: Place = { start: 0, end: 0 };

class Checker {
	private readonly parts: Part[] = [];
	private readonly blocksUsed = new Set<string>();

	constructor(
		private readonly expressions: Expressions,
		private readonly pool: Pool,
		/** Blocks being read, outermost first. */
		private readonly importing: readonly string[],
		/** Blocks that were read without an error, so that each is read once. */
		private readonly imported = new Map<string, Block>(),
	) {}

	private get hasErrors(): boolean {
		return this.expressions.problems.some(({ severity }) => severity === 'error');
	}

	filter(syntax: FilterSyntax): CheckResult {
		const readable = !this.hasErrors;
		const found = this.statements(syntax);
		const filter = this.hasErrors ? null : this.assemble(found);
		return {
			syntax,
			problems: [...this.expressions.problems].sort((a, b) => a.place.start - b.place.start).slice(0, LIMITS.problems),
			filter: this.hasErrors ? null : filter,
			printed: readable ? print(spellOut(syntax, this.expressions.fullNames)) : null,
			parts: this.parts,
			terms: this.expressions.terms,
		};
	}

	private statements(syntax: FilterSyntax): Statements {
		const found: Statements = {
			condition: null,
			conditionSyntax: null,
			annotations: [],
			order: null,
			limit: null,
			onePerObject: false,
			sample: null,
		};
		for (const statement of syntax.statements) this.statement(statement, found);
		return found;
	}

	private statement(statement: Statement, found: Statements): void {
		switch (statement.kind) {
			case 'use':
				this.useBlock(statement);
				return;
			case 'let':
				this.part(statement);
				return;
			case 'condition':
				this.condition(statement.value, found);
				return;
			case 'annotate':
				for (const entry of statement.entries) this.annotate(entry, found);
				return;
			case 'order':
				this.once(found.order !== null, statement.place, 'order by');
				found.order = this.orderBy(statement.value, statement.descending);
				return;
			case 'limit':
				this.once(found.limit !== null, statement.place, 'limit');
				found.limit = statement.count;
				return;
			case 'onePerObject':
				this.once(found.onePerObject, statement.place, 'one per object');
				found.onePerObject = true;
				return;
			case 'sample': {
				this.once(found.sample !== null, statement.place, 'sample');
				const fraction = Number(statement.fraction);
				if (!(fraction > 0 && fraction <= 1)) {
					this.expressions.error(statement.place, 'A sample is a share above 0 and up to 1, such as 0.01.');
				}
				found.sample = fraction;
			}
		}
	}

	private once(again: boolean, place: Place, what: string): void {
		if (again) this.expressions.error(place, `"${what}" stands here a second time; one is enough.`);
	}

	private part({ name, namePlace, value }: Statement & { kind: 'let' }): void {
		const checked = this.expressions.expression(value);
		if (!this.isFree(name, namePlace)) return;
		this.expressions.names.set(name, checked);
		if (checked !== null) this.parts.push({ name, type: checked.type, place: namePlace });
	}

	private isFree(name: string, place: Place): boolean {
		const { expressions } = this;
		const other = `my${name.charAt(0).toUpperCase()}${name.slice(1)}`;
		if (KEYWORDS.has(name)) expressions.error(place, `"${name}" has a meaning of its own: choose another name.`);
		else if (expressions.names.has(name) || expressions.blocks.has(name)) {
			expressions.error(place, `The name "${name}" is taken already.`);
		} else if (isGroup(name)) {
			expressions.error(place, `Fields begin with "${name}.": choose another name, such as "${other}".`, other);
		} else if (!expressions.isNew(name)) {
			expressions.error(place, `"${name}" means something already: choose another name, such as "${other}".`, other);
		} else return true;
		return false;
	}

	private condition(value: Expr, found: Statements): void {
		if (found.conditionSyntax !== null) {
			this.expressions.error(
				value.place,
				'A filter has one condition: join this to the one before with "and" or "or".',
				`and ${printExpression(value)}`,
			);
		}
		found.conditionSyntax = value;
		found.condition = this.expressions.truth(value);
		if (found.condition !== null) this.expressions.terms.set(value, found.condition);
	}

	private annotate(
		{ name, namePlace, value }: { readonly name: string; readonly namePlace: Place; readonly value: Expr },
		{ annotations }: Statements,
	): void {
		const { expressions } = this;
		const checked = expressions.expression(value);
		if (annotations.some((annotation) => annotation.name === name)) {
			expressions.error(namePlace, `There is an annotation "${name}" already.`);
		}
		if (annotations.length >= LIMITS.annotations) {
			expressions.error(namePlace, `A filter may have ${LIMITS.annotations} annotations.`);
			return;
		}
		if (checked === null) return;
		if (checked.kind === 'record' || checked.kind === 'list' || checked.kind === 'position') {
			expressions.error(
				value.place,
				`An annotation is a number, a text, an id, or true or false; this is ${describeType(checked.type)}.`,
			);
			return;
		}
		const unit = checked.kind === 'number' ? (checked.type.unit ?? '') : '';
		annotations.push({ name, node: checked.node, unit: unit === 'MJD' || unit === 'JD' ? 'd' : unit });
	}

	private orderBy(value: Expr, descending: boolean): Statements['order'] {
		const checked = this.expressions.number(value, 'What alerts are ordered by');
		return checked === null ? null : { node: checked.node, descending };
	}

	private assemble(found: Statements): CheckedFilter | null {
		const { build, fields } = this.expressions;
		if (found.condition === null && found.sample === null) {
			this.expressions.error(
				NOWHERE,
				'The filter has no condition. Write what an alert must be, for example: reliability > 0.8 and mag < 19',
			);
			return null;
		}
		const asked = found.condition ?? build.truth(true);
		const condition = found.sample === null ? asked : build.logic('and', [asked, build.sample(found.sample, 0)]);
		const place = found.conditionSyntax?.place ?? NOWHERE;
		if (found.limit !== null && found.order === null) {
			this.expressions.warn(place, 'There is a limit and no "order by": the alerts with the smallest ids are kept.');
		}
		const nodes = [
			condition,
			...found.annotations.map(({ node }) => node),
			...(found.order === null ? [] : [found.order.node]),
		];
		const cost = nodes.reduce((sum, node) => sum + node.cost, 0);
		const size = nodes.reduce((sum, node) => sum + node.size, 0);
		this.bound(cost, size, place);
		// a tree of parts that hold each other is walked only where it is small when they are put in their places
		if (size <= LIMITS.nodes && surveysWhere(condition)?.size === 0) {
			this.expressions.warn(
				place,
				'No alert can pass: an alert is of one survey, and the fields of another are absent from it. Join what is asked of each survey with "or"; associated("lsst") is the other survey’s object at the same place.',
			);
		}
		const afterNight = found.order !== null || found.limit !== null || found.onePerObject;
		return {
			kind: afterNight ? 'afterNight' : found.sample === null ? 'live' : 'sampled',
			conditions: this.conditionsOf(found),
			condition,
			annotations: found.annotations,
			order: found.order,
			limit: found.limit,
			onePerObject: found.onePerObject,
			sample: found.sample,
			fields: [...fields].sort(),
			blocks: [...this.blocksUsed].sort(),
			cost,
			pool: this.pool,
		};
	}

	private bound(cost: number, size: number, place: Place): void {
		if (size > LIMITS.nodes) {
			this.expressions.error(
				place,
				`With its named parts put in their places the filter has ${size < 1e6 ? size : 'millions of'} parts; ${LIMITS.nodes} is the most. Parts that hold each other twice and more grow fastest.`,
			);
		}
		if (cost > LIMITS.operations) {
			this.expressions.error(
				place,
				`The filter may take ${cost < 1e12 ? cost.toExponential(1) : 'millions of millions of'} operations on an alert with ${LIMITS.points} points; ${LIMITS.operations.toExponential(0)} is the most. Lists within lists cost most: name what does not change with "let", or take fewer points with takeLast(list, n).`,
			);
		}
	}

	/** The terms of the condition, each a line of the funnel; a condition with "or" at its top is one. */
	private conditionsOf({ condition, conditionSyntax }: Statements): Condition[] {
		if (condition === null || conditionSyntax === null) return [];
		const { fullNames, terms } = this.expressions;
		const written = (expression: Expr) => printExpression(spellOutExpression(expression, fullNames));
		if (conditionSyntax.kind !== 'logic' || conditionSyntax.op !== 'and') {
			return [{ node: condition, place: conditionSyntax.place, text: written(conditionSyntax) }];
		}
		return conditionSyntax.terms.flatMap((term) => {
			const node = terms.get(term);
			return node === undefined ? [] : [{ node, place: term.place, text: written(term) }];
		});
	}

	private useBlock({ block, name, namePlace, place }: Statement & { kind: 'use' }): void {
		const free = this.isFree(name, namePlace);
		const imported = this.importBlock(block, place);
		if (free) this.expressions.blocks.set(name, imported);
	}

	private importBlock(reference: string, place: Place): Block | null {
		const { expressions, importing } = this;
		const shown = shorten(reference);
		if (importing.includes(reference)) {
			const through = importing.length > 1 ? ` through ${importing.map((one) => `"${one}"`).join(', ')}` : '';
			return expressions.error(place, `The block "${shown}" imports itself${through}.`);
		}
		if (importing.length >= LIMITS.blockDepth) {
			return expressions.error(place, `Blocks may import blocks ${LIMITS.blockDepth} levels deep.`);
		}
		const text = expressions.environment.block(reference);
		if (text === undefined) {
			const near = nearestName(reference, expressions.environment.blockNames);
			const hint =
				near === undefined ? '; a block is named with its version, such as "real@2".' : `; did you mean "${near}"?`;
			return expressions.error(place, `There is no block "${shown}"${hint}`, near);
		}
		this.blocksUsed.add(reference);
		const known = this.imported.get(reference);
		if (known !== undefined) return known;
		const { syntax, problems } = parse(text);
		const within = new Expressions(expressions.environment, this.pool, [...problems]);
		const inner = new Checker(within, this.pool, [...importing, reference], this.imported);
		const found = inner.statements(syntax);
		const wrong = within.problems.find(({ severity }) => severity === 'error');
		if (wrong !== undefined) return expressions.error(place, `The block "${shown}" has an error: ${wrong.message}`);
		for (const field of within.fields) expressions.fields.add(field);
		for (const used of inner.blocksUsed) this.blocksUsed.add(used);
		const block = { condition: found.condition, parts: within.names };
		this.imported.set(reference, block);
		return block;
	}
}
