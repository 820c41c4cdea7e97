import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';

const scratch = new Float64Array(1);
const words = new Uint32Array(scratch.buffer);

/** Running state of a 53-bit hash: two 32-bit lanes with different multipliers. */
class Hash {
	private a = 0x9e3779b9;
	private b = 0x85ebca6b;

	word(value: number): void {
		this.a = Math.imul(this.a ^ value, 0x2c1b3c6d);
		this.a ^= this.a >>> 15;
		this.b = Math.imul(this.b ^ (value + 0x165667b1), 0x297a2d39);
		this.b ^= this.b >>> 13;
	}

	number(value: number): void {
		// -0 and 0 are the same measurement; every NaN is the same absence
		scratch[0] = value === 0 ? 0 : value;
		this.word(words[0] ?? 0);
		this.word(words[1] ?? 0);
	}

	text(value: string): void {
		this.word(value.length);
		for (let i = 0; i < value.length; i += 1) this.word(value.charCodeAt(i));
	}

	bigint(value: bigint): void {
		this.word(Number(BigInt.asUintN(32, value)));
		this.word(Number(BigInt.asUintN(32, value >> 32n)));
	}

	/** The 53 bits as a safe integer. */
	end(): number {
		this.word(0x27d4eb2f);
		const high = Math.imul(this.a ^ (this.b >>> 11), 0x1b873593) >>> 0;
		const low = Math.imul(this.b ^ (this.a >>> 13), 0x6c078965) >>> 0;
		return (high & 0x1fffff) * 4_294_967_296 + ((low ^ (high >>> 17)) >>> 0);
	}
}

/**
 * Identity of a point within its object (design rule 1): kind and source id where there is one, else kind, band and
 * the time as received rounded to 1e-6 d. A 53-bit hash as a safe integer.
 */
export function pointKey(point: PhotometricPoint): number {
	const hash = new Hash();
	hash.text(point.kind);
	if (point.sourceId !== 0n) {
		hash.word(1);
		hash.bigint(point.sourceId);
	} else {
		hash.word(2);
		hash.text(point.band);
		hash.number(Math.round(point.timeReceived * 1e6));
	}
	return hash.end();
}

/** Hash of the values of a point exactly as received: equal hashes mean the same measurement. 53 bits, safe integer. */
export function valueHash(received: PhotometricPoint['received']): number {
	const hash = new Hash();
	for (const value of received) {
		switch (typeof value) {
			case 'number':
				hash.word(1);
				hash.number(Number.isNaN(value) ? Number.NaN : value);
				break;
			case 'bigint':
				hash.word(2);
				hash.bigint(value);
				break;
			case 'string':
				hash.word(3);
				hash.text(value);
				break;
			case 'boolean':
				hash.word(value ? 4 : 5);
				break;
			default:
				hash.word(6);
		}
	}
	return hash.end();
}

/** 32-bit trace of "this packet carried that value of that point", kept with the alert. */
export function carriedHash(key: number, value: number): number {
	const hash = new Hash();
	hash.number(key);
	hash.number(value);
	return hash.end() % 4_294_967_296;
}
