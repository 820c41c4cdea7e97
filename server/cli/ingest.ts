import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Store } from '#clickhouse/store.ts';
import { readIngestSummary } from '#clickhouse/read/ingestSummary.ts';
import { type Config, readConfig } from '#server/config.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { type IngestTotals, runIngest } from '#server/ingest/pipeline.ts';
import type { AlertSource, SourceProgress } from '#server/ingest/source/source.ts';
import { EXIT, type Invocation, type Subcommand, UsageError } from './command.ts';
import { ensureStore } from './embeddedStore.ts';
import { openHome } from './home.ts';
import { ProgressLine } from './progressLine.ts';
import { countsByPath, type SourceCounts, summaryTable } from './summaryTable.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar ingest: reads alert packets into the store.

Use: nightjar ingest [OPTIONS] PATH...
     nightjar ingest --simulate

A PATH is a packet (.avro), a folder of them, or a night of an archive (.tar, .tar.gz). What was read before is counted as
a duplicate and changes nothing; what cannot be read becomes a dead letter with its reason. An ingest that was killed
is finished first by the next one of the same slot.

  --simulate        fill in about two weeks of simulated nights, then simulate the current one as it passes
  --slot NAME       the writer's name (worker-1): one running ingest per slot; use another to run several at once
  --origin test     mark these alerts as a survey's own test data, apart from the sky
  --batch-rows N    most alerts in a batch (1000)
  --batch-ms N      longest time a batch stays open, in milliseconds (500)
  --abandon         give up the slot's unfinished batch when its files are gone

Exit codes: 0 all was stored, 3 finished with dead letters, 1 failed, 2 the command line makes no sense.
`;

interface Request {
	readonly paths: readonly string[];
	readonly simulate: boolean;
	readonly slot: string;
	readonly originOverride: 'test' | null;
	readonly batchRows: number;
	readonly batchMs: number;
	readonly abandon: boolean;
}

function whole(name: string, text: string | undefined, fallback: number, max: number): number {
	if (text === undefined) return fallback;
	const value = Number(text);
	if (!Number.isSafeInteger(value) || value < 1 || value > max) {
		throw new UsageError(`--${name} must be a whole number from 1 to ${max}; it is "${text}".`);
	}
	return value;
}

/** Reads the words after `ingest`; throws a sentence for what makes no sense. */
export function readRequest(args: readonly string[]): Request {
	const { values, positionals } = usage(() =>
		parseArgs({
			args: [...args],
			allowPositionals: true,
			options: {
				simulate: { type: 'boolean' },
				slot: { type: 'string' },
				origin: { type: 'string' },
				abandon: { type: 'boolean' },
				'batch-rows': { type: 'string' },
				'batch-ms': { type: 'string' },
			},
		}),
	);
	const simulate = values.simulate === true;
	if (simulate === positionals.length > 0) {
		throw new UsageError(
			simulate ? 'Give either paths or --simulate, not both.' : 'Give at least one path to read, or --simulate. --help tells more.',
		);
	}
	if (values.origin !== undefined && (values.origin !== 'test' || simulate)) {
		throw new UsageError(
			simulate
				? 'Simulated alerts keep their own origin: leave --origin away.'
				: `--origin can only be "test"; it is "${values.origin}". Without it, packets say themselves what they are.`,
		);
	}
	const slot = values.slot ?? (simulate ? 'simulation' : 'worker-1');
	if (!/^[A-Za-z0-9._-]{1,64}$/.test(slot)) {
		throw new UsageError(`--slot may hold letters, digits, ".", "_" and "-", at most 64; it is "${slot}".`);
	}
	return {
		paths: positionals.map((path) => resolve(path)),
		simulate,
		slot,
		originOverride: values.origin === undefined ? null : 'test',
		batchRows: whole('batch-rows', values['batch-rows'], 1000, 100_000),
		batchMs: whole('batch-ms', values['batch-ms'], 500, 600_000),
		abandon: values.abandon === true,
	};
}
