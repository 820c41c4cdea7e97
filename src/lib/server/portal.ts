import { findAlerts, readAlert, readObjectAlerts, searchAlerts } from '#clickhouse/read/alerts.ts';
import { readLightCurve, readSparklines } from '#clickhouse/read/lightCurve.ts';
import {
	readDelays,
	readNewestNight,
	readNewObjects,
	readNightHistogram,
	readNightObjects,
	readNights,
	nightsBefore,
} from '#clickhouse/read/nights.ts';
import { findObjects, readNeighbours, readObject, searchObjects, summarise } from '#clickhouse/read/objects.ts';
import { readDeadLetters, readStatus } from '#clickhouse/read/status.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import type { AccessScope, ObjectSummary } from '#lib/alert/object.ts';
import { understandText, type UnderstoodText } from '#lib/alert/searchText.ts';
import { isStar, rankPicks, TONIGHT_LIMITS } from '#lib/alert/tonight.ts';
import type {
	AlertDetail,
	AlertRow,
	Neighbour,
	Page,
	SearchQuery,
	Sparkline,
	Status,
	Tonight,
	TonightPick,
} from '#lib/alert/views.ts';
import type { Store } from '#clickhouse/store.ts';
import type { KeysetPage } from '#clickhouse/read/alerts.ts';
import { openKeyset, sealCursor } from './cursor.ts';
import { pageSearchSchema, readQuery, searchFrom, sortFrom } from './params.ts';
import { version } from './version.ts';

/** What the pages get: the functions below are all that a route of the portal calls. */
export type PortalLocals = Pick<App.Locals, 'store' | 'scope' | 'operator' | 'cursorKey'>;

const TONIGHT_HOLD_MS = 2000;
const PICKS = 12;
const CANDIDATES = 200;
const NEIGHBOUR_RADIUS_ARCSEC = 60;

const tonightMemory = new Map<string, { at: number; value: Promise<Omit<Tonight, 'cursor'>>; store: Store }>();

/** Purpose of the cursor of the live stream, bound to the scope it was read in. */
export function streamPurpose(scope: AccessScope): string {
	return `stream ${JSON.stringify(scope)}`;
}

async function readPicks(store: Store, scope: AccessScope, night: string): Promise<TonightPick[]> {
	const { keys, rows } = await readNewObjects(store, scope, {
		night,
		maxAgeDays: TONIGHT_LIMITS.maxAgeDays,
		minReliability: TONIGHT_LIMITS.minReliability,
		limit: CANDIDATES,
	});
	const notStars = new Set(rows.filter((row) => !isStar(row)).map((row) => `${row.survey}/${row.objectId}`));
	// the store orders by brightness within those seen twice: the best of the rank are among the first few dozen
	const kept = keys.filter((key) => notStars.has(`${key.survey}/${key.objectId}`)).slice(0, 5 * PICKS);
	const [objects, sparklines] = await Promise.all([
		summarise(store, scope, kept),
		readSparklines(store, scope, kept, { points: 40 }),
	]);
	const curves = new Map(sparklines.map((curve) => [`${curve.survey}/${curve.objectId}`, curve]));
	const candidates = objects.map((object) => ({
		object,
		sparkline: curves.get(`${object.survey}/${object.objectId}`) ?? {
			survey: object.survey,
			objectId: object.objectId,
			points: [],
		},
	}));
	return rankPicks(candidates, PICKS);
}

async function readTonight(locals: PortalLocals, asked: string | undefined): Promise<Omit<Tonight, 'cursor'>> {
	const { store, scope } = locals;
	const [newest, watermark] = await Promise.all([readNewestNight(store, scope), readWatermark(store)]);
	const night = asked ?? newest;
	const deadLetters = locals.operator ? (await readDeadLetters(store)).reduce((sum, row) => sum + row.count, 0) : 0;
	if (night === null) {
		return {
			origin: scope.origin,
			night: null,
			counts: [],
			histograms: [],
			newest: [],
			picks: [],
			pastNights: [],
			delay: { medianSeconds: null, p95Seconds: null },
			deadLetters,
		};
	}
	const ofNight: SearchQuery = {
		kind: 'alerts',
		nightFrom: night,
		nightTo: night,
		sort: 'mjd',
		descending: true,
		limit: 30,
	};
	const [nights, objects, histograms, alerts, picks, delays] = await Promise.all([
		readNights(store, scope, { from: nightsBefore(newest ?? night, 59), to: newest ?? night }),
		readNightObjects(store, scope, night),
		readNightHistogram(store, scope, night),
		searchAlerts(store, scope, ofNight),
		readPicks(store, scope, night),
		readDelays(store, scope, watermark),
	]);
	// an archive that is read today says nothing about how fast a stream arrives
	const live = delays.filter((delay) => delay.stage === 'exposure to known' && delay.p50 > 0 && delay.p50 < 86_400);
	const busiest = live.sort((a, b) => b.alerts - a.alerts)[0];
	return {
		origin: scope.origin,
		night,
		counts: nights
			.filter((count) => count.night === night)
			.map((count) => ({ ...count, objects: objects.get(count.survey) ?? 0 })),
		histograms,
		newest: alerts.rows,
		picks,
		pastNights: nights,
		delay: { medianSeconds: busiest?.p50 ?? null, p95Seconds: busiest?.p95 ?? null },
		deadLetters,
	};
}

/** The Tonight page: the newest night with alerts in scope, or the one asked for (YYYY-MM-DD); at most two seconds old. */
export async function loadTonight(locals: PortalLocals, night?: string): Promise<Tonight> {
	const key = JSON.stringify([locals.scope, locals.operator, night ?? null]);
	const now = Date.now();
	const watermark = await readWatermark(locals.store);
	let held = tonightMemory.get(key);
	if (held === undefined || held.store !== locals.store || now - held.at > TONIGHT_HOLD_MS) {
		if (tonightMemory.size > 200) tonightMemory.clear();
		const value = readTonight(locals, night);
		held = { at: now, value, store: locals.store };
		tonightMemory.set(key, held);
		value.catch(() => tonightMemory.delete(key));
	}
	return { ...(await held.value), cursor: sealCursor(locals.cursorKey, streamPurpose(locals.scope), watermark) };
}

/** All that the object page shows; null when the reader can see no such object. */
export async function loadObject(
	locals: PortalLocals,
	survey: string,
	objectId: string,
): Promise<{
	summary: ObjectSummary;
	points: ShownPoint[];
	alerts: AlertRow[];
	newest: AlertDetail;
	neighbours: Neighbour[];
} | null> {
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

/** One alert with every field; null when the reader can see no such alert or the id is none. */
export async function loadAlert(locals: PortalLocals, survey: string, alertId: string): Promise<AlertDetail | null> {
	if (!/^\d{1,20}$/.test(alertId) || BigInt(alertId) >= 2n ** 64n) return null;
	return readAlert(locals.store, locals.scope, survey, BigInt(alertId));
}

/** What a cursor of a search is bound to: a cursor of another search or scope is refused. */
export function searchPurpose(query: SearchQuery, scope: AccessScope): string {
	const { cursor: _cursor, limit: _limit, ...conditions } = query;
	return JSON.stringify([scope, conditions], (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
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
	const paths = [
		...objects.map((object) => `/objects/${object.survey}/${encodeURIComponent(object.objectId)}`),
		...alerts.map((alert) => `/alerts/${alert.survey}/${alert.alertId}`),
	];
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

/** The search page: the text of the box (`q`) understood, conditions of the URL on top of it, one page of rows, their sparklines. */
export async function loadSearch(
	locals: PortalLocals,
	url: URL,
): Promise<{
	query: SearchQuery;
	understood: { text: string; parts: readonly { label: string; value: string }[]; problems: readonly string[] };
	page: Page<ObjectSummary & { sepArcsec?: number }> | Page<AlertRow>;
	sparklines: readonly Sparkline[];
	goTo: string | null;
}> {
	const { q = '', kind, ...given } = readQuery(pageSearchSchema, url);
	const newestNight = q === '' ? null : await readNewestNight(locals.store, locals.scope);
	const text = understandText(q, newestNight);
	const named = text.objects.length > 0 || text.alertId !== null;
	const fromUrl = searchFrom({ ...given, sort: undefined }, kind);
	const conditions = {
		...text.conditions,
		...(named ? await idConditions(locals, text) : {}),
		...withoutSort(fromUrl),
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

function withoutSort(query: SearchQuery): Omit<SearchQuery, 'kind' | 'sort' | 'descending' | 'limit' | 'cursor'> {
	const { kind: _kind, sort: _sort, descending: _descending, limit: _limit, cursor: _cursor, ...conditions } = query;
	return conditions;
}

/** What the status page shows; raw status only for the operator. */
export async function loadStatus(locals: PortalLocals): Promise<Status> {
	return readStatus(locals.store, locals.scope, { version, operator: locals.operator });
}
