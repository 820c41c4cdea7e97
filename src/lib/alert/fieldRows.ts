import { CORE_FIELDS } from './fields.ts';
import { featurePlacesOf, FEATURES } from './features.ts';
import { findSurvey } from './surveys.ts';
import type { AlertDetail } from './views.ts';

/** One field of an alert as a table shows it. */
export interface FieldRow {
	readonly name: string;
	/** `core`, the survey's label or `features`. */
	readonly group: string;
	readonly value: number | string | boolean | null | undefined;
	readonly unit: string;
	readonly meaning: string;
	/** Of a feature: what it is computed by. */
	readonly formula?: string;
}

/** Every field of an alert in the catalogue's order; fields of the survey that the catalogue does not know come after the known ones, without a meaning. */
export function fieldRows(alert: AlertDetail): FieldRow[] {
	const core = new Map<string, FieldRow['value']>(Object.entries(alert.core));
	for (const [name, value] of Object.entries(alert)) {
		if (typeof value !== 'object' || value === null) core.set(name, value as FieldRow['value']);
	}
	const survey = findSurvey(alert.survey);
	const group = survey?.label ?? alert.survey;
	const rows: FieldRow[] = CORE_FIELDS.map(({ name, unit, meaning }) => ({
		name,
		group: 'core',
		value: core.get(name),
		unit,
		meaning,
	}));
	const own = new Map(Object.entries(alert.fields));
	for (const { name, unit, meaning } of survey?.fields ?? []) {
		rows.push({ name: `${alert.survey}.${name}`, group, value: own.get(name), unit, meaning });
		own.delete(name);
	}
	for (const [name, value] of own) rows.push({ name: `${alert.survey}.${name}`, group, value, unit: '', meaning: '' });
	const features = new Map(Object.entries(alert.features));
	for (const place of featurePlacesOf(alert.survey)) {
		const feature = FEATURES[place];
		if (feature === undefined) continue;
		const { name, unit, meaning, formula } = feature;
		rows.push({ name, group: 'features', value: features.get(name), unit, meaning, formula });
	}
	return rows;
}
