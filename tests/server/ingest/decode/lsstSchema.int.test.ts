import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LSST_VERSIONS, lsstSchema } from '#server/ingest/decode/schemas/lsst.ts';

const samples = process.env['NIGHTJAR_SAMPLES'];

type Json = null | string | Json[] | { [key: string]: Json };

/** Names, order, types and nullability: a type in one line, records by their last name. */
function shape(type: Json | undefined): string {
	if (Array.isArray(type)) return type.map(shape).join('|');
	if (typeof type === 'string') return type.slice(type.lastIndexOf('.') + 1);
	if (type === null || type === undefined) return 'nothing';
	if (type['type'] === 'record') return shape(type['name']);
	if (type['type'] === 'array') return `[${shape(type['items'])}]`;
	return `${shape(type['type'])}:${shape(type['logicalType'])}`;
}

/** Every record of a merged schema by its last name, fields as `name type`. */
function records(type: Json | undefined, out: Map<string, string[]> = new Map()): Map<string, string[]> {
	if (Array.isArray(type)) for (const part of type) records(part, out);
	else if (typeof type === 'object' && type !== null) {
		if (type['type'] === 'record' && Array.isArray(type['fields'])) {
			const fields = type['fields'] as { [key: string]: Json }[];
			out.set(
				shape(type['name']),
				fields.map((field) => `${shape(field['name'])} ${shape(field['type'])}`),
			);
			for (const field of fields) records(field['type'], out);
		} else records(type['items'], out);
	}
	return out;
}

describe.skipIf(samples === undefined)('the table of Rubin schemas (published ones under NIGHTJAR_SAMPLES)', () => {
	it.each(LSST_VERSIONS)('renders v%s as published', (version) => {
		const v = version.replace('.', '_');
		const ours = records(lsstSchema(version) as Json);
		expect(ours.size).toBeGreaterThanOrEqual(5);
		for (const [name, fields] of ours) {
			const path = join(samples ?? '', 'schemas/lsst', v, `lsst.v${v}.${name}.avsc`);
			expect(existsSync(path)).toBe(true);
			const published = JSON.parse(readFileSync(path, 'utf8')) as Json;
			expect([name, fields]).toEqual([name, records(published).get(name)]);
		}
	});
});
