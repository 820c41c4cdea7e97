import { fieldCatalogue } from '#lib/alert/fieldCatalogue.ts';
import { FEATURE_VERSION } from '#lib/alert/features.ts';
import { api } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { fieldsSchema, readQuery } from '#lib/server/params.ts';
import { version } from '#lib/server/version.ts';

const COLUMNS = ['name', 'survey', 'type', 'unit', 'meaning', 'formula', 'source', 'from', 'version'];

/**
 * The field catalogue: every field with type, unit and meaning. `survey` names those that alone have it, '' for all; what is computed has a
 * formula, where that comes from, and its version or the field that names it; a survey's own field has its place in the packet (`from`).
 */
export const GET = api((event) => {
	const { format: asked } = readQuery(fieldsSchema, event.url);
	const fields = fieldCatalogue(version).map(({ surveys, group: _group, ...field }) => ({
		...field,
		survey: surveys?.join(' ') ?? '',
	}));
	const format = fileFormat(asked);
	if (format === null) return jsonResponse({ featureVersion: FEATURE_VERSION, fields });
	return smallTable(fields, COLUMNS, { format, name: 'nightjar-fields' });
});
