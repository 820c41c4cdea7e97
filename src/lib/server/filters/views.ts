import { readBlockUsers, readFilters, readStates, readVersions } from '#clickhouse/read/filters.ts';
import { readCosts, readYields, type FilterCost, type NightYield } from '#clickhouse/read/hits.ts';
import { nightsBefore, readNewestNight } from '#clickhouse/read/nights.ts';
import type { QueryOptions } from '#clickhouse/store.ts';
import { diffLines, type DiffLine } from '#lib/filter/diff.ts';
import { SYSTEM_OWNER, type FilterVersion, type StateChange, type StoredFilter } from '#lib/filter/stored.ts';
import { mayChange } from './library.ts';
import { readerOf, type FilterLocals } from './locals.ts';

/** Whose a filter is to whoever looks. */
export type Belonging = 'mine' | 'shared' | 'system';

/** A filter in the library. */
export interface FilterSummary extends StoredFilter {
	readonly belonging: Belonging;
	/** Hits of the newest nights, oldest first. */
	readonly yields: readonly { readonly night: string; readonly hits: number }[];
	/** Hits of those nights together. */
	readonly hits: number;
	/** Newest mid-exposure of a hit, MJD TAI; null where there is none. */
	readonly lastHitMjd: number | null;
	/** Of the version that runs, milliseconds of a worker for a thousand alerts; null where it did not run in the last day. */
	readonly msPerThousand: number | null;
	/** Of a block, the filters that import it, by whomever; 0 of any other. */
	readonly users: number;
}

export const YIELD_NIGHTS = 14;

export function belongingOf({ principal }: Pick<FilterLocals, 'principal'>, { ownerId }: StoredFilter): Belonging {
	if (ownerId === SYSTEM_OWNER) return 'system';
	return principal?.id === ownerId ? 'mine' : 'shared';
}

function costOf(costs: readonly FilterCost[] | undefined, version: number): number | null {
	const own = costs?.find((cost) => cost.version === version);
	return own === undefined || own.alerts === 0 ? null : (1000 * own.elapsedMs) / own.alerts;
}

function nightsOf(yields: readonly NightYield[], from: string, to: string): { night: string; hits: number }[] {
	const nights: { night: string; hits: number }[] = [];
	for (let night = from; night <= to; night = nightsBefore(night, -1)) {
		const hits = yields.filter((one) => one.night === night).reduce((sum, one) => sum + one.hits, 0);
		nights.push({ night, hits });
	}
	return nights;
}

/** A change of state without numbers that were counted in its owner's scope, for anyone else (design rule 7). */
function shownTo<Change extends StateChange>(
	{ principal }: Pick<FilterLocals, 'principal'>,
	filter: Change & Partial<StoredFilter>,
	owner: Pick<StoredFilter, 'ownerId'> = { ownerId: filter.ownerId ?? '' },
): Change {
	if (owner.ownerId === SYSTEM_OWNER || mayChange(principal, owner)) return filter;
	return { ...filter, reason: filter.state === 'live' ? '' : filter.reason, expected: null };
}

/** Filters with what they gave and cost lately. */
export async function summarise(
	locals: FilterLocals,
	filters: readonly StoredFilter[],
	options: QueryOptions = {},
): Promise<FilterSummary[]> {
	const { store, scope } = locals;
	const newest = (await readNewestNight(store, scope)) ?? '1970-01-01';
	const from = nightsBefore(newest, YIELD_NIGHTS - 1);
	const ids = filters.map(({ id }) => id);
	const [yields, costs, users] = await Promise.all([
		readYields(store, scope, ids, from, options),
		readCosts(store, ids, options),
		filters.some(({ block }) => block) ? readBlockUsers(store, options) : new Map<string, number>(),
	]);
	return filters.map((filter) => {
		const own = yields.get(filter.id) ?? [];
		return {
			...shownTo(locals, filter),
			belonging: belongingOf(locals, filter),
			yields: nightsOf(own, from, newest),
			hits: own.reduce((sum, one) => sum + one.hits, 0),
			lastHitMjd: own.length === 0 ? null : Math.max(...own.map(({ newestMjd }) => newestMjd)),
			msPerThousand: costOf(costs.get(filter.id), filter.version),
			users: filter.block ? (users.get(filter.name) ?? 0) : 0,
		};
	});
}

/** The library of a reader: what they may see, by name. */
export async function readLibrary(locals: FilterLocals, options: QueryOptions = {}): Promise<FilterSummary[]> {
	return summarise(locals, await readFilters(locals.store, readerOf(locals), options), options);
}

/** A version with what changed since the one before. */
export interface VersionView extends FilterVersion {
	readonly diff: readonly DiffLine[];
}

/** The versions of a filter, newest first. */
export async function readVersionViews(
	locals: FilterLocals,
	filter: StoredFilter,
	options: QueryOptions = {},
): Promise<VersionView[]> {
	const versions = await readVersions(locals.store, filter.id, options);
	return versions
		.map(({ environment: _environment, grants: _grants, ...version }, i) => ({
			...version,
			diff: diffLines(versions[i - 1]?.text ?? '', version.text),
		}))
		.reverse();
}

/** All that the page of a filter shows beside its hits. */
export interface FilterDetail {
	readonly filter: FilterSummary;
	readonly mayChange: boolean;
	readonly versions: readonly VersionView[];
	readonly states: readonly StateChange[];
	readonly nights: readonly NightYield[];
	readonly costs: readonly FilterCost[];
}

/** One filter with its versions, history, yields and costs. */
export async function readDetail(
	locals: FilterLocals,
	filter: StoredFilter,
	options: QueryOptions = {},
): Promise<FilterDetail> {
	const { store, scope } = locals;
	const newest = (await readNewestNight(store, scope)) ?? '1970-01-01';
	const [[summary], versions, states, yields, costs] = await Promise.all([
		summarise(locals, [filter], options),
		readVersionViews(locals, filter, options),
		readStates(store, filter.id, options),
		readYields(store, scope, [filter.id], nightsBefore(newest, 60), options),
		readCosts(store, [filter.id], options),
	]);
	if (summary === undefined) throw new Error('A filter has no summary');
	return {
		filter: summary,
		mayChange: mayChange(locals.principal, filter),
		versions,
		states: states.map((change) => shownTo(locals, change, filter)),
		nights: yields.get(filter.id) ?? [],
		// counts of its owner's scope
		costs: filter.ownerId === SYSTEM_OWNER || mayChange(locals.principal, filter) ? (costs.get(filter.id) ?? []) : [],
	};
}
