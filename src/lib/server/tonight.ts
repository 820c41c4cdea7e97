import { countAlerts, searchAlerts } from '#clickhouse/read/alerts.ts';
import { readSparklines } from '#clickhouse/read/lightCurve.ts';
import {
	nightsBefore,
	readDelays,
	readNewestNight,
	readNewObjects,
	readNightHistogram,
	readNightObjects,
	readNights,
} from '#clickhouse/read/nights.ts';
import { summarise } from '#clickhouse/read/objects.ts';
import { readCompleteness, readDeadLetters } from '#clickhouse/read/status.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import type { Store } from '#clickhouse/store.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import { isStar, rankPicks, TONIGHT_LIMITS, withoutTrails } from '#lib/alert/tonight.ts';
import type { NightCount, SearchQuery, Tonight, TonightPick } from '#lib/alert/views.ts';
import { briefly } from '#clickhouse/read/brief.ts';
import { sealCursor } from './cursor.ts';
import { STREAM_PURPOSE } from './liveStream.ts';

type TonightLocals = Pick<App.Locals, 'store' | 'scope' | 'operator' | 'cursorKey'>;

const TONIGHT_HOLD_MS = 2000;
const PICKS = 12;
const CANDIDATES = 200;
const SHOWN_NIGHTS = 60;
const remembered = briefly<Tonight>({ holdMs: TONIGHT_HOLD_MS });

async function readPicks(store: Store, scope: AccessScope, night: string): Promise<TonightPick[]> {
	const { keys, rows } = await readNewObjects(store, scope, {
		night,
		maxAgeDays: TONIGHT_LIMITS.maxAgeDays,
		minReliability: TONIGHT_LIMITS.minReliability,
		limit: CANDIDATES,
	});
	const single = withoutTrails(rows.filter((row) => !isStar(row)));
	const notStars = new Set(single.map((row) => `${row.survey}/${row.objectId}`));
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

/** The nights shown around one: the sixty up to the newest, or those on both sides of an older one. */
function windowAround(night: string, newest: string): { from: string; to: string } {
	const last = nightsBefore(newest, SHOWN_NIGHTS - 1);
	if (night >= last) return { from: last, to: newest };
	return { from: nightsBefore(night, SHOWN_NIGHTS / 2), to: nightsBefore(night, 1 - SHOWN_NIGHTS / 2) };
}

/** How all records ever received are accounted for (rule 10). */
async function readAccounts(store: Store): Promise<Pick<Tonight, 'deadLetters' | 'complete'>> {
	const [letters, sources] = await Promise.all([readDeadLetters(store), readCompleteness(store)]);
	const sum = (count: (source: (typeof sources)[number]) => number): number =>
		sources.reduce((total, source) => total + count(source), 0);
	const received = sum((source) => source.received);
	const ended = sum((source) => source.stored + source.duplicates + source.deadLetters);
	return {
		deadLetters: letters.reduce((total, row) => total + row.count, 0),
		complete: received === 0 ? null : ended / received,
	};
}

async function readTonight(locals: TonightLocals, asked: string | undefined): Promise<Tonight> {
	const { store, scope } = locals;
	// before anything is counted: what is published meanwhile comes by the stream, too, rather than never
	const watermark = await readWatermark(store);
	const cursor = sealCursor(locals.cursorKey, STREAM_PURPOSE, watermark);
	const newest = await readNewestNight(store, scope);
	const night = asked ?? newest;
	const accounts = locals.operator ? await readAccounts(store) : { deadLetters: null, complete: null };
	if (night === null) {
		return {
			origin: scope.origin,
			night: null,
			counts: [],
			histograms: [],
			newest: [],
			picks: [],
			pastNights: [],
			delay: { medianSeconds: null, p95Seconds: null, receivedMedianSeconds: null },
			...accounts,
			cursor,
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
	const [nights, objects, histograms, newestAlerts, picks, delays] = await Promise.all([
		readNights(store, scope, windowAround(night, newest ?? night)),
		readNightObjects(store, scope, night),
		readNightHistogram(store, scope, night),
		searchAlerts(store, scope, ofNight),
		readPicks(store, scope, night),
		night === newest ? readDelays(store, scope, watermark) : [],
	]);
	// the stream goes on from the cursor: what is written and not published yet comes by it, and is not counted here
	const countAt = async ({ survey, alerts }: NightCount): Promise<number> =>
		asked === undefined ? countAlerts(store, scope, { ...ofNight, survey }, { watermark }) : alerts;
	const counts = await Promise.all(
		nights
			.filter((count) => count.night === night)
			.map(async (count) => ({
				...count,
				alerts: await countAt(count),
				objects: objects.get(count.survey) ?? 0,
			})),
	);
	// of the survey with most: two surveys' delays do not mix into one
	const busiest = delays.filter((delay) => delay.live > 0).sort((a, b) => b.live - a.live)[0]?.survey;
	const stage = (name: string): (typeof delays)[number] | undefined =>
		delays.find((delay) => delay.survey === busiest && delay.stage === name);
	const exposed = stage('exposure to known');
	return {
		origin: scope.origin,
		night,
		counts,
		histograms,
		newest: newestAlerts.rows,
		picks,
		pastNights: nights,
		delay: {
			medianSeconds: exposed?.p50 ?? null,
			p95Seconds: exposed?.p95 ?? null,
			receivedMedianSeconds: stage('received to known')?.p50 ?? null,
		},
		...accounts,
		cursor,
	};
}

/** The Tonight page's data, at most two seconds old. */
export async function readTonightView(locals: TonightLocals, night?: string): Promise<Tonight> {
	return remembered(locals.store, [locals.scope, locals.operator, night ?? null], () => readTonight(locals, night));
}
