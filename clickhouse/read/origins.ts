import type { AccessScope } from '#lib/alert/object.ts';
import { ORIGINS, type Origin } from '#lib/alert/survey.ts';
import type { Store } from '../store.ts';
import originsSql from '../queries/origins.sql?raw';
import { render } from './render.ts';

/** Origins with at least one alert that a reader with these grants may see, in the order real, test, simulated. */
export async function readOrigins(store: Store, grants: AccessScope['grants']): Promise<Origin[]> {
	const present = await Promise.all(
		ORIGINS.map((origin) => store.query(render(originsSql, { origin, grants }), {}, { lookUp: true })),
	);
	return ORIGINS.filter((_, i) => (present[i]?.length ?? 0) > 0);
}
