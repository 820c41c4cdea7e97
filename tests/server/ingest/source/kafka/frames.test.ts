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

	it.each([1, 3, 4, 7, 64, 65_536, 1_000_000])('come whole from reads of at most %i bytes', (step) => {
		const got: Buffer[] = [];
		const frames = new Frames((frame) => got.push(frame));
		for (let at = 0; at < stream.length;) {
			const length = stream.copy(frames.room(), 0, at, at + step);
			frames.took(length);
			at += length;
		}
		expect(got.map((frame) => frame.length)).toEqual(answers.map(({ length }) => length));
		expect(Buffer.concat(got).equals(stream)).toBe(true);
	});

	it('of a size below nothing are refused', () => {
		const frames = new Frames(() => undefined);
		expect(() => {
			frames.room().fill(255);
			frames.took(4);
		}).toThrow('an answer of -1 bytes');
	});
});
