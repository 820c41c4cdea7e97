import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { CutoutKind } from '#lib/alert/cutout.ts';
import { isGzip, readImage } from '#lib/format/fits.ts';

/** Real packets as fastavro reads them: scripts/golden/packets.py. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** Records of each packet, by path under alerts/. */
export type Golden = Record<string, { [key: string]: Json }[]>;

const python = process.env['NIGHTJAR_PYTHON'] ?? 'python3';
const script = join(import.meta.dirname, '../../scripts/golden/packets.py');

function missing(): string | null {
	if (process.env['NIGHTJAR_SAMPLES'] === undefined) return 'NIGHTJAR_SAMPLES is not set';
	try {
		execFileSync(python, ['-c', 'import fastavro, cramjam'], { stdio: 'pipe' });
		return null;
	} catch {
		return `${python} lacks fastavro or cramjam (NIGHTJAR_PYTHON names another)`;
	}
}

/** Why real packets cannot be read independently, null where they can. */
export const readerMissing = missing();
if (readerMissing !== null) console.warn(`NOT RUN: real packets beside an independent reader: ${readerMissing}.`);

/** Every packet under `alerts/` of the samples. */
export function independentReader(samples: string): Golden {
	return JSON.parse(execFileSync(python, [script, samples], { maxBuffer: 1e9, encoding: 'utf8' })) as Golden;
}

/** The value at a path of names with dots, null where there is none. */
export function at(record: Json | undefined, path: string): Json {
	let value: Json | undefined = record;
	for (const part of path.split('.'))
		value = typeof value === 'object' && value !== null && !Array.isArray(value) ? value[part] : undefined;
	return value ?? null;
}

/** A field's value as the independent reader gives it: absent ones null, 64-bit integers as text where needed. */
export function asJson(value: number | bigint | string | boolean | null): Json {
	if (typeof value === 'bigint') return value < 2n ** 53n && value > -(2n ** 53n) ? Number(value) : String(value);
	return typeof value === 'number' && Number.isNaN(value) ? null : value;
}

/** A cutout as the independent reader saw it: width, height, number of NaN pixels, hash of the pixels. */
export function cutoutOf(record: Json | undefined, kind: CutoutKind): Json {
	const key = `cutout${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
	return at(record, `${key}.stampData.image`) ?? at(record, `${key}.image`) ?? at(record, `cutout_${kind}.image`);
}

/** The same of a cutout's bytes as we read them. */
export function imageOf(bytes: Uint8Array): Json {
	const { width, height, data } = readImage(isGzip(bytes) ? gunzipSync(bytes) : bytes);
	const pixels = Buffer.alloc(data.length * 4);
	// there are many NaN: one stands for all
	data.forEach((pixel, i) => pixels.writeFloatBE(Number.isNaN(pixel) ? Number.NaN : pixel, i * 4));
	const nan = data.reduce((n, pixel) => n + (Number.isNaN(pixel) ? 1 : 0), 0);
	return [width, height, nan, createHash('sha256').update(pixels).digest('hex')];
}
