import { FEATURES } from '#lib/alert/features.ts';
import { fieldLayout, type ArrayKind, type StoredPlace } from '#lib/alert/fieldPlaces.ts';
import type { FieldType } from '#lib/alert/fields.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';

/** Column type of a survey's field: floats are absent as NaN, the rest as NULL (design rule 5). */
export const COLUMN_TYPES: Record<FieldType, string> = {
	float32: 'Float32',
	float64: 'Float64',
	int: 'Nullable(Int32)',
	long: 'Nullable(Int64)',
	text: 'LowCardinality(Nullable(String))',
	truth: 'Nullable(Bool)',
};

const ARRAY_TYPES: Record<ArrayKind, string> = { floats: 'Array(Float32)', doubles: 'Array(Float64)' };

/** A column of alerts that follows from the declarations of surveys and features. */
export interface DeclaredColumn {
	readonly name: string;
	readonly type: FieldType | ArrayKind;
}

/** The store's type of a column. */
export function typeOf({ type }: DeclaredColumn): string {
	return type === 'floats' || type === 'doubles' ? ARRAY_TYPES[type] : COLUMN_TYPES[type];
}

/** The store's type of a column and what it holds where nothing was written. */
export function definition(column: DeclaredColumn): string {
	return `${typeOf(column)}${column.type === 'float32' || column.type === 'float64' ? ' DEFAULT nan' : ''}`;
}

/** Fields and features, each in a column of its own or in an array. */
export const PLACES: readonly StoredPlace[] = [...SURVEYS.flatMap((survey) => fieldLayout(survey).places), ...FEATURES];

/** Columns that follow from the declarations. They take the default codec: a dearer one costs every insert more. */
export const DECLARED: readonly DeclaredColumn[] = [
	...SURVEYS.flatMap((survey) => fieldLayout(survey).arrays.map(({ column, kind }) => ({ name: column, type: kind }))),
	...[...new Set(FEATURES.map(({ array }) => array))]
		.filter(Boolean)
		.map((name): DeclaredColumn => ({ name, type: 'floats' })),
	...PLACES.filter(({ array }) => array === '').map(({ column, type }) => ({ name: column, type })),
];
