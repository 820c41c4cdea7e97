import type { Status } from '#lib/alert/views.ts';
import partitionsSql from '../queries/status_partitions.sql?raw';
import workersSql from '../queries/status_workers.sql?raw';
import type { QueryOptions, Store } from '../store.ts';
import { isoTime } from './alertRows.ts';

/** A worker with the delays that it counted: alerts by `survey/stage/seconds at most`, seconds in all by `survey/stage`. */
export type Worker = Status['workers'][number] & {
	readonly delays: Readonly<Record<string, number>>;
	readonly delaySeconds: Readonly<Record<string, number>>;
};

/** A worker writes at least every twenty seconds. */
const SILENT_MS = 45_000;

interface WorkerRow extends Record<'writer' | 'at' | 'startedAt' | 'earlier', string> {
	readonly received: string;
	readonly stored: string;
	readonly duplicates: string;
	readonly deadLetters: string;
	readonly redelivered: string;
	readonly lost: string;
	readonly rebalances: string;
	readonly sent: string;
	readonly sentAgain: string;
	readonly withheld: string;
	readonly trouble: string;
	readonly readTrouble: string;
	readonly ended: number;
	readonly lag: Readonly<Record<string, string>>;
	readonly delays: Readonly<Record<string, string>>;
	readonly delaySeconds: Readonly<Record<string, number>>;
	readonly earlierSeconds: number;
}

const numbers = (map: Readonly<Record<string, string>>): Record<string, number> =>
	Object.fromEntries(Object.entries(map).map(([key, count]) => [key, Number(count)]));

/** How the workers stand that followed topics in the last day; for the operator. */
export async function readWorkers(store: Store, options: QueryOptions = {}): Promise<Worker[]> {
	const rows = await store.query<WorkerRow>(workersSql, {}, options);
	return rows.map((row) => {
		const received = Number(row.received);
		const topics = Object.entries(numbers(row.lag)).map(([topic, lag]) => ({ topic, lag }));
		return {
			writer: row.writer,
			at: isoTime(row.at),
			startedAt: isoTime(row.startedAt),
			silent: row.ended === 0 && Date.now() - Date.parse(isoTime(row.at)) > SILENT_MS,
			received,
			stored: Number(row.stored),
			duplicates: Number(row.duplicates),
			deadLetters: Number(row.deadLetters),
			redelivered: Number(row.redelivered),
			perSecond: row.earlierSeconds > 0 ? (received - Number(row.earlier)) / row.earlierSeconds : null,
			lag: topics.reduce((sum, { lag }) => sum + lag, 0),
			topics: topics.sort((a, b) => (a.topic < b.topic ? -1 : 1)),
			lost: Number(row.lost),
			rebalances: Number(row.rebalances),
			sent: Number(row.sent),
			sentAgain: Number(row.sentAgain),
			withheld: Number(row.withheld),
			trouble: row.trouble,
			readTrouble: row.readTrouble,
			ended: row.ended === 1,
			delays: numbers(row.delays),
			delaySeconds: row.delaySeconds,
		};
	});
}

/** What became of the messages of each partition of topics (rule 10); for the operator. */
export async function readPartitions(store: Store, options: QueryOptions = {}): Promise<Status['partitions']> {
	const rows = await store.query<Record<string, string>>(partitionsSql, {}, options);
	return rows.map((row) => {
		const count = (name: string): number => Number(row[name] ?? 0);
		// cluster/topic/partition
		const [, topic = '', partition = '0'] = (row['partition'] ?? '').split('/');
		return {
			topic,
			partition: Number(partition),
			lastOffset: row['lastOffset'] ?? '0',
			lastAt: isoTime(row['lastAt'] ?? ''),
			received: count('received'),
			stored: count('stored'),
			duplicates: count('duplicates'),
			deadLetters: count('deadLetters'),
			redelivered: count('redelivered'),
			complete: count('received') === count('stored') + count('duplicates') + count('deadLetters'),
		};
	});
}
