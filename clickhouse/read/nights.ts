import { nightFromText, nightText, taiMjdFromUnixMs, utcFromTaiMjd } from '#lib/astro/time.ts';
import { LIVE_WITHIN_SECONDS } from '#lib/alert/arrival.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { AlertRow, NightCount, NightHistogram, Status } from '#lib/alert/views.ts';
import type { QueryOptions, Store } from '../store.ts';
import newestMomentSql from '../queries/newest_moment.sql?raw';
import newestNightSql from '../queries/newest_night.sql?raw';
import nightDelaysSql from '../queries/night_delays.sql?raw';
import nightClassesSql from '../queries/night_classes.sql?raw';
import nightHistogramSql from '../queries/night_histogram.sql?raw';
import nightNewObjectsSql from '../queries/night_new_objects.sql?raw';
import nightObjectsSql from '../queries/night_objects.sql?raw';
import nightsClosedSql from '../queries/nights_closed.sql?raw';
import nightsSql from '../queries/nights.sql?raw';
import type { AlertKey } from './alertRows.ts';
import type { ObjectKey } from './objects.ts';
import { readAlertRows } from './alertRows.ts';
import { render } from './render.ts';
import type { Watermark } from './watermark.ts';

const FIRST = '1970-01-01';
const LAST = '2149-06-06';

/** Width of a bin of the night's histogram: ten minutes. */
const BIN_DAYS = 10 / 1440;

/** The newest night with alerts in scope, YYYY-MM-DD; null when there is none. */
export async function readNewestNight(store: Store, scope: AccessScope): Promise<string | null> {
	const [row] = await store.query<{ night: string }>(render(newestNightSql, scope), {}, { lookUp: true });
	return row?.night ?? null;
}

/** Mid-exposure of the newest alert in scope, MJD TAI: where windows of hours end; null when `newestNight`, the newest night in scope, is. */
export async function readNewestMoment(
	store: Store,
	scope: AccessScope,
	newestNight: string | null,
): Promise<number | null> {
	const night = nightFromText(newestNight ?? '');
	if (night === null) return null;
	// nights of surveys begin at different hours: the newest alert may bear the date before
	const from = nightText(night - 1);
	const sql = render(newestMomentSql, scope);
	const [row] = await store.query<{ mjd: number; alerts: string }>(sql, { from }, { lookUp: true });
	return row === undefined || Number(row.alerts) === 0 ? null : row.mjd;
}

/** Alerts per night and survey, newest night first, with whether the night is closed. */
export async function readNights(
	store: Store,
	scope: AccessScope,
	{
		from = FIRST,
		to = LAST,
		limit = 400,
		...options
	}: QueryOptions & { from?: string; to?: string; limit?: number } = {},
): Promise<NightCount[]> {
	const [counts, closed] = await Promise.all([
		store.query<{ survey: string; night: string; alerts: string }>(
			render(nightsSql, scope),
			{ from, to, limit },
			options,
		),
		store.query<{ survey: string; night: string }>(nightsClosedSql, { origin: scope.origin, from, to }, options),
	]);
	const isClosed = new Set(closed.map((row) => `${row.survey}/${row.night}`));
	return counts.map((row) => ({
		survey: row.survey,
		night: row.night,
		alerts: Number(row.alerts),
		closed: isClosed.has(`${row.survey}/${row.night}`),
	}));
}

/** Alerts of one night by survey and class ('' = unclassified). */
export interface NightClassCount {
	readonly night: string;
	readonly survey: string;
	readonly class: string;
	readonly alerts: number;
}

/** Alerts by night, survey and class from a night on, newest first; at most `limit` rows, which holds every night that there is. */
export async function readNightClasses(
	store: Store,
	scope: AccessScope,
	from: string = FIRST,
	{ to = LAST, limit = 1_000_000, ...options }: QueryOptions & { to?: string; limit?: number } = {},
): Promise<NightClassCount[]> {
	const rows = await store.query<Omit<NightClassCount, 'alerts'> & { alerts: string }>(
		render(nightClassesSql, scope),
		{ from, to, limit },
		options,
	);
	return rows.map((row) => ({ ...row, alerts: Number(row.alerts) }));
}

/** Objects with an alert in a night, per survey. */
export async function readNightObjects(
	store: Store,
	scope: AccessScope,
	night: string,
	options: QueryOptions = {},
): Promise<ReadonlyMap<string, number>> {
	const rows = await store.query<{ survey: string; objects: string }>(
		render(nightObjectsSql, scope),
		{ night },
		{ ...options, light: true },
	);
	return new Map(rows.map((row) => [row.survey, Number(row.objects)]));
}

/** When the alerts of a night were observed, per survey, in bins of ten minutes from the first to the last of all surveys. */
export async function readNightHistogram(
	store: Store,
	scope: AccessScope,
	night: string,
	options: QueryOptions = {},
): Promise<NightHistogram[]> {
	const rows = await store.query<{ survey: string; bin: string; alerts: string }>(
		render(nightHistogramSql, scope),
		{ night, binDays: BIN_DAYS },
		{ ...options, light: true },
	);
	if (rows.length === 0) return [];
	const bins = rows.map((row) => Number(row.bin));
	const first = bins.reduce((a, b) => Math.min(a, b));
	// a night is at most a day long; a stray time must not make a histogram of a year
	const length = Math.min(bins.reduce((a, b) => Math.max(a, b)) - first + 1, 288);
	const bySurvey = new Map<string, number[]>();
	for (const row of rows) {
		const counts = bySurvey.get(row.survey) ?? new Array<number>(length).fill(0);
		const place = Number(row.bin) - first;
		if (place < length) counts[place] = Number(row.alerts);
		bySurvey.set(row.survey, counts);
	}
	return [...bySurvey].map(([survey, counts]) => ({ survey, startMjd: first * BIN_DAYS, binDays: BIN_DAYS, counts }));
}

/** The newest alert of each object that may be new in a night, brightest first, those with two detections before those with one. */
export async function readNewObjects(
	store: Store,
	scope: AccessScope,
	{
		night,
		maxAgeDays,
		minReliability,
		limit,
	}: { night: string; maxAgeDays: number; minReliability: number; limit: number },
	options: QueryOptions = {},
): Promise<{ keys: (AlertKey & ObjectKey)[]; rows: AlertRow[] }> {
	const keys = await store.query<AlertKey & ObjectKey>(
		render(nightNewObjectsSql, scope),
		{ night, maxAgeDays, minReliability, limit },
		{ ...options, light: true },
	);
	return { keys, rows: await readAlertRows(store, scope, keys, options) };
}

/** Seconds of TAI ahead of UTC now. */
function taiMinusUtcSeconds(): number {
	const tai = taiMjdFromUnixMs(Date.now());
	return Math.round((tai - utcFromTaiMjd(tai)) * 86_400);
}

type Delay = Status['delays'][number];
type Quantiles = readonly (number | null)[];

interface DelayRow extends Record<'received' | 'known' | 'published' | 'whole', Quantiles> {
	readonly survey: string;
	readonly alerts: string;
	readonly live: string;
	readonly sent: string;
}

/**
 * Where time passes, of alerts in scope that arrived live in the newest batches, seconds: from mid-exposure to reception, from there until the alert
 * can be read (known), from there until output topics have it (where any took it), and from mid-exposure to known as a whole.
 */
export async function readDelays(
	store: Store,
	scope: AccessScope,
	watermark: Watermark,
	options: QueryOptions = {},
): Promise<Delay[]> {
	const writers = Object.keys(watermark);
	if (writers.length === 0) return [];
	const upTo = writers.map((writer) => BigInt(watermark[writer] ?? 0));
	const batches = 60n;
	const lowest = upTo.reduce((least, number) => (number < least ? number : least));
	const rows = await store.query<DelayRow>(
		render(nightDelaysSql, scope),
		{
			writers,
			upTo,
			batches,
			lowest: lowest > batches ? lowest - batches : 0n,
			taiMinusUtcSeconds: taiMinusUtcSeconds(),
			liveSeconds: LIVE_WITHIN_SECONDS,
		},
		{ ...options, light: true },
	);
	return rows.flatMap(({ survey, received, known, published, whole, ...row }) => {
		const [alerts, live, sent] = [Number(row.alerts), Number(row.live), Number(row.sent)];
		const of = (stage: Delay['stage'], [p50 = null, p95 = null, p99 = null]: Quantiles, count = live): Delay => ({
			...{ survey, stage },
			...(count > 0 ? { p50, p95, p99 } : { p50: null, p95: null, p99: null }),
			...{ live: count, alerts },
		});
		return [
			of('exposure to received', received),
			of('received to known', known),
			...(sent > 0 ? [of('known to published', published, sent)] : []),
			of('exposure to known', whole),
		];
	});
}

/** The night some nights before another, YYYY-MM-DD. */
export function nightsBefore(night: string, nights: number): string {
	return nightText((nightFromText(night) ?? 0) - nights);
}
