import type { AccessScope } from '#lib/alert/object.ts';
import type { NightCount, Status } from '#lib/alert/views.ts';
import type { QueryOptions, Store } from '../store.ts';
import deadLettersSql from '../queries/status_dead_letters.sql?raw';
import deliveriesSql from '../queries/status_deliveries.sql?raw';
import recentSql from '../queries/status_recent.sql?raw';
import schemaSql from '../queries/status_schema.sql?raw';
import storeSql from '../queries/status_store.sql?raw';
import tablesSql from '../queries/status_tables.sql?raw';
import writersSql from '../queries/status_writers.sql?raw';
import { isoTime } from './alertRows.ts';
import { readNightCompleteness } from './nightCompleteness.ts';
import { readDelays, readNights } from './nights.ts';
import { readRates } from './rates.ts';
import { render } from './render.ts';
import { readWatermark, type Watermark } from './watermark.ts';
import { readPartitions, readWorkers } from './workers.ts';

async function readRecent(
	store: Store,
	scope: AccessScope,
	watermark: Watermark,
	options: QueryOptions,
): Promise<ReadonlyMap<string, number>> {
	const writers = Object.keys(watermark);
	if (writers.length === 0) return new Map();
	const upTo = writers.map((writer) => BigInt(watermark[writer] ?? 0));
	// a batch closes after 500 ms at the latest unless the writer is slower
	const batches = 600n;
	const lowest = upTo.reduce((least, number) => (number < least ? number : least));
	const rows = await store.query<{ writer: string; alerts: string }>(
		render(recentSql, scope),
		{ writers, upTo, batches, lowest: lowest > batches ? lowest - batches : 0n },
		{ ...options, light: true },
	);
	return new Map(rows.map((row) => [row.writer, Number(row.alerts)]));
}

/** Records set aside, per kind, whatever their programme: for the operator. */
export async function readDeadLetters(
	store: Store,
	options: QueryOptions = {},
): Promise<{ kind: string; count: number }[]> {
	const rows = await store.query<{ kind: string; count: string }>(deadLettersSql, {}, options);
	return rows.map((row) => ({ kind: row.kind, count: Number(row.count) }));
}

/** What became of every record received, per source (rule 10): for the operator. */
export async function readCompleteness(store: Store, options: QueryOptions = {}): Promise<Status['completeness']> {
	const rows = await store.query<Record<string, string>>(deliveriesSql, {}, options);
	return rows.map((row) => {
		const count = (name: string): number => Number(row[name] ?? 0);
		const received = count('received');
		const accounted = count('stored') + count('duplicates') + count('deadLetters');
		return {
			source: row['source'] ?? '',
			received,
			stored: count('stored'),
			duplicates: count('duplicates'),
			deadLetters: count('deadLetters'),
			redelivered: count('redelivered'),
			complete: received === accounted,
		};
	});
}

/** Nights whose completeness is told, and alerts of them at most: each is counted by its batch. */
const NIGHTS = 7;
const ALERTS = 20_000_000;

/** The newest nights, at least one where there is any. */
function newestOf(counts: readonly NightCount[]): string[] {
	const newest: string[] = [];
	let alerts = 0;
	for (const one of counts) {
		alerts += one.alerts;
		if (newest.includes(one.night)) continue;
		if (newest.length === NIGHTS || (newest.length > 0 && alerts > ALERTS)) break;
		newest.push(one.night);
	}
	return newest;
}

/** The newest nights in scope, and for the operator what became of their records. */
async function readNightsOf(
	store: Store,
	scope: AccessScope,
	{ operator, ...options }: QueryOptions & { operator: boolean },
): Promise<Pick<Status, 'nights' | 'completeness' | 'nightCompleteness'>> {
	const [nights, completeness] = await Promise.all([
		readNights(store, scope, { ...options, limit: 60 }),
		operator ? readCompleteness(store, options) : Promise.resolve([]),
	]);
	const { origin } = scope;
	return {
		...{ nights, completeness },
		nightCompleteness: operator
			? await readNightCompleteness(store, newestOf(nights), { ...options, origin, totals: completeness })
			: [],
	};
}

/**
 * The pipeline as it stands. What counts records of every programme (completeness, dead letters, sizes of tables) is the
 * operator's and empty for everyone else (design rule 7).
 */
export async function readStatus(
	store: Store,
	scope: AccessScope,
	{ version, operator, ...options }: QueryOptions & { version: string; operator: boolean },
): Promise<Status> {
	const watermark = await readWatermark(store, options.signal);
	const [about, schema, writers, recent, nights, rates, delays, workers, partitions, deadLetters, tables] =
		await Promise.all([
			store.query<{ version: string; uptimeSeconds: number }>(storeSql, {}, options),
			store.query<{ schema: number }>(schemaSql, {}, options),
			store.query<{ writer: string; published: string; opened: string; publishedAt: string }>(writersSql, {}, options),
			readRecent(store, scope, watermark, options),
			readNightsOf(store, scope, { ...options, operator }),
			readRates(store, scope, { ...options, operator }),
			readDelays(store, scope, watermark, options),
			operator ? readWorkers(store, options) : Promise.resolve([]),
			operator ? readPartitions(store, options) : Promise.resolve([]),
			operator ? readDeadLetters(store, options) : Promise.resolve([]),
			operator
				? store.query<{ table: string; rows: string; bytes: string; parts: string }>(tablesSql, {}, options)
				: Promise.resolve([]),
		]);
	return {
		version,
		origin: scope.origin,
		store: {
			version: about[0]?.version ?? '',
			schema: schema[0]?.schema ?? 0,
			uptimeSeconds: about[0] === undefined ? null : about[0].uptimeSeconds,
		},
		writers: writers.map((row) => ({
			writer: row.writer,
			number: row.published,
			publishedAt: isoTime(row.publishedAt),
			alertsLastMinute: recent.get(row.writer) ?? 0,
			unfinishedBatch: BigInt(row.opened) > BigInt(row.published),
		})),
		rates,
		...nights,
		delays,
		workers: workers.map(({ delays: _delays, delaySeconds: _seconds, ...worker }) => worker),
		partitions,
		deadLetters,
		tables: tables.map((row) => ({
			table: row.table,
			rows: Number(row.rows),
			bytes: Number(row.bytes),
			parts: Number(row.parts),
		})),
	};
}
