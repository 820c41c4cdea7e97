/** Kinds of record whose members can be named. */
export type RecordKind = 'point' | 'pair' | 'match' | 'association';

/**
 * Type of an expression. `unit` of a number: a VOUnits string, 'MJD' or 'JD' for times, 'night' for nights, '' for a pure number or
 * one whose unit is not known, null for a number written in the filter, which fits any unit.
 */
export type Type =
	| { readonly kind: 'number'; readonly unit: string | null }
	| { readonly kind: 'text'; readonly domain: 'band' | 'survey' | 'class' | 'any' }
	| { readonly kind: 'truth' }
	| { readonly kind: 'id' }
	| { readonly kind: 'position' }
	| { readonly kind: 'record'; readonly record: RecordKind }
	| { readonly kind: 'list'; readonly of: ElementType };

/** What a list may hold. */
export type ElementType =
	{ readonly kind: 'number'; readonly unit: string | null } | { readonly kind: 'record'; readonly record: RecordKind };

/** A number of that unit. */
export function numberOf(unit: string | null): Type & { readonly kind: 'number' } {
	return { kind: 'number', unit };
}

export const TEXT: Type = { kind: 'text', domain: 'any' };
export const TRUTH: Type = { kind: 'truth' };
export const ID: Type = { kind: 'id' };

/** The type in words for messages: "a number in mag", "a list of points". */
export function describeType(type: Type): string {
	switch (type.kind) {
		case 'number':
			switch (type.unit) {
				case null:
				case '':
					return 'a number';
				case 'MJD':
				case 'JD':
					return `a time (${type.unit})`;
				case 'night':
					return 'a night';
				default:
					return `a number in ${type.unit}`;
			}
		case 'text':
			return type.domain === 'any'
				? 'a text'
				: type.domain === 'class'
					? 'the name of a class'
					: `the name of a ${type.domain}`;
		case 'truth':
			return 'true or false';
		case 'id':
			return 'a 64-bit id';
		case 'position':
			return 'a position';
		case 'record':
			return RECORD_WORDS[type.record][0];
		case 'list':
			return `a list of ${type.of.kind === 'number' ? 'numbers' : RECORD_WORDS[type.of.record][1]}`;
	}
}

const RECORD_WORDS: Readonly<Record<RecordKind, readonly [string, string]>> = {
	point: ['a point of a light curve', 'points'],
	pair: ['a pair of points', 'pairs of points'],
	match: ['a catalogue match', 'catalogue matches'],
	association: ['an object of another survey', 'objects of other surveys'],
};

/** Whether values of two units may be compared, added or subtracted: one that is not known fits any. */
export function unitsAgree(a: string | null, b: string | null): boolean {
	return a === null || b === null || a === b || a === '' || b === '';
}
