import { columnName, CORE_FIELDS, type CoreField, type FieldType, type SurveyField } from '#lib/alert/fields.ts';
import { FEATURES, type Feature } from '#lib/alert/features.ts';
import { fieldLayout, storedSql } from '#lib/alert/fieldPlaces.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';

/** How a column's value is written: what is absent and what is quoted differ. */
type Kind = 'number' | 'integer' | 'truth' | 'id' | 'text' | 'date' | 'time';

/** One column of a table that readers see, under its field's name. */
export interface Column {
	/** `mag`, or `ztf_drb` for a survey's own. */
	readonly name: string;
	/** Column of the store, or our own expression. */
	readonly sql: string;
	readonly kind: Kind;
	/** The survey whose own field it is, and the field. */
	readonly survey?: string;
	readonly field?: SurveyField;
	readonly core?: CoreField;
	readonly feature?: Feature;
	/** Unit, meaning and UCD where the column is no field of an alert itself. */
	readonly like?: Pick<CoreField, 'unit' | 'meaning' | 'ucd' | 'type'>;
}

const TIMES: ReadonlySet<string> = new Set(['receivedAt', 'knownAt']);

function kindOf(type: CoreField['type'], name: string): Kind {
	if (TIMES.has(name)) return 'time';
	switch (type) {
		case 'float32':
		case 'float64':
			return 'number';
		case 'int':
		case 'long':
			return 'integer';
		case 'truth':
			return 'truth';
		case 'text':
			return 'text';
		case 'id':
			return 'id';
		case 'date':
			return 'date';
	}
}

/** Core fields of an alert, as columns. */
export const CORE_COLUMNS: readonly Column[] = CORE_FIELDS.map((core) => ({
	name: core.name,
	sql: `alerts.${columnName(core.name)}`,
	kind: kindOf(core.type, core.name),
	core,
}));

/** Every survey's own fields, as columns. */
export const SURVEY_COLUMNS: readonly Column[] = SURVEYS.flatMap((survey) =>
	fieldLayout(survey).places.map((place) => ({
		name: place.column,
		sql: storedSql(place, 'alerts'),
		kind: kindOf(place.type, ''),
		survey: survey.name,
		field: place.field,
	})),
);

/** Features of the light curve, as columns. */
export const FEATURE_COLUMNS: readonly Column[] = FEATURES.map((feature) => ({
	name: feature.column,
	sql: storedSql(feature, 'alerts'),
	kind: kindOf(feature.type, ''),
	feature,
}));

const LEFT_OUT_OF_ROWS: ReadonlySet<string> = new Set([
	'schemaVersion',
	'timeReceived',
	'exposureSeconds',
	'exposureAssumed',
	'hpx29',
	'galacticLat',
	'galacticLon',
	'eclipticLat',
	'reliabilityModel',
	'featureVersion',
	'featureReason',
	'late',
	'receivedAt',
]);

/** The columns of an alert table unless a reader names others (`AlertRow`). */
export const ROW_COLUMNS: readonly Column[] = CORE_COLUMNS.filter((column) => !LEFT_OUT_OF_ROWS.has(column.name));

const byName = new Map([...CORE_COLUMNS, ...SURVEY_COLUMNS, ...FEATURE_COLUMNS].map((column) => [column.name, column]));
for (const column of FEATURE_COLUMNS) byName.set(column.feature?.name ?? '', column);
for (const column of SURVEY_COLUMNS) byName.set(`${column.survey ?? ''}.${column.field?.name ?? ''}`, column);

/**
 * Columns for a `fields` parameter: nothing = the usual ones, `all` = every core field, every survey's own and
 * the features, else names separated by commas (`mag`, `ztf_drb` or `ztf.drb`, `g_rise_rate` or `g.riseRate`). Unknown names come back apart.
 */
export function chooseColumns(fields: string | undefined): { columns: readonly Column[]; unknown: string[] } {
	if (fields === undefined || fields === '') return { columns: ROW_COLUMNS, unknown: [] };
	if (fields === 'all') return { columns: [...CORE_COLUMNS, ...SURVEY_COLUMNS, ...FEATURE_COLUMNS], unknown: [] };
	const names = [...new Set(fields.split(',').map((name) => name.trim()))].filter((name) => name !== '');
	const columns = names.flatMap((name) => byName.get(name) ?? []);
	return { columns: [...new Set(columns)], unknown: names.filter((name) => !byName.has(name)) };
}

/** SELECT list for JSON rows under the names of the fields; absent numbers become null on the way out. */
export function rowList(columns: readonly Column[]): string {
	return columns.map((column) => `${column.sql} AS \`${column.name}\``).join(', ');
}

function text(column: Column): string {
	return column.kind === 'time'
		? `concat(replaceOne(toString(${column.sql}), ' ', 'T'), 'Z')`
		: `toString(${column.sql})`;
}

const DOCUMENT_TYPES: Readonly<Record<FieldType, string>> = {
	float32: 'Float32',
	float64: 'Float64',
	int: 'Int32',
	// as text: a number of JavaScript does not hold it
	long: 'String',
	text: 'String',
	truth: 'Bool',
};

/** A tuple that becomes an object of JSON: a plain one loses the names of its parts. */
function named(
	columns: readonly Column[],
	nameOf: (column: Column) => string,
	value: (column: Column) => string,
): string {
	const types = columns.map((column) => {
		const type = DOCUMENT_TYPES[column.field?.type ?? column.feature?.type ?? 'text'];
		return `\`${nameOf(column)}\` Nullable(${type})`;
	});
	return `CAST(tuple(${columns.map(value).join(', ')}), 'Tuple(${types.join(', ')})')`;
}

/** SELECT list for one JSON document per row in a stream: ids as texts, times in ISO 8601, a survey's own fields nested. */
export function documentList(columns: readonly Column[]): string {
	const value = (column: Column): string => {
		switch (column.kind) {
			case 'number':
				return `if(isFinite(${column.sql}), ${column.sql}, NULL)`;
			case 'id':
			case 'time':
			case 'date':
				return text(column);
			case 'integer':
				return column.field?.type === 'long' ? text(column) : column.sql;
			case 'truth':
			case 'text':
				return column.sql;
		}
	};
	const core = columns
		.filter((column) => column.survey === undefined && column.feature === undefined)
		.map((column) => `${value(column)} AS \`${column.name}\``);
	const nested = SURVEYS.flatMap((survey) => {
		const own = columns.filter((column) => column.survey === survey.name);
		if (own.length === 0) return [];
		return [`${named(own, (column) => column.field?.name ?? column.name, value)} AS \`${survey.name}\``];
	});
	const features = columns.filter((column) => column.feature !== undefined);
	if (features.length > 0) {
		nested.push(`${named(features, (column) => column.feature?.name ?? column.name, value)} AS features`);
	}
	return [...core, ...nested].join(', ');
}

/** SELECT list for column files (Parquet, Arrow): types as stored, absent numbers null, texts plain. */
export function typedList(columns: readonly Column[]): string {
	const value = (column: Column): string => {
		switch (column.kind) {
			case 'number':
				return `if(isFinite(${column.sql}), ${column.sql}, NULL)`;
			case 'text':
				return column.core !== undefined || column.survey === undefined
					? `nullIf(toString(${column.sql}), '')`
					: `toString(${column.sql})`;
			case 'id':
			case 'integer':
			case 'truth':
			case 'date':
			case 'time':
				return column.sql;
		}
	};
	return columns.map((column) => `${value(column)} AS \`${column.name}\``).join(', ');
}

/** A text cell: one that a spreadsheet would run is led by an apostrophe, and what needs quotes gets them (RFC 4180). */
function textCell(sql: string): string {
	const plain = `ifNull(toString(${sql}), '')`;
	const guarded = `if(match(${plain}, '^[=+\\\\-@\\\\t\\\\r]'), concat('\\'', ${plain}), ${plain})`;
	return `if(match(${plain}, '[",\\\\r\\\\n]'), concat('"', replaceAll(${guarded}, '"', '""'), '"'), ${guarded})`;
}

function csvCellSql(column: Column): string {
	switch (column.kind) {
		case 'number':
			return `if(isFinite(${column.sql}), toString(${column.sql}), '')`;
		case 'text':
			return textCell(column.sql);
		case 'integer':
		case 'truth':
		case 'id':
		case 'date':
		case 'time':
			return `ifNull(${text(column)}, '')`;
	}
}

/** One SELECT expression that is a whole CSV line but for its end: empty cells where a value is absent. */
export function csvLineList(columns: readonly Column[]): string {
	const cells = columns.map(csvCellSql);
	const [only] = cells;
	// a lone empty cell would be an empty line, which readers skip
	const line = cells.length === 1 ? `if(${only} = '', '""', ${only})` : `concat(${cells.join(", ',', ")})`;
	return `${line} || '\\r' AS line`;
}

/** The header line of a CSV file. */
export function csvHeader(columns: readonly Column[]): string {
	return `${columns.map((column) => column.name).join(',')}\r\n`;
}
