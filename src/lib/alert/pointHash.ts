import type { PhotometricPoint, PointKind } from './lightCurve.ts';

// A 53-bit hash: two 32-bit lanes with different multipliers. The lanes are variables of the module and not of an object,
// because a packet brings some 50 points of a dozen values and this is the dearest loop of the write path.
let laneA = 0;
let laneB = 0;
const scratch = new Float64Array(1);
const words = new Uint32Array(scratch.buffer);

function begin(): void {
	laneA = 0x9e3779b9;
	laneB = 0x85ebca6b;
}

function addWord(value: number): void {
	laneA = Math.imul(laneA ^ value, 0x2c1b3c6d);
	laneA ^= laneA >>> 15;
	laneB = Math.imul(laneB ^ (value + 0x165667b1), 0x297a2d39);
	laneB ^= laneB >>> 13;
}

function addNumber(value: number): void {
	// -0 and 0 are the same measurement; every NaN is the same absence
	scratch[0] = value === 0 ? 0 : value;
	addWord(words[0] ?? 0);
	addWord(words[1] ?? 0);
}

function addText(value: string): void {
	addWord(value.length);
	for (let i = 0; i < value.length; i += 1) addWord(value.charCodeAt(i));
}

// shifts of bigints would make three new ones for each
const bigWord = new DataView(new ArrayBuffer(8));

function addBigint(value: bigint): void {
	bigWord.setBigInt64(0, value);
	addWord(bigWord.getUint32(4));
	addWord(bigWord.getUint32(0));
}

/** The 53 bits as a safe integer. */
function end(): number {
	addWord(0x27d4eb2f);
	const high = Math.imul(laneA ^ (laneB >>> 11), 0x1b873593) >>> 0;
	const low = Math.imul(laneB ^ (laneA >>> 13), 0x6c078965) >>> 0;
	return (high & 0x1fffff) * 4_294_967_296 + ((low ^ (high >>> 17)) >>> 0);
}

const KIND_WORD: Readonly<Record<PointKind, number>> = { detection: 1, upperLimit: 2, forcedPhotometry: 3 };

/**
 * Identity of a point within its object (design rule 1): kind and source id where there is one, else kind, band and
 * the time as received rounded to 1e-6 d. A 53-bit hash as a safe integer.
 */
export function pointKey(point: PhotometricPoint): number {
	begin();
	addWord(KIND_WORD[point.kind]);
	if (point.sourceId !== 0n) {
		addWord(1);
		addBigint(point.sourceId);
	} else {
		addWord(2);
		addText(point.band);
		addNumber(Math.round(point.timeReceived * 1e6));
	}
	return end();
}

/**
 * Hash of the values of a point exactly as received: equal hashes mean the same measurement; NaN and null are equal to themselves.
 * 53 bits, safe integer. A point keeps it in the place of the values, which would live as long as its batch.
 */
export function valueHash(received: readonly (number | bigint | string | boolean | null)[]): number {
	begin();
	// by index: an iterator makes an object for each value
	for (let i = 0; i < received.length; i += 1) {
		const value = received[i];
		switch (typeof value) {
			case 'number':
				addWord(1);
				addNumber(Number.isNaN(value) ? Number.NaN : value);
				break;
			case 'bigint':
				addWord(2);
				addBigint(value);
				break;
			case 'string':
				addWord(3);
				addText(value);
				break;
			case 'boolean':
				addWord(value ? 4 : 5);
				break;
			default:
				addWord(6);
		}
	}
	return end();
}

/** 32-bit trace of "this packet carried that value of that point", kept with the alert. */
export function carriedHash(key: number, value: number): number {
	begin();
	addNumber(key);
	addNumber(value);
	return end() % 4_294_967_296;
}
