import { describe, expect, it } from 'vitest';
import { Frames } from '#server/ingest/source/kafka/frames.ts';

function framed(length: number, fill: number): Buffer {
	const frame = Buffer.alloc(4 + length, fill);
	frame.writeInt32BE(length);
	return frame;
}

describe('answers of a broker', () => {
	const answers = [framed(10, 1), framed(0, 0), framed(70_000, 2), framed(1, 3), framed(5, 4)];
	const stream = Buffer.concat(answers);

	it.each([1, 3, 4, 7, 64, 65_536, 1_000_000])(
		'come whole from pieces of %i bytes, whatever becomes of the pieces',
		(step) => {
			const got: Buffer[] = [];
			const frames = new Frames((frame) => got.push(frame));
			const piece = Buffer.alloc(step);
			for (let at = 0; at < stream.length; at += step) {
				const length = stream.copy(piece, 0, at, at + step);
				frames.push(piece.subarray(0, length));
				piece.fill(255);
			}
			expect(got.map((frame) => frame.length)).toEqual(answers.map(({ length }) => length));
			expect(Buffer.concat(got).equals(stream)).toBe(true);
		},
	);

	it('of a size below nothing are refused', () => {
		const frames = new Frames(() => undefined);
		expect(() => {
			frames.push(Buffer.from([255, 255, 255, 255, 0]));
		}).toThrow('an answer of -1 bytes');
	});
});
