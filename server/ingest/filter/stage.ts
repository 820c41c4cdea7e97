import { ipixOf } from '#lib/astro/healpix.ts';
import { isPublic } from '#lib/alert/access.ts';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import type { FilterHit } from '#lib/filter/hit.ts';
import { check, FilterSet, Pool, type CheckedFilter, type FilterRun } from '#lib/filter/index.ts';
import { readFrozen, thawed } from '#lib/filter/frozen.ts';
import { readActiveVersions, type ActiveVersion } from '#clickhouse/read/filters.ts';
import type { BatchStamp } from '#clickhouse/records.ts';
import type { Store } from '#clickhouse/store.ts';
import { insertCosts, insertHits, insertState, type CostRow } from '#clickhouse/write/filters.ts';
import type { Filters } from '../store/stage.ts';
import { scopeKey, ScopedViews, type ScopedBatch } from './view.ts';

/** How long a set of filters is used before the store is asked for changes. */
const REFRESH_MS = 3000;
const COSTS_EVERY_MS = 10_000;

/** What a filter may take, milliseconds an alert: a hundred times what a usual one does. */
export const MOST_MS_PER_ALERT = 2;
/** Operations on the longest light curve from which on a filter is tried on a few alerts before it gets a whole batch. */
const DEAR_OPERATIONS = 20_000;
const TRIAL_ALERTS = 32;
/** Below this a batch says more about the machine than about the filter. */
const LEAST_JUDGED_MS = 250;

interface LiveFilter {
	readonly reference: string;
	readonly version: ActiveVersion;
	readonly filter: CheckedFilter;
}

/** Filters of one scope, checked into one pool. */
interface LiveGroup {
	readonly grants: ActiveVersion['grants'];
	readonly filters: readonly LiveFilter[];
	readonly set: FilterSet;
}

interface LiveSet {
	readonly references: readonly string[];
	readonly groups: readonly LiveGroup[];
	readonly broken: readonly { readonly version: ActiveVersion; readonly reason: string }[];
}

const referenceOf = ({ id, version }: Pick<ActiveVersion, 'id' | 'version'>): string => `${id}@${version}`;

/** Checks versions that run live into one pool and groups them by scope. */
function build(versions: readonly ActiveVersion[]): LiveSet {
	const pool = new Pool();
	const live: LiveFilter[] = [];
	const broken: LiveSet['broken'][number][] = [];
	for (const version of versions) {
		if (version.kind === 'afterNight') continue;
		const checked = checkVersion(version, pool);
		if (typeof checked === 'string') broken.push({ version, reason: checked });
		else live.push({ reference: referenceOf(version), version, filter: checked });
	}
	const scopes = new Map<string, LiveFilter[]>();
	for (const one of live) {
		const key = scopeKey(one.version.grants);
		scopes.set(key, [...(scopes.get(key) ?? []), one]);
	}
	const groups = [...scopes.values()].map((filters) => ({
		grants: filters[0]?.version.grants ?? [],
		filters,
		set: new FilterSet(filters.map(({ filter }) => filter)),
	}));
	return { references: live.map(({ reference }) => reference), groups, broken };
}

/** A stored version, checked with what its names stood for; the reason where it means nothing any more. */
export function checkVersion(version: Pick<ActiveVersion, 'text' | 'environment'>, pool: Pool): CheckedFilter | string {
	const { filter, problems } = check(version.text, thawed(readFrozen(version.environment)), pool);
	if (filter !== null) return filter;
	const first = problems.find(({ severity }) => severity === 'error');
	return `It cannot be read by this version of Nightjar: ${first?.message ?? 'unknown error'}`;
}

/** What the stage is given besides the store. */
export interface FilterStageOptions {
	/** Name of the worker in the record of costs. */
	readonly writer: string;
	readonly log?: (line: string) => void;
	readonly now?: () => number;
}

/** Runs the live filters of the store on every batch, each in the scope of its owner; one that throws or is too slow is set aside alone. */
export class FilterStage implements Filters {
	#set: LiveSet = { references: [], groups: [], broken: [] };
	#loaded = '';
	#loadedAtMs = Number.NEGATIVE_INFINITY;
	#loading: Promise<void> | null = null;
	/** What was set aside here, and when (Unix milliseconds). */
	readonly #aside = new Map<string, number>();
	#costs = new Map<string, CostRow>();
	#costsAtMs = Date.now();

	constructor(
		private readonly store: Store,
		private readonly options: FilterStageOptions,
	) {}

	/** References of the filters that run on a batch that begins now. */
	async active(): Promise<readonly string[]> {
		const now = this.options.now?.() ?? Date.now();
		if (now - this.#loadedAtMs > REFRESH_MS) {
			this.#loading ??= this.#load(now).finally(() => (this.#loading = null));
			await this.#loading;
		}
		return this.#set.references.filter((reference) => !this.#aside.has(reference));
	}

	async #load(now: number): Promise<void> {
		const versions = await readActiveVersions(this.store);
		const key = JSON.stringify(versions);
		// a filter that its owner put live again since gets another chance
		const live = new Map(versions.map((version) => [referenceOf(version), version.sinceMs]));
		for (const [reference, atMs] of this.#aside) {
			const since = live.get(reference);
			if (since === undefined || Number(since) > atMs) this.#aside.delete(reference);
		}
		if (key !== this.#loaded) {
			this.#set = build(versions);
			this.#loaded = key;
			for (const { version, reason } of this.#set.broken) await this.#setAside(version, reason);
		}
		this.#loadedAtMs = now;
	}

	/** The hits of those filters on a batch, in the order of alerts. */
	async run(alerts: readonly EnrichedAlert[], references: readonly string[]): Promise<readonly FilterHit[]> {
		if (alerts.length === 0 || references.length === 0) return [];
		const groups = await this.#groupsOf(references);
		const views = new ScopedViews(alerts);
		const hits: FilterHit[] = [];
		for (const group of groups) {
			const view = views.of(group.grants);
			if (view.alerts.length > 0) hits.push(...(await this.#runGroup(group, view, alerts)));
		}
		await this.#flushCosts(false);
		return hits.sort((a, b) => a.row - b.row || (a.filterId < b.filterId ? -1 : a.filterId > b.filterId ? 1 : 0));
	}

	/** The groups that hold exactly the references: those at hand, or, of a batch that a crash left open, those that ran on it then. */
	async #groupsOf(references: readonly string[]): Promise<readonly LiveGroup[]> {
		const wanted = new Set(references);
		const known = new Set(this.#set.references);
		if (references.every((reference) => known.has(reference))) {
			return wanted.size === known.size ? this.#set.groups : this.#set.groups.map((group) => only(group, wanted));
		}
		return build(await readActiveVersions(this.store, references)).groups;
	}

	async #runGroup(group: LiveGroup, view: ScopedBatch, alerts: readonly EnrichedAlert[]): Promise<FilterHit[]> {
		const slow = await this.#tooSlow(group, view);
		const { filters, set } = slow.size === 0 ? group : only(group, without(group, slow));
		const hits: FilterHit[] = [];
		for (const [index, run] of set.run(view.alerts).entries()) {
			const one = filters[index];
			if (one === undefined) continue;
			this.#count(one, run, view.alerts.length);
			if (run.error !== null) await this.#setAside(one.version, `It failed on an alert: ${run.error}`);
			else {
				hits.push(...hitsOf(one.version, run, view, alerts));
				const most = Math.max(LEAST_JUDGED_MS, MOST_MS_PER_ALERT * view.alerts.length);
				const fastest = run.elapsedMs > most ? fastestMs(one.filter, view.alerts) : 0;
				if (fastest > most) await this.#setAside(one.version, slowReason(fastest, view.alerts.length));
			}
		}
		return hits;
	}

	/** Dear filters are tried on a few alerts first: one that would hold the stream up never gets the batch. */
	async #tooSlow({ filters }: LiveGroup, view: ScopedBatch): Promise<ReadonlySet<string>> {
		const slow = new Set<string>();
		const few = view.alerts.slice(0, TRIAL_ALERTS);
		for (const { filter, version, reference } of filters) {
			if (filter.cost < DEAR_OPERATIONS || view.alerts.length <= TRIAL_ALERTS) continue;
			const fastest = fastestMs(filter, few);
			if (fastest <= MOST_MS_PER_ALERT * few.length) continue;
			slow.add(reference);
			await this.#setAside(version, slowReason(fastest, few.length));
		}
		return slow;
	}

	async #setAside(version: ActiveVersion, reason: string): Promise<void> {
		const reference = referenceOf(version);
		if (this.#aside.has(reference)) return;
		const atMs = Date.now();
		this.#aside.set(reference, atMs);
		this.options.log?.(`The filter "${version.name}" was set aside: ${reason}`);
		const { expected } = version;
		const change = { state: 'setAside', version: version.version, reason, by: 'nightjar', expected } as const;
		await insertState(this.store, version.id, change, atMs);
	}

	#count({ reference, version }: LiveFilter, run: FilterRun, alerts: number): void {
		const sum = this.#costs.get(reference);
		this.#costs.set(reference, {
			filterId: version.id,
			version: version.version,
			batches: (sum?.batches ?? 0) + 1,
			alerts: (sum?.alerts ?? 0) + alerts,
			hits: (sum?.hits ?? 0) + run.hits.rows.length,
			elapsedMs: (sum?.elapsedMs ?? 0) + run.elapsedMs,
			slowestMs: Math.max(sum?.slowestMs ?? 0, run.elapsedMs),
			visited: (sum?.visited ?? 0) + run.visited,
		});
	}

	/** Records the hits of a batch; once, however often the batch is written. */
	async insert(hits: readonly FilterHit[], alerts: readonly EnrichedAlert[], batch: BatchStamp): Promise<void> {
		await insertHits(
			this.store,
			batch,
			hits.flatMap(({ filterId, version, row, annotations }) => {
				const alert = alerts[row]?.alert;
				if (alert === undefined) return [];
				const { survey, night, alertId, objectId, programme, origin, mjd } = alert;
				const hpx29 = ipixOf(29, alert.ra, alert.dec);
				const of = { survey, night, alertId, objectId, programme, origin, mjd, hpx29 };
				return [{ filterId, version, ...of, place: 0, annotations }];
			}),
		);
	}

	/** Records what filters cost; lost figures are no loss of alerts. */
	async #flushCosts(now: boolean): Promise<void> {
		const atMs = Date.now();
		if (this.#costs.size === 0 || (!now && atMs - this.#costsAtMs < COSTS_EVERY_MS)) return;
		const rows = [...this.#costs.values()];
		this.#costs = new Map();
		this.#costsAtMs = atMs;
		await insertCosts(this.store, this.options.writer, atMs, rows).catch(() => undefined);
	}

	/** Writes the last figures. */
	async close(): Promise<void> {
		await this.#flushCosts(true);
	}
}

const REPEATS = 6;
const LONGEST_TRIAL_MS = 3000;

/** The fastest of several runs of a filter alone, milliseconds: a machine that is busy with something else makes no filter slow. */
function fastestMs(filter: CheckedFilter, alerts: readonly EnrichedAlert[]): number {
	let fastest = Number.POSITIVE_INFINITY;
	let spent = 0;
	for (let i = 0; i < REPEATS && spent < LONGEST_TRIAL_MS; i += 1) {
		const elapsedMs = new FilterSet([filter]).run(alerts)[0]?.elapsedMs ?? 0;
		fastest = Math.min(fastest, elapsedMs);
		spent += elapsedMs;
		if (fastest <= MOST_MS_PER_ALERT * alerts.length) break;
	}
	return fastest;
}

function slowReason(elapsedMs: number, alerts: number): string {
	return `It takes ${(elapsedMs / alerts).toFixed(1)} ms an alert; ${MOST_MS_PER_ALERT} ms is the most. Put cheap conditions first, and take fewer points or lists within lists.`;
}

const without = ({ filters }: LiveGroup, gone: ReadonlySet<string>): ReadonlySet<string> =>
	new Set(filters.map(({ reference }) => reference).filter((reference) => !gone.has(reference)));

function only(group: LiveGroup, wanted: ReadonlySet<string>): LiveGroup {
	const filters = group.filters.filter(({ reference }) => wanted.has(reference));
	if (filters.length === group.filters.length) return group;
	return { grants: group.grants, filters, set: new FilterSet(filters.map(({ filter }) => filter)) };
}

function hitsOf(
	version: ActiveVersion,
	run: FilterRun,
	view: ScopedBatch,
	alerts: readonly EnrichedAlert[],
): FilterHit[] {
	return Array.from(run.hits.rows, (viewRow, i) => {
		const row = view.rows[viewRow] ?? 0;
		const alert = alerts[row]?.alert;
		// whoever reads a topic is not known: it carries public programmes only
		const open = alert !== undefined && isPublic(alert.survey, alert.programme);
		return {
			filterId: version.id,
			version: version.version,
			name: version.name,
			topic: version.topic === '' || !open ? null : version.topic,
			row,
			annotations: run.hits.annotations.map(({ name, values }) => ({ name, value: values[i] ?? null })),
		};
	});
}
