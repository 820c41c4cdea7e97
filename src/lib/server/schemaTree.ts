import { findSurvey } from '#lib/alert/surveys.ts';

/** A field of an outgoing alert, with the fields within it. */
export interface SchemaNode {
	readonly name: string;
	/** In words: `number`, `list of Point`. */
	readonly type: string;
	readonly unit: string;
	readonly meaning: string;
	/** null where it is absent. */
	readonly optional: boolean;
	readonly fields: readonly SchemaNode[];
}

interface Field {
	readonly name: string;
	readonly type: unknown;
	readonly doc?: string;
	readonly unit?: string;
}

interface RecordType {
	readonly type: 'record';
	readonly name: string;
	readonly fields: readonly Field[];
}

const FILES = import.meta.glob<string>('/static/schemas/*.avsc', { query: '?raw', import: 'default', eager: true });

/** Path of the newest schema of outgoing alerts, as the portal serves it; null where there is none. */
export const SCHEMA_PATH: string | null =
	Object.keys(FILES)
		.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
		.at(-1)
		?.replace(/^\/static/, '') ?? null;

const WORDS: Readonly<Record<string, string>> = {
	float: 'number',
	double: 'number, double',
	int: 'whole number',
	long: 'whole number, 64 bit',
	string: 'text',
	boolean: 'true or false',
	bytes: 'bytes',
};

const isObject = (type: unknown): type is Readonly<Record<string, unknown>> =>
	typeof type === 'object' && type !== null && !Array.isArray(type);
const isRecord = (type: unknown): type is RecordType => isObject(type) && type['type'] === 'record';

/** The type in words, and the record that it is made of, if any. */
function described(type: unknown, known: Map<string, RecordType>): { words: string; record: RecordType | null } {
	if (Array.isArray(type)) {
		const others = type.filter((one) => one !== 'null').map((one) => described(one, known));
		const [only] = others;
		if (others.length === 1 && only !== undefined) return only;
		return { words: others.map(({ words }) => words).join(' or '), record: null };
	}
	if (isRecord(type)) {
		known.set(type.name, type);
		return { words: 'record', record: type };
	}
	if (isObject(type)) {
		const inner = described(type['items'] ?? type['values'], known);
		const of = inner.record === null ? inner.words : inner.record.name;
		return { words: type['type'] === 'map' ? `${of} by name` : `list of ${of}`, record: inner.record };
	}
	const name = String(type);
	const record = known.get(name) ?? null;
	return { words: record === null ? (WORDS[name] ?? name) : 'record', record };
}

function nodeOf(field: Field, known: Map<string, RecordType>, within: readonly string[]): SchemaNode {
	const { words, record } = described(field.type, known);
	const { name, unit = '', doc = '' } = field;
	const isInside = record !== null && within.includes(record.name);
	return {
		name,
		type: words,
		unit,
		meaning: unit === '' ? doc : doc.replace(` [${unit}]`, ''),
		optional: Array.isArray(field.type) && field.type.includes('null'),
		fields:
			record === null || isInside ? [] : record.fields.map((inner) => nodeOf(inner, known, [...within, record.name])),
	};
}

/** The fields of an outgoing alert, in the order of the schema; own fields of other surveys than these are left out (none = all stay). */
export function schemaTree(
	surveys: readonly string[],
	text = SCHEMA_PATH && FILES[`/static${SCHEMA_PATH}`],
): SchemaNode[] {
	if (!text) return [];
	const schema = JSON.parse(text) as RecordType;
	const known = new Map<string, RecordType>();
	const nodes = schema.fields.map((field) => nodeOf(field, known, [schema.name]));
	const isOther = ({ name, fields }: SchemaNode): boolean =>
		surveys.length > 0 && fields.length > 0 && findSurvey(name) !== undefined && !surveys.includes(name);
	return nodes.filter((node) => !isOther(node));
}
