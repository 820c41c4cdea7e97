import type { Store } from '#clickhouse/store.ts';
import { readCompleteness, readDeadLetters } from '#clickhouse/read/status.ts';
import { readWorkers, type Worker } from '#clickhouse/read/workers.ts';

type Labels = Readonly<Record<string, string>>;

const escape = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function line(name: string, labels: Labels, value: number): string {
	const list = Object.entries(labels).map(([key, text]) => `${key}="${escape(text)}"`);
	return `${name}${list.length > 0 ? `{${list.join()}}` : ''} ${value}`;
}

/** A metric in Prometheus' text format; without samples nothing is written. */
function family(name: string, kind: 'counter' | 'gauge', help: string, samples: readonly [Labels, number][]): string[] {
	if (samples.length === 0) return [];
	return [
		`# HELP ${name} ${help}`,
		`# TYPE ${name} ${kind}`,
		...samples.map(([labels, value]) => line(name, labels, value)),
	];
}

/** Delays of all workers as one histogram for each survey and stage. */
function histograms(workers: readonly Worker[]): string[] {
	const name = 'nightjar_delay_seconds';
	const buckets = new Map<string, Map<number, number>>();
	const seconds = new Map<string, number>();
	for (const { writer, delays, delaySeconds } of workers) {
		for (const [key, count] of Object.entries(delays)) {
			const [survey = '', stage = '', end = 'inf'] = key.split('/');
			const label = `${writer}/${survey}/${stage}`;
			const ends = buckets.get(label) ?? new Map<number, number>();
			ends.set(end === 'inf' ? Number.POSITIVE_INFINITY : Number(end), count);
			buckets.set(label, ends);
		}
		for (const [key, sum] of Object.entries(delaySeconds)) seconds.set(`${writer}/${key}`, sum);
	}
	if (buckets.size === 0) return [];
	const lines = [
		`# HELP ${name} Seconds from mid-exposure to reception, from there until readers see the alert, and from there until output topics have it.`,
		`# TYPE ${name} histogram`,
	];
	for (const [label, ends] of buckets) {
		const [writer = '', survey = '', stage = ''] = label.split('/');
		const labels = { writer, survey, stage };
		let total = 0;
		for (const end of [...ends.keys()].sort((a, b) => a - b)) {
			total += ends.get(end) ?? 0;
			if (Number.isFinite(end)) lines.push(line(`${name}_bucket`, { ...labels, le: String(end) }, total));
		}
		lines.push(line(`${name}_bucket`, { ...labels, le: '+Inf' }, total));
		lines.push(line(`${name}_sum`, labels, seconds.get(label) ?? 0), line(`${name}_count`, labels, total));
	}
	return lines;
}

/** The pipeline's figures in Prometheus' text format, of every programme: for the operator. */
export async function metricsText(store: Store, signal?: AbortSignal): Promise<string> {
	const options = signal === undefined ? {} : { signal };
	const [workers, completeness, dead] = await Promise.all([
		readWorkers(store, options),
		readCompleteness(store, options),
		readDeadLetters(store, options),
	]);
	const each = (value: (worker: Worker) => number): [Labels, number][] =>
		workers.map((worker) => [{ writer: worker.writer }, value(worker)]);
	const states = ['stored', 'duplicates', 'deadLetters', 'redelivered'] as const;
	return `${[
		...family(
			'nightjar_records_total',
			'counter',
			'Records by the state they ended in, by kind of source; redelivered ones had ended before.',
			completeness.flatMap((row) =>
				states.map((state): [Labels, number] => [{ source: row.source, state }, row[state]]),
			),
		),
		...family(
			'nightjar_dead_letters',
			'gauge',
			'Records set aside that were not stored since.',
			dead.map(({ kind, count }) => [{ kind }, count]),
		),
		...family(
			'nightjar_worker_received_total',
			'counter',
			'Messages received by a worker since it began.',
			each((one) => one.received),
		),
		...family(
			'nightjar_worker_stored_total',
			'counter',
			'Alerts stored by a worker since it began.',
			each((one) => one.stored),
		),
		...family(
			'nightjar_worker_lost_total',
			'counter',
			'Messages that the broker had dropped before they were read.',
			each((one) => one.lost),
		),
		...family(
			'nightjar_worker_rebalances_total',
			'counter',
			'Changes of the consumer group.',
			each((one) => one.rebalances),
		),
		...family(
			'nightjar_worker_sent_total',
			'counter',
			'Messages sent to output topics by a worker since it began.',
			each((one) => one.sent),
		),
		...family(
			'nightjar_worker_sent_again_total',
			'counter',
			'Those of them that may have been sent before.',
			each((one) => one.sentAgain),
		),
		...family(
			'nightjar_worker_withheld_total',
			'counter',
			'Alerts that were not sent because their programme is not public.',
			each((one) => one.withheld),
		),
		...family(
			'nightjar_worker_send_trouble',
			'gauge',
			'1 while output topics do not take alerts.',
			each((one) => (one.trouble === '' ? 0 : 1)),
		),
		...family(
			'nightjar_worker_read_trouble',
			'gauge',
			'1 while messages cannot be read.',
			each((one) => (one.readTrouble === '' ? 0 : 1)),
		),
		...family(
			'nightjar_worker_reported_seconds',
			'gauge',
			"Time of a worker's newest report, Unix seconds.",
			each((one) => Date.parse(one.at) / 1000),
		),
		...family(
			'nightjar_lag',
			'gauge',
			'Messages of a topic that wait in the broker for a worker.',
			workers.flatMap(({ writer, topics }) =>
				topics.map(({ topic, lag }): [Labels, number] => [{ writer, topic }, lag]),
			),
		),
		...histograms(workers),
	].join('\n')}\n`;
}
