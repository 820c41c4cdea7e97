import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import { FEATURES } from '#lib/alert/features.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import type { FilterHit } from '#lib/filter/hit.ts';
import { AlertEncoder, tagsOf } from '#server/ingest/publish/alertEncoder.ts';
import { crc64Avro } from '#server/ingest/publish/fingerprint.ts';
import { type AvroRecord, alertSchema, SCHEMA_NAME } from '#server/ingest/publish/schema.ts';
import {
	AlertReader,
	fingerprintOf,
	PUBLISHED_SCHEMAS,
	singleObjectHeader,
} from '#server/ingest/publish/singleObject.ts';
import { makeCurve, makeEnriched, Random } from '../../../support/enriched.ts';

const FOLDER = join(import.meta.dirname, '../../../../static/schemas');
const made = alertSchema();
const text = `${JSON.stringify(made, null, '\t')}\n`;
const envelope = {
	writer: 'kafka-1',
	number: 7n,
	knownAtMs: 1_800_000_000_000,
	receivedAtMs: 1_799_999_999_000,
	late: false,
};

const typeOf = (schema: AvroRecord | string): avro.Type =>
	avro.Type.forSchema((typeof schema === 'string' ? JSON.parse(schema) : schema) as avro.Schema);

const encoder = new AlertEncoder(text);
const header = singleObjectHeader(text);

/** An alert as it is sent, hits included, without the fingerprint. */
function encoded(entry: EnrichedAlert, hits: readonly FilterHit[] = []): Buffer {
	return Buffer.concat([encoder.encode(entry, envelope, { cutouts: true }), encoder.encodeHits(hits)]);
}

/** What the reader's schema makes of the writer's bytes; throws where Avro cannot resolve the two. */
function resolved(bytes: Buffer, writer: avro.Type, reader: avro.Type): Record<string, unknown> {
	return reader.fromBuffer(bytes, reader.createResolver(writer)) as Record<string, unknown>;
}

const HITS: FilterHit[] = [
	{
		filterId: 'f1',
		version: 3,
		name: 'Young and rising',
		topic: 'young',
		row: 0,
		annotations: [
			{ name: 'rise', value: -0.5 },
			{ name: 'host', value: 'NGC 1' },
			{ name: 'sure', value: true },
			{ name: 'none', value: null },
		],
	},
];

describe('schema of outgoing alerts', () => {
	it('stands in a file as the field catalogue makes it', async () => {
		// before a release: npx vitest run --project unit tests/server/ingest/publish/schema.test.ts -u; after it, raise SCHEMA_VERSION
		await expect(text).toMatchFileSnapshot(join(FOLDER, `${SCHEMA_NAME}.avsc`));
	});

	it('is published in every version, the newest last', () => {
		const files = readdirSync(FOLDER).filter((name) => name.endsWith('.avsc'));
		expect(files.sort()).toContain(`${SCHEMA_NAME}.avsc`);
		const contents = files.map((name) => readFileSync(join(FOLDER, name), 'utf8'));
		expect([...PUBLISHED_SCHEMAS].sort()).toEqual(contents.sort());
		expect(PUBLISHED_SCHEMAS.at(-1)).toBe(text);
	});

	it('says unit and meaning of every field', () => {
		const undocumented: string[] = [];
		const visit = (record: AvroRecord): void => {
			for (const field of record.fields) {
				if ((field.doc ?? '') === '') undocumented.push(`${record.name}.${field.name}`);
				if (field.unit !== undefined) expect(field.doc).toContain(`[${field.unit}]`);
				const parts = JSON.stringify(field.type);
				if (parts.includes('"record"')) {
					const inner = (Array.isArray(field.type) ? field.type : [field.type]) as readonly unknown[];
					for (const type of inner) {
						const found = type as { type?: string; items?: AvroRecord };
						if (found.type === 'record') visit(type as AvroRecord);
						else if (found.items !== undefined && typeof found.items === 'object') visit(found.items);
					}
				}
			}
		};
		visit(made);
		expect(undocumented).toEqual([]);
	});

	it('gives back every value, absent ones as null', () => {
		const random = new Random(11);
		const reader = new AlertReader();
		for (let i = 0; i < 150; i += 1) {
			const entry = makeEnriched(random, i, i % 2 === 0 ? 'plain' : 'nasty');
			const { alert, features } = entry;
			const bytes = Buffer.concat([header, encoded(entry, HITS)]);
			const read = reader.read(bytes).alert as Record<string, unknown>;
			const value = (number: number): number | null => (Number.isNaN(number) ? null : number);
			expect(read).toMatchObject({
				survey: alert.survey,
				alertId: String(alert.alertId),
				objectId: alert.objectId,
				mjd: alert.mjd,
				psfFlux: value(alert.psfFlux),
				positive: alert.positive,
				ssoName: alert.ssoName,
				nDetections: alert.nDetections,
				receivedAt: '2027-01-15T07:59:59.000Z',
				writer: 'kafka-1',
				number: '7',
			});
			const curve = read['photometry'] as { mjd: number; mag: number | null }[];
			expect(curve.map(({ mjd }) => mjd)).toEqual(entry.curve.map(({ mjd }) => mjd));
			expect(curve.map(({ mag }) => mag)).toEqual(
				entry.curve.map(({ mag }) => (Number.isNaN(mag) ? null : Math.fround(mag))),
			);
			const found = read['features'] as Record<string, unknown> & {
				bands: Record<string, unknown>[];
				combined: Record<string, unknown> | null;
			};
			const wanted = FEATURES.map(({ type }, place) => {
				const number = features[place] ?? Number.NaN;
				if (Number.isNaN(number)) return null;
				if (type === 'truth') return number === 1;
				return type === 'float32' ? Math.fround(number) : number;
			});
			const shown = FEATURES.map(({ name, scope, band }) => {
				const path = name.split('.');
				const key = path.at(-1) ?? '';
				const home =
					scope === 'object'
						? found
						: scope === 'band'
							? found.bands.find((one) => one['band'] === band)
							: band === ''
								? found.combined
								: (found.combined?.['bands'] as Record<string, unknown>[] | undefined)?.find(
										(one) => one['band'] === band,
									);
				return home?.[key] ?? null;
			});
			expect(shown).toEqual(wanted);
			const own = read[alert.survey] as Record<string, unknown>;
			const declared = findSurvey(alert.survey)?.fields ?? [];
			const given = declared.map(({ type }, place) => {
				const field = alert.fields[place] ?? null;
				if (typeof field === 'bigint') return String(field);
				if (typeof field !== 'number') return field;
				return Number.isNaN(field) ? null : type === 'float32' ? Math.fround(field) : field;
			});
			expect(declared.map(({ name }) => own[name])).toEqual(given);
			expect(read['hits']).toEqual([
				{
					filterId: 'f1',
					version: 3,
					name: 'Young and rising',
					topic: 'young',
					annotations: [
						{ name: 'rise', value: -0.5 },
						{ name: 'host', value: 'NGC 1' },
						{ name: 'sure', value: true },
						{ name: 'none', value: null },
					],
				},
			]);
		}
	});

	it('leaves out points and objects of programmes that are not public', () => {
		const entry = { ...makeEnriched(new Random(3), 1), curve: makeCurve(new Random(4), 'plain', 61_363, 20) };
		const secret = entry.curve.map((point, i) => (i % 3 === 0 ? { ...point, programme: 'partnership' } : point));
		const other = {
			survey: 'ztf',
			objectId: 'ZTF20secret',
			programme: 'caltech',
			sepArcsec: 1,
			ra: 0,
			dec: 0,
			nDetections: 1,
			firstMjd: 1,
			lastMjd: 1,
			curve: [],
		};
		const bytes = encoded({ ...entry, curve: secret, associations: [other] });
		const read = typeOf(text).fromBuffer(bytes) as {
			photometry: { programme: string }[];
			associations: unknown[];
			tags: string[];
		};
		expect(read.photometry.length).toBeGreaterThan(0);
		expect(read.photometry.every(({ programme }) => programme === 'public')).toBe(true);
		expect(read.associations).toEqual([]);
		expect(read.tags).not.toContain('two surveys');
		expect(bytes.includes('ZTF20secret')).toBe(false);
	});

	it('tells words of an alert', () => {
		const entry = makeEnriched(new Random(5), 1);
		const features = new Float64Array(FEATURES.length).fill(Number.NaN);
		features[FEATURES.findIndex(({ name }) => name === 'rock')] = 1;
		features[FEATURES.findIndex(({ name }) => name === 'star')] = 0;
		const alert = { ...entry.alert, firstMjd: entry.alert.mjd - 2, ssoName: null, positive: false };
		expect(tagsOf({ ...entry, alert, features, curve: [], matches: [], associations: [] })).toEqual([
			'young',
			'one detection',
			'only negative',
			'rock',
		]);
	});
});

describe('readers of older and newer versions', () => {
	it.each(PUBLISHED_SCHEMAS.map((schema) => [(JSON.parse(schema) as { version: string }).version, schema] as const))(
		'of %s read the newest bytes, and the newest reads theirs',
		(_, older) => {
			const newest = typeOf(text);
			const old = typeOf(older);
			const random = new Random(23);
			for (let i = 0; i < 20; i += 1) {
				const entry = makeEnriched(random, i, 'nasty');
				const forward = resolved(encoded(entry, HITS), newest, old);
				expect(forward).toMatchObject({ alertId: String(entry.alert.alertId), objectId: entry.alert.objectId });
				const bytes = old.toBuffer(resolved(encoded(entry, HITS), newest, old));
				expect(resolved(bytes, old, newest)).toMatchObject({ alertId: String(entry.alert.alertId) });
			}
		},
	);

	/** A schema as it was before some fields were added. */
	function without(names: readonly string[]): AvroRecord {
		const prune = (type: unknown): unknown => {
			if (Array.isArray(type)) return type.map(prune);
			if (typeof type !== 'object' || type === null) return type;
			const fields = (type as { fields?: { name: string; type: unknown }[] }).fields;
			const items = (type as { items?: unknown }).items;
			return {
				...type,
				...(items === undefined ? {} : { items: prune(items) }),
				...(fields === undefined
					? {}
					: {
							fields: fields
								.filter(({ name }) => !names.includes(name))
								.map((field) => ({ ...field, type: prune(field.type) })),
						}),
			};
		};
		return prune(made) as AvroRecord;
	}

	it('agree after fields of every kind were added, within records and lists too', () => {
		const older = typeOf(without(['tags', 'atlas', 'snr', 'limitMag', 'fluxEta', 'combined', 'reason']));
		const newest = typeOf(text);
		const entry = makeEnriched(new Random(9), 4, 'plain');
		const bytes = encoded(entry, HITS);
		const forward = resolved(bytes, newest, older);
		expect(forward).not.toHaveProperty('tags');
		const back = resolved(older.toBuffer(forward), older, newest);
		expect(back).toMatchObject({ alertId: String(entry.alert.alertId), tags: [], atlas: null, snr: null });
	});

	it('would not agree after a field without a default was added, or one changed its type', () => {
		const changed = JSON.parse(text) as { fields: { name: string; type: unknown }[] };
		const older = typeOf(text);
		const added = structuredClone(changed);
		added.fields.push({ name: 'surely', type: 'string' });
		expect(() => typeOf(JSON.stringify(added)).createResolver(older)).toThrow(/default/);
		const retyped = structuredClone(changed);
		for (const field of retyped.fields) if (field.name === 'mjd') field.type = 'string';
		expect(() => typeOf(JSON.stringify(retyped)).createResolver(older)).toThrow();
	});
});

describe('single-object encoding', () => {
	it('has the fingerprint of the specification', () => {
		// crc-64-avro of "int" in canonical form, from the reference implementation in Java (SchemaNormalization)
		expect(crc64Avro(Buffer.from('"int"')).toString(16)).toBe('7275d51a3f395c8f');
		expect(crc64Avro(Buffer.from('"null"')).toString(16)).toBe('63dd24e7cc258f8a');
	});

	it('is refused with a sentence when the schema is not known', () => {
		const reader = new AlertReader();
		expect(() => reader.read(Buffer.from('not an alert'))).toThrow('These bytes are no alert of Nightjar.');
		const stranger = Buffer.concat([Buffer.from([0xc3, 1, 1, 2, 3, 4, 5, 6, 7, 8]), Buffer.alloc(20)]);
		expect(() => reader.read(stranger)).toThrow(/fingerprint 807060504030201.*update Nightjar/);
		expect(fingerprintOf(text)).toBe(header.readBigUInt64LE(2));
		// as fastavro gives it: fingerprint(to_parsing_canonical_form(schema), 'CRC-64-AVRO') in tests of the Python consumer
		expect(header.subarray(0, 2).toString('hex')).toBe('c301');
	});
});
