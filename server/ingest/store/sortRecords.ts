import {
	readCoverage,
	readKnownAlerts,
	readKnownDeadLetters,
	type CoveredRange,
	type Watermark,
} from '#clickhouse/read/ingest.ts';
import type { BatchStamp, ReplayRow } from '#clickhouse/records.ts';
import type { Store } from '#clickhouse/store.ts';
import { differingMeasurement, measurementsOf, type KnownAlert } from './identity.ts';
import {
	deadRecord,
	type DeadRecord,
	type OffsetRange,
	type Place,
	type PreparedBatch,
	type ReadAlert,
} from './prepared.ts';

/** What became of the records of one partition in a batch. */
export interface Tally {
	received: number;
	stored: number;
	duplicates: number;
	deadLetters: number;
	redelivered: number;
}

/** How each record of a batch ended. */
export interface Sorted {
	readonly fresh: readonly ReadAlert[];
	/** Those of them that a batch wrote which nobody can see yet: since when (UTC, ms). */
	readonly unseenSinceMs: ReadonlyMap<ReadAlert, number>;
	/** Records set aside that had not been before. */
	readonly dead: readonly DeadRecord[];
	/** Records set aside now, also those that had been before. */
	readonly refused: number;
	/** Records that had been set aside at the same place and can be read now. */
	readonly revived: readonly ReplayRow[];
	/** By partitionKey. */
	readonly tallies: ReadonlyMap<string, Tally>;
	/** Records that count as received here. */
	readonly counted: readonly Counted[];
}

interface Counted {
	readonly place: Place;
	readonly as: 'stored' | 'duplicates' | 'deadLetters';
}

/** Alerts by survey, in order. */
export function groupBySurvey(alerts: readonly ReadAlert[]): Map<string, ReadAlert[]> {
	const groups = new Map<string, ReadAlert[]>();
	for (const entry of alerts) {
		const group = groups.get(entry.alert.survey);
		if (group === undefined) groups.set(entry.alert.survey, [entry]);
		else group.push(entry);
	}
	return groups;
}

/** What names a partition among all sources. */
export const partitionKey = ({ source, partition }: Pick<Place, 'source' | 'partition'>): string =>
	`${source} ${partition}`;

const offsetKey = (place: Place): string => `${partitionKey(place)} ${place.offset}`;

/** Batches that had offsets of this one: `known` at its watermark, or begun since (only a topic is read by several workers). */
class Coverage {
	constructor(private readonly ranges: ReadonlyMap<string, readonly CoveredRange[]>) {}

	had(place: Place, known: boolean): boolean {
		return (this.ranges.get(partitionKey(place)) ?? []).some(
			(range) => range.known === known && place.offset >= range.first && place.offset <= range.last,
		);
	}
}

/** Offsets of a topic that a batch spans at most: ranges that overlap it do not begin further before it. */
const BATCH_SPAN = 1_000_000n;

async function readCoverageOf(
	store: Store,
	batch: BatchStamp,
	ranges: readonly OffsetRange[],
	watermark: Watermark,
): Promise<Coverage> {
	if (ranges.length === 0) return new Coverage(new Map());
	let from = ranges[0]?.first ?? 0n;
	for (const range of ranges) {
		const begin = range.source === 'kafka' ? range.first - BATCH_SPAN : 0n;
		if (begin < from) from = begin;
	}
	return new Coverage(await readCoverage(store, batch, { ranges, from: from < 0n ? 0n : from }, watermark));
}

/** Tells new alerts from known ones and conflicts, and counts every record once (design rules 1 and 10). */
export async function sortRecords(
	store: Store,
	batch: BatchStamp,
	prepared: PreparedBatch,
	watermark: Watermark,
): Promise<Sorted> {
	const known = new Map<string, KnownAlert>();
	const unseen = new Map<string, number>();
	for (const [survey, group] of groupBySurvey(prepared.alerts)) {
		const ids = [...new Set(group.map(({ alert }) => alert.alertId))];
		const stored = await readKnownAlerts(store, survey, ids, watermark, batch);
		for (const [id, alert] of stored.known) known.set(`${survey} ${id}`, alert);
		for (const [id, sinceMs] of stored.unseenSinceMs) unseen.set(`${survey} ${id}`, sinceMs);
	}
	const fresh: ReadAlert[] = [];
	const unseenSinceMs = new Map<ReadAlert, number>();
	const again: Place[] = [];
	const dead: DeadRecord[] = [...prepared.dead];
	for (const entry of prepared.alerts) {
		const { alert } = entry;
		const key = `${alert.survey} ${alert.alertId}`;
		const earlier = known.get(key);
		if (earlier === undefined) {
			known.set(key, measurementsOf(alert));
			fresh.push(entry);
			const sinceMs = unseen.get(key);
			if (sinceMs !== undefined) unseenSinceMs.set(entry, sinceMs);
			continue;
		}
		const difference = differingMeasurement(alert, earlier);
		if (difference === null) again.push(entry.place);
		else {
			const reason = `Another alert ${alert.alertId} of ${alert.survey} is stored already and differs in ${difference}; the first one stays.`;
			dead.push(deadRecord(entry.place, 'conflict', reason, entry.bytes, alert));
		}
	}
	const covered = await readCoverageOf(store, batch, prepared.ranges, watermark);
	const back = [...fresh.map(({ place }) => place), ...again].filter((place) => covered.had(place, true));
	const partitions = [...new Set([...back, ...dead.map(({ place }) => place)].map(({ partition }) => partition))];
	const knownDead =
		partitions.length > 0
			? await readKnownDeadLetters(store, partitions, watermark)
			: new Map<string, ReadonlySet<string>>();

	const revived: ReplayRow[] = [];
	const counted: Counted[] = [];
	const tallies = new Map<string, Tally>();
	const tally = (place: Place): Tally => {
		const key = partitionKey(place);
		const entry = tallies.get(key) ?? { received: 0, stored: 0, duplicates: 0, deadLetters: 0, redelivered: 0 };
		tallies.set(key, entry);
		return entry;
	};
	const count = (place: Place, as: Counted['as']): void => {
		const entry = tally(place);
		entry.received += 1;
		entry[as] += 1;
		counted.push({ place, as });
	};
	const revive = ({ source, partition, offset }: Place, outcome: ReplayRow['outcome']): void => {
		revived.push({ source, partition, offset, outcome });
	};
	for (const { place } of fresh) {
		const entry = tally(place);
		if (covered.had(place, true) && knownDead.has(offsetKey(place))) {
			entry.redelivered += 1;
			revive(place, 'stored');
		} else if (covered.had(place, false)) {
			// another worker took the same offset, and neither knew of the other: the alert is written twice and counted once
			entry.redelivered += 1;
		} else count(place, 'stored');
	}
	for (const place of again) {
		const entry = tally(place);
		if (covered.had(place, true) || covered.had(place, false)) {
			entry.redelivered += 1;
			if (knownDead.has(offsetKey(place))) revive(place, 'duplicate');
		} else count(place, 'duplicates');
	}
	const newDead = dead.filter(({ place, sha256 }) => {
		const entry = tally(place);
		const isKnown = knownDead.get(offsetKey(place))?.has(Buffer.from(sha256).toString('hex')) ?? false;
		if (isKnown || covered.had(place, false)) {
			entry.redelivered += 1;
			return false;
		}
		count(place, 'deadLetters');
		return true;
	});
	return { fresh, unseenSinceMs, dead: newDead, refused: dead.length, revived, tallies, counted };
}

/**
 * The tallies once the rows are written: between the sorting and here another worker may have taken the same offsets, a worker that
 * stood still past its session even long ago. What it has accounted for is a redelivery here (design rule 10).
 */
export async function recount(
	store: Store,
	batch: BatchStamp,
	{ ranges }: PreparedBatch,
	watermark: Watermark,
	{ tallies, counted }: Pick<Sorted, 'tallies' | 'counted'>,
): Promise<ReadonlyMap<string, Tally>> {
	// only a topic is read by several workers
	const shared = ranges.filter(({ source }) => source === 'kafka');
	if (shared.length === 0) return tallies;
	const covered = await readCoverageOf(store, batch, shared, watermark);
	const out = new Map([...tallies].map(([key, tally]) => [key, { ...tally }]));
	for (const { place, as } of counted) {
		const tally = out.get(partitionKey(place));
		if (tally === undefined || !covered.had(place, false)) continue;
		tally.received -= 1;
		tally[as] -= 1;
		tally.redelivered += 1;
	}
	return out;
}
