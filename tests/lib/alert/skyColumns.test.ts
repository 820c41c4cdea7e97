import { describe, expect, it } from 'vitest';
import { decodeSky, encodeSky, type SkyColumns } from '#lib/alert/skyColumns.ts';

const header = (count: number) => ({
	count,
	total: 9,
	referenceMjd: 61000.5,
	night: '2026-11-19',
	bands: ['g', 'r'],
	classes: ['snia'],
	surveys: ['ztf'],
	cursor: 'ä',
});

describe.each([false, true])('sky columns, with ids: %s', (ids) => {
	it.each([0, 1, 3, 4])('come back as they went: %i alerts', (count) => {
		const columns: SkyColumns = {
			count,
			ra: Float32Array.from({ length: count }, (_, index) => index),
			dec: Float32Array.from({ length: count }, (_, index) => -index),
			age: new Float32Array(count).fill(2),
			mag: new Float32Array(count).fill(Number.NaN),
			score: new Float32Array(count).fill(0.5),
			band: new Uint8Array(count).fill(1),
			class: new Uint8Array(count).fill(2),
			survey: Uint8Array.from({ length: count }, (_, index) => index),
			...(ids ? { ids: BigUint64Array.from({ length: count }, (_, index) => 2n ** 63n + BigInt(index)) } : {}),
		};
		const bytes = encodeSky(header(count), columns);
		expect(decodeSky(bytes.buffer)).toEqual({ header: { ...header(count), ids }, columns });
		if (count > 0) expect(() => decodeSky(bytes.slice(0, -1).buffer)).toThrow(RangeError);
	});

	it('refuse what they are not', () => {
		expect(() => decodeSky(new ArrayBuffer(4))).toThrow(RangeError);
		expect(() => decodeSky(new ArrayBuffer(64))).toThrow(RangeError);
	});
});
