import type { Origin } from '#lib/alert/survey.ts';
import { patiently } from '../patience.ts';
import countSql from '../queries/ingest/count_object_places.sql?raw';
import placesSql from '../queries/ingest/object_places.sql?raw';
import type { Store } from '../store.ts';

/** An object of one programme; pages of objects go in the order of survey, id, origin, programme. */
export interface ObjectPlaceKey {
	readonly origin: Origin;
	readonly survey: string;
	readonly objectId: string;
	readonly programme: string;
}

/** An object at its newest position, ICRS degrees. */
export interface ObjectPlace extends ObjectPlaceKey {
	readonly ra: number;
	readonly dec: number;
}

/** A page of all objects, of every origin and programme, behind a key. */
export async function readObjectPlaces(
	store: Store,
	after: ObjectPlaceKey | null,
	limit: number,
): Promise<ObjectPlace[]> {
	const rows = await patiently(() =>
		store.query<{ survey: string; object_id: string; origin_name: Origin; programme: string; ra: number; dec: number }>(
			placesSql,
			{
				after_survey: after?.survey ?? '',
				after_object: after?.objectId ?? '',
				after_origin: after?.origin ?? '',
				after_programme: after?.programme ?? '',
				limit,
			},
			{ class: 'ingest' },
		),
	);
	return rows.map((row) => ({
		survey: row.survey,
		objectId: row.object_id,
		origin: row.origin_name,
		programme: row.programme,
		ra: row.ra,
		dec: row.dec,
	}));
}

/** How many objects there are, each programme apart. */
export async function countAllObjects(store: Store): Promise<number> {
	const rows = await patiently(() => store.query<{ objects: string }>(countSql, {}, { class: 'ingest' }));
	return Number(rows[0]?.objects ?? 0);
}
