import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { nightFromText } from '#lib/astro/time.ts';
import { createSimulation, type SimulatedPacket } from '#server/simulate/index.ts';

const COMMAND = join(import.meta.dirname, '../../bin/nightjar.mjs');

/** A `nightjar ingest kafka` of its own. */
export class Worker {
	readonly #child: ChildProcess;
	readonly #gone: Promise<unknown>;
	output = '';

	constructor(home: string, args: readonly string[], env: Readonly<Record<string, string>>) {
		this.#child = spawn(process.execPath, [COMMAND, 'ingest', 'kafka', '--batch-rows', '20', ...args], {
			env: {
				...process.env,
				NIGHTJAR_HOME: home,
				NIGHTJAR_KAFKA_SESSION_SECONDS: '6',
				NIGHTJAR_KAFKA_TOPIC_SECONDS: '1',
				...env,
			},
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		// not `exit`: what it printed last may come after that
		this.#gone = once(this.#child, 'close');
		const keep = (text: Buffer): void => {
			this.output += text.toString();
		};
		this.#child.stdout?.on('data', keep);
		this.#child.stderr?.on('data', keep);
	}

	get ended(): boolean {
		return this.#child.exitCode !== null || this.#child.signalCode !== null;
	}

	/** Waits for its own end. */
	async exit(): Promise<number | null> {
		await this.#gone;
		return this.#child.exitCode;
	}

	async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
		if (!this.ended) this.#child.kill(signal);
		await this.#gone;
		return this.#child.exitCode;
	}
}

/** The newest night of the packets: always the same, whatever the day, for every night brings other alerts. */
const NEWEST = nightFromText('2026-11-10') ?? 0;

/** Simulated packets of past nights, the same on every run. */
export function packetsOf(survey: 'ztf' | 'lsst', count: number): SimulatedPacket[] {
	const simulation = createSimulation({ seed: 7, alertsPerNight: 1500 });
	const out: SimulatedPacket[] = [];
	for (let night = NEWEST; out.length < count; night -= 1) {
		for (const packet of simulation.from(survey, night, 0)) {
			out.push(packet);
			if (out.length === count) break;
		}
	}
	return out;
}
