// @ts-nocheck
import fc0 from 'fast-check';
const MULT = Number(process.env['MULT'] ?? 50);
const fc = { ...fc0, assert: (p: any, o: any = {}) => fc0.assert(p, { ...o, numRuns: (o.numRuns ?? 100) * MULT, interruptAfterTimeLimit: 240_000, markInterruptAsFailure: false }) };
import { expect, it } from 'vitest';
import { crc32, crc32Plain } from '#server/ingest/decode/crc32.ts';

it('gives the check value of the CRC catalogue, plain and native alike', () => {
	expect(crc32Plain(Buffer.from('123456789'))).toBe(0xcbf43926);
	fc.assert(fc.property(fc.uint8Array(), (bytes) => crc32(bytes) === crc32Plain(bytes)));
});
