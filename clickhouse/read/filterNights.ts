import type { AccessScope } from '#lib/alert/object.ts';
import type { QueryOptions, Store } from '../store.ts';
import closedNightsSql from '../queries/filter_closed_nights.sql?raw';
import { render } from './render.ts';

/** The newest closed nights of each survey with alerts in scope, newest first; one of each unless told. */
export async function readClosedNights(
	store: Store,
	scope: AccessScope,
	{ each = 1, ...options }: QueryOptions & { each?: number } = {},
): Promise<{ survey: string; night: string }[]> {
	return store.query(render(closedNightsSql, scope), { origin: scope.origin, each }, options);
}
