import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { FromWorker, Job, LoadedModel, RunAnswer, ToWorker } from './messages.ts';

/** Threads that run networks, and the limits that keep one of them from holding up the stream. */
export interface PoolOptions {
	/** Path of the built worker.ts. */
	readonly workerFile: string;
	readonly workers: number;
	readonly models: readonly LoadedModel[];
	/** Longest time that one network may take for one job, and all of them to load, ms. */
	readonly runLimitMs: number;
	readonly loadLimitMs: number;
	readonly log: (line: string) => void;
}

/** Makes the message of a job without some of its runs; called again when a thread was lost, for buffers are handed over. */
export type JobMaker = (id: number, runs: readonly number[]) => Job;

interface Task {
	readonly make: JobMaker;
	/** Models whose answers are still missing, in order. */
	waiting: number[];
	readonly answers: Map<number, RunAnswer>;
	readonly resolve: (answers: Map<number, RunAnswer>) => void;
}

const EMPTY = new Float32Array(0);
const failed = (problem: string): RunAnswer => ({ scores: EMPTY, failures: [], problem });

/** Failures in a row after which a network is left out until the process starts again. */
const STRIKES = 3;
const CLOSE_MS = 30_000;

class Thread {
	task: Task | null = null;
	/** Models of the job in hand by their place in it. */
	order: readonly number[] = [];
	/** Place of the run in hand, null between runs. */
	running: number | null = null;
	ready = false;
	timer: NodeJS.Timeout | undefined;
	readonly ended: Promise<void>;
	constructor(readonly worker: Worker) {
		this.ended = new Promise((resolve) => {
			worker.once('exit', () => {
				resolve();
			});
		});
	}
}

/** Hands jobs to threads; a thread whose network hangs or crashes is replaced, and the job goes on without that network. */
export class WorkerPool {
	readonly #options: PoolOptions;
	readonly #threads = new Set<Thread>();
	/** Threads out of use that have not ended yet. */
	readonly #leaving = new Set<Thread>();
	readonly #queue: Task[] = [];
	readonly #strikes = new Map<number, number>();
	/** Why a model is left out. */
	readonly #off = new Map<number, string>();
	#startsFailed = 0;
	#dead: string | null = null;
	#closed = false;
	#id = 0;
	#announced = false;

	constructor(options: PoolOptions) {
		this.#options = options;
		for (let i = 0; i < options.workers; i += 1) this.#start();
	}

	/** Runs models (by their place in the options) on a job; every one of them gets an answer. */
	run(models: readonly number[], make: JobMaker): Promise<Map<number, RunAnswer>> {
		return new Promise((resolve) => {
			const task: Task = { make, waiting: [...models], answers: new Map(), resolve };
			this.#queue.push(task);
			this.#next();
		});
	}

	/** Ends the threads; jobs in hand are answered as failed. */
	async close(): Promise<void> {
		this.#closed = true;
		this.#dead = 'the models are being closed';
		const threads = [...this.#threads];
		for (const thread of threads) {
			if (thread.task !== null) this.#queue.push(thread.task);
			this.#drop(thread);
		}
		this.#failAll();
		for (const { worker } of this.#leaving) worker.ref();
		const ends = [...this.#leaving].map(({ ended }) => ended);
		// a network that hangs for good is not waited for
		await Promise.race([Promise.all(ends), pause(CLOSE_MS, undefined, { ref: false })]);
		for (const { worker } of this.#leaving) worker.unref();
	}

	#start(): void {
		const worker = new Worker(this.#options.workerFile, {
			workerData: { models: this.#options.models },
			// nothing to say, and nothing of ours to read there
			stdin: false,
		});
		const thread = new Thread(worker);
		this.#threads.add(thread);
		worker.on('message', (message: FromWorker) => {
			this.#hear(thread, message);
		});
		worker.on('error', (error) => {
			this.#lost(thread, `the thread ended: ${error.message.split('\n', 1)[0] ?? ''}`);
		});
		worker.on('exit', (code) => {
			this.#lost(thread, `the thread ended with code ${code}`);
		});
		this.#watch(thread, this.#options.loadLimitMs, 'the networks did not load in time');
	}

	#watch(thread: Thread, ms: number, problem: string): void {
		clearTimeout(thread.timer);
		thread.timer = setTimeout(() => {
			this.#lost(thread, problem);
		}, ms);
		thread.timer.unref();
	}

	#hear(thread: Thread, message: FromWorker): void {
		if (!this.#threads.has(thread)) return;
		switch (message.kind) {
			case 'ready':
				thread.ready = true;
				this.#startsFailed = 0;
				for (const [model, problem] of message.problems.entries()) {
					if (problem === null) continue;
					this.#off.set(model, problem);
					if (!this.#announced) this.#say(model, problem);
				}
				this.#announced = true;
				clearTimeout(thread.timer);
				// a thread without a job keeps no process alive
				thread.worker.unref();
				this.#next();
				return;
			case 'running':
				thread.running = message.run;
				this.#watch(thread, this.#options.runLimitMs, `slower than ${this.#options.runLimitMs / 1000} s for a batch`);
				return;
			case 'answer': {
				clearTimeout(thread.timer);
				thread.running = null;
				const model = thread.order[message.run];
				if (model === undefined || thread.task === null) return;
				this.#answer(thread.task, model, message.answer);
				if (message.answer.problem === null) this.#strikes.delete(model);
				else this.#strike(model, message.answer.problem);
				return;
			}
			case 'finished': {
				const task = thread.task;
				thread.task = null;
				thread.worker.unref();
				if (task !== null) this.#settle(task);
				this.#next();
			}
		}
	}

	#answer(task: Task, model: number, answer: RunAnswer): void {
		task.answers.set(model, answer);
		task.waiting = task.waiting.filter((waiting) => waiting !== model);
	}

	#strike(model: number, problem: string): void {
		const strikes = (this.#strikes.get(model) ?? 0) + 1;
		this.#strikes.set(model, strikes);
		if (strikes < STRIKES || this.#off.has(model)) return;
		this.#off.set(model, `left out after failing ${strikes} times: ${problem}`);
		this.#say(model, `${problem}; left out until the next start, "nightjar rescore" fills its scores in later`);
	}

	#say(model: number, problem: string): void {
		this.#options.log(`Model ${this.#options.models[model]?.key ?? model}: ${problem}.`);
	}

	/**
	 * Takes a thread out of use; it ends by itself once its network returns. It is never terminated: ONNX Runtime aborts the whole
	 * process when that happens while a network loads or runs.
	 */
	#drop(thread: Thread): void {
		this.#threads.delete(thread);
		this.#leaving.add(thread);
		void thread.ended.then(() => this.#leaving.delete(thread));
		clearTimeout(thread.timer);
		thread.worker.unref();
		this.#send(thread, { kind: 'close' });
	}

	#send(thread: Thread, message: ToWorker, transfer: ArrayBuffer[] = []): void {
		thread.worker.postMessage(message, transfer);
	}

	#lost(thread: Thread, problem: string): void {
		if (!this.#threads.has(thread)) return;
		this.#drop(thread);
		const { task } = thread;
		if (!thread.ready) {
			this.#startsFailed += 1;
			if (this.#startsFailed >= STRIKES) this.#dead = `ONNX Runtime does not start: ${problem}`;
		}
		if (task !== null) {
			// the network that was running is to blame; without one, the whole job is
			const model = thread.running === null ? undefined : thread.order[thread.running];
			for (const blamed of model === undefined ? [...task.waiting] : [model]) {
				this.#answer(task, blamed, failed(problem));
				this.#strike(blamed, problem);
			}
			if (task.waiting.length > 0) this.#queue.unshift(task);
			else this.#settle(task);
		}
		if (this.#dead !== null) {
			if (this.#threads.size === 0) this.#failAll();
		} else if (!this.#closed) this.#start();
		this.#next();
	}

	#failAll(): void {
		for (const task of this.#queue.splice(0)) {
			for (const model of task.waiting) task.answers.set(model, failed(this.#dead ?? 'the models are closed'));
			task.resolve(task.answers);
		}
	}

	#settle(task: Task): void {
		// a job of a thread that ended early can leave models without an answer
		for (const model of task.waiting) task.answers.set(model, failed('the thread gave no answer'));
		task.resolve(task.answers);
	}

	#next(): void {
		if (this.#dead !== null && this.#threads.size === 0) {
			this.#failAll();
			return;
		}
		for (const thread of this.#threads) {
			if (thread.task !== null || !thread.ready) continue;
			const task = this.#takeTask();
			if (task === null) return;
			thread.task = task;
			thread.order = [...task.waiting];
			thread.running = null;
			const job = task.make((this.#id += 1), thread.order);
			thread.worker.ref();
			this.#watch(thread, this.#options.runLimitMs, 'the thread did not take the job up');
			this.#send(thread, { kind: 'job', job }, buffersOf(job));
		}
	}

	/** The next job with something to do; models that are left out are answered at once. */
	#takeTask(): Task | null {
		for (let task = this.#queue.shift(); task !== undefined; task = this.#queue.shift()) {
			for (const model of [...task.waiting]) {
				const off = this.#off.get(model);
				if (off !== undefined) this.#answer(task, model, failed(off));
			}
			if (task.waiting.length > 0) return task;
			this.#settle(task);
		}
		return null;
	}
}

function buffersOf(job: Job): ArrayBuffer[] {
	const runs = job.runs.flatMap(({ rows, tensors }) => [rows.buffer, ...tensors.map(({ values }) => values.buffer)]);
	return [job.bytes.buffer, job.spans.buffer, job.negative.buffer, ...runs];
}
