import { error } from '@sveltejs/kit';
import { findAlerts, readAlert, readObjectAlerts, searchAlerts } from '#clickhouse/read/alerts.ts';
import { readLightCurve, readSparklines } from '#clickhouse/read/lightCurve.ts';
import { readNewestNight } from '#clickhouse/read/nights.ts';
import { findObjects, readNeighbours, readObject, searchObjects } from '#clickhouse/read/objects.ts';
import { readStatus } from '#clickhouse/read/status.ts';
import { alertPath, objectPath } from '#lib/alert/address.ts';
import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import type { AccessScope, ObjectSummary } from '#lib/alert/object.ts';
import { understandText, type UnderstoodText } from '#lib/alert/searchText.ts';
import type {
	AlertDetail,
	AlertRow,
	Neighbour,
	Page,
	SearchQuery,
	Sparkline,
	Status,
	Tonight,
} from '#lib/alert/views.ts';
import { StoreError } from '#clickhouse/store.ts';
import type { KeysetPage } from '#clickhouse/read/alerts.ts';
import { storeProblem } from './answer.ts';
import { openKeyset, sealCursor } from './cursor.ts';
import { pageSearchSchema, readQuery, searchFrom, sortFrom } from './params.ts';
import { ProblemError } from './problem.ts';
import { readTonightView } from './tonight.ts';
import { version } from './version.ts';
import { without } from './without.ts';

/** What the pages get: the functions below are all that a route of the portal calls. */
export type PortalLocals = Pick<App.Locals, 'store' | 'scope' | 'operator' | 'cursorKey'>;

const NEIGHBOUR_RADIUS_ARCSEC = 60;

/** What the object page shows. */
export interface ObjectPage {
	readonly summary: ObjectSummary;
	readonly points: ShownPoint[];
	/** Newest first. */
	readonly alerts: AlertRow[];
	readonly newest: AlertDetail;
	/** Within an arcminute, nearest first. */
	readonly neighbours: Neighbour[];
}

/** What the search page shows. */
export interface SearchView {
	readonly query: SearchQuery;
	readonly understood: {
		readonly text: string;
		readonly parts: readonly { readonly label: string; readonly value: string }[];
		/** Each in a sentence; where there is one, nothing matches. */
		readonly problems: readonly string[];
	};
	readonly page: Page<ObjectSummary & { sepArcsec?: number }> | Page<AlertRow>;
	/** Of the objects of the page, in their order; none for alerts. */
	readonly sparklines: readonly Sparkline[];
	/** Path of the one thing that the text names, else null. */
	readonly goTo: string | null;
}

/** Runs what a page needs; a problem becomes the error page with its sentence. */
async function forPage<Result>(load: () => Promise<Result>): Promise<Result> {
	try {
		return await load();
	} catch (failure) {
		if (failure instanceof ProblemError) error(failure.problem.status, { message: failure.problem.detail });
		if (failure instanceof StoreError) {
			console.error('The store refused a page:', failure.message);
			const problem = storeProblem(failure);
			error(problem.status, { message: problem.detail });
		}
		throw failure;
	}
}

async function getObject(locals: PortalLocals, survey: string, objectId: string): Promise<ObjectPage | null> {
	const { store, scope } = locals;
	const object = { survey, objectId };
	const [summary, points, alerts] = await Promise.all([
		readObject(store, scope, object),
		readLightCurve(store, scope, object),
		readObjectAlerts(store, scope, survey, objectId),
	]);
	if (summary === null) return null;
	const [newest, neighbours] = await Promise.all([
		readAlert(store, scope, survey, BigInt(summary.lastAlertId)),
		readNeighbours(store, scope, {
			ra: summary.ra,
			dec: summary.dec,
			radiusArcsec: NEIGHBOUR_RADIUS_ARCSEC,
			except: object,
		}),
	]);
	return newest === null ? null : { summary, points, alerts, newest, neighbours };
}

async function getAlert(locals: PortalLocals, survey: string, alertId: string): Promise<AlertDetail | null> {
	if (!/^\d{1,20}$/.test(alertId) || BigInt(alertId) >= 2n ** 64n) return null;
	return readAlert(locals.store, locals.scope, survey, BigInt(alertId));
}

/** What a cursor of a search is bound to: a cursor of another search or scope is refused. */
export function searchPurpose(query: SearchQuery, scope: AccessScope): string {
	return JSON.stringify([scope, without(query, 'cursor', 'limit')], (_, value: unknown) =>
		typeof value === 'bigint' ? `${value}` : value,
	);
}

/** One page of a search with its cursors opened and sealed. */
export async function searchPage(
	locals: PortalLocals,
	query: SearchQuery,
	signal?: AbortSignal,
): Promise<Page<ObjectSummary & { sepArcsec?: number }> | Page<AlertRow>> {
	const purpose = searchPurpose(query, locals.scope);
	const after = query.cursor === undefined ? {} : { after: openKeyset(locals.cursorKey, purpose, query.cursor) };
	const options = { ...after, ...(signal === undefined ? {} : { signal }) };
	const sealed = <Row>({ next, ...page }: KeysetPage<Row>): Page<Row> => ({
		...page,
		nextCursor: next === null ? null : sealCursor(locals.cursorKey, purpose, next),
	});
	return query.kind === 'objects'
		? sealed(await searchObjects(locals.store, locals.scope, query, options))
		: sealed(await searchAlerts(locals.store, locals.scope, query, options));
}

/** Where the text leads when it names exactly one thing we know. */
async function oneThing(locals: PortalLocals, text: UnderstoodText): Promise<string | null> {
	const [first] = text.objects;
	const [objects, alerts] = await Promise.all([
		first === undefined
			? []
			: findObjects(
					locals.store,
					locals.scope,
					first.objectId,
					text.objects.map((object) => object.survey),
				),
		text.alertId === null ? [] : findAlerts(locals.store, locals.scope, text.alertId),
	]);
	const paths = [...objects.map(objectPath), ...alerts.map(alertPath)];
	return paths.length === 1 ? (paths[0] ?? null) : null;
}

/** The conditions of a text that holds an id: an object's, or an alert's where no object has it. */
async function idConditions(locals: PortalLocals, text: UnderstoodText): Promise<Partial<SearchQuery>> {
	const [object] = text.objects;
	if (object !== undefined) {
		const surveys = text.objects.map((entry) => entry.survey);
		const known = await findObjects(locals.store, locals.scope, object.objectId, surveys);
		if (known.length > 0 || text.alertId === null) return { objectId: object.objectId };
	}
	return text.alertId === null ? {} : { alertId: text.alertId };
}

async function getSearch(locals: PortalLocals, url: URL): Promise<SearchView> {
	const { q = '', kind, ...given } = readQuery(pageSearchSchema, url);
	const newestNight = q === '' ? null : await readNewestNight(locals.store, locals.scope);
	const text = understandText(q, newestNight);
	const named = text.objects.length > 0 || text.alertId !== null;
	const fromUrl = searchFrom({ ...given, sort: undefined }, kind);
	const conditions = {
		...text.conditions,
		...(named ? await idConditions(locals, text) : {}),
		...without(fromUrl, 'kind', 'sort', 'descending', 'limit', 'cursor'),
	};
	const query: SearchQuery = {
		...conditions,
		kind,
		...sortFrom(given.sort, conditions.cone !== undefined),
		limit: given.limit,
		...(given.cursor === undefined ? {} : { cursor: given.cursor }),
	};
	// a text that was not understood matches nothing rather than everything
	const nothing = text.problems.length > 0;
	const [page, goTo] = await Promise.all([
		nothing ? { rows: [], total: 0, nextCursor: null, elapsedMs: 0, rowsRead: 0 } : searchPage(locals, query),
		named ? oneThing(locals, text) : null,
	]);
	const sparklines = query.kind === 'objects' ? await readSparklines(locals.store, locals.scope, page.rows) : [];
	return { query, understood: { text: q, parts: text.parts, problems: text.problems }, page, sparklines, goTo };
}

/** What the status page shows; raw status only for the operator. */
export async function readStatusOf(locals: PortalLocals, signal?: AbortSignal): Promise<Status> {
	const options = { version, operator: locals.operator, ...(signal === undefined ? {} : { signal }) };
	return readStatus(locals.store, locals.scope, options);
}

/** The Tonight page: the newest night with alerts in scope, or the one asked for (YYYY-MM-DD); at most two seconds old. */
export async function loadTonight(locals: PortalLocals, night?: string): Promise<Tonight> {
	return forPage(() => readTonightView(locals, night));
}

/** All that the object page shows; null when the reader can see no such object. */
export async function loadObject(locals: PortalLocals, survey: string, objectId: string): Promise<ObjectPage | null> {
	return forPage(() => getObject(locals, survey, objectId));
}

/** One alert with every field; null when the reader can see no such alert or the id is none. */
export async function loadAlert(locals: PortalLocals, survey: string, alertId: string): Promise<AlertDetail | null> {
	return forPage(() => getAlert(locals, survey, alertId));
}

/** The search page: the text of the box (`q`) understood, conditions of the URL on top of it, one page of rows, their sparklines. */
export async function loadSearch(locals: PortalLocals, url: URL): Promise<SearchView> {
	return forPage(() => getSearch(locals, url));
}

/** What the status page shows; raw status only for the operator. */
export async function loadStatus(locals: PortalLocals): Promise<Status> {
	return forPage(() => readStatusOf(locals));
}
