import type { FilterReader } from '#clickhouse/read/filters.ts';

/** What of a request the library of filters works with. */
export type FilterLocals = Pick<App.Locals, 'store' | 'scope' | 'config' | 'principal'>;

/** Who looks at filters in a request; null where nobody is signed in. */
export function readerOf({ principal }: Pick<FilterLocals, 'principal'>): FilterReader | null {
	return principal === null ? null : { id: principal.id, groups: principal.groups };
}
