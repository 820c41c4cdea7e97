import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { asJsonList } from '#lib/server/photometryTable.ts';

describe('rows of JSON as one list', () => {
	const rows = [{ a: 'x\ny' }, { a: 'é' }, { a: null }];
	const text = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

	it.each([1, 2, 3, 7, 11, 100])('is whole when it comes in pieces of %i bytes', async (size) => {
		const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
			text.subarray(i * size, (i + 1) * size),
		);
		const table = { header: '', body: Readable.from(pieces, { objectMode: false }), trailer: '' };
		const list = asJsonList(table, '{"points":[', ']}');
		const chunks = (await list.body.toArray()) as Buffer[];
		const whole = list.header + Buffer.concat(chunks).toString('utf8') + list.trailer;
		expect(JSON.parse(whole)).toEqual({ points: rows });
	});

	it('is empty without rows', async () => {
		const list = asJsonList({ header: '', body: Readable.from([], { objectMode: false }), trailer: '' }, '[', ']');
		expect(list.header + Buffer.concat((await list.body.toArray()) as Buffer[]).toString() + list.trailer).toBe('[]');
	});
});
