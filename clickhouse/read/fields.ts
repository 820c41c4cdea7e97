import type { FieldPlace } from '#lib/alert/fieldPlaces.ts';

type Stored = Readonly<Record<string, unknown>>;

/** A survey's own field of a whole row of the alerts table, as JSON gives it under its name; null where it is absent. */
export function storedField(row: Stored, { column, type, array, index }: FieldPlace): unknown {
	if (array === '') return row[column] ?? null;
	const held = (row[array] as readonly unknown[] | undefined)?.[index - 1];
	if (typeof held !== 'number') return null;
	return type === 'truth' ? held !== 0 : held;
}
