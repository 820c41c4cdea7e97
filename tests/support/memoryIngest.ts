import type { Alert } from '#lib/alert/alert.ts';
import type { Store } from '#clickhouse/store.ts';
import { runIngest, type IngestOptions, type IngestTotals } from '#server/ingest/pipeline.ts';
import type { AlertSource, RawPacket } from '#server/ingest/source/source.ts';

/** A batch of alerts handed to the pipeline as if a source had read them; `partition` and offsets place them. */
export interface MemoryIngest {
	readonly store: Store;
	readonly alerts: readonly Alert[];
	readonly slot?: string;
	readonly partition?: string;
	readonly firstOffset?: bigint;
	/** Kind of the source: `file`, or `kafka`, which several workers may read at once. */
	readonly kind?: string;
	readonly batchRows?: number;
	readonly closeNights?: boolean;
	readonly options?: Partial<IngestOptions>;
	/** Replaces parts of the source. */
	readonly source?: Partial<AlertSource>;
}

/** Runs the whole pipeline after decoding over alerts in memory. */
export async function ingestAlerts(input: MemoryIngest): Promise<IngestTotals> {
	const { alerts, partition = '/memory/a', firstOffset = 0n } = input;
	const packet = (i: number): RawPacket => ({
		bytes: new TextEncoder().encode(`packet ${i} of ${partition}`),
		source: input.kind ?? 'file',
		partition,
		offset: firstOffset + BigInt(i),
		member: `${i}.avro`,
		receivedAtMs: Date.now(),
	});
	const source: AlertSource = {
		async *packets() {
			for (let i = 0; i < alerts.length; i += 1) yield await Promise.resolve(packet(i));
		},
		async *reread(ranges) {
			for (const range of ranges) {
				for (let i = 0; i < alerts.length; i += 1) {
					const candidate = packet(i);
					if (
						candidate.partition === range.partition &&
						candidate.offset >= range.first &&
						candidate.offset <= range.last
					) {
						yield await Promise.resolve(candidate);
					}
				}
			}
		},
		progress: () => ({ bytesTotal: null, bytesRead: 0 }),
		...input.source,
	};
	return runIngest({
		store: input.store,
		source,
		slot: input.slot ?? 'file',
		config: {
			cutoutBudgetBytes: 1e9,
			simulationBudgetBytes: 1e9,
			batchRows: input.batchRows ?? 1000,
			batchMs: 500,
		},
		decoder: {
			decode: (raw) => [{ recordName: 'memory', schemaId: null, record: { i: Number(raw.offset - firstOffset) } }],
		},
		normalise: (decoded) => {
			const alert = alerts[Number(decoded.record['i'])];
			if (alert === undefined) throw new Error('no such alert');
			return alert;
		},
		codeVersion: 'test',
		closeNights: input.closeNights ?? false,
		signal: new AbortController().signal,
		...input.options,
	});
}
