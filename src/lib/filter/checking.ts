import type { Builder } from './build.ts';
import type { FilterField } from './catalogue.ts';
import type { TruthNode } from './core.ts';
import type { Environment } from './environment.ts';
import type { Place } from './place.ts';
import type { Expr } from './syntax.ts';
import type { Type } from './type.ts';
import type { Checked, NumberValue } from './value.ts';

/** A call as it was written. */
export type Call = Expr & { readonly kind: 'call' };

/** What the parts of the checker ask of each other (check.ts). All report what is wrong and give null. */
export interface Checking {
	readonly environment: Environment;
	readonly build: Builder;
	/** Elements of the lambdas that enclose the expression, outermost first. */
	readonly params: { readonly name: string; readonly value: Checked }[];
	error(place: Place, message: string, suggestion?: string): null;
	warn(place: Place, message: string): null;
	/** `There is no WHAT "name"`, with the nearest known one. */
	unknown(what: string, name: string, known: Iterable<string>, place: Place): null;
	expression(expression: Expr): Checked | null;
	/** The expression, which must be a number; `what` begins the sentence if it is not. */
	number(expression: Expr, what: string): NumberValue | null;
	truth(expression: Expr): TruthNode | null;
	field(field: FilterField): Checked;
	/** A text compared with a time or a night, read as one; others as they are. */
	readAs(checked: Checked, written: Expr, other: Type): Checked | null;
	/** Whether a name may stand for the element of a list. */
	isNew(name: string): boolean;
	/** Whether a text that is written out can be the name of a band or survey; reports if not. */
	isOfDomain(domain: 'band' | 'survey' | 'class' | 'any', value: string, place: Place): boolean;
}

/** A field that exists, by its canonical name, as a value of a known sort. */
export function own(checking: Checking, field: FilterField | undefined): Checked {
	if (field === undefined) throw new Error('A core field is missing from the catalogue');
	return checking.field(field);
}
