import { error } from '@sveltejs/kit';
import { readAlert, searchAlerts } from '#clickhouse/read/alerts.ts';
import { readSparklines } from '#clickhouse/read/lightCurve.ts';
import { nightsBefore, readNewestMoment, readNewestNight, readNights } from '#clickhouse/read/nights.ts';
import { searchObjects } from '#clickhouse/read/searchObjects.ts';
import {
	type PhaseGeometry,
	readPhaseGeometry,
	readPredictions,
	readSolarSystemAlerts,
} from '#clickhouse/read/solarSystem.ts';
import { readStatus } from '#clickhouse/read/status.ts';
import type { Catalog } from '#lib/alert/catalog.ts';
import type { AccessScope, ObjectSummary } from '#lib/alert/object.ts';
import type { Prediction } from '#lib/alert/prediction.ts';
import { understandText } from '#lib/alert/searchText.ts';
import { momentFrom } from '#lib/alert/timeText.ts';
import type {
	AlertDetail,
	AlertRow,
	ModelView,
	NightCount,
	Page,
	SearchQuery,
	Sparkline,
	Status,
	Tonight,
} from '#lib/alert/views.ts';
import { StoreError } from '#clickhouse/store.ts';
import type { KeysetPage } from '#clickhouse/read/keysetPage.ts';
import { storeProblem } from './answer.ts';
import { briefly } from '#clickhouse/read/brief.ts';
import { listCatalogs, readCatalogView, type CatalogView } from './catalogView.ts';
import { readObjectPage, type ObjectPage } from './objectPage.ts';
import { openKeyset, sealCursor } from './cursor.ts';
import { readModelViews } from './models.ts';
import { nightAsked } from './nightAsked.ts';
import { pageSearchSchema, readQuery, searchFrom, sortFrom } from './params.ts';
import { ProblemError } from './problem.ts';
import { readText } from './searchText.ts';
import { readTonightView } from './tonight.ts';
import { FLAG_COLUMNS } from '#clickhouse/read/moreColumns.ts';
import type { MoreHead, MoreValues } from '#lib/alert/moreColumns.ts';
import { headsOf, moreColumns, requireSortable, withMore } from './moreColumns.ts';
import { version } from './version.ts';
import { narrowed } from './filters/inFilter.ts';
import { without } from './without.ts';

/** What the pages get: the functions below are all that a route of the portal calls. */
export type PortalLocals = Pick<App.Locals, 'store' | 'scope' | 'operator' | 'cursorKey' | 'config' | 'principal'>;

/** What the search page shows. */
export interface SearchView {
	readonly query: SearchQuery;
	readonly understood: {
		readonly text: string;
		readonly parts: readonly { readonly label: string; readonly value: string }[];
		/** Each in a sentence; where there is one, nothing matches. */
		readonly problems: readonly string[];
		/** A name that nothing here has and SIMBAD may be asked for, else null. */
		readonly unknownName: string | null;
	};
	/** The newest night in scope (YYYY-MM-DD) and its newest alert (MJD TAI), where windows of time end; null when there is none. */
	readonly newest: { readonly night: string | null; readonly mjd: number | null };
	readonly page: Page<((ObjectSummary & { sepArcsec?: number }) | AlertRow) & { readonly more?: MoreValues }>;
	/** Columns that the address adds. */
	readonly more: readonly MoreHead[];
	/** Why the rows are not sorted as the address asks, in a sentence; '' where they are. */
	readonly sortProblem: string;
	/** Of the objects of the page, in their order; none for alerts, but on cards. */
	readonly sparklines: readonly Sparkline[];
	/** Path of the one thing that the text names, else null. */
	readonly goTo: string | null;
}

// what several readers look at in the same moment is read once; their scope is part of the question
const HOLD_MS = 1000;
const objectPages = briefly<ObjectPage | null>({ holdMs: HOLD_MS });
const alertPages = briefly<AlertDetail | null>({ holdMs: HOLD_MS });
const searchPages = briefly<SearchPage>({ holdMs: HOLD_MS });
const newestMoments = briefly<SearchView['newest']>({ holdMs: HOLD_MS });
const statusPages = briefly<Status>({ holdMs: HOLD_MS });

/** Runs what a page needs; a problem becomes the error page with its sentence. */
export async function forPage<Result>(load: () => Promise<Result>): Promise<Result> {
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

async function getAlert(locals: PortalLocals, survey: string, alertId: string): Promise<AlertDetail | null> {
	if (!/^\d{1,20}$/.test(alertId) || BigInt(alertId) >= 2n ** 64n) return null;
	const { store, scope } = locals;
	return alertPages(store, [scope, survey, alertId], () => readAlert(store, scope, survey, BigInt(alertId)));
}

/** What a cursor of a search is bound to: a cursor of another search or scope is refused. */
export function searchPurpose(query: SearchQuery, scope: AccessScope): string {
	return JSON.stringify([scope, without(query, 'cursor', 'limit', 'members')], (_, value: unknown) =>
		typeof value === 'bigint' ? `${value}` : value,
	);
}

type SearchPage = Page<ObjectSummary & { sepArcsec?: number }> | Page<AlertRow>;

/** One page of a search with its cursors opened and sealed. */
export async function searchPage(locals: PortalLocals, query: SearchQuery, signal?: AbortSignal): Promise<SearchPage> {
	// a list that its reader changes is read anew
	if (query.members !== undefined) return readSearchPage(locals, query, signal);
	return searchPages(locals.store, [locals.scope, query], (ending) => readSearchPage(locals, query, ending), signal);
}

async function readSearchPage(
	locals: PortalLocals,
	query: SearchQuery,
	signal: AbortSignal | undefined,
): Promise<SearchPage> {
	const purpose = searchPurpose(query, locals.scope);
	const after = query.cursor === undefined ? {} : { after: openKeyset(locals.cursorKey, purpose, query.cursor) };
	if (query.cursor === undefined) await requireSortable(locals, query, signal);
	const options = { ...after, ...(signal === undefined ? {} : { signal }) };
	const sealed = <Row>({ next, ...page }: KeysetPage<Row>): Page<Row> => ({
		...page,
		nextCursor: next === null ? null : sealCursor(locals.cursorKey, purpose, next),
	});
	return query.kind === 'objects'
		? sealed(await searchObjects(locals.store, locals.scope, query, options))
		: sealed(await searchAlerts(locals.store, locals.scope, query, options));
}

async function readNewest({ store, scope }: PortalLocals): Promise<SearchView['newest']> {
	const night = await readNewestNight(store, scope);
	return { night, mjd: await readNewestMoment(store, scope, night) };
}

const NOTHING_FOUND: SearchPage = { rows: [], total: 0, nextCursor: null, elapsedMs: 0, rowsRead: 0 };

/** A page sorted as it was asked; where an added column cannot sort so many, in the usual order and with the reason. */
async function sortedPage(
	locals: PortalLocals,
	query: SearchQuery,
): Promise<{ readonly query: SearchQuery; readonly sortProblem: string; readonly found: SearchPage }> {
	try {
		return { query, sortProblem: '', found: await searchPage(locals, query) };
	} catch (failure) {
		const isSort =
			failure instanceof ProblemError && failure.problem.errors?.some(({ parameter }) => parameter === 'sort') === true;
		if (!isSort || typeof query.sort === 'string') throw failure;
		const usual = { ...query, ...sortFrom(undefined, query.cone !== undefined) };
		return { query: usual, sortProblem: failure.problem.detail, found: await searchPage(locals, usual) };
	}
}

async function getSearch(locals: PortalLocals, url: URL): Promise<SearchView> {
	// the columns and the look of the rows, and whom to ask for a name, are the page's own affair
	const asked = new URL(url);
	for (const name of ['col', 'view', 'ask']) asked.searchParams.delete(name);
	// times of the form that could not be read stay in the address, to be put right
	const unread = (['timeFrom', 'timeTo'] as const).flatMap((name) => {
		const read = momentFrom(asked.searchParams.get(name) || '0', name === 'timeTo');
		asked.searchParams.delete(name);
		return read.kind === 'unread' ? [read.problem] : [];
	});
	const { q = '', kind, more: names, ...given } = readQuery(pageSearchSchema, asked);
	const isCards = url.searchParams.get('view') === 'cards';
	const newest = await newestMoments(locals.store, [locals.scope], () => readNewest(locals));
	const text = await readText(locals, understandText(q, newest.night, newest.mjd));
	const { conditions: inText, parts, goTo, hasRows } = text;
	// a simulated sky has nothing where SIMBAD has something
	const asksSimbad = locals.config.simbadUrl !== null && locals.scope.origin === 'real';
	const unknownName = asksSimbad ? text.unknownName : null;
	const problems = [...text.problems, ...unread];
	const fromUrl = searchFrom({ ...given, sort: undefined }, kind);
	const conditions = {
		...inText,
		...without(fromUrl, 'kind', 'sort', 'descending', 'limit', 'cursor'),
	};
	const whole: SearchQuery = {
		...conditions,
		kind,
		...sortFrom(given.sort, conditions.cone !== undefined),
		limit: given.limit,
		...(given.cursor === undefined ? {} : { cursor: given.cursor }),
	};
	const narrow = await narrowed(locals, whole).catch((failure: unknown) => {
		// of a word in the box it is said beside the box
		if (!(failure instanceof ProblemError) || inText.filter === undefined || given.filter !== undefined) throw failure;
		problems.push(failure.problem.detail);
		return narrowed(locals, without(whole, 'filter'));
	});
	// a text that was not understood matches nothing rather than everything
	const nothing = problems.length > 0 || !hasRows;
	const more = await moreColumns(locals, names);
	const read = isCards ? { ...more, fields: [...new Set([...more.fields, ...FLAG_COLUMNS])] } : more;
	const { query, sortProblem, found } = nothing
		? { query: narrow, sortProblem: '', found: NOTHING_FOUND }
		: await sortedPage(locals, narrow);
	const page: SearchView['page'] = nothing ? NOTHING_FOUND : await withMore(locals, found, read);
	const sparklines =
		isCards || query.kind === 'objects' ? await readSparklines(locals.store, locals.scope, page.rows) : [];
	const understood = { text: q, parts, problems, unknownName };
	return { query, understood, newest, page, more: headsOf(more), sortProblem, sparklines, goTo };
}

/** What the status page shows; raw status only for the operator. */
export async function readStatusOf(locals: PortalLocals, signal?: AbortSignal): Promise<Status> {
	const options = { version, operator: locals.operator };
	return statusPages(
		locals.store,
		[locals.scope, locals.operator],
		(ending) => readStatus(locals.store, locals.scope, { ...options, signal: ending }),
		signal,
	);
}

/** The Tonight page: the newest night with alerts in scope, or the one asked for (YYYY-MM-DD); at most two seconds old. */
export async function loadTonight(locals: PortalLocals, night?: string): Promise<Tonight> {
	return forPage(() => readTonightView(locals, night));
}

/** All that the object page shows, now or as it was known at a time (ISO 8601); null when the reader can see no such object. */
export async function loadObject(
	locals: PortalLocals,
	survey: string,
	objectId: string,
	asOf: string | null = null,
): Promise<ObjectPage | null> {
	const { store, scope } = locals;
	return forPage(() =>
		objectPages(store, [scope, survey, objectId, asOf], () => readObjectPage(locals, { survey, objectId }, asOf)),
	);
}

/**
 * Alerts of a solar-system object by its designation in any spelling, newest first, and the names that they carry, that of most alerts
 * first; none where nothing has that name.
 */
export async function loadSolarSystemObject(
	{ store, scope }: PortalLocals,
	designation: string,
): Promise<{ alerts: AlertRow[]; geometry: PhaseGeometry[]; predictions: Prediction[]; names: string[] }> {
	return forPage(async () => {
		const [alerts, geometry, predictions] = await Promise.all([
			readSolarSystemAlerts(store, scope, designation),
			readPhaseGeometry(store, scope, designation),
			readPredictions(store, scope, designation),
		]);
		return { alerts, geometry, predictions, names: namesByUse(alerts) };
	});
}

/** Names of bodies that alerts carry, those of most alerts first. */
function namesByUse(alerts: readonly AlertRow[]): string[] {
	const uses = new Map<string, number>();
	for (const { ssoName } of alerts) if (ssoName !== null) uses.set(ssoName, (uses.get(ssoName) ?? 0) + 1);
	return [...uses].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name]) => name);
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

/** What the sky page shows before its script runs. */
export interface SkyView {
	/** Newest night with alerts in scope; null when the store is empty. */
	readonly newest: string | null;
	/** Inclusive nights shown. */
	readonly nightFrom: string;
	readonly nightTo: string;
	readonly nights: readonly NightCount[];
	/** The newest alerts of those nights. */
	readonly rows: readonly AlertRow[];
	readonly total: number;
}

const SKY_ROWS = 40;
const SKY_NIGHTS = 400;

async function getSky(locals: PortalLocals, url: URL): Promise<SkyView> {
	const [one, last, first] = [nightAsked(url, 'night'), nightAsked(url, 'nightTo'), nightAsked(url, 'nightFrom')];
	const newest = await readNewestNight(locals.store, locals.scope);
	const nightTo = one ?? last ?? newest ?? '1970-01-01';
	const from = one ?? first ?? nightTo;
	const nightFrom = from > nightTo ? nightTo : from;
	const query: SearchQuery = {
		kind: 'alerts',
		nightFrom,
		nightTo,
		sort: 'mjd',
		descending: true,
		limit: SKY_ROWS,
	};
	const [nights, page] = await Promise.all([
		readNights(locals.store, locals.scope, {
			from: nightsBefore(newest === null || nightFrom < newest ? nightFrom : newest, SKY_NIGHTS),
			limit: 10_000,
		}),
		searchAlerts(locals.store, locals.scope, query),
	]);
	return { newest, nightFrom, nightTo, nights, rows: page.rows, total: page.total };
}

/** The sky page: all nights, and the newest alerts of those that the address names (the newest night unless told). */
export async function loadSky(locals: PortalLocals, url: URL): Promise<SkyView> {
	return forPage(() => getSky(locals, url));
}

/** The models with their cards and what they gave to alerts in scope. */
export async function loadModels(locals: Pick<App.Locals, 'store' | 'scope' | 'config'>): Promise<ModelView[]> {
	return forPage(() => readModelViews(locals));
}

/** The catalogues that alerts of the reader's sky are matched with. */
export async function loadCatalogs(locals: PortalLocals): Promise<Catalog[]> {
	return forPage(() => listCatalogs(locals));
}

/** One catalogue with a sample, or its sources around the place asked for; null where it is not loaded. */
export async function loadCatalog(locals: PortalLocals, name: string, url: URL): Promise<CatalogView | null> {
	return forPage(() => readCatalogView(locals, name, url));
}
