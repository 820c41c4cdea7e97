import { deflateRawSync, gzipSync } from 'node:zlib';
import avro from 'avsc';
import snappy from 'snappyjs';
import { crc32 } from '#server/ingest/decode/crc32.ts';
import { lsstSchema } from '#server/ingest/decode/schemas/lsst.ts';
import { sanitizeSchema } from '#server/ingest/decode/schema.ts';

/** Writes packets of our own in the surveys' forms, quirks included. */

export type Values = Record<string, unknown>;
type Json = Parameters<typeof sanitizeSchema>[0];

const long = avro.types.LongType.__with({
	fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
	toBuffer: (value: bigint | number) => {
		const bytes = Buffer.alloc(8);
		bytes.writeBigInt64LE(BigInt(value));
		return bytes;
	},
	fromJSON: BigInt,
	toJSON: String,
	isValid: (value: unknown) => typeof value === 'bigint' || Number.isSafeInteger(value),
	compare: () => 0,
});

/** A type to write with: what makes a schema illegal is dropped, the bytes are the same. */
export function writerType(schema: unknown): avro.Type {
	return avro.Type.forSchema(sanitizeSchema(schema as Json) as avro.Schema, { registry: { long } });
}

/** An Avro variable-length integer. */
export function varint(value: number | bigint): Buffer {
	let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
	const out: number[] = [];
	for (; rest >= 0x80n; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
	return Buffer.from([...out, Number(rest)]);
}

const sized = (bytes: Buffer): Buffer => Buffer.concat([varint(bytes.length), bytes]);
export const SYNC = Buffer.from('0123456789abcdef', 'latin1');

export type Codec = 'null' | 'deflate' | 'snappy';

function compress(plain: Buffer, codec: string): Buffer {
	if (codec === 'deflate') return deflateRawSync(plain);
	if (codec !== 'snappy') return plain;
	const sum = Buffer.alloc(4);
	sum.writeUInt32BE(crc32(plain));
	return Buffer.concat([Buffer.from(snappy.compress(plain)), sum]);
}

/** Header of an Avro container with the schema text as it stands. */
export function containerHeader(schema: unknown, codec: string): Buffer {
	const text = Buffer.from(typeof schema === 'string' ? schema : JSON.stringify(schema));
	return Buffer.concat([
		Buffer.from('Obj\x01', 'latin1'),
		varint(2),
		sized(Buffer.from('avro.schema')),
		sized(text),
		sized(Buffer.from('avro.codec')),
		sized(Buffer.from(codec)),
		varint(0),
		SYNC,
	]);
}

/** A block of an Avro container from encoded records. */
export function containerBlock(count: number, plain: Buffer, codec: string): Buffer {
	return Buffer.concat([varint(count), sized(compress(plain, codec)), SYNC]);
}

/** An Avro container file of these records, `perBlock` in each block. */
export function container(
	schema: unknown,
	records: readonly Values[],
	codec: Codec = 'null',
	perBlock = records.length,
): Buffer {
	const type = writerType(schema);
	const parts = [containerHeader(schema, codec)];
	for (let i = 0; i < records.length; i += perBlock) {
		const some = records.slice(i, i + perBlock);
		parts.push(containerBlock(some.length, Buffer.concat(some.map((record) => type.toBuffer(record))), codec));
	}
	return Buffer.concat(parts);
}

/** A FITS image of 32-bit floats; pixels as given, gzip'd. */
export function stamp(width = 63, height = 63, pixel: (i: number) => number = () => 1): Buffer {
	const cards = ['SIMPLE  =                    T', 'BITPIX  =                  -32', 'NAXIS   =                    2'];
	cards.push(`NAXIS1  = ${String(width).padStart(20)}`, `NAXIS2  = ${String(height).padStart(20)}`, 'END');
	const header = Buffer.alloc(2880, 0x20);
	cards.forEach((card, i) => header.write(card, i * 80, 'latin1'));
	const data = Buffer.alloc(Math.ceil((width * height * 4) / 2880) * 2880);
	for (let i = 0; i < width * height; i++) data.writeFloatBE(pixel(i), i * 4);
	return gzipSync(Buffer.concat([header, data]));
}

// union with the null last and a default of null: illegal in Avro, and what ZTF sent until schema 4
const illegal = (type: string): Values => ({ type: [type, 'null'], default: null });
const float = (name: string): Values => ({ name, ...illegal('float') });

const POINT: readonly Values[] = [
	{ name: 'jd', type: 'double', doc: 'start' },
	{ name: 'fid', type: 'int' },
	{ name: 'pid', type: 'long' },
	float('diffmaglim'),
	{ name: 'pdiffimfilename', ...illegal('string') },
	{ name: 'programpi', ...illegal('string') },
	{ name: 'programid', type: 'int' },
];

const PRV_CANDIDATE = {
	type: 'record',
	name: 'prv_candidate',
	namespace: 'ztf.alert',
	fields: [
		...POINT,
		{ name: 'candid', ...illegal('long') },
		{ name: 'isdiffpos', ...illegal('string') },
		{ name: 'nid', ...illegal('int') },
		{ name: 'field', ...illegal('int') },
		{ name: 'ra', ...illegal('double') },
		{ name: 'dec', ...illegal('double') },
		float('magpsf'),
		float('sigmapsf'),
		{ name: 'rbversion', type: 'string' },
	],
};

const FP_HIST = {
	type: 'record',
	name: 'fp_hist',
	namespace: 'ztf.alert',
	fields: [
		{ name: 'field', ...illegal('int') },
		{ name: 'fid', type: 'int' },
		{ name: 'pid', type: 'long' },
		{ name: 'rfid', type: 'long' },
		float('magzpsci'),
		float('exptime'),
		float('diffmaglim'),
		{ name: 'programid', type: 'int' },
		{ name: 'jd', type: 'double' },
		float('forcediffimflux'),
		float('forcediffimfluxunc'),
		{ name: 'procstatus', ...illegal('string') },
	],
};

const CUTOUT = {
	type: 'record',
	name: 'cutout',
	namespace: 'ztf.alert',
	fields: [
		{ name: 'fileName', type: 'string' },
		{ name: 'stampData', type: 'bytes' },
	],
};

const CANDIDATE = {
	type: 'record',
	name: 'candidate',
	namespace: 'ztf.alert',
	fields: [
		...POINT,
		{ name: 'candid', type: 'long' },
		{ name: 'isdiffpos', type: 'string' },
		{ name: 'nid', ...illegal('int') },
		{ name: 'field', ...illegal('int') },
		{ name: 'ra', type: 'double' },
		{ name: 'dec', type: 'double' },
		{ name: 'magpsf', type: 'float' },
		{ name: 'sigmapsf', type: 'float' },
		float('rb'),
		float('ssdistnr'),
		float('ssmagnr'),
		{ name: 'ssnamenr', ...illegal('string') },
		float('sgscore1'),
		float('distpsnr1'),
		{ name: 'ndethist', type: 'int' },
		{ name: 'jdstarthist', ...illegal('double') },
		{ name: 'objectidps1', ...illegal('long') },
		{ name: 'rbversion', type: 'string' },
		float('exptime'),
		float('drb'),
		{ name: 'drbversion', type: 'string' },
	],
};

const nullable = (type: unknown): Values => ({ type: ['null', type], default: null });

/** A ZTF schema in the manner of 3.3, `fp_hists` included where asked (4.x); record names can be those of Spark. */
export function ztfSchema(options: { forced?: boolean; name?: string } = {}): Values {
	const { forced = false, name = 'ztf.alert' } = options;
	return {
		type: 'record',
		name,
		doc: 'avro alert schema',
		version: '3.3',
		fields: [
			{ name: 'schemavsn', type: 'string' },
			{ name: 'publisher', type: 'string' },
			{ name: 'objectId', type: 'string' },
			{ name: 'candid', type: 'long' },
			{ name: 'candidate', type: CANDIDATE },
			{ name: 'prv_candidates', ...nullable({ type: 'array', items: PRV_CANDIDATE }) },
			...(forced ? [{ name: 'fp_hists', ...nullable({ type: 'array', items: FP_HIST }) }] : []),
			{ name: 'cutoutScience', ...nullable(CUTOUT) },
			{ name: 'cutoutTemplate', ...nullable('ztf.alert.cutout') },
			{ name: 'cutoutDifference', ...nullable('ztf.alert.cutout') },
		],
	};
}

export const JD = 2_460_000.75;

/** An upper limit of prv_candidates. */
export function ztfLimit(changes: Values = {}): Values {
	return {
		...{
			jd: JD - 5,
			fid: 2,
			pid: 2245245000000n,
			diffmaglim: 20.5,
			pdiffimfilename: 'a.fits',
			programpi: 'Kulkarni',
			programid: 1,
		},
		...{
			candid: null,
			isdiffpos: null,
			nid: 2240,
			field: 500,
			ra: null,
			dec: null,
			magpsf: null,
			sigmapsf: null,
			rbversion: 't17',
		},
		...changes,
	};
}

/** A detection of prv_candidates. */
export function ztfPrevious(changes: Values = {}): Values {
	const seen = {
		candid: 2_241_250_005_015_000_007n,
		isdiffpos: 't',
		ra: 150.0001,
		dec: 2.0001,
		magpsf: 18.5,
		sigmapsf: 0.1,
		jd: JD - 4,
	};
	return ztfLimit({ ...seen, ...changes });
}

/** A forced measurement of fp_hists. */
export function ztfForced(changes: Values = {}): Values {
	return {
		...{
			field: 500,
			fid: 1,
			pid: 2244250000000n,
			rfid: 1n,
			magzpsci: 26.2,
			exptime: 30,
			diffmaglim: 20.1,
			programid: 1,
			jd: JD - 1,
		},
		...{ forcediffimflux: 500, forcediffimfluxunc: 50, procstatus: '0' },
		...changes,
	};
}

/** A ZTF candidate of a plain alert in g, 17.5 mag. */
export function ztfCandidate(changes: Values = {}): Values {
	return {
		...{
			jd: JD,
			fid: 1,
			pid: 2245250005015n,
			diffmaglim: 20.4,
			pdiffimfilename: 'b.fits',
			programpi: 'Kulkarni',
			programid: 1,
		},
		...{
			candid: 2_245_250_005_015_000_009n,
			isdiffpos: 't',
			nid: 2245,
			field: 500,
			ra: 150,
			dec: 2,
			magpsf: 17.5,
			sigmapsf: 0.05,
		},
		...{
			rb: 0.8,
			ssdistnr: -999,
			ssmagnr: -999,
			ssnamenr: 'null',
			sgscore1: 0.02,
			distpsnr1: 3.1,
			ndethist: 2,
			jdstarthist: JD - 4,
		},
		...{ objectidps1: 110_401_500_000_000_001n, rbversion: 't17_f5_c3', exptime: 30, drb: 0.99, drbversion: 'd6_m7' },
		...changes,
	};
}

/** A ZTF alert record; `candidate` is merged into that of `ztfCandidate`. */
export function ztfRecord(changes: Values = {}, candidate: Values = {}): Values {
	const own = ztfCandidate(candidate);
	const cut = (name: string) => ({ fileName: name, stampData: stamp() });
	return {
		...{
			schemavsn: '3.3',
			publisher: 'ZTF (www.ztf.caltech.edu)',
			objectId: 'ZTF23abcdefg',
			candid: own['candid'],
			candidate: own,
		},
		...{ prv_candidates: [ztfLimit(), ztfPrevious()], fp_hists: [ztfForced()] },
		...{ cutoutScience: cut('s'), cutoutTemplate: cut('t'), cutoutDifference: cut('d') },
		...changes,
	};
}

/** A ZTF packet as it is sent. */
export function ztfPacket(changes: Values = {}, candidate: Values = {}, codec: Codec = 'null', forced = false): Buffer {
	return container(ztfSchema({ forced }), [ztfRecord(changes, candidate)], codec);
}

/** A value for every field of a schema: null where it may be, else 0, '' or a record of such. */
function blank(schema: unknown, known: Map<string, unknown>): unknown {
	if (Array.isArray(schema)) return schema.includes('null') ? null : blank(schema[0], known);
	if (typeof schema === 'string') {
		if (schema === 'string') return '';
		if (schema === 'boolean') return false;
		if (schema === 'long') return 0n;
		return known.has(schema) ? blank(known.get(schema), known) : 0;
	}
	const { type, name, namespace, fields } = schema as {
		type: string;
		name: string;
		namespace: string;
		fields: { name: string; type: unknown }[];
	};
	if (type !== 'record') return type === 'array' ? [] : blank(type, known);
	known.set(`${namespace}.${name}`, schema);
	return Object.fromEntries(fields.map((field) => [field.name, blank(field.type, known)]));
}

function recordTypes(version: string): { alert: Values; of: (name: string) => Values } {
	const known = new Map<string, unknown>();
	const schema = lsstSchema(version);
	const collect = (part: unknown): void => {
		if (Array.isArray(part)) part.forEach(collect);
		else if (typeof part === 'object' && part !== null) {
			const { type, name, namespace } = part as Values;
			if (type === 'record') known.set(`${String(namespace)}.${String(name)}`, part);
			Object.values(part).forEach(collect);
		}
	};
	collect(schema);
	const of = (name: string) => blank(known.get(`lsst.v${version.replace('.', '_')}.${name}`), known) as Values;
	return { alert: of('alert'), of };
}

export const MJD = 61_138.25;
const KNOWN_SOURCE = {
	diaSourceId: 170_239_611_403_501_617n,
	visit: 2_026_040_700_201n,
	detector: 5,
	midpointMjdTai: MJD,
};

/** A record of a Rubin schema with every field blank, then with the changes. */
export function lsstPart(version: string, name: string, changes: Values = {}): Values {
	return { ...recordTypes(version).of(name), ...changes };
}

/** A Rubin alert record: i band, 1000 nJy at signal to noise 20; `source` changes the diaSource. */
export function lsstRecord(version: string, changes: Values = {}, source: Values = {}): Values {
	const { alert, of } = recordTypes(version);
	const measured = {
		ra: 148.5,
		dec: 1.5,
		psfFlux: 1000,
		psfFluxErr: 50,
		snr: 20,
		band: 'i',
		reliability: 0.9,
		diaObjectId: 170_226_404_518_002_921n,
	};
	const diaSource = { ...of('diaSource'), ...KNOWN_SOURCE, ...measured, ...source };
	const id = 'alertId' in alert ? { alertId: 25_409_136_044_802_067n } : { diaSourceId: diaSource.diaSourceId };
	return { ...alert, ...id, diaSource, ...changes };
}

/** Confluent's frame around a Rubin record of that version. */
export function lsstPacket(version: string, changes: Values = {}, source: Values = {}): Buffer {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	return frame(major * 100 + minor, writerType(lsstSchema(version)).toBuffer(lsstRecord(version, changes, source)));
}

/** Byte 0, schema id, body. */
export function frame(id: number, body: Buffer): Buffer {
	const head = Buffer.alloc(5);
	head.writeUInt32BE(id, 1);
	return Buffer.concat([head, body]);
}

/** An ELAsTiCC packet (v0.9). */
export function elasticcPacket(source: Values = {}, object: Values = {}): Buffer {
	const diaSource = {
		type: 'record',
		name: 'diaSource',
		namespace: 'elasticc.v0_9',
		fields: [
			{ name: 'diaSourceId', type: 'long' },
			{ name: 'diaObjectId', type: ['null', 'long'] },
			{ name: 'midPointTai', type: 'double' },
			{ name: 'filterName', type: 'string' },
			{ name: 'ra', type: 'double' },
			{ name: 'decl', type: 'double' },
			{ name: 'psFlux', type: 'float' },
			{ name: 'psFluxErr', type: 'float' },
		],
	};
	const list = { type: ['null', { type: 'array', items: 'elasticc.v0_9.diaSource' }] };
	const names = ['hostgal_z', 'hostgal2_z', 'hostgal_mag_u', 'hostgal2_mag_u', 'hostgal_zphot_q10'];
	const diaObject = {
		type: 'record',
		name: 'diaObject',
		namespace: 'elasticc.v0_9',
		fields: [{ name: 'diaObjectId', type: 'long' }, ...names.map((name) => ({ name, type: ['null', 'float'] }))],
	};
	const schema = {
		type: 'record',
		name: 'alert',
		namespace: 'elasticc.v0_9',
		fields: [
			{ name: 'alertId', type: 'long' },
			{ name: 'diaSource', type: diaSource },
			{ name: 'prvDiaSources', ...list },
			{ name: 'diaObject', type: ['null', diaObject] },
			{ name: 'cutoutDifference', type: ['null', 'bytes'] },
			{ name: 'cutoutTemplate', type: ['null', 'bytes'] },
		],
	};
	const plain = {
		diaSourceId: 2_354_006,
		diaObjectId: 1177,
		midPointTai: 59_614.2,
		filterName: 'Y',
		ra: 157.3,
		decl: -23.6,
		psFlux: 100,
		psFluxErr: 5,
	};
	const own = { ...plain, ...source };
	const host = {
		diaObjectId: 1177,
		hostgal_z: 1.5,
		hostgal2_z: -9,
		hostgal_mag_u: 30,
		hostgal2_mag_u: 999,
		hostgal_zphot_q10: 0.5,
	};
	const record = {
		...{
			alertId: 1_231_321_321,
			diaSource: own,
			prvDiaSources: [{ ...plain, diaSourceId: 2_354_005, midPointTai: 59_612.1, psFlux: 50 }],
		},
		...{ diaObject: { ...host, ...object }, cutoutDifference: null, cutoutTemplate: null },
	};
	return container(schema, [record]);
}
