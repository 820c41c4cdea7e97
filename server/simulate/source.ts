import { nightFromText, nightText } from '#lib/astro/time.ts';
import {
	type AlertSource,
	type BrokenPacket,
	type OffsetRange,
	type RawPacket,
	SourceError,
	type SourceProgress,
} from '#server/ingest/source/source.ts';
import type { Simulation, SimulatedPacket, SurveyName } from './index.ts';
import { liveTimes } from './live.ts';
import type { DetectionTruth } from './truth.ts';

/** Which nights of a simulation to bring in, and whether to go on with tonight. */
export interface SimulationSourceOptions {
	/** Finished nights, days since 1970-01-01, in the order in which they are given (newest first shows the portal at once). */
	readonly nights: readonly number[];
	/** Packets of a partition that were given before: it goes on behind them. */
	readonly done?: ReadonlyMap<string, number>;
	/** Goes on with the current nights as their packets fall due, until aborted. */
	readonly live?: boolean;
	/** Milliseconds since 1970; tests set their own clock. */
	readonly now?: () => number;
	/** Waits; ends early when aborted. */
	readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
	/** Takes what packets really were before they are given, in groups named by the place of their first; again after a crash. */
	readonly recordTruth?: (truths: readonly DetectionTruth[], group: string) => Promise<void>;
}

/** Truths that are handed on together: few at first, so that the first packets need not wait for many to be made. */
const FIRST_TRUTHS = 16;
const MOST_TRUTHS = 256;

/** Asked anew between packets: the compiler takes a look at the signal for lasting. */
function isAborted(signal: AbortSignal): boolean {
	return signal.aborted;
}

/** Packets of one survey's night from an offset on, up to `end` (exclusive). */
interface Stretch {
	readonly survey: SurveyName;
	readonly night: number;
	readonly first: number;
	readonly end: number;
}

/** Average size of a packet, for progress. */
const USUAL_BYTES = 85_000;

/** Partition of one survey's night: `seed:<seed>/night:<YYYY-MM-DD>/<survey>`; offsets are the packets' places in it. */
export function simulationPartition(seed: number, night: number, survey: SurveyName): string {
	return `seed:${seed}/night:${nightText(night)}/${survey}`;
}

/** Survey and night of such a partition, null when it is none. */
export function partitionOf(seed: number, text: string): { night: number; survey: SurveyName } | null {
	const match = /^seed:(\d+)\/night:(\d{4}-\d\d-\d\d)\/(ztf|lsst)$/.exec(text);
	if (!match || Number(match[1]) !== seed) return null;
	const night = nightFromText(match[2] ?? '');
	const survey = match[3] === 'ztf' ? 'ztf' : 'lsst';
	return night === null ? null : { night, survey };
}

/** The simulation as a source of packets: every packet can be made again from its partition and offset. */
export class SimulationSource implements AlertSource {
	private bytesRead = 0;
	private bytesTotal: number | null = null;
	private readonly now: () => number;
	private readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;

	constructor(
		private readonly simulation: Simulation,
		private readonly options: SimulationSourceOptions,
	) {
		this.now = options.now ?? Date.now;
		this.sleep = options.sleep ?? pause;
	}

	async *packets(signal: AbortSignal): AsyncIterable<RawPacket | BrokenPacket> {
		const given = new Map(this.options.done);
		for (const night of this.options.nights) {
			for (const survey of this.simulation.surveys) {
				const partition = simulationPartition(this.simulation.seed, night, survey);
				const held =
					this.options.live === true
						? liveTimes(this.simulation, survey, night, this.now()).due
						: Number.POSITIVE_INFINITY;
				let offset = given.get(partition) ?? 0;
				if (offset >= held) continue;
				for await (const packet of this.stretch({ survey, night, first: offset, end: held }, signal)) {
					yield packet;
					offset += 1;
				}
				if (isAborted(signal)) return;
				given.set(partition, offset);
			}
		}
		if (this.options.live === true) yield* this.live(signal, given);
	}

	/** Packets of the current nights as they fall due, behind those given; nights that begin meanwhile are taken up. */
	private async *live(signal: AbortSignal, given: Map<string, number>): AsyncIterable<RawPacket> {
		while (!signal.aborted) {
			const today = Math.floor(this.now() / 86_400_000);
			let next = this.now() + 20_000;
			for (const survey of this.simulation.surveys) {
				for (const night of [today - 1, today]) {
					const partition = simulationPartition(this.simulation.seed, night, survey);
					let done = given.get(partition) ?? 0;
					const schedule = liveTimes(this.simulation, survey, night, this.now());
					if (done < schedule.due) {
						const due = { survey, night, first: done, end: schedule.due };
						for await (const packet of this.stretch(due, signal)) {
							yield packet;
							done += 1;
						}
						given.set(partition, done);
					}
					if (schedule.nextMs !== null) next = Math.min(next, schedule.nextMs);
				}
			}
			await this.sleep(Math.max(250, next - this.now()), signal);
		}
	}

	async *reread(ranges: readonly OffsetRange[]): AsyncIterable<RawPacket | BrokenPacket> {
		for (const range of ranges) {
			const place = partitionOf(this.simulation.seed, range.partition);
			if (range.source !== 'simulation' || place === null) {
				throw new SourceError(
					`The simulation of seed ${this.simulation.seed} cannot give ${range.source} ${range.partition} again: start it with the seed in that name.`,
				);
			}
			let offset = Number(range.first);
			for await (const packet of this.stretch({ ...place, first: offset, end: Number(range.last) + 1 })) {
				yield packet;
				offset += 1;
			}
			if (BigInt(offset) <= range.last)
				throw new SourceError(
					`The simulated night ${range.partition} ends before offset ${range.last}: it was made by another version.`,
				);
		}
	}

	progress(): SourceProgress {
		if (this.bytesTotal === null && this.options.live !== true) {
			this.bytesTotal =
				this.options.nights.reduce(
					(sum, night) =>
						sum + this.simulation.surveys.reduce((n, survey) => n + this.simulation.times(survey, night).length, 0),
					0,
				) * USUAL_BYTES;
		}
		return { bytesTotal: this.bytesTotal, bytesRead: this.bytesRead };
	}

	/** Packets of a stretch, each given once what it really was has been handed on: a crash leaves none without. */
	private async *stretch(of: Stretch, signal?: AbortSignal): AsyncIterable<RawPacket> {
		const partition = simulationPartition(this.simulation.seed, of.night, of.survey);
		let offset = of.first;
		for await (const group of this.groups(of, signal)) {
			const truths = group.map(({ truth }) => truth);
			await this.options.recordTruth?.(truths, `${partition}:${offset}`);
			for (const packet of group) {
				if (signal?.aborted === true) return;
				yield this.raw(packet, partition, offset++);
			}
		}
	}

	/** Packets of a stretch in groups that grow; timers and requests of the same thread run between them. */
	private async *groups(
		{ survey, night, first, end }: Stretch,
		signal?: AbortSignal,
	): AsyncIterable<SimulatedPacket[]> {
		let group: SimulatedPacket[] = [];
		let size = FIRST_TRUTHS;
		let made = first;
		for (const packet of this.simulation.from(survey, night, first)) {
			if (signal?.aborted === true) return;
			group.push(packet);
			made += 1;
			if (made % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
			if (made >= end) break;
			if (group.length < size) continue;
			yield group;
			group = [];
			size = Math.min(2 * size, MOST_TRUTHS);
		}
		if (group.length > 0) yield group;
	}

	private raw(packet: SimulatedPacket, partition: string, offset: number): RawPacket {
		this.bytesRead += packet.bytes.length;
		return {
			bytes: packet.bytes,
			source: 'simulation',
			partition,
			offset: BigInt(offset),
			member: `${packet.alertId}.avro`,
			receivedAtMs: this.now(),
		};
	}
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) {
			resolve();
			return;
		}
		const done = () => {
			clearTimeout(timer);
			signal.removeEventListener('abort', done);
			resolve();
		};
		const timer = setTimeout(done, ms);
		signal.addEventListener('abort', done);
	});
}

/** Finished nights and those under way, newest first: what a first start brings in (about two weeks). */
export function recentNights(nowMs: number, count: number): number[] {
	const today = Math.floor(nowMs / 86_400_000);
	return Array.from({ length: count }, (_, n) => today - n);
}
