import type { FieldValue } from '#lib/alert/alert.ts';
import { featurePlacesOf, FEATURES, type Feature } from '#lib/alert/features.ts';
import { fieldLayout } from '#lib/alert/fieldPlaces.ts';
import type { FieldType } from '#lib/alert/fields.ts';
import type { Survey } from '#lib/alert/survey.ts';
import type { RowSink } from './rowSink.ts';

// What follows from declarations in a row of alerts: columns and the functions that write them side by side, in one order.

interface FeatureArray {
	readonly column: string;
	/** In the order of the array; -1 = not of this survey's alerts. */
	readonly places: readonly number[];
	/** Those of its alerts. */
	readonly own: readonly number[];
}

/** Where the features of a survey's alerts go: those with a column of their own, then one array a band. */
interface FeatureLayout {
	readonly places: readonly number[];
	readonly types: readonly Feature['type'][];
	readonly arrays: readonly FeatureArray[];
}

const layouts = new Map<string, FeatureLayout>();

/** Places of features by their index in an array; -1 where none of them stands. */
function inOrder(entries: readonly { readonly place: number; readonly feature: Feature }[]): number[] {
	const places = new Array<number>(Math.max(...entries.map(({ feature }) => feature.index))).fill(-1);
	for (const { place, feature } of entries) places[feature.index - 1] = place;
	return places;
}

function featureLayout(survey: string): FeatureLayout {
	let layout = layouts.get(survey);
	if (layout === undefined) {
		const all = featurePlacesOf(survey).flatMap((place) => {
			const feature = FEATURES[place];
			return feature === undefined ? [] : [{ place, feature }];
		});
		const single = all.filter(({ feature }) => feature.array === '');
		const names = [...new Set(all.map(({ feature }) => feature.array))].filter(Boolean);
		layout = {
			places: single.map(({ place }) => place),
			types: single.map(({ feature }) => feature.type),
			arrays: names.map((column) => {
				const inArray = all.filter(({ feature }) => feature.array === column);
				return { column, places: inOrder(inArray), own: inArray.map(({ place }) => place) };
			}),
		};
		layouts.set(survey, layout);
	}
	return layout;
}

/** Columns of the features of a survey's alerts, in the order in which `writeFeatures` writes them. */
export function featureColumns(survey: string): string[] {
	const { places, arrays } = featureLayout(survey);
	return [...places.flatMap((place) => FEATURES[place]?.column ?? []), ...arrays.map(({ column }) => column)];
}

/** Appends the features of an alert (in the order of FEATURES, absent NaN). */
export function writeFeatures(row: RowSink, features: Float64Array, survey: string): void {
	const { places, types, arrays } = featureLayout(survey);
	for (let i = 0; i < places.length; i += 1) {
		const value = features[places[i] ?? -1] ?? Number.NaN;
		const type = types[i];
		if (type === 'truth') row.nullableBool(Number.isNaN(value) ? null : value !== 0);
		else if (type === 'float64') row.f64(value);
		else row.f32(value);
	}
	for (const { places: inArray, own } of arrays) {
		const absent = own.every((place) => Number.isNaN(features[place] ?? Number.NaN));
		row.arrayF32(absent ? NONE : inArray.map((place) => features[place] ?? Number.NaN));
	}
}

/** An array without any value is empty: a band without points, a record that the packet does not have. */
const NONE: readonly number[] = [];

/** A field as a number in an array; absent is NaN. */
function asNumber(type: FieldType, value: FieldValue): number {
	if (type === 'truth') return value === true ? 1 : value === false ? 0 : Number.NaN;
	if (typeof value !== 'number') return Number.NaN;
	return type === 'int' && !Number.isInteger(value) ? Number.NaN : value;
}

/** Columns of a survey's own fields, in the order in which `writeFields` writes them. */
export function fieldColumns(survey: Survey): string[] {
	const { places, arrays } = fieldLayout(survey);
	return [
		...places.flatMap(({ column, array }) => (array === '' ? [column] : [])),
		...arrays.map(({ column }) => column),
	];
}

/** Appends a survey's own fields, given in the order of its declaration. */
export function writeFields(row: RowSink, fields: readonly FieldValue[], survey: Survey): void {
	const { places, arrays } = fieldLayout(survey);
	for (let i = 0; i < places.length; i += 1) {
		const place = places[i];
		if (place?.array === '') writeField(row, place.type, fields[i] ?? null);
	}
	for (const { kind, places: inArray } of arrays) {
		const all = inArray.map((place) => asNumber(places[place]?.type ?? 'float64', fields[place] ?? null));
		const values = all.every(Number.isNaN) ? NONE : all;
		if (kind === 'floats') row.arrayF32(values);
		else row.arrayF64(values);
	}
}

function writeField(row: RowSink, type: FieldType, value: FieldValue): void {
	switch (type) {
		case 'float32':
			row.f32(typeof value === 'number' ? value : Number.NaN);
			return;
		case 'float64':
			row.f64(typeof value === 'number' ? value : Number.NaN);
			return;
		case 'text':
			row.nullableText(typeof value === 'string' ? value : null);
			return;
		case 'truth':
			row.nullableBool(typeof value === 'boolean' ? value : null);
			return;
		case 'int':
			row.nullableI32(typeof value === 'number' && Number.isInteger(value) ? value : null);
			return;
		case 'long':
			if (typeof value === 'number') row.nullableI64(Number.isSafeInteger(value) ? BigInt(value) : null);
			else row.nullableI64(typeof value === 'bigint' ? value : null);
	}
}
