import type { AlertSource, OffsetRange, RawPacket } from './source.ts';

/** A record that was set aside, where it came from. */
export interface Letter {
	readonly source: string;
	readonly partition: string;
	readonly offset: bigint;
	readonly member: string;
	readonly size: number;
}

/** Where dead letters are kept. */
export interface LetterBox {
	/** Letters of one partition between two offsets that can be read again. */
	between(range: OffsetRange): Promise<readonly Letter[]>;
	/** Their bytes, in the order of offsets. */
	bytes(
		place: Pick<Letter, 'source' | 'partition'>,
		offsets: readonly bigint[],
	): Promise<readonly { offset: bigint; bytes: Uint8Array }[]>;
}

const LETTERS_AT_ONCE = 200;
const BYTES_AT_ONCE = 64 * 1024 * 1024;

/** Letters of one partition, few enough to be read in one go. */
function* groups(letters: readonly Letter[]): Generator<Letter[]> {
	let group: Letter[] = [];
	let bytes = 0;
	for (const letter of letters) {
		const [first] = group;
		const full = group.length >= LETTERS_AT_ONCE || bytes + letter.size > BYTES_AT_ONCE;
		if (first !== undefined && (full || first.partition !== letter.partition || first.source !== letter.source)) {
			yield group;
			group = [];
			bytes = 0;
		}
		group.push(letter);
		bytes += letter.size;
	}
	if (group.length > 0) yield group;
}

/** Dead letters as packets at the places where they came from: what can be read now ends their offset in another state. */
export function letterSource(box: LetterBox, letters: readonly Letter[], now: () => number = Date.now): AlertSource {
	const bytesTotal = letters.reduce((sum, { size }) => sum + size, 0);
	let bytesRead = 0;

	async function* read(chosen: readonly Letter[]): AsyncGenerator<RawPacket> {
		for (const group of groups(chosen)) {
			const [first] = group;
			if (first === undefined) continue;
			const { source, partition } = first;
			const members = new Map(group.map(({ offset, member }) => [offset, member]));
			for (const { offset, bytes } of await box.bytes(first, [...members.keys()])) {
				yield { bytes, source, partition, offset, member: members.get(offset) ?? '', receivedAtMs: now() };
			}
		}
	}

	return {
		async *packets(signal) {
			for await (const packet of read(letters)) {
				if (signal.aborted) return;
				bytesRead += packet.bytes.length;
				yield packet;
			}
		},
		async *reread(ranges) {
			for (const range of ranges) yield* read(await box.between(range));
		},
		progress: () => ({ bytesTotal, bytesRead }),
	};
}
