import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { severalSources, type OwningSource } from '#server/ingest/source/several.ts';
import { SourceError, type OffsetRange, type BrokenPacket, type RawPacket } from '#server/ingest/source/source.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A stream that gives what it is told to, one after the other, until it ends, fails or is asked to stop. */
class Stream implements OwningSource {
	readonly acknowledged: OffsetRange[] = [];
	closed = 0;
	waits: number | null = 0;
	#next: (() => void) | null = null;
	#over = false;
	#failure: Error | null = null;
	readonly #left: RawPacket[] = [];

	constructor(readonly name: string) {}

	packet(offset: number, bytes: Uint8Array = new Uint8Array(1)): RawPacket {
		return { bytes, source: 'kafka', partition: this.name, offset: BigInt(offset), member: '', receivedAtMs: 0 };
	}

	give(...offsets: number[]): void {
		this.#left.push(...offsets.map((offset) => this.packet(offset)));
		this.#next?.();
	}

	end(failure: Error | null = null): void {
		this.#over = true;
		this.#failure = failure;
		this.#next?.();
	}

	async *packets(signal: AbortSignal): AsyncGenerator<RawPacket> {
		signal.addEventListener('abort', () => {
			this.end();
		});
		for (;;) {
			const packet = this.#left.shift();
			if (packet !== undefined) yield packet;
			else if (this.#failure !== null) throw this.#failure;
			else if (this.#over) return;
			else await new Promise<void>((resolve) => (this.#next = resolve));
		}
	}

	async *reread(ranges: readonly OffsetRange[]): AsyncGenerator<RawPacket> {
		for (const { first } of ranges) {
			await Promise.resolve();
			yield this.packet(Number(first));
		}
	}

	owns = ({ partition }: OffsetRange): Promise<boolean> => Promise.resolve(partition === this.name);
	progress = (): { bytesTotal: null; bytesRead: number } => ({ bytesTotal: null, bytesRead: 7 });
	acknowledge = (ranges: readonly OffsetRange[]): void => void this.acknowledged.push(...ranges);
	lag = (): number | null => this.waits;
	close = (): Promise<void> => {
		this.closed += 1;
		return Promise.resolve();
	};
}

const two = () => [new Stream('ztf'), new Stream('lsst')] as const;
const nameOf = ({ partition, offset }: RawPacket | BrokenPacket): string => `${partition} ${offset}`;

describe('several streams read at once', () => {
	it('give what comes, whichever it comes from, a busy one not before a quiet one', async () => {
		const [ztf, lsst] = two();
		const stop = new AbortController();
		const seen: string[] = [];
		const reading = (async () => {
			for await (const packet of severalSources([ztf, lsst]).packets(stop.signal)) seen.push(nameOf(packet));
		})();
		ztf.give(0, 1, 2, 3);
		lsst.give(0);
		await pause(10);
		expect(seen.slice(0, 2).sort()).toEqual(['lsst 0', 'ztf 0']);
		expect(seen).toHaveLength(5);
		lsst.give(1);
		await pause(10);
		expect(seen.at(-1)).toBe('lsst 1');
		// one ends, the other goes on
		lsst.end();
		ztf.give(4);
		await pause(10);
		expect(seen.filter((name) => name.startsWith('ztf'))).toEqual([0, 1, 2, 3, 4].map((n) => `ztf ${n}`));
		stop.abort();
		await reading;
		expect(seen).toHaveLength(7);
	});

	it('keep nothing of what was taken while one of them is quiet', async () => {
		const [ztf, lsst] = two();
		const stop = new AbortController();
		const packets = severalSources([ztf, lsst]).packets(stop.signal)[Symbol.asyncIterator]();
		const refs: WeakRef<Uint8Array>[] = [];
		const take = async (offset: number): Promise<void> => {
			ztf.give(offset);
			const { value } = (await packets.next()) as { value: RawPacket };
			refs.push(new WeakRef(value.bytes));
		};
		for (let i = 0; i < 300; i += 1) await take(i);
		// a weak reference holds what it names until the task ends
		await pause(5);
		collectGarbage();
		await pause(5);
		collectGarbage();
		expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(20);
		stop.abort();
		await packets.return?.();
	});

	it('end with the failure of one of them, though the others are quiet', async () => {
		const [ztf, lsst] = two();
		const stop = new AbortController();
		const packets = severalSources([ztf, lsst]).packets(stop.signal)[Symbol.asyncIterator]();
		const next = packets.next();
		lsst.end(new Error('the disk is gone'));
		// as the pipeline does when it hears of it, and not before
		const heard = next.catch((error: unknown) => error);
		expect(await Promise.race([heard, pause(2000, 'nothing')])).toMatchObject({ message: 'the disk is gone' });
		stop.abort();
	});

	it('read again what belongs to each, and say what belongs to none', async () => {
		const source = severalSources([...two()]);
		const range = (partition: string, first: bigint): OffsetRange => ({
			source: 'kafka',
			partition,
			first,
			last: first,
		});
		const again: string[] = [];
		for await (const packet of source.reread([range('lsst', 4n), range('ztf', 2n)])) again.push(nameOf(packet));
		expect(again).toEqual(['ztf 2', 'lsst 4']);
		const lost = async (): Promise<void> => {
			for await (const _ of source.reread([range('winter', 1n)])) break;
		};
		await expect(lost()).rejects.toThrow(SourceError);
		await expect(lost()).rejects.toThrow(/winter, which none of the configured streams has.*--abandon/);
	});

	it('are acknowledged, closed and counted together; what waits is not known while one cannot tell', async () => {
		const [ztf, lsst] = two();
		const source = severalSources([ztf, lsst]);
		const ranges = [{ source: 'kafka', partition: 'ztf', first: 0n, last: 3n }];
		source.acknowledge?.(ranges);
		expect([ztf.acknowledged, lsst.acknowledged]).toEqual([ranges, ranges]);
		[ztf.waits, lsst.waits] = [3, 4];
		expect(source.lag?.()).toBe(7);
		lsst.waits = null;
		expect(source.lag?.()).toBeNull();
		expect(source.progress()).toEqual({ bytesTotal: null, bytesRead: 14 });
		await source.close?.();
		expect([ztf.closed, lsst.closed]).toEqual([1, 1]);
		// one alone is itself
		expect(severalSources([ztf])).toBe(ztf);
	});
});
