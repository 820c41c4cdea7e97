import type { FieldValue } from '#lib/alert/alert.ts';
import type { FieldType, SurveyField } from '#lib/alert/fields.ts';
import type { Raw } from './values.ts';

/** How a survey writes what is absent, and older names of its fields. */
export interface FieldRules {
	/** Numbers that stand for "no value" in a field. */
	readonly absentNumbers: (name: string) => readonly number[];
	/** Paths to try where the declared one is not in the packet (older schema versions). */
	readonly formerly: Readonly<Record<string, readonly string[]>>;
	/** Ids of which 0 means none. */
	readonly zeroIsNone: ReadonlySet<string>;
}

type Getter = (raw: Raw) => FieldValue;

/** The value at a path; undefined where the schema has no such field, null where it or its record is null. */
function follow(path: string): (raw: Raw) => unknown {
	const [first = '', second] = path.split('.');
	if (second === undefined) return (raw) => raw[first];
	return (raw) => {
		const record = raw[first] as Raw | null | undefined;
		return record === null || record === undefined ? record : record[second];
	};
}

/** The first path that the schema of the packet has. */
function firstOf(paths: readonly ((raw: Raw) => unknown)[]): (raw: Raw) => unknown {
	return (raw) => {
		for (const path of paths) {
			const value = path(raw);
			if (value !== undefined) return value;
		}
		return undefined;
	};
}

function converter(type: FieldType, name: string, rules: FieldRules): (value: unknown) => FieldValue {
	const numbers = rules.absentNumbers(name);
	const absent = (value: number) => !Number.isFinite(value) || numbers.includes(value);
	switch (type) {
		case 'float32':
		case 'float64':
			return (value) =>
				typeof value === 'number' && !absent(value) ? value : typeof value === 'bigint' ? Number(value) : Number.NaN;
		case 'int':
			return (value) => {
				const number = typeof value === 'bigint' ? Number(value) : value;
				return typeof number === 'number' && !absent(number) ? Math.trunc(number) : null;
			};
		case 'long': {
			const zeroIsNone = rules.zeroIsNone.has(name);
			return (value) => {
				const long = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
				if (typeof long !== 'bigint' || (zeroIsNone && long === 0n)) return null;
				return numbers.includes(Number(long)) ? null : long;
			};
		}
		case 'text':
			return (value) => (typeof value === 'string' && value !== '' && value !== 'null' ? value : null);
		case 'truth':
			return (value) => (typeof value === 'boolean' ? value : null);
	}
}

/** Compiles a function that gives a survey's own fields of a packet, in the order of their declaration. */
export function fieldReader(fields: readonly SurveyField[], rules: FieldRules): (raw: Raw) => FieldValue[] {
	const getters = fields.map(({ name, from, type }): Getter => {
		const convert = converter(type, name, rules);
		const former = rules.formerly[from] ?? [];
		const path = former.length === 0 ? follow(from) : firstOf([from, ...former].map(follow));
		return (raw) => convert(path(raw));
	});
	return (raw) => {
		const out = new Array<FieldValue>(getters.length);
		for (let i = 0; i < getters.length; i++) out[i] = getters[i]?.(raw) ?? null;
		return out;
	};
}
