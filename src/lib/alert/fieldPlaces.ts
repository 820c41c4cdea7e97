import { columnName, type FieldType, type SurveyField } from './fields.ts';
import type { Survey } from './survey.ts';

/** Numbers that an array holds: floats of 32 bits and truths as 0 and 1, or floats of 64 bits and integers; absent is NaN. */
export type ArrayKind = 'floats' | 'doubles';

/** Where the store keeps a field or a feature. */
export interface StoredPlace {
	/** Its name in tables and files, and its column where it has one. */
	readonly column: string;
	readonly type: FieldType;
	/** The array column that holds it at `index` (from 1); '' = a column of its own. */
	readonly array: string;
	readonly index: number;
}

/** Where the store keeps a survey's field. */
export interface FieldPlace extends StoredPlace {
	readonly field: SurveyField;
}

/**
 * SQL of a field or a feature of `table` (alerts, or its name in the query), of the type that a column of its own has. Names are not
 * aliases of the table: every column of a table, alias or not, costs every query of ClickHouse's newer analyser its share.
 */
export function storedSql({ column, type, array, index }: StoredPlace, table: string): string {
	if (array === '') return `${table}.${column}`;
	// an array ends with the last field that was known when it was written
	const absent = `length(${table}.${array}) < ${index}`;
	const value = `${table}.${array}[${index}]`;
	switch (type) {
		case 'truth':
			return `CAST(if(${absent} OR isNaN(${value}), NULL, ${value} != 0), 'Nullable(Bool)')`;
		case 'int':
			return `if(${absent}, NULL, accurateCastOrNull(${value}, 'Int32'))`;
		case 'float32':
			return `if(${absent}, toFloat32(nan), ${value})`;
		case 'float64':
			return `if(${absent}, nan, ${value})`;
		case 'long':
		case 'text':
			throw new Error(`${column} is ${type}: arrays hold numbers.`);
	}
}

/** An array column of a survey and which of the survey's fields stand in it, by their places in `fields`. */
export interface FieldArray {
	readonly column: string;
	readonly kind: ArrayKind;
	readonly places: readonly number[];
}

interface Layout {
	readonly places: readonly FieldPlace[];
	readonly arrays: readonly FieldArray[];
}

const layouts = new Map<string, Layout>();

const arrayKind = (type: FieldType): ArrayKind => (type === 'float32' || type === 'truth' ? 'floats' : 'doubles');

/** Places of a survey's fields, in the order of its `fields`, and its arrays. */
export function fieldLayout(survey: Survey): Layout {
	const known = layouts.get(survey.name);
	if (known !== undefined) return known;
	const arrays = new Map<string, { column: string; kind: ArrayKind; places: number[] }>();
	const places = survey.fields.map((field, place): FieldPlace => {
		const { name, type, group } = field;
		const column = columnName(name, survey.name);
		if (group === '') return { field, column, type, array: '', index: 0 };
		const kind = arrayKind(type);
		const array = columnName(`${group}_${kind}`, survey.name);
		const entry = arrays.get(array) ?? { column: array, kind, places: [] };
		arrays.set(array, entry);
		return { field, column, type, array, index: entry.places.push(place) };
	});
	const layout = { places, arrays: [...arrays.values()] };
	layouts.set(survey.name, layout);
	return layout;
}
