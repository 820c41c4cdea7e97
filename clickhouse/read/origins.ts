import type { AccessScope } from '#lib/alert/object.ts';
import { ORIGINS, type Origin } from '#lib/alert/survey.ts';
import type { Store } from '../store.ts';
import originsSql from '../queries/origins.sql?raw';
import { renderAny } from './render.ts';
import { accessPredicate } from './scope.ts';

/** Origins with at least one alert that a reader with these grants may see, in the order real, test, simulated. */
export async function readOrigins(store: Store, grants: AccessScope['grants']): Promise<Origin[]> {
	const any = ORIGINS.map((origin) => accessPredicate({ origin, grants })).join(' OR ');
	const rows = await store.query<{ origin: Origin }>(renderAny(originsSql, `(${any})`, {}));
	const present = new Set(rows.map((row) => row.origin));
	return ORIGINS.filter((origin) => present.has(origin));
}
