import type { StoredPlace } from '#lib/alert/fieldPlaces.ts';

type Stored = Readonly<Record<string, unknown>>;

/** What a whole row of the alerts table, as JSON, holds for a field or a feature: its column, or its place in an array. */
export function heldFor(row: Stored, { column, array, index }: StoredPlace): unknown {
	return array === '' ? row[column] : (row[array] as readonly unknown[] | undefined)?.[index - 1];
}

/** A survey's own field of such a row, as JSON gives it under its name; null where it is absent. */
export function storedField(row: Stored, place: StoredPlace): unknown {
	const held = heldFor(row, place) ?? null;
	return place.array !== '' && place.type === 'truth' && held !== null ? held !== 0 : held;
}
