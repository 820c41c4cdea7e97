import { readFilters, readVersions } from '#clickhouse/read/filters.ts';
import { insertState } from '#clickhouse/write/filters.ts';
import type { Store } from '#clickhouse/store.ts';
import type { StoredFilter } from '#lib/filter/stored.ts';

async function filtersOf(store: Store, ownerId: string): Promise<StoredFilter[]> {
	const visible = await readFilters(store, { id: ownerId, groups: [] });
	return visible.filter((filter) => filter.ownerId === ownerId);
}

/** Everything that somebody's filters are: each with all its versions. */
export async function exportFilters(store: Store, ownerId: string): Promise<unknown[]> {
	return Promise.all(
		(await filtersOf(store, ownerId)).map(async (filter) => ({
			...filter,
			versions: (await readVersions(store, filter.id)).map(
				({ version, text, changelog, createdAt, mustPass, mustFail }) => ({
					...{ version, text, changelog, createdAt, mustPass, mustFail },
				}),
			),
		})),
	);
}

/**
 * Ends the filters of an account that is deleted, for nobody could stop or mend them any more: what ran is retired, its versions and
 * hits stay a record for whoever may see it; what never ran goes. Blocks that others import stay as they are.
 */
export async function endFilters(store: Store, ownerId: string, nowMs: number = Date.now()): Promise<void> {
	for (const { id, state, version, block, visibility, everLive, expected, at } of await filtersOf(store, ownerId)) {
		if (state === 'retired' || (block && visibility !== 'private')) continue;
		const change = everLive
			? ({ state: 'retired', version, reason: 'The account of its owner was deleted.', expected } as const)
			: ({ state: 'deleted', version: 0, reason: '', expected: null } as const);
		await insertState(store, id, { ...change, by: ownerId }, Math.max(nowMs, Date.parse(at) + 1));
	}
}
