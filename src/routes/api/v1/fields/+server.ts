import { CORE_FIELDS } from '#lib/alert/fields.ts';
import { FEATURE_VERSION, FEATURES } from '#lib/alert/features.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { api } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { fieldsSchema, readQuery } from '#lib/server/params.ts';

/** The field catalogue: every field with type, unit and meaning; survey is empty for those common to all; features have a formula. */
export const GET = api((event) => {
	const { format: asked } = readQuery(fieldsSchema, event.url);
	const fields = [
		...CORE_FIELDS.map(({ name, type, unit, meaning }) => ({ name, survey: '', type, unit, meaning, formula: '' })),
		...SURVEYS.flatMap((survey) =>
			survey.fields.map(({ name, type, unit, meaning }) => ({
				name: `${survey.name}.${name}`,
				survey: survey.name,
				type,
				unit,
				meaning,
				formula: '',
			})),
		),
		...FEATURES.map(({ name, type, unit, meaning, formula }) => ({ name, survey: '', type, unit, meaning, formula })),
	];
	const format = fileFormat(asked);
	if (format === null) return jsonResponse({ featureVersion: FEATURE_VERSION, fields });
	return smallTable(fields, ['name', 'survey', 'type', 'unit', 'meaning', 'formula'], {
		format,
		name: 'nightjar-fields',
	});
});
