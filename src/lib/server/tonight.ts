import { searchAlerts } from '#clickhouse/read/alerts.ts';
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
import { readDeadLetters } from '#clickhouse/read/status.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import type { Store } from '#clickhouse/store.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import { isStar, rankPicks, TONIGHT_LIMITS } from '#lib/alert/tonight.ts';
import type { SearchQuery, Tonight, TonightPick } from '#lib/alert/views.ts';
import { sealCursor } from './cursor.ts';
import { STREAM_PURPOSE } from './liveStream.ts';

type TonightLocals = Pick<App.Locals, 'store' | 'scope' | 'operator' | 'cursorKey'>;

const TONIGHT_HOLD_MS = 2000;
const PICKS = 12;
const CANDIDATES = 200;
const tonightMemory = new Map<string, { at: number; value: Promise<Omit<Tonight, 'cursor'>>; store: Store }>();

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

async function readTonight(locals: TonightLocals, asked: string | undefined): Promise<Omit<Tonight, 'cursor'>> {
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

/** The Tonight page's data, at most two seconds old. */
export async function readTonightView(locals: TonightLocals, night?: string): Promise<Tonight> {
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
	return { ...(await held.value), cursor: sealCursor(locals.cursorKey, STREAM_PURPOSE, watermark) };
}
