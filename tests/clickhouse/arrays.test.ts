import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fieldLayout } from '#lib/alert/fieldPlaces.ts';
import { FEATURES } from '#lib/alert/features.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';

// A row keeps the array that it was written with: a place may never come to mean another field.

const golden = join(import.meta.dirname, '..', 'fixtures', 'golden', 'arrays.json');

/** Names in every array column of alerts, by their places. */
function arraysNow(): Record<string, string[]> {
	const arrays: Record<string, string[]> = {};
	const put = (array: string, index: number, name: string) => {
		const names = (arrays[array] ??= []);
		expect(names[index - 1], `${array}[${index}]`).toBeUndefined();
		names[index - 1] = name;
	};
	for (const survey of SURVEYS) {
		for (const { array, index, field } of fieldLayout(survey).places) if (array !== '') put(array, index, field.name);
	}
	for (const { array, index, name } of FEATURES) if (array !== '') put(array, index, name);
	return arrays;
}

test('every place in an array means what it meant when the first row was written', () => {
	const recorded = JSON.parse(readFileSync(golden, 'utf8')) as Record<string, string[]>;
	const now = arraysNow();
	for (const [array, names] of Object.entries(recorded)) {
		expect(
			now[array]?.slice(0, names.length),
			`${array}: new fields go to the end of an array, or into another group; none may leave it`,
		).toEqual(names);
	}
	// what is new is recorded with the change that adds it
	expect(now).toEqual(recorded);
});

test('no array has a gap, and numbers alone stand in arrays', () => {
	for (const [array, names] of Object.entries(arraysNow())) {
		expect(
			Array.from(names, (name) => typeof name),
			array,
		).toEqual(names.map(() => 'string'));
	}
	for (const survey of SURVEYS) {
		const arrays = new Map(fieldLayout(survey).arrays.map(({ column, kind }) => [column, kind]));
		for (const { type, array, field } of fieldLayout(survey).places) {
			const kind = {
				float32: 'floats',
				truth: 'floats',
				float64: 'doubles',
				int: 'doubles',
				long: undefined,
				text: undefined,
			};
			expect(arrays.get(array), `${survey.name}.${field.name}`).toBe(array === '' ? undefined : kind[type]);
		}
	}
});
