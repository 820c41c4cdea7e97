import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from './processes.ts';

const run = promisify(execFile);
const PYTHON = process.env['NIGHTJAR_PYTHON'] ?? 'python3';

/** A message as an independent client read it; what the alert says where the topic holds alerts of ours. */
export interface Seen {
	readonly topic: string;
	readonly partition: number;
	readonly offset: number;
	readonly sha256: string;
	readonly survey?: string;
	readonly alertId?: string;
	readonly objectId?: string;
	readonly ra?: number;
	readonly dec?: number;
	readonly mjd?: number;
	readonly psfFlux?: number | null;
	readonly band?: string;
	readonly batch?: string;
	readonly again?: boolean;
}

/** Why there is no independent client here, or null. */
export function witnessMissing(): string | null {
	try {
		execFileSync(PYTHON, ['-c', 'import confluent_kafka, fastavro'], { stdio: 'pipe' });
		return null;
	} catch {
		return `${PYTHON} lacks confluent-kafka or fastavro; NIGHTJAR_PYTHON names another Python`;
	}
}

/** Keeps all that an independent client read of some topics; each look reads on from the last. */
export class Witness {
	readonly seen: Seen[] = [];
	readonly #next = new Map<string, Record<string, number>>();

	constructor(
		private readonly brokers: string,
		private readonly topics: readonly { readonly topic: string; readonly schema: string | null }[],
	) {}

	async look(): Promise<void> {
		const request = this.topics.map(({ topic, schema }) => ({ topic, schema, from: this.#next.get(topic) ?? {} }));
		const { stdout } = await run(PYTHON, [`${ROOT}drills/stream/witness.py`, this.brokers, JSON.stringify(request)], {
			maxBuffer: 1024 ** 3,
		});
		for (const line of stdout.split('\n')) {
			if (line === '') continue;
			const one = JSON.parse(line) as Seen;
			this.seen.push(one);
			const next = this.#next.get(one.topic) ?? {};
			next[String(one.partition)] = one.offset + 1;
			this.#next.set(one.topic, next);
		}
	}

	of(topic: string): Seen[] {
		return this.seen.filter((one) => one.topic === topic);
	}
}
