import type { AccessScope } from '#lib/alert/object.ts';
import type {
	Association,
	CatalogMatch,
	CatalogRun,
	CurvePoint,
	EnrichedAlert,
	ModelScore,
} from '#lib/alert/enriched.ts';
import { FEATURES } from '#lib/alert/features.ts';
import type { PointKind } from '#lib/alert/lightCurve.ts';
import { findSurvey, SURVEYS } from '#lib/alert/surveys.ts';
import { recordsSql, type RecordName } from '#lib/filter/index.ts';
import enrichedAlertsSql from '../queries/enriched_alerts.sql?raw';
import filterSampleSql from '../queries/filter_sample.sql?raw';
import type { QueryOptions, Store } from '../store.ts';
import { storedFeature } from './features.ts';
import { render } from './render.ts';
import { alertOf } from './storedAlerts.ts';
import { publishedBy, type Watermark } from './watermark.ts';

/** An alert by survey and id. */
export interface AlertName {
	readonly survey: string;
	readonly alertId: bigint;
}

interface ListRow {
	readonly survey: string;
	readonly alertId: string;
	readonly writer: string;
	readonly number: string;
	readonly list: readonly unknown[];
}

type Number = number | null;
type PointTuple = readonly [number, number, string, string, Number, Number, Number, Number, Number, number, Number, Number, string]; // prettier-ignore
type MatchTuple = readonly [number, number, string, string, string, number, number, Number, Number, Record<string, Number>, Record<string, string>]; // prettier-ignore
type RunTuple = readonly [string, string, CatalogRun['state'], number, string];
type ScoreTuple = readonly [string, string, string, Number, ModelScore['state'], string];
type AssociationTuple = readonly [number, number, string, string, readonly PointTuple[], string];

const KINDS: readonly PointKind[] = ['detection', 'upperLimit', 'forcedPhotometry'];
const nan = (value: Number): number => value ?? Number.NaN;
const single = (value: Number): number => Math.fround(nan(value));

function pointOf([
	mjd,
	kind,
	band,
	,
	flux,
	fluxErr,
	mag,
	magErr,
	limit,
	positive,
	ra,
	dec,
	programme,
]: PointTuple): CurvePoint {
	return {
		kind: KINDS[kind - 1] ?? 'detection',
		band,
		mjd,
		psfFlux: single(flux),
		psfFluxErr: single(fluxErr),
		mag: single(mag),
		magErr: single(magErr),
		limitMag: single(limit),
		positive: positive === -1 ? null : positive === 1,
		ra: nan(ra),
		dec: nan(dec),
		programme,
	};
}

function matchOf([
	sep,
	,
	catalog,
	release,
	sourceId,
	ra,
	dec,
	mag,
	redshift,
	numbers,
	texts,
]: MatchTuple): CatalogMatch {
	return {
		...{ catalog, release, sourceId, ra, dec, texts },
		sepArcsec: single(sep),
		mag: single(mag),
		redshift: single(redshift),
		numbers: Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, nan(value)])),
	};
}

/** An object of another survey at the place of its newest detection. */
function associationOf([, sep, survey, objectId, points, programme]: AssociationTuple): Association {
	const curve = points.map(pointOf);
	const detections = curve.filter(({ kind }) => kind === 'detection');
	const times = detections.map(({ mjd }) => mjd);
	const { ra, dec } = detections.findLast((point) => !Number.isNaN(point.ra)) ?? { ra: Number.NaN, dec: Number.NaN };
	return {
		...{ survey, objectId, programme, curve, ra, dec },
		sepArcsec: single(sep),
		nDetections: times.length,
		firstMjd: times[0] ?? Number.NaN,
		lastMjd: times[times.length - 1] ?? Number.NaN,
	};
}

const byPlace = (names: readonly AlertName[]) => ({
	surveys: [...new Set(names.map(({ survey }) => survey))],
	ids: names.map(({ alertId }) => alertId),
});

/**
 * Stored alerts in the reader's scope with all that was known of them when they were enriched (design rule 6), in the order of the
 * names; those that are not there, or not to be seen, are left out. `catalogs` are the catalogues whose matches are wanted.
 */
export async function readEnrichedAlerts(
	store: Store,
	scope: AccessScope,
	names: readonly AlertName[],
	catalogs: readonly string[],
	options: QueryOptions = {},
): Promise<EnrichedAlert[]> {
	if (names.length === 0) return [];
	const params = byPlace(names);
	const queries = recordsSql({ where: 'survey IN {surveys:Array(String)} AND alert_id IN {ids:Array(UInt64)}' });
	const bound = { ...params, fCatalogs: [...catalogs], fSurveys: SURVEYS.map(({ name }) => name) };
	const lists = async (name: RecordName): Promise<Map<string, readonly unknown[]>> => {
		const sql = render(queries[name], scope);
		const rows = await store.query<ListRow>(sql, bound, options);
		return new Map(rows.map((row) => [`${row.survey} ${row.alertId} ${row.writer} ${row.number}`, row.list]));
	};
	const [rows, points, matches, runs, scores, associations] = await Promise.all([
		store.query<Record<string, unknown>>(render(enrichedAlertsSql, scope), params, options),
		lists('points'),
		lists('matches'),
		lists('runs'),
		lists('scores'),
		lists('associations'),
	]);
	const found = new Map<string, EnrichedAlert>();
	for (const row of rows) {
		const survey = findSurvey(String(row['survey']));
		if (survey === undefined) continue;
		const name = `${survey.name} ${String(row['alert_id'])}`;
		const key = `${name} ${String(row['writer'])} ${String(row['number'])}`;
		found.set(name, {
			alert: alertOf(row, survey),
			curve: ((points.get(key) ?? []) as readonly PointTuple[]).map(pointOf),
			features: Float64Array.from(FEATURES, (feature) => storedFeature(row, feature)),
			featureVersion: String(row['feature_version']),
			featureReason: String(row['feature_reason']),
			matches: ((matches.get(key) ?? []) as readonly MatchTuple[]).map(matchOf),
			runs: ((runs.get(key) ?? []) as readonly RunTuple[]).map(([catalog, release, state, radiusArcsec, reason]) => ({
				...{ catalog, release, state, radiusArcsec, reason },
			})),
			associations: ((associations.get(key) ?? []) as readonly AssociationTuple[]).map(associationOf),
			scores: ((scores.get(key) ?? []) as readonly ScoreTuple[]).map(
				([model, version, label, score, state, reason]) => ({
					...{ model, version, label, state, reason },
					score: single(score),
				}),
			),
			classification: {
				class: String(row['class']),
				score: single(row['class_score'] as Number),
				model: String(row['class_model']),
			},
		});
	}
	return names.flatMap(({ survey, alertId }) => found.get(`${survey} ${alertId}`) ?? []);
}

/** Names of recent alerts to try filters on: the newest of an object, from a night on, evenly over surveys and classes. */
export async function readSampleNames(
	store: Store,
	scope: AccessScope,
	{
		from,
		each,
		most,
		watermark,
	}: { readonly from: string; readonly each: number; readonly most: number; readonly watermark: Watermark },
	options: QueryOptions = {},
): Promise<AlertName[]> {
	const published = publishedBy(watermark);
	const rows = await store.query<{ survey: string; alertId: string }>(
		render(filterSampleSql, scope, { published: published.sql }),
		{ from, each, most, ...published.params },
		options,
	);
	return rows.map(({ survey, alertId }) => ({ survey, alertId: BigInt(alertId) }));
}
