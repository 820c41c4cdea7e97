import { render } from '#clickhouse/read/render.ts';
import { randomUUID } from 'node:crypto';
import { readTrials, readNightsBetween, type NightOfSurvey } from '#clickhouse/read/trials.ts';
import { StoreError, type Store } from '#clickhouse/store.ts';
import { insertTrial, insertTrialNight, type TrialRow } from '#clickhouse/write/trials.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import { nightFromText } from '#lib/astro/time.ts';
import { toSql, type CheckedFilter } from '#lib/filter/index.ts';
import type { Trial, TrialNight } from '#lib/filter/trial.ts';
import { mayAct } from '../principal.ts';
import { ProblemError } from '../problem.ts';
import { checkText } from './check.ts';
import { readEnvironment } from '../filterEnvironment.ts';
import { checkStored, filterOf, versionOf } from './library.ts';
import type { FilterLocals } from './locals.ts';

/** Most trials that one person may have waiting or running. */
const MOST_OF_ONE = 3;
const MOST_NIGHTS = 800;
/** A trial of which nothing was heard for so long has lost its process. */
const SILENT_MS = 15 * 60_000;

/** What is to be tried: a stored version, or a text. */
export interface TrialRequest {
	readonly filterId: string | null;
	readonly version: number | undefined;
	readonly text: string | null;
	readonly nightFrom: string;
	readonly nightTo: string;
	/** '' = all. */
	readonly survey: string;
}

interface Job {
	row: TrialRow;
	notedAtMs: number;
	readonly filter: CheckedFilter;
	readonly nights: readonly NightOfSurvey[];
	readonly stop: AbortController;
}

/** Trials of one store, one after the other: each leaves the readers of pages their share of the machine. */
class TrialQueue {
	readonly #jobs = new Map<string, Job>();
	#isRunning = false;

	constructor(private readonly store: Store) {}

	count(ownerId: string): number {
		return [...this.#jobs.values()].filter(({ row }) => row.ownerId === ownerId).length;
	}

	has(id: string): boolean {
		return this.#jobs.has(id);
	}

	async add(job: Job): Promise<void> {
		this.#jobs.set(job.row.id, job);
		await insertTrial(this.store, job.row, job.row.beganAtMs);
		if (!this.#isRunning) void this.#run();
	}

	cancel(id: string): void {
		this.#jobs.get(id)?.stop.abort();
	}

	async #run(): Promise<void> {
		this.#isRunning = true;
		for (let job = this.#next(); job !== undefined; job = this.#next()) {
			await this.#runJob(job).catch((error: unknown) => {
				console.error('A trial of a filter broke off:', error);
			});
			this.#jobs.delete(job.row.id);
		}
		this.#isRunning = false;
	}

	#next(): Job | undefined {
		return this.#jobs.values().next().value;
	}

	async #note(job: Job, state: TrialRow['state'], reason = ''): Promise<void> {
		job.row = { ...job.row, state, reason };
		// two notes within a millisecond keep their order
		job.notedAtMs = Math.max(Date.now(), job.notedAtMs + 1);
		await insertTrial(this.store, job.row, job.notedAtMs);
	}

	async #runJob(job: Job): Promise<void> {
		const { stop } = job;
		try {
			if (!stop.signal.aborted) await this.#note(job, 'running');
			for (const night of job.nights) {
				if (stop.signal.aborted) break;
				const done = await tryNight(this.store, job, night);
				await insertTrialNight(this.store, job.row.id, { ...done, night: nightFromText(done.night) ?? 0 }, Date.now());
				// other processes see by it that this one is at work
				await this.#note(job, 'running');
			}
			await this.#note(job, stop.signal.aborted ? 'cancelled' : 'done');
		} catch (error) {
			if (stop.signal.aborted) await this.#note(job, 'cancelled');
			else await this.#note(job, 'failed', reasonOf(error));
		}
	}
}

function reasonOf(error: unknown): string {
	if (!(error instanceof StoreError)) return 'It broke off by a fault of ours; the log of the portal says which.';
	if (error.code === 159 || error.code === 160) return 'A night took too long: put cheap conditions first.';
	if (error.code === 241) return 'A night needed too much memory: put conditions on columns of the alert first.';
	return 'The store could not answer; the log of the portal says why.';
}

const queues = new WeakMap<Store, TrialQueue>();

function queueOf(store: Store): TrialQueue {
	const queue = queues.get(store) ?? new TrialQueue(store);
	queues.set(store, queue);
	return queue;
}

const NIGHT = 'survey = {nightSurvey:String} AND night = {nightDate:Date}';
const SHOWN = 12;

/** Runs a filter on one night of one survey, every alert as it was known when it came, and compares with what is on record. */
async function tryNight(
	store: Store,
	{ row, filter, stop }: Pick<Job, 'row' | 'filter' | 'stop'>,
	{ survey, night, alerts }: NightOfSurvey,
): Promise<TrialNight> {
	const scope: AccessScope = { origin: row.origin, grants: row.grants };
	// what runs after the night sees what had come by then
	const where = filter.kind === 'afterNight' ? `${NIGHT} AND NOT late` : NIGHT;
	const { sql, params } = toSql(filter, { where });
	const began = performance.now();
	const [found] = await store.query<{
		ids: string[];
		objects: string;
		shown: [string, string][];
	}>(
		`SELECT groupArray(alertId) AS ids, uniqExact(objectId) AS objects,
  arrayMap(one -> (one.2, one.3), arraySlice(arrayReverseSort(groupArray((mjd, alertId, objectId))), 1, ${SHOWN})) AS shown
FROM (${render(sql, scope)})`,
		{ ...params, nightSurvey: survey, nightDate: night },
		{ class: 'export', signal: stop.signal },
	);
	const ids = found?.ids ?? [];
	const elapsedMs = performance.now() - began;
	const recorded =
		row.filterId === null || row.version === 0 ? [] : await recordedHits(store, scope, row, survey, night);
	const passed = new Set(ids);
	return {
		...{ survey, night, alerts, elapsedMs },
		hits: ids.length,
		objects: Number(found?.objects ?? 0),
		recorded: recorded.length,
		again: recorded.filter((id) => passed.has(id)).length,
		shown: (found?.shown ?? []).map(([alertId, objectId]) => ({ alertId, objectId })),
	};
}

async function recordedHits(
	store: Store,
	scope: AccessScope,
	{ filterId, version }: TrialRow,
	survey: string,
	night: string,
): Promise<string[]> {
	const rows = await store.query<{ alertId: string }>(
		render(
			`SELECT DISTINCT alert_id AS alertId FROM filter_hits
WHERE {scope} AND filter_id = {trialFilter:UUID} AND version = {trialVersion:UInt32} AND survey = {nightSurvey:String} AND night = {nightDate:Date}`,
			scope,
		),
		{ trialFilter: filterId, trialVersion: version, nightSurvey: survey, nightDate: night },
		{ class: 'export' },
	);
	return rows.map(({ alertId }) => alertId);
}

/** Begins a trial of a filter on past nights; it goes on by itself. */
export async function beginTrial(locals: FilterLocals, request: TrialRequest): Promise<Trial> {
	const principal = mayAct(locals);
	const { store, scope } = locals;
	const nightFrom = nightFromText(request.nightFrom);
	const nightTo = nightFromText(request.nightTo);
	if (nightFrom === null || nightTo === null || nightFrom > nightTo) {
		throw new ProblemError(400, 'The nights of a trial go from a date to the same or a later one.', [
			{ parameter: 'nightFrom', message: 'must be a date not after nightTo' },
		]);
	}
	const queue = queueOf(store);
	if (queue.count(principal.id) >= MOST_OF_ONE) {
		throw new ProblemError(429, `${MOST_OF_ONE} trials of yours wait or run: cancel one, or wait for it.`);
	}
	const { filterId, version, text, filter } = await subjectOf(locals, request);
	const nights = await readNightsBetween(store, scope, {
		from: request.nightFrom,
		to: request.nightTo,
		survey: request.survey,
	});
	if (nights.length > MOST_NIGHTS) {
		throw new ProblemError(
			400,
			`There are ${nights.length} nights with alerts; ${MOST_NIGHTS} are the most in one trial.`,
		);
	}
	const row: TrialRow = {
		...{ id: randomUUID(), ownerId: principal.id, filterId, version, text },
		...{ origin: scope.origin, grants: scope.grants, state: 'waiting', reason: '', nightFrom, nightTo },
		...{ survey: request.survey, nights: nights.length, beganAtMs: Date.now() },
		alerts: nights.reduce((sum, { alerts }) => sum + alerts, 0),
	};
	await queue.add({ row, notedAtMs: row.beganAtMs, filter, nights, stop: new AbortController() });
	return trialById(locals, row.id);
}

async function subjectOf(
	locals: FilterLocals,
	request: TrialRequest,
): Promise<{ filterId: string | null; version: number; text: string; filter: CheckedFilter }> {
	if (request.text !== null) {
		if (request.filterId !== null) {
			throw new ProblemError(400, 'Try either a text or a version of a filter, not both.');
		}
		const { filter } = checkText(request.text, await readEnvironment(locals));
		return { filterId: null, version: 0, text: request.text, filter };
	}
	if (request.filterId === null) throw new ProblemError(400, 'Name the text or the filter that is to be tried.');
	const stored = await filterOf(locals, request.filterId);
	const version = await versionOf(locals, stored, request.version ?? stored.newest);
	return { filterId: stored.id, version: version.version, text: version.text, filter: checkStored(version).filter };
}

/** A trial whose process went away is shown as what it is. */
function asItIs(store: Store, trial: Trial): Trial {
	const open = trial.state === 'waiting' || trial.state === 'running';
	if (!open || queueOf(store).has(trial.id) || Date.now() - Date.parse(trial.changedAt) < SILENT_MS) return trial;
	return { ...trial, state: 'failed', reason: 'Its process ended before it was done: begin it again.' };
}

/** A trial of whoever asks, with what is known so far; 404 for another's. */
export async function trialById(locals: FilterLocals, id: string): Promise<Trial> {
	const principal = mayAct(locals);
	const known = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)
		? (await readTrials(locals.store, locals.scope, principal.id, { id }))[0]
		: undefined;
	if (known === undefined) {
		throw new ProblemError(
			404,
			'There is no trial of that id, it is not yours, or your rights or the sky are others now.',
		);
	}
	return asItIs(locals.store, known);
}

/** Trials of a filter by whoever asks, newest first. */
export async function trialsOf(locals: FilterLocals, filterId: string, limit = 10): Promise<Trial[]> {
	if (locals.principal === null) return [];
	const trials = await readTrials(locals.store, locals.scope, locals.principal.id, { filterId, limit });
	return trials.map((trial) => asItIs(locals.store, trial));
}

/** Stops a trial; the nights that are done stay. */
export async function cancelTrial(locals: FilterLocals, id: string): Promise<Trial> {
	const trial = await trialById(locals, id);
	if (trial.state !== 'waiting' && trial.state !== 'running') return trial;
	queueOf(locals.store).cancel(id);
	return { ...trial, state: 'cancelled' };
}
