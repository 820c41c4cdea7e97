import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32, crc32Plain } from '#server/ingest/decode/crc32.ts';

it('gives the check value of the CRC catalogue, plain and native alike', () => {
	expect(crc32Plain(Buffer.from('123456789'))).toBe(0xcbf43926);
	fc.assert(fc.property(fc.uint8Array(), (bytes) => crc32(bytes) === crc32Plain(bytes)));
});
