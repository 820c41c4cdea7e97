import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Keyset } from '#clickhouse/read/conditions.ts';
import type { Watermark } from '#clickhouse/read/watermark.ts';
import * as v from 'valibot';
import { ProblemError } from './problem.ts';

const MAC_BYTES = 16;
const digits = v.pipe(v.string(), v.regex(/^\d{1,20}$/));
const watermarkSchema = v.record(v.string(), digits);
const keysetSchema = v.object({
	key: v.union([v.number(), v.string()]),
	survey: v.string(),
	id: v.string(),
	watermark: watermarkSchema,
	total: v.number(),
});

function mac(key: Buffer, purpose: string, body: string): Buffer {
	return createHmac('sha256', key).update(`${purpose}\n${body}`).digest().subarray(0, MAC_BYTES);
}

/** Value as an opaque, signed text; `purpose` binds it to one list, so that a cursor of another search is refused. */
export function sealCursor(key: Buffer, purpose: string, value: unknown): string {
	const body = Buffer.from(JSON.stringify(value)).toString('base64url');
	return `${body}.${mac(key, purpose, body).toString('base64url')}`;
}

function openCursor<Schema extends v.GenericSchema>(
	key: Buffer,
	purpose: string,
	cursor: string,
	schema: Schema,
): v.InferOutput<Schema> {
	const refuse = (): ProblemError =>
		new ProblemError(400, 'This cursor is not one of ours for this list: start again without `cursor`.', [
			{ parameter: 'cursor', message: 'changed, cut, or taken from another search' },
		]);
	const [body, sign, ...rest] = cursor.split('.');
	if (body === undefined || sign === undefined || rest.length > 0 || cursor.length > 8192) throw refuse();
	const given = Buffer.from(sign, 'base64url');
	const right = mac(key, purpose, body);
	if (given.length !== right.length || !timingSafeEqual(given, right)) throw refuse();
	let value: unknown;
	try {
		value = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
	} catch {
		throw refuse();
	}
	const parsed = v.safeParse(schema, value);
	if (!parsed.success) throw refuse();
	return parsed.output;
}

/** Where a list goes on; throws a 400 problem when the text was tampered with or belongs to another search. */
export function openKeyset(key: Buffer, purpose: string, cursor: string): Keyset {
	return openCursor(key, purpose, cursor, keysetSchema);
}

/** The watermark in a cursor of a stream or map. */
export function openWatermark(key: Buffer, purpose: string, cursor: string): Watermark {
	return openCursor(key, purpose, cursor, watermarkSchema);
}
