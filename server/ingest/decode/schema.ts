import type avro from 'avsc';
import { boundedType } from './bounded.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Lists that repeat tens to hundreds of times per packet, and the fields of their items that are read.
 * The rest (file names, names of principal investigators, image statistics) is most of the work of a full decode.
 */
const LIST_FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
	prv_candidates: new Set(
		'jd fid pid diffmaglim programid candid isdiffpos nid field ra dec magpsf sigmapsf exptime'.split(' '),
	),
	fp_hists: new Set(
		(
			'jd fid pid field programid magzpsci exptime diffmaglim forcediffimflux forcediffimfluxunc procstatus ' +
			'mjd band psfFlux psfFluxErr'
		).split(' '),
	),
	prvDiaSources: new Set(
		(
			'diaSourceId diaObjectId visit midpointMjdTai midPointTai band filterName ra dec decl psfFlux psfFluxErr psFlux psFluxErr ' +
			'psfFlux_flag psfFlux_flag_edge psfFlux_flag_noGoodPixels centroid_flag'
		).split(' '),
	),
};

const PRIMITIVES: ReadonlySet<string> = new Set('null boolean int long float double bytes string'.split(' '));

/** A schema ready to read records with: bytes at `offset` in, value and the next offset out. */
export interface Reader {
	/** Full name of the record. */
	readonly name: string;
	read(bytes: Buffer, offset: number): { readonly value: Readonly<Record<string, unknown>>; readonly offset: number };
}

/**
 * Makes a writer schema from the wild acceptable: defaults and documentation play no part in reading and are
 * dropped, and a field name that occurs twice in a record (WINTER) gets `__2` the second time.
 */
export function sanitizeSchema(schema: Json): Json {
	if (Array.isArray(schema)) return schema.map(sanitizeSchema);
	if (schema === null || typeof schema !== 'object') return schema;
	// a primitive with attributes (timestamps) would miss the types registered under the primitive's name
	if (typeof schema['type'] === 'string' && PRIMITIVES.has(schema['type']) && !('name' in schema))
		return schema['type'];
	const out: { [key: string]: Json } = {};
	for (const [key, value] of Object.entries(schema)) {
		if (key === 'default' || key === 'doc' || key === 'aliases' || key === 'order' || key === 'version') continue;
		if (key === 'fields' && Array.isArray(value)) out[key] = renameRepeated(value.map(sanitizeSchema));
		else out[key] = key === 'type' || key === 'items' || key === 'values' ? sanitizeSchema(value) : value;
	}
	return out;
}

function isRecord(value: Json | undefined): value is { [key: string]: Json } {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function renameRepeated(fields: Json[]): Json[] {
	const seen = new Map<string, number>();
	return fields.map((field) => {
		if (!isRecord(field) || typeof field['name'] !== 'string') return field;
		const times = (seen.get(field['name']) ?? 0) + 1;
		seen.set(field['name'], times);
		return times === 1 ? field : { ...field, name: `${field['name']}__${times}` };
	});
}

/** Collects every named record of a schema, so that references by name can be followed. */
function namedRecords(schema: Json, namespace: string, out: Map<string, { [key: string]: Json }>): void {
	if (Array.isArray(schema)) {
		for (const part of schema) namedRecords(part, namespace, out);
	} else if (isRecord(schema)) {
		const space = typeof schema['namespace'] === 'string' ? schema['namespace'] : namespace;
		if (schema['type'] === 'record' && typeof schema['name'] === 'string') {
			const name = schema['name'].includes('.') || space === '' ? schema['name'] : `${space}.${schema['name']}`;
			out.set(name, schema);
			out.set(schema['name'], schema);
		}
		if (Array.isArray(schema['fields'])) {
			for (const field of schema['fields']) if (isRecord(field)) namedRecords(field['type'] ?? null, space, out);
		}
		for (const key of ['type', 'items', 'values']) namedRecords(schema[key] ?? null, space, out);
	}
}

/** The reader's schema: the writer's own, with the items of LIST_FIELDS cut down; null when there is nothing to cut. */
function projectSchema(schema: Json): Json {
	if (!isRecord(schema) || !Array.isArray(schema['fields'])) return null;
	const records = new Map<string, { [key: string]: Json }>();
	namedRecords(schema, '', records);
	const cut = new Set<string>();

	function project(field: Json): Json {
		const name = isRecord(field) ? field['name'] : null;
		if (!isRecord(field) || typeof name !== 'string') return field;
		const keep = Object.hasOwn(LIST_FIELDS, name) ? LIST_FIELDS[name] : undefined;
		if (keep === undefined) return field;
		const branches: Json[] = Array.isArray(field['type']) ? field['type'] : [field['type'] ?? null];
		const type = branches.map((branch) => {
			if (!isRecord(branch) || branch['type'] !== 'array') return branch;
			const items = typeof branch['items'] === 'string' ? records.get(branch['items']) : branch['items'];
			if (!isRecord(items) || !Array.isArray(items['fields'])) return branch;
			cut.add(name);
			const fields = items['fields'].filter(
				(item) => isRecord(item) && typeof item['name'] === 'string' && keep.has(item['name']),
			);
			// a name of its own: the full record may be used elsewhere under the first; resolving goes by the last part alone
			return {
				type: 'array',
				items: { ...items, namespace: `cut.${name}`, name: lastPart(items['name']), fields },
			};
		});
		return { ...field, type: Array.isArray(field['type']) ? type : (type[0] ?? null) };
	}

	const fields = schema['fields'].map(project);
	return cut.size > 0 ? { ...schema, fields } : null;
}

function lastPart(name: Json | undefined): string {
	return typeof name === 'string' ? name.slice(name.lastIndexOf('.') + 1) : 'item';
}

function writerType(clean: Json): avro.Type {
	const writer = boundedType(clean);
	if (writer.typeName !== 'record') throw new TypeError('the schema is not that of a record');
	return writer;
}

/** A type that reads every field of records of a parsed writer schema; throws when it is no Avro record. */
export function compileWhole(parsed: unknown): { readonly name: string; readonly type: avro.Type } {
	const type = writerType(sanitizeSchema(parsed as Json));
	return { name: type.name ?? 'record', type };
}

/** Compiles a parsed writer schema; throws when it is no Avro record. */
export function compileSchema(parsed: unknown): Reader {
	const clean = sanitizeSchema(parsed as Json);
	const writer = writerType(clean);
	const cut = compileProjection(clean, writer);
	const type = cut?.type ?? writer;
	const resolver = cut?.resolver;
	return {
		name: writer.name ?? 'record',
		read: (bytes, offset) => {
			const decoded: { value: unknown; offset: number } = type.decode(bytes, offset, resolver);
			if (decoded.offset < 0) throw new RangeError('the packet ends in the middle of a record');
			return { value: decoded.value as Record<string, unknown>, offset: decoded.offset };
		},
	};
}

function compileProjection(
	clean: Json,
	writer: avro.Type,
): { type: avro.Type; resolver: ReturnType<avro.Type['createResolver']> } | null {
	const cut = projectSchema(clean);
	if (cut === null) return null;
	try {
		const type = boundedType(cut);
		return { type, resolver: type.createResolver(writer, { ignoreNamespaces: true }) };
	} catch {
		// a schema whose names defy resolving is read in full
		return null;
	}
}
