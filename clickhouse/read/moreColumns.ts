import { SEARCH_FLAGS } from '#lib/alert/flags.ts';
import { columnName } from '#lib/alert/fields.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { MoreValues } from '#lib/alert/moreColumns.ts';
import { ipixOf } from '#lib/astro/healpixPixel.ts';
import alertRowsSql from '../queries/alert_rows.sql?raw';
import alertScoresSql from '../queries/alert_scores.sql?raw';
import type { QueryOptions, Store } from '../store.ts';
import { isoTime } from './alertRows.ts';
import { chooseColumns, CORE_COLUMNS, FEATURE_COLUMNS, rowList, type Column } from './columns.ts';
import { render } from './render.ts';

/** A number that a model gives. */
export interface ScoreColumn {
	/** Its name among columns: `score:MODEL:LABEL`. */
	readonly key: string;
	readonly model: string;
	readonly label: string;
}

/** Columns that a reader adds to those of a search. */
export interface MoreColumns {
	readonly fields: readonly Column[];
	readonly scores: readonly ScoreColumn[];
	/** What is no name of the field catalogue, nor written as a score. */
	readonly unknown: readonly string[];
}

const SCORE = /^score:([\w.-]{1,80}):([\w. -]{1,80})$/;

/** Columns for names separated by commas: fields and features as the catalogue names them, and `score:MODEL:LABEL`. */
export function moreColumnsOf(names: string): MoreColumns {
	const all = [...new Set(names.split(',').map((name) => name.trim()))].filter((name) => name !== '');
	const scores: ScoreColumn[] = [];
	const others: string[] = [];
	for (const name of all) {
		const [, model, label] = SCORE.exec(name) ?? [];
		if (model === undefined || label === undefined) others.push(name);
		else scores.push({ key: name, model, label });
	}
	const named = others.filter((name) => name !== 'all');
	const { columns, unknown } = named.length === 0 ? { columns: [], unknown: [] } : chooseColumns(named.join(','));
	return { fields: columns, scores, unknown: named.length === others.length ? unknown : [...unknown, 'all'] };
}

/** Flags of an alert, all but the sign, which every row has. */
export const FLAG_COLUMNS = FEATURE_COLUMNS.filter(({ feature }) =>
	SEARCH_FLAGS.some(({ name }) => name === feature?.name),
);

/** The name of a column in the field catalogue: `mag`, `ztf.drb`, `g.riseRate`. */
export function catalogueName({ name, survey, field, feature }: Column): string {
	if (feature !== undefined) return feature.name;
	return survey === undefined || field === undefined ? name : `${survey}.${field.name}`;
}

/** Where an alert of a page stands; position in ICRS degrees, as it is stored. */
export interface AlertPlace {
	readonly survey: string;
	readonly objectId: string;
	readonly alertId: string;
	readonly ra: number;
	readonly dec: number;
}

const KEYS = CORE_COLUMNS.filter(({ name }) => name === 'survey' || name === 'alertId');
const keyOf = ({ survey, alertId }: { readonly survey: string; readonly alertId: string }): string =>
	`${survey} ${alertId}`;

/**
 * Values of added columns for the alerts of one page, by survey and alert id: fields and features as they were stored with the alert, of
 * each score the newest number. Nothing but these alerts is read.
 */
export async function readMoreValues(
	store: Store,
	scope: AccessScope,
	alerts: readonly AlertPlace[],
	{ fields, scores }: MoreColumns,
	options: QueryOptions = {},
): Promise<MoreValues[]> {
	if (alerts.length === 0 || fields.length + scores.length === 0) return alerts.map(() => ({}));
	const ids = alerts.map(({ alertId }) => BigInt(alertId));
	const list = `${rowList(KEYS)}, ${fields.map(({ sql }, i) => `${sql} AS more_${i}`).join(', ')}`;
	type Stored = { survey: string; alertId: string } & Record<string, MoreValues[string]>;
	type Score = { survey: string; alertId: string; model: string; label: string; score: number | null };
	const [rows, numbers] = await Promise.all([
		fields.length === 0
			? []
			: store.query<Stored>(
					render(alertRowsSql, scope, { columns: list }),
					{ pixels: alerts.map(({ ra, dec }) => ipixOf(29, ra, dec)), ids },
					{ lookUp: true, ...options },
				),
		scores.length === 0
			? []
			: store.query<Score>(
					render(alertScoresSql, scope),
					{
						surveys: [...new Set(alerts.map(({ survey }) => survey))],
						objects: [...new Set(alerts.map(({ objectId }) => objectId))],
						ids,
						models: [...new Set(scores.map(({ model }) => model))],
					},
					{ lookUp: true, ...options },
				),
	]);
	const stored = new Map(rows.map((row) => [keyOf(row), row]));
	const given = new Map(numbers.map((row) => [`${keyOf(row)} ${row.model} ${row.label}`, row.score]));
	return alerts.map((alert) => {
		const row = stored.get(keyOf(alert));
		const held = fields.map((column, i): [string, MoreValues[string]] => {
			const value = row?.[`more_${i}`] ?? null;
			return [catalogueName(column), column.kind === 'time' && value !== null ? isoTime(String(value)) : value];
		});
		const counted = scores.map(({ key, model, label }): [string, MoreValues[string]] => [
			key,
			given.get(`${keyOf(alert)} ${model} ${label}`) ?? null,
		]);
		return Object.fromEntries([...held, ...counted]);
	});
}

/** Column of a score in files: `score_MODEL_LABEL`. */
export function scoreColumnName({ model, label }: ScoreColumn): string {
	return columnName(`score_${model}_${label}`).replaceAll(/[^a-z0-9_]+/g, '_');
}
