import { api } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { readModelViews } from '#lib/server/models.ts';
import { modelsSchema, readQuery } from '#lib/server/params.ts';

const COLUMNS = [
	'name',
	'version',
	'title',
	'surveys',
	'labels',
	'inputs',
	'licence',
	'state',
	'done',
	'notDone',
	'newest',
];

/** The models that score alerts, with their cards. */
export const GET = api(async (event) => {
	const { format: asked } = readQuery(modelsSchema, event.url);
	const models = await readModelViews(event.locals);
	const format = fileFormat(asked);
	if (format === null) return jsonResponse({ models });
	const rows = models.map(
		({ name, version, title, surveys, labels, inputs, licence, state, done, notDone, newest }) => ({
			...{ name, version, title, inputs, licence, state, done, notDone, newest },
			surveys: surveys.join(' '),
			labels: labels.join(' '),
		}),
	);
	return smallTable(rows, COLUMNS, { format, name: 'nightjar-models' });
});
