import { briefly } from '#clickhouse/read/brief.ts';
import { readFilters } from '#clickhouse/read/filters.ts';
import { readPasses } from '#clickhouse/read/hits.ts';
import type { FilterPass } from '#lib/alert/views.ts';
import type { StoredFilter } from '#lib/filter/stored.ts';
import type { ObjectPage } from '../objectPage.ts';
import { readerOf, type FilterLocals } from './locals.ts';

/** Of one reader, who looks at several objects. */
const filtersSeen = briefly<readonly StoredFilter[]>({ holdMs: 2000 });

/** What filters the alerts of an object passed, of those that its reader may see, oldest first. */
export async function filtersPassed(
	locals: Pick<FilterLocals, 'store' | 'scope' | 'principal'>,
	{ summary, alerts, asOf }: Pick<ObjectPage, 'summary' | 'alerts' | 'asOf'>,
): Promise<FilterPass[]> {
	const { store, scope } = locals;
	const reader = readerOf(locals);
	const filters = await filtersSeen(store, [reader], () => readFilters(store, reader));
	const names = new Map(filters.map(({ id, name }) => [id, name]));
	const passes = await readPasses(store, scope, summary, {
		filterIds: [...names.keys()],
		nights: [...new Set(alerts.map(({ night }) => night))],
		...(asOf === null ? {} : { known: asOf }),
		lookUp: true,
	});
	// of an alert that cannot be read yet nothing is told
	const readable = new Set(alerts.map(({ alertId }) => alertId));
	return passes.flatMap((pass) => {
		const name = names.get(pass.filterId);
		return name === undefined || !readable.has(pass.alertId) ? [] : [{ ...pass, name }];
	});
}
