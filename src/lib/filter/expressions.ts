import { CLASSES } from '#lib/alert/class.ts';
import { Builder } from './build.ts';
import { checkCall, SURVEY_NAMES } from './calls.ts';
import { BANDS, type FilterField } from './catalogue.ts';
import type { Checking } from './checking.ts';
import { arithmetic, between, comparison, readAs } from './comparisons.ts';
import type { Pool, TruthNode } from './core.ts';
import type { Environment } from './environment.ts';
import { LIMITS } from './limits.ts';
import { membership } from './membership.ts';
import { catalogueName, dotted, dottedField, isFieldPath, isTaken, memberOf, pathOf } from './names.ts';
import { shorten } from './parse.ts';
import type { Place, Problem } from './place.ts';
import { printExpression } from './print.ts';
import { nearestName } from './suggest.ts';
import type { Expr } from './syntax.ts';
import { describeType, type Type } from './type.ts';
import { num, text, truth, type Checked, type NumberValue } from './value.ts';
import { listed } from './words.ts';

const CLASS_KEYS = CLASSES.map(({ key }) => key).filter((key) => key !== 'none');

/** A block as it was imported: its condition and its named parts. */
export interface Block {
	readonly condition: TruthNode | null;
	readonly parts: ReadonlyMap<string, Checked | null>;
}

/** Checks expressions against the names that stand at their place. */
export class Expressions implements Checking {
	readonly build: Builder;
	readonly params: { name: string; value: Checked }[] = [];
	/** Named parts; null for one that has an error, so that it is reported once. */
	readonly names = new Map<string, Checked | null>();
	readonly blocks = new Map<string, Block | null>();
	/** Bare survey fields and their names in full. */
	readonly fullNames = new Map<Expr, Expr>();
	/** Terms of `and` and `or` as they were written. */
	readonly terms = new Map<Expr, TruthNode>();
	readonly fields = new Set<string>();

	constructor(
		readonly environment: Environment,
		pool: Pool,
		readonly problems: Problem[],
	) {
		this.build = new Builder(pool);
	}

	error(place: Place, message: string, suggestion?: string): null {
		return this.report('error', place, message, suggestion);
	}

	warn(place: Place, message: string): null {
		return this.report('warning', place, message, undefined);
	}

	private report(severity: Problem['severity'], place: Place, message: string, suggestion: string | undefined): null {
		if (this.problems.length < 2 * LIMITS.problems) {
			this.problems.push({ severity, place, message, ...(suggestion === undefined ? {} : { suggestion }) });
		}
		return null;
	}

	unknown(what: string, name: string, known: Iterable<string>, place: Place): null {
		const names = [...known];
		const near = nearestName(name, names);
		const others =
			names.length === 0
				? '.'
				: `; there ${names.length === 1 ? 'is' : 'are'} ${listed(names.map((one) => `"${one}"`))}.`;
		return this.error(
			place,
			`There is no ${what} "${shorten(name)}"${near === undefined ? others : `; did you mean "${near}"?`}`,
			near === undefined ? undefined : `"${near}"`,
		);
	}

	isNew(name: string): boolean {
		return !(
			this.params.some((param) => param.name === name) ||
			this.names.has(name) ||
			this.blocks.has(name) ||
			isTaken(name)
		);
	}

	isOfDomain(domain: 'band' | 'survey' | 'class' | 'any', value: string, place: Place): boolean {
		if (domain === 'any') return true;
		if (domain === 'class') return this.warnOfClass(value, place);
		const known = domain === 'band' ? BANDS : SURVEY_NAMES;
		if (known.includes(value)) return true;
		this.unknown(domain, value, known, place);
		return false;
	}

	/** Classes may come from any model, so that one unknown here is told and taken. */
	private warnOfClass(value: string, place: Place): true {
		if (value === 'none') {
			this.warn(place, 'No alert has the class "none": one without a class is found by "class is absent".');
			return true;
		}
		const { models } = this.environment;
		if (CLASS_KEYS.includes(value) || models === null) return true;
		// a look at all of them is no question about one: what a version asks of is recorded with it
		if ([...models].some(([, labels]) => labels.includes(value))) return true;
		const near = nearestName(value, CLASS_KEYS);
		const others = `there are ${listed(CLASS_KEYS.map((one) => `"${one}"`))}.`;
		this.warn(
			place,
			`No class is called "${shorten(value)}" here${near === undefined ? `; ${others}` : `; did you mean "${near}"?`}`,
		);
		return true;
	}

	readAs(checked: Checked, written: Expr, other: Type): Checked | null {
		return readAs(this, checked, written, other);
	}

	field(field: FilterField): Checked {
		this.fields.add(field.name);
		const node = this.build.field(field);
		switch (node.sort) {
			case 'num':
				return num(node, field.type.kind === 'number' ? field.type.unit : '');
			case 'truth':
				return truth(node);
			case 'text':
				return text(node, field.type.kind === 'text' ? field.type.domain : 'any');
			case 'id':
				return { kind: 'id', type: { kind: 'id' }, node };
		}
	}

	truth(expression: Expr): TruthNode | null {
		const checked = this.expression(expression);
		if (checked === null) return null;
		if (checked.kind === 'truth') return checked.node;
		return this.error(
			expression.place,
			`Expected true or false; this is ${describeType(checked.type)}.${truthHint(checked, expression)}`,
		);
	}

	number(expression: Expr, what: string): NumberValue | null {
		const checked = this.expression(expression);
		if (checked === null || checked.kind === 'number') return checked;
		return this.error(expression.place, `${what} must be a number; this is ${describeType(checked.type)}.`);
	}

	expression(expression: Expr): Checked | null {
		switch (expression.kind) {
			case 'number':
				return num(this.build.num(Number(expression.text)), null);
			case 'text':
				if (expression.value !== '') return text(this.build.text(expression.value));
				return this.error(expression.place, 'An empty text is an absent one: write "is absent" or "is present".');
			case 'truth':
				return truth(this.build.truth(expression.value));
			case 'name':
				return this.name(expression);
			case 'member':
				return this.member(expression);
			case 'call':
				return checkCall(this, expression);
			case 'lambda':
				return this.error(
					expression.place,
					`"${expression.param} => ..." stands only after a list, as in any(detections, d => d.mag < 19).`,
				);
			case 'list':
				return this.error(expression.place, 'A list in brackets stands only after "in", as in band in ["g", "r"].');
			case 'logic':
				return this.logic(expression);
			case 'not': {
				const operand = this.truth(expression.operand);
				return operand === null ? null : truth(this.build.not(operand));
			}
			case 'negative': {
				const operand = this.number(expression.operand, 'What follows "-"');
				return operand === null ? null : num(this.build.negative(operand.node), operand.type.unit);
			}
			case 'arithmetic':
				return arithmetic(this, expression);
			case 'compare':
				return comparison(this, expression);
			case 'between':
				return this.perhapsNot(between(this, expression), expression.negated);
			case 'in':
				return this.perhapsNot(membership(this, expression), expression.negated);
			case 'presence':
				return this.presence(expression);
			case 'broken':
				return null;
		}
	}

	private perhapsNot(node: TruthNode | null, negated: boolean): Checked | null {
		if (node === null) return null;
		return truth(negated ? this.build.not(node) : node);
	}

	private logic(expression: Expr & { kind: 'logic' }): Checked | null {
		const terms = expression.terms.map((term) => {
			const node = this.truth(term);
			if (node !== null) this.terms.set(term, node);
			return node;
		});
		const known = terms.filter((term) => term !== null);
		return known.length < terms.length ? null : truth(this.build.logic(expression.op, known));
	}

	private presence({ value, present }: Expr & { kind: 'presence' }): Checked | null {
		const checked = this.expression(value);
		if (checked === null) return null;
		if (checked.kind === 'position') return this.error(value.place, 'Every alert has a position.');
		if (checked.kind === 'list') {
			return this.error(value.place, 'A list is never absent, but it may be empty: ask count(...) > 0 or any(...).');
		}
		return this.perhapsNot(this.build.present(checked.node), !present);
	}

	private name(expression: Expr & { kind: 'name' }): Checked | null {
		const { name, place } = expression;
		const param = this.params.find((one) => one.name === name);
		if (param !== undefined) return param.value;
		const part = this.names.get(name);
		if (part !== undefined) return part;
		const block = this.blocks.get(name);
		if (block === null) return null;
		if (block !== undefined) {
			if (block.condition !== null) return truth(block.condition);
			const parts = listed([...block.parts.keys()].map((one) => `${name}.${one}`));
			return this.error(place, `The block "${name}" has no condition of its own; name one of its parts: ${parts}.`);
		}
		const own = [...this.params.map((one) => one.name), ...this.names.keys(), ...this.blocks.keys()];
		return catalogueName(this, expression, own, (full) => this.fullNames.set(expression, dotted(full, place)));
	}

	private member(expression: Expr & { kind: 'member' }): Checked | null {
		const { object, name, namePlace } = expression;
		const path = pathOf(expression);
		const head = path?.slice(0, path.indexOf('.')) ?? '';
		const isOwn = this.params.some((one) => one.name === head) || this.names.has(head);
		const block = object.kind === 'name' && !isOwn ? this.blocks.get(object.name) : undefined;
		if (block === null) return null;
		if (block !== undefined) {
			const part = block.parts.get(name);
			return part === undefined ? this.unknown(`part of "${head}" named`, name, block.parts.keys(), namePlace) : part;
		}
		if (path !== null && !isOwn && isFieldPath(path)) return dottedField(this, path, expression.place);
		const checked = this.expression(object);
		return checked === null ? null : memberOf(this, checked, expression);
	}
}

function truthHint(checked: Checked, expression: Expr): string {
	const written = shorten(printExpression(expression));
	switch (checked.kind) {
		case 'number':
			return ` Compare it with something, such as ${written} > 0.`;
		case 'list':
			return ` Ask any(${written}, d => ...), or count it.`;
		case 'record':
		case 'text':
		case 'id':
			return ` Ask "${written} is present", or compare it.`;
		case 'position':
			return ' Ask "in circle(...)", "in box(...)" or "in area(...)".';
		case 'truth':
			return '';
	}
}
