import { countAlerts } from '#clickhouse/read/alerts.ts';
import { asksForFew } from '#clickhouse/read/conditions.ts';
import { addedColumn } from '#clickhouse/read/sorting.ts';
import { moreColumnsOf, catalogueName, readMoreValues, type MoreColumns } from '#clickhouse/read/moreColumns.ts';
import { MOST_MORE, MOST_SORTED, moreHeads, type MoreHead, type MoreValues } from '#lib/alert/moreColumns.ts';
import type { ObjectSummary } from '#lib/alert/object.ts';
import type { AlertRow, Page, SearchQuery } from '#lib/alert/views.ts';
import { readModelLabels } from './models.ts';
import { ProblemError } from './problem.ts';

const NONE: MoreColumns = { fields: [], scores: [], unknown: [] };

/** The columns that a search is given besides, by their names; 400 where one is no field, or no score of a known model. */
export async function moreColumns(locals: Pick<App.Locals, 'config'>, names: string | undefined): Promise<MoreColumns> {
	if (names === undefined || names.trim() === '') return NONE;
	const more = moreColumnsOf(names);
	const labels = more.scores.length === 0 ? null : await readModelLabels(locals);
	const unknown = [
		...more.unknown,
		...more.scores.filter(({ model, label }) => labels?.get(model)?.has(label) !== true).map(({ key }) => key),
	];
	const problem = (detail: string, messages: readonly string[]): ProblemError =>
		new ProblemError(
			400,
			detail,
			messages.map((message) => ({ parameter: 'more', message })),
		);
	if (unknown.length > 0) {
		throw problem(
			`There is no column ${unknown[0] ?? ''}: names are those of the field catalogue, such as mag or ztf.drb, and score:MODEL:LABEL of a model.`,
			unknown.map((name) => `${name} is no field and no score`),
		);
	}
	if (more.fields.length + more.scores.length > MOST_MORE) {
		throw problem(`At most ${MOST_MORE} columns can be added.`, ['has too many names']);
	}
	return more;
}

/** Throws the problem of a search that is sorted by a score nobody gives, or of more alerts than can be sorted by an added column. */
export async function requireSortable(
	{ store, scope, config }: Pick<App.Locals, 'store' | 'scope' | 'config'>,
	query: SearchQuery,
	signal?: AbortSignal,
): Promise<void> {
	if (typeof query.sort === 'string') return;
	const { column } = query.sort;
	const by = addedColumn(query.sort);
	const refuse = (detail: string, message: string): ProblemError =>
		new ProblemError(400, detail, [{ parameter: 'sort', message }]);
	if ('model' in by && (await readModelLabels({ config })).get(by.model)?.has(by.label) !== true) {
		throw refuse(`No model gives ${column}, so nothing can be sorted by it.`, 'is no score of a model');
	}
	if (asksForFew(query)) return;
	const most = 'model' in by ? MOST_SORTED.score : MOST_SORTED.field;
	const total = await countAlerts(store, scope, query, signal === undefined ? {} : { signal });
	if (total <= most) return;
	throw refuse(
		`Sorting by ${column} looks at every alert that matches: these are ${total.toLocaleString('en')}, and ${most.toLocaleString('en')} are the most. Narrow the search, to some nights say.`,
		'is of too many alerts',
	);
}

/** What the heads of added columns say. */
export function headsOf({ fields, scores }: MoreColumns): readonly MoreHead[] {
	return moreHeads([...fields.map((column) => catalogueName(column)), ...scores.map(({ key }) => key)]);
}

type Row = (ObjectSummary & { sepArcsec?: number }) | AlertRow;

/** A page with its rows' values of added columns; of an object those of the alert that its row tells of. */
export async function withMore(
	{ store, scope }: Pick<App.Locals, 'store' | 'scope'>,
	page: Page<Row>,
	more: MoreColumns,
	signal?: AbortSignal,
): Promise<Page<Row & { readonly more?: MoreValues }>> {
	if (more.fields.length + more.scores.length === 0) return page;
	const alerts = page.rows.map((row) => {
		const { survey, objectId, ra, dec } = row;
		return { survey, objectId, ra, dec, alertId: 'lastAlertId' in row ? row.lastAlertId : row.alertId };
	});
	const values = await readMoreValues(store, scope, alerts, more, signal === undefined ? {} : { signal });
	return { ...page, rows: page.rows.map((row, i) => ({ ...row, more: values[i] ?? {} })) };
}
