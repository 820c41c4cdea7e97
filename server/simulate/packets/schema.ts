import avro from 'avsc';

const CODES: Readonly<Record<string, string>> = {
	d: 'double',
	f: 'float',
	i: 'int',
	l: 'long',
	s: 'string',
	b: 'boolean',
	y: 'bytes',
};

/** Fields of an Avro record from lines such as `f?: magpsf sigmapsf` (d f i l s b y; `?` = may be null), in the order of the published schema. */
export function fieldsOf(table: string): { name: string; type: unknown }[] {
	const fields: { name: string; type: unknown }[] = [];
	for (const line of table.trim().split('\n')) {
		const [code, names] = line.trim().split(':');
		if (code === undefined || names === undefined) throw new Error(`A line of a schema table has no colon: ${line}`);
		const plain = CODES[code.charAt(0)];
		if (plain === undefined) throw new Error(`Unknown type in a schema table: ${code}`);
		for (const name of names.trim().split(/\s+/))
			fields.push({ name, type: code.endsWith('?') ? ['null', plain] : plain });
	}
	return fields;
}

/** 64-bit integers as bigint: ids are larger than 2^53. */
export const longType = avro.types.LongType.__with({
	fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
	toBuffer: (value: bigint) => {
		const buffer = Buffer.alloc(8);
		buffer.writeBigInt64LE(value);
		return buffer;
	},
	fromJSON: BigInt,
	toJSON: Number,
	isValid: (value: unknown) => typeof value === 'bigint',
	compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

/** Names of the fields of a table, in order. */
export function namesOf(table: string): string[] {
	return fieldsOf(table).map((field) => field.name);
}

/** Second branch of a union with null. */
export const PRESENT = Buffer.from([2]);
const ABSENT = Buffer.from([0]);
const counts = avro.Type.forSchema('long');

/** The parts of an optional array whose items are encoded already. */
export function arrayParts(items: readonly Buffer[] | null): Buffer[] {
	if (items === null) return [ABSENT];
	if (items.length === 0) return [PRESENT, ABSENT];
	return [PRESENT, counts.toBuffer(items.length), ...items, ABSENT];
}
