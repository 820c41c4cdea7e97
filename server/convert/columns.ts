import type avro from 'avsc';
import { FEATURES } from '#lib/alert/features.ts';
import { columnName } from '#lib/alert/fields.ts';
import { findSurvey } from '#lib/alert/surveys.ts';

/** A record as Avro gave it. */
export type AvroValues = Readonly<Record<string, unknown>>;

/** A column of a flat table made from Avro records. */
export interface Column {
	readonly name: string;
	/** The store's type of its values. */
	readonly type: string;
	readonly kind: 'number' | 'text' | 'truth' | 'bytes' | 'list';
	read(record: AvroValues): unknown;
}

const isObject = (value: unknown): value is AvroValues =>
	typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

type Typed = avro.Type & {
	readonly typeName: string;
	readonly fields?: readonly { readonly name: string; readonly type: Typed }[];
	readonly itemsType?: Typed;
	readonly valuesType?: Typed;
	readonly types?: readonly Typed[];
};

/** A type without the branch null; several branches are null here. */
function single(type: Typed): Typed | null {
	if (!type.typeName.startsWith('union')) return type;
	const branches = (type.types ?? []).filter(({ typeName }) => typeName !== 'null');
	return branches.length === 1 ? (branches[0] ?? null) : null;
}

const SCALARS: Readonly<Record<string, string>> = {
	int: 'Int32',
	long: 'Int64',
	'abstract:long': 'Int64',
	float: 'Float32',
	double: 'Float64',
	boolean: 'Bool',
};

/** The store's type of an Avro type: numbers and texts may be absent, records within lists are tuples. */
function storeType(type: Typed): string {
	const one = single(type);
	// texts, bytes and what may be several things
	if (one === null) return 'Nullable(String)';
	switch (one.typeName) {
		case 'record':
			return `Tuple(${(one.fields ?? []).map(({ name, type: inner }) => `\`${name}\` ${storeType(inner)}`).join(', ')})`;
		case 'array':
			return one.itemsType === undefined ? 'Array(String)' : `Array(${storeType(one.itemsType)})`;
		case 'map':
			return one.valuesType === undefined ? 'Map(String, String)' : `Map(String, ${storeType(one.valuesType)})`;
		default:
			return `Nullable(${SCALARS[one.typeName] ?? 'String'})`;
	}
}

function kindOf(type: Typed): Column['kind'] {
	const one = single(type);
	if (one === null) return 'text';
	if (one.typeName === 'bytes' || one.typeName === 'fixed') return 'bytes';
	if (one.typeName === 'boolean') return 'truth';
	if (['array', 'map', 'record'].includes(one.typeName)) return 'list';
	return one.typeName in SCALARS ? 'number' : 'text';
}

/** What stands in `value` under a name; a union that is written with its branch's name is looked through. */
function within(value: unknown, name: string): unknown {
	if (!isObject(value)) return null;
	if (Object.hasOwn(value, name)) return value[name] ?? null;
	const [only, ...more] = Object.values(value);
	return more.length === 0 && isObject(only) ? (only[name] ?? null) : null;
}

type Read = Column['read'];

/** Fields of a record as columns; records within it are spread, their names joined with `_`. */
function spread(type: Typed, read: (record: AvroValues) => unknown, nameOf: (field: string) => string): Column[] {
	return (type.fields ?? []).flatMap(({ name, type: inner }) => {
		const own: Read = (record) => within(read(record), name);
		const one = single(inner);
		if (one?.typeName === 'record') return spread(one, own, (field) => `${nameOf(name)}_${field}`);
		return [{ name: nameOf(name), type: storeType(inner), kind: kindOf(inner), read: own }];
	});
}

/** Features of an outgoing alert under their names in tables. */
function featureColumns(): Column[] {
	return FEATURES.map(({ name, column, scope, band, type }) => {
		const last = name.slice(name.lastIndexOf('.') + 1);
		const ofBand = (from: unknown): unknown => {
			const bands = within(from, 'bands');
			if (!Array.isArray(bands)) return null;
			return within(
				bands.find((one) => within(one, 'band') === band),
				last,
			);
		};
		const kind = type === 'truth' ? 'truth' : 'number';
		const store = type === 'truth' ? 'Bool' : type === 'float32' ? 'Float32' : 'Float64';
		const read: Read = ({ features }) => {
			const home = scope === 'combined' ? within(features, 'combined') : features;
			return band === '' ? within(home, last) : ofBand(home);
		};
		return { name: column, type: `Nullable(${store})`, kind, read };
	});
}

/** An outgoing alert of ours: fields under the names that they have in every table. */
function alertColumns(type: Typed): Column[] {
	return (type.fields ?? []).flatMap(({ name, type: inner }): Column[] => {
		if (name === 'features') return featureColumns();
		const own: Read = (record) => record[name] ?? null;
		const one = single(inner);
		if (one?.typeName !== 'record') return [{ name, type: storeType(inner), kind: kindOf(inner), read: own }];
		const survey = findSurvey(name)?.name;
		return spread(one, own, (field) => (survey === undefined ? `${name}_${field}` : columnName(field, survey)));
	});
}

/** The columns of a table of records of one Avro type; a name that comes twice gets a number. */
export function columnsOf(type: avro.Type): Column[] {
	const typed = type as Typed;
	const all =
		type.name === 'nightjar.Alert'
			? alertColumns(typed)
			: spread(
					typed,
					(record) => record,
					(field) => field,
				);
	const seen = new Map<string, number>();
	return all.map((column) => {
		const times = (seen.get(column.name) ?? 0) + 1;
		seen.set(column.name, times);
		return times === 1 ? column : { ...column, name: `${column.name}_${times}` };
	});
}

/** A value as JSON holds it: 64-bit integers as text, bytes in base64, what is no number as null. */
export function jsonValue(value: unknown): unknown {
	if (typeof value === 'bigint') return String(value);
	if (typeof value === 'number') return Number.isFinite(value) ? value : null;
	if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
	if (Array.isArray(value)) return value.map(jsonValue);
	if (isObject(value)) {
		const out: Record<string, unknown> = {};
		for (const [key, inner] of Object.entries(value)) out[key] = jsonValue(inner);
		return out;
	}
	return value ?? null;
}
