import { SURVEYS } from '#lib/alert/surveys.ts';
import type { Annotation, CheckedFilter } from './check.ts';
import type { Node, TruthNode } from './core.ts';
import { ASSOCIATION_TYPE, MATCH_TYPE, POINT_TYPE, SqlWriter, type Needs, type SqlParam } from './sqlExpression.ts';

// One SELECT per filter. The alerts of the nights are reduced by every condition that needs their own columns only; the points, matches,
// scores and associations of what is left are gathered as they were known to each alert's enrichment (design rule 6), and the other
// conditions asked of them. {scope} is filled in by whoever may read (clickhouse/read/render.ts).

/** A query with its bound values; markers {scope} still stand in it. */
export interface FilterSql {
	readonly sql: string;
	readonly params: Readonly<Record<string, SqlParam>>;
	/** Columns of the answer that hold the annotations, in the order of the filter. */
	readonly annotations: readonly { readonly name: string; readonly column: string }[];
}

/** Which alerts a filter is run on. */
export interface SqlRange {
	/** Our own SQL on columns of the alerts table (nights, watermark), with parameters that do not begin with `f`; never a reader's text. */
	readonly where: string;
}

/** The query whose rows are the hits of a filter: survey, alertId, objectId, programme, night, mjd and the annotations. */
export function toSql(filter: CheckedFilter, range: SqlRange): FilterSql {
	const writer = new SqlWriter();
	const terms = filter.condition.kind === 'and' ? filter.condition.terms : [filter.condition];
	const cheap = terms.filter(needsOnlyColumns).map((term) => writer.truth(term, true));
	const dear = terms.filter((term) => !needsOnlyColumns(term)).map((term) => writer.truth(term, true));
	const annotations = filter.annotations.map(({ name, node }, i) => ({
		name,
		column: `annotation_${i}`,
		sql: annotationSql(writer, node),
	}));
	const order = filter.order === null ? null : writer.number(filter.order.node);
	const select = [
		'a.survey AS survey',
		'toString(a.alert_id) AS alertId',
		'a.object_id AS objectId',
		'a.programme AS programme',
		'a.night AS night',
		'a.mjd AS mjd',
		...annotations.map(({ column, sql }) => `${sql} AS ${column}`),
	];
	const key =
		order === null || filter.order === null
			? []
			: [`isNaN(${order})`, `${order}${filter.order.descending ? ' DESC' : ''}`];
	const tail = [
		`ORDER BY ${[...key, 'a.survey', 'a.alert_id'].join(', ')}`,
		...(filter.onePerObject ? ['LIMIT 1 BY a.survey, a.object_id'] : []),
		...(filter.limit === null ? [] : [`LIMIT ${filter.limit}`]),
	];
	const from = fromAlerts(writer, range, cheap);
	const where = dear.length === 0 ? [] : [`WHERE ${dear.join('\n  AND ')}`];
	return {
		sql: [`SELECT\n  ${select.join(',\n  ')}`, `FROM ${from}`, ...where, ...tail].join('\n'),
		params: writer.params,
		annotations: annotations.map(({ name, column }) => ({ name, column })),
	};
}

/**
 * The query that counts for the funnel: one row with `total`, and per condition `left_i` (alerts that pass it and all before it) and,
 * where asked for, `alone_i` (alerts that pass it alone), which needs the light curves of all alerts; `passes` where the filter takes a share.
 */
export function toFunnelSql(filter: CheckedFilter, range: SqlRange, options: { readonly alone: boolean }): FilterSql {
	const writer = new SqlWriter();
	const conditions = filter.conditions.map(({ node }) => node);
	const written = conditions.map((node) => writer.truth(node, true));
	const select = ['count() AS total'];
	for (const i of written.keys()) {
		select.push(`countIf(${written.slice(0, i + 1).join(' AND ')}) AS left_${i}`);
		if (options.alone) select.push(`countIf(${written[i] ?? '1'}) AS alone_${i}`);
	}
	// a share is drawn beside the conditions: it is no line of theirs
	if (filter.sample !== null) select.push(`countIf(${writer.truth(filter.condition, true)}) AS passes`);
	return {
		sql: `SELECT\n  ${select.join(',\n  ')}\nFROM ${fromAlerts(writer, range, [])}`,
		params: writer.params,
		annotations: [],
	};
}

/**
 * The query that tells of every alert of the range which conditions it holds: columns survey, alertId (UInt64), objectId, mjd, night,
 * mag, passes (0 or 1), and holds (an array of 0 and 1, one per condition).
 */
export function toStatesSql(filter: CheckedFilter, range: SqlRange): FilterSql {
	const writer = new SqlWriter();
	const holds = filter.conditions.map(({ node }) => `toUInt8(${writer.truth(node, true)})`);
	const passes = writer.truth(filter.condition, true);
	const from = fromAlerts(writer, range, [], ['mag']);
	return {
		sql: `SELECT a.survey AS survey, a.alert_id AS alertId, a.object_id AS objectId, a.mjd AS mjd, a.night AS night, a.mag AS mag,
  toUInt8(${passes}) AS passes,
  [${holds.join(',\n    ')}] AS holds
FROM ${from}`,
		params: writer.params,
		annotations: [],
	};
}

/** The query that gives values of several nodes for every alert of the range: for tests and for histograms. Columns c0, c1, ... */
export function toColumnsSql(
	nodes: readonly (Annotation['node'] | { readonly isFalse: TruthNode })[],
	range: SqlRange,
): FilterSql {
	const writer = new SqlWriter();
	const select = nodes.map((node, i) => {
		if ('isFalse' in node) return `${writer.truth(node.isFalse, false)} AS c${i}`;
		if (node.sort === 'truth') return `${writer.truth(node, true)} AS c${i}`;
		return `${annotationSql(writer, node)} AS c${i}`;
	});
	return {
		sql: `SELECT toString(a.alert_id) AS alertId, ${select.join(',\n  ')}\nFROM ${fromAlerts(writer, range, [])}\nORDER BY a.alert_id`,
		params: writer.params,
		annotations: [],
	};
}

/** What filters know of an alert beside its own columns: one query each. */
export type RecordName = 'points' | 'matches' | 'runs' | 'scores' | 'associations';

/**
 * The queries that give what was known to alerts when they were enriched, by the rules of the filters themselves: rows of survey,
 * alertId, writer, number and `list`. Bind fCatalogs and fSurveys (names of the catalogues and surveys wanted) beside those of the range.
 */
export function recordsSql({ where }: SqlRange): Readonly<Record<RecordName, string>> {
	const keys = `SELECT ${KEYS.join(', ')} FROM alerts WHERE {scope} AND (${where})`;
	const runs = 'tuple(toString(catalog), toString(release), toString(state), radius_arcsec, toString(reason))';
	const scores = 'tuple(toString(model), toString(version), toString(label), score, toString(state), toString(reason))';
	const ofBatch = (table: string, columns: string, entry: string): string =>
		`SELECT ${BATCH.join(', ')}, groupArray(${entry}) AS list FROM ${ownRows(table, columns, keys)} GROUP BY ${BATCH.join(', ')}`;
	const listed = (name: string, sql: string): string =>
		`SELECT survey, toString(alert_id) AS alertId, writer, toString(number) AS number, ${name} AS list FROM (${sql})`;
	return {
		points: listed('points', pointsSql(keys)),
		matches: listed('matches', matchesSql(keys)),
		associations: listed('associations', associationsSql(keys)),
		runs: listed('list', ofBatch('crossmatch_runs', 'catalog, release, state, radius_arcsec, reason', runs)),
		scores: listed('list', ofBatch('scores', 'model, version, label, score, state, reason', scores)),
	};
}

function annotationSql(writer: SqlWriter, node: Annotation['node']): string {
	switch (node.sort) {
		case 'num':
			return writer.number(node);
		case 'text':
			return writer.text(node);
		case 'id':
			return writer.id(node);
		case 'truth':
			return `multiIf(${writer.truth(node, true)}, true, ${writer.truth(node, false)}, false, NULL)`;
	}
}

/** Whether a condition can be answered from the alert's own columns. */
function needsOnlyColumns(node: Node): boolean {
	switch (node.kind) {
		case 'source':
		case 'matches':
		case 'associations':
		case 'score':
		case 'matchState':
			return false;
		default:
			return childrenOf(node).every(needsOnlyColumns);
	}
}

function childrenOf(node: Node): readonly Node[] {
	return Object.values(node).flatMap((value: unknown) => {
		if (Array.isArray(value)) return value.filter(isNode);
		return isNode(value) ? [value] : [];
	});
}

function isNode(value: unknown): value is Node {
	return typeof value === 'object' && value !== null && 'sort' in value && 'id' in value;
}

/** Columns that identify an alert and what was known to it. */
const KEYS = ['survey', 'object_id', 'alert_id', 'programme', 'mjd', 'writer', 'number', 'watermark'];
const BATCH = ['survey', 'alert_id', 'writer', 'number'];

/** Names of what is needed of the alerts themselves. */
function columnsOf(needs: Needs, more: readonly string[]): ReadonlySet<string> {
	const place = [...(needs.hpx29 ? ['hpx29'] : []), ...(needs.position ? ['ra', 'dec'] : [])];
	return new Set([...KEYS, ...more, ...needs.fields.keys(), ...place]);
}

/** SELECT list out of alerts under those names. */
function listOf(columns: ReadonlySet<string>, needs: Needs): string {
	return [...columns]
		.map((name) => {
			const sql = needs.fields.get(name)?.sql ?? `alerts.${name}`;
			return sql === `alerts.${name}` ? name : `${sql} AS ${name}`;
		})
		.join(', ');
}

/** `(alerts with all that is needed of them) AS a`. */
function fromAlerts(
	{ needs, params }: SqlWriter,
	{ where }: SqlRange,
	cheap: readonly string[],
	more: readonly string[] = [],
): string {
	const columns = columnsOf(needs, ['night', 'known_at', ...more]);
	// of an alert that two workers stored, the first known is the one (design rule 1)
	const first = `SELECT ${listOf(columns, needs)}
    FROM alerts
    WHERE {scope} AND (${where})
    ORDER BY survey, alert_id, known_at
    LIMIT 1 BY survey, alert_id`;
	const conditions = cheap.length === 0 ? '' : `\n  WHERE ${cheap.join('\n    AND ')}`;
	const filtered = `SELECT a.*\n  FROM (\n    ${first}\n  ) AS a${conditions}`;
	const joins = joinsFor(needs, params, keysOf(needs, where, cheap));
	if (joins.length === 0) return `(\n  ${filtered}\n) AS a`;
	const on = BATCH.map((name) => `k.${name} = j.${name}`);
	const joined = joins.map(
		({ name, sql }) =>
			`LEFT JOIN (\n${sql}\n) AS ${name} ON ${on.map((equal) => equal.replaceAll('j.', `${name}.`)).join(' AND ')}`,
	);
	const added = joins.flatMap(({ name, columns: own }) => own.map((column) => `${name}.${column} AS ${column}`));
	const kept = [...columns].map((column) => `k.${column} AS ${column}`);
	return `(\n  SELECT ${[...kept, ...added].join(', ')}\n  FROM (\n  ${filtered}\n  ) AS k\n  ${joined.join('\n  ')}\n) AS a`;
}

/** Keys of the alerts that are left, for the tables that are joined to them; those of a twice stored alert stand there twice. */
function keysOf(needs: Needs, where: string, cheap: readonly string[]): string {
	const columns = columnsOf(needs, []);
	const conditions = cheap.length === 0 ? '' : ` WHERE ${cheap.join(' AND ')}`;
	return `SELECT ${KEYS.map((name) => `a.${name} AS ${name}`).join(', ')} FROM (SELECT ${listOf(columns, needs)} FROM alerts WHERE {scope} AND (${where})) AS a${conditions}`;
}

interface Join {
	readonly name: string;
	readonly sql: string;
	readonly columns: readonly string[];
}

function joinsFor(needs: Needs, params: Record<string, SqlParam>, keys: string): Join[] {
	const joins: Join[] = [];
	if (needs.points) joins.push({ name: 'pts', sql: pointsSql(keys), columns: ['points'] });
	if (needs.catalogs.size > 0) {
		params['fCatalogs'] = [...needs.catalogs];
		joins.push({ name: 'mts', sql: matchesSql(keys), columns: ['matches'] });
	}
	if (needs.runs.size > 0) joins.push(runsJoin(needs, params, keys));
	if (needs.scores.size > 0) joins.push(scoresJoin(needs, params, keys));
	if (needs.associations.size > 0) {
		params['fSurveys'] = [...needs.associations];
		joins.push({ name: 'ass', sql: associationsSql(keys), columns: ['associations'] });
	}
	return joins;
}

const PUBLIC = SURVEYS.flatMap((survey) =>
	survey.programmes
		.filter((programme) => programme.public)
		.map((programme) => `('${survey.name}', '${programme.name}')`),
).join(', ');

const KNOWN = '(p.number <= k.watermark[p.writer] OR (p.writer = k.writer AND p.number = k.number))';
const absentIfNot = (column: string) => `ifNotFinite(toFloat64(${column}), nan)`;
const POINT = `CAST((p.mjd, toInt8(p.kind), toString(p.band), p.point_key, ${['psf_flux', 'psf_flux_err', 'mag', 'mag_err', 'limit_mag'].map((name) => absentIfNot(`p.${name}`)).join(', ')}, ifNull(toInt8(p.positive), -1), ${absentIfNot('p.ra')}, ${absentIfNot('p.dec')}, toString(p.programme)), '${POINT_TYPE}')`;
/** Of several values of one point: that of the detection's own alert, else of the packet with the greatest (alert mjd, alert id). */
const SHOWN = '(p.own, p.alert_mjd, p.alert_id, -toUnixTimestamp64Milli(p.known_at))';
const PHOTOMETRY =
	'survey, object_id, kind, band, mjd, point_key, psf_flux, psf_flux_err, mag, mag_err, limit_mag, positive, ra, dec, programme, own, alert_mjd, alert_id, writer, number, known_at';

/** Points no later than each alert, of its programme and public ones only, that were known to it, in time order. */
function pointsSql(keys: string): string {
	return `SELECT survey, alert_id, writer, number, arraySort(groupArray(point)) AS points
FROM (
  SELECT k.survey AS survey, k.alert_id AS alert_id, k.writer AS writer, k.number AS number, argMax(${POINT}, ${SHOWN}) AS point
  FROM (
    SELECT ${PHOTOMETRY}
    FROM photometry
    WHERE {scope} AND (survey, object_id) IN (SELECT survey, object_id FROM (${keys}))
  ) AS p
  INNER JOIN (${keys}) AS k ON p.survey = k.survey AND p.object_id = k.object_id
  WHERE p.mjd <= k.mjd AND ${KNOWN} AND (p.programme = k.programme OR (p.survey, p.programme) IN (${PUBLIC}))
  GROUP BY k.survey, k.alert_id, k.writer, k.number, p.kind, p.point_key
)
GROUP BY survey, alert_id, writer, number`;
}

/** Rows that the alert's own batch wrote about it: what its enrichment saw. */
function ownRows(table: string, columns: string, keys: string, more = ''): string {
	return `(
    SELECT survey, alert_id, writer, number, ${columns}
    FROM ${table}
    WHERE {scope}${more} AND (survey, object_id) IN (SELECT survey, object_id FROM (${keys}))
      AND (survey, alert_id, writer, number) IN (SELECT survey, alert_id, writer, number FROM (${keys}))
  )`;
}

function matchesSql(keys: string): string {
	const match = `CAST((toFloat64(sep_arcsec), rank, toString(catalog), toString(release), source_id, ra, dec, ${absentIfNot('mag')}, ${absentIfNot('redshift')}, numbers, texts), '${MATCH_TYPE}')`;
	return `SELECT survey, alert_id, writer, number, arraySort(m -> (m.1, m.2), groupArray(${match})) AS matches
FROM ${ownRows('crossmatches', 'sep_arcsec, rank, catalog, release, source_id, ra, dec, mag, redshift, numbers, texts', keys, ' AND catalog IN {fCatalogs:Array(String)}')}
GROUP BY survey, alert_id, writer, number`;
}

function runsJoin({ runs }: Needs, params: Record<string, SqlParam>, keys: string): Join {
	const states = [...runs].map(([catalog, column], i) => {
		params[`fRun${i}`] = catalog;
		return `groupArrayIf(toString(state), catalog = {fRun${i}:String}) AS ${column}`;
	});
	return {
		name: 'rns',
		sql: `SELECT survey, alert_id, writer, number, ${states.join(', ')}\nFROM ${ownRows('crossmatch_runs', 'catalog, state', keys)}\nGROUP BY survey, alert_id, writer, number`,
		columns: [...runs.values()],
	};
}

function scoresJoin({ scores }: Needs, params: Record<string, SqlParam>, keys: string): Join {
	const columns = [...scores.values()].map(({ model, label }, i) => {
		params[`fModel${i}`] = model;
		if (label !== null) params[`fLabel${i}`] = label;
		const fits = `model = {fModel${i}:String}${label === null ? '' : ` AND label = {fLabel${i}:String}`}`;
		return `(groupArrayIf(toString(label), ${fits}), groupArrayIf(toFloat64(score), ${fits})) AS score_${i}`;
	});
	return {
		name: 'scs',
		sql: `SELECT survey, alert_id, writer, number, ${columns.join(', ')}\nFROM ${ownRows('scores', 'model, label, score', keys)}\nGROUP BY survey, alert_id, writer, number`,
		columns: columns.map((_, i) => `score_${i}`),
	};
}

/** Objects of other surveys' public programmes that had been detected by then, nearest first, each with its points as they were known to the alert. */
function associationsSql(keys: string): string {
	const own = `SELECT k.survey AS survey, k.alert_id AS alert_id, k.writer AS writer, k.number AS number, k.mjd AS mjd, k.watermark AS watermark,
    o.other_survey AS other_survey, o.other_object_id AS other_object_id, o.other_programme AS other_programme, o.rank AS rank, o.sep_arcsec AS sep_arcsec
    FROM (
      SELECT survey, alert_id, writer, number, other_survey, other_object_id, other_programme, rank, sep_arcsec
      FROM associations
      WHERE {scope} AND (other_survey, other_programme) IN (${PUBLIC}) AND other_survey IN {fSurveys:Array(String)}
        AND (survey, object_id) IN (SELECT survey, object_id FROM (${keys}))
    ) AS o
    INNER JOIN (${keys}) AS k ON o.survey = k.survey AND o.alert_id = k.alert_id AND o.writer = k.writer AND o.number = k.number`;
	const points = `SELECT k.survey AS survey, k.alert_id AS alert_id, k.writer AS writer, k.number AS number, k.other_survey AS other_survey,
      k.other_object_id AS other_object_id, argMax(${POINT}, ${SHOWN}) AS point
    FROM (
      SELECT ${PHOTOMETRY}
      FROM photometry
      WHERE {scope} AND (survey, object_id) IN (SELECT other_survey, other_object_id FROM (${own}))
    ) AS p
    INNER JOIN (${own}) AS k ON p.survey = k.other_survey AND p.object_id = k.other_object_id
    WHERE p.mjd <= k.mjd AND ${KNOWN} AND (p.programme = k.other_programme OR (p.survey, p.programme) IN (${PUBLIC}))
    GROUP BY k.survey, k.alert_id, k.writer, k.number, k.other_survey, k.other_object_id, p.kind, p.point_key`;
	const joined = `SELECT survey, alert_id, writer, number, other_survey, other_object_id, arraySort(groupArray(point)) AS points
    FROM (${points})
    GROUP BY survey, alert_id, writer, number, other_survey, other_object_id`;
	return `SELECT o.survey AS survey, o.alert_id AS alert_id, o.writer AS writer, o.number AS number,
  arraySort(t -> (t.1, t.2), groupArray(CAST((o.rank, toFloat64(o.sep_arcsec), toString(o.other_survey), o.other_object_id, q.points, toString(o.other_programme)), '${ASSOCIATION_TYPE}'))) AS associations
FROM (${own}) AS o
INNER JOIN (${joined}) AS q
  ON o.survey = q.survey AND o.alert_id = q.alert_id AND o.writer = q.writer AND o.number = q.number
  AND o.other_survey = q.other_survey AND o.other_object_id = q.other_object_id
WHERE arrayExists(p -> p.2 = 1, q.points)
GROUP BY o.survey, o.alert_id, o.writer, o.number`;
}
