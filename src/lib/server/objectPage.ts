import { readAlert, readObjectAlertsWithNotes } from '#clickhouse/read/alerts.ts';
import { readCatalogs } from '#clickhouse/read/catalogs.ts';
import { readLightCurve } from '#clickhouse/read/lightCurve.ts';
import { readAssociations, readCrossmatches } from '#clickhouse/read/objectMatches.ts';
import { readObject, summaryOfAlerts, type ObjectKey } from '#clickhouse/read/objects.ts';
import { readNeighbours } from '#clickhouse/read/fewObjects.ts';
import { newestScores, readFirstScores, readScores } from '#clickhouse/read/scores.ts';
import { withImages, type PointNote } from '#lib/alert/images.ts';
import type { SourcedPoint } from '#lib/alert/lightCurve.ts';
import type { Catalog } from '#lib/alert/catalog.ts';
import { describedColumns, nearestFirst, type DescribedColumns, type ObjectMatches } from '#lib/alert/matches.ts';
import type { ObjectSummary } from '#lib/alert/object.ts';
import type { AlertDetail, AlertRow, FirstScore, Neighbour, ObjectAssociation, ShownScore } from '#lib/alert/views.ts';
import { constellationAt } from '#lib/astro/constellations.ts';
import { ipixOf } from '#lib/astro/healpix.ts';
import { briefly } from '#clickhouse/read/brief.ts';
import type { QueryOptions } from '#clickhouse/store.ts';

const NEIGHBOUR_RADIUS_ARCSEC = 60;
/** Objects of other surveys so near are the same source, most likely; their points join the plot. */
export const TWIN_ARCSEC = 2;
const MOST_TWINS = 4;
/** Everything here is read by the key of one object or a few. */
const LOOK_UP = { lookUp: true } as const;

/** They change once in a while. */
const catalogsLoaded = briefly<readonly Catalog[]>({ holdMs: 2000 });

/** All that the object page shows, now or as it was known at a time. */
export interface ObjectPage {
	readonly summary: ObjectSummary;
	readonly points: SourcedPoint[];
	/** Newest first. */
	readonly alerts: AlertRow[];
	readonly newest: AlertDetail;
	/** Within an arcminute, nearest first. */
	readonly neighbours: Neighbour[];
	/** Objects of other surveys at the same place: neighbours all of them. */
	readonly associations: ObjectAssociation[];
	readonly matches: ObjectMatches;
	/** Of the catalogues that matched. */
	readonly matchColumns: DescribedColumns;
	/** Of every alert, in the order of time, models and labels. */
	readonly scores: readonly ShownScore[];
	/** When each version of a model first scored it, oldest first. */
	readonly firstScores: readonly FirstScore[];
	/** The last of each model and label. */
	readonly newestScores: readonly ShownScore[];
	readonly constellation: string;
	/** UTC, ISO 8601; null = now. */
	readonly asOf: string | null;
}

type Locals = Pick<App.Locals, 'store' | 'scope'>;

/** Points of the object, and with them those that other surveys have of what is at its place, in time order. */
async function withTwins(
	own: readonly SourcedPoint[],
	object: ObjectKey,
	neighbours: readonly Neighbour[],
	curveOf: (object: ObjectKey) => Promise<SourcedPoint[]>,
): Promise<SourcedPoint[]> {
	const twins = neighbours
		.filter((one) => one.object.survey !== object.survey && one.sepArcsec <= TWIN_ARCSEC && one.object.ssoName === null)
		.slice(0, MOST_TWINS);
	if (twins.length === 0) return [...own];
	const others = await Promise.all(twins.map((one) => curveOf(one.object)));
	return [own, ...others].flat().sort((a, b) => a.mjd - b.mjd);
}

/** One object now, or as it was known at a time; null when the reader can see no such object, or none was known then. */
export async function readObjectAsOf(
	{ store, scope }: Locals,
	object: ObjectKey,
	{ known, ...options }: QueryOptions & { readonly known?: string },
): Promise<ObjectSummary | null> {
	if (known === undefined) return readObject(store, scope, object, options);
	const { survey, objectId } = object;
	const { rows } = await readObjectAlertsWithNotes(store, scope, survey, objectId, { known, ...options });
	return summaryOfAlerts(rows);
}

/** Reads the object page; null when the reader can see no such object, or none was known at that time. */
export async function readObjectPage(
	locals: Locals,
	object: ObjectKey,
	asOf: string | null = null,
): Promise<ObjectPage | null> {
	const { store, scope } = locals;
	const known = asOf ?? undefined;
	const then = known === undefined ? LOOK_UP : { known, ...LOOK_UP };
	const alertsOf = ({ survey, objectId }: ObjectKey) => readObjectAlertsWithNotes(store, scope, survey, objectId, then);
	/** With the light of its images, as its alerts have it. */
	const curveOf = async (
		{ survey, objectId }: ObjectKey,
		ownNotes?: Promise<readonly PointNote[]>,
	): Promise<SourcedPoint[]> => {
		const asOfThen = known === undefined ? {} : { time: known };
		const [points, notes] = await Promise.all([
			readLightCurve(store, scope, { survey, objectId }, { asOf: asOfThen, ...LOOK_UP }),
			ownNotes ?? alertsOf({ survey, objectId }).then((read) => read.notes),
		]);
		return withImages(points, notes);
	};
	// whoever asks for what is not there asks the store two questions, not ten; where it is there, the shorter answer is enough to ask on
	const read = alertsOf(object);
	// it is awaited below, unless another question fails first
	read.catch(() => undefined);
	const summary =
		known === undefined ? await readObject(store, scope, object, LOOK_UP) : summaryOfAlerts((await read).rows);
	if (summary === null) return null;
	const { ra, dec, lastAlertId } = summary;
	const loadedNow = catalogsLoaded(store, [], () => readCatalogs(store, LOOK_UP));
	const place = { ra, dec, radiusArcsec: NEIGHBOUR_RADIUS_ARCSEC, except: object };
	const [{ rows: alerts }, own, scores, firstScores, newestStored, neighbours, runs, associated] = await Promise.all([
		read,
		curveOf(
			object,
			read.then(({ notes }) => notes),
		),
		read.then(({ rows }) => readScores(store, scope, object, { ...then, alerts: rows })),
		readFirstScores(store, scope, object, then),
		readAlert(store, scope, object.survey, BigInt(lastAlertId), { pixel: ipixOf(29, ra, dec), scores: [] }),
		readNeighbours(store, scope, { ...place, ...(known === undefined ? {} : { known }) }, LOOK_UP),
		readCrossmatches(store, scope, object, { ...then, loadedNow }),
		readAssociations(store, scope, object, then),
	]);
	if (newestStored === null) return null;
	const newest = { ...newestStored, scores: scores.filter(({ alertId }) => alertId === lastAlertId) };
	const readable = new Set(alerts.map(({ alertId }) => alertId));
	// an association may name an object that this reader must not see: only those that a read of its own found
	const visible = new Set(neighbours.map(({ object: other }) => `${other.survey}/${other.objectId}`));
	return {
		summary,
		points: await withTwins(own, object, neighbours, curveOf),
		alerts,
		newest,
		neighbours,
		associations: associated.filter((one) => visible.has(`${one.survey}/${one.objectId}`)),
		matches: { runs, matches: nearestFirst(runs) },
		matchColumns: describedColumns(runs, await loadedNow),
		scores,
		firstScores: firstScores.filter(({ alertId }) => readable.has(alertId)),
		newestScores: newestScores(scores),
		constellation: constellationAt(summary.ra, summary.dec).name,
		asOf,
	};
}
