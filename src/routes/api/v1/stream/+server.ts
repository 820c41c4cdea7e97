import { readWatermark } from '#clickhouse/read/watermark.ts';
import { openAccounts } from '#lib/server/accounts/database.ts';
import { stillHolds } from '#lib/server/accounts/identify.ts';
import { api } from '#lib/server/api.ts';
import { openWatermark } from '#lib/server/cursor.ts';
import { filterOf } from '#lib/server/filters/library.ts';
import { followAlerts, followHits, STREAM_PURPOSE } from '#lib/server/liveStream.ts';
import { readQuery, streamSchema } from '#lib/server/params.ts';

/**
 * Server-sent events of alerts as they are published. Each event `alerts` holds `{alerts: AlertRow[]}` and an id; a reader that
 * comes back with it (`Last-Event-ID`, or `cursor`) misses nothing. Without one the stream begins now. With `filter`, events `hits`
 * hold `{hits: HitView[]}` of that filter alone, and the stream ends now and then, so that whoever comes back is asked again.
 */
export const GET = api(async (event) => {
	const { store, cursorKey } = event.locals;
	const { survey, filter: filterId, cursor } = readQuery(streamSchema, event.url);
	const filter = filterId === undefined ? null : await filterOf(event.locals, filterId);
	const given = event.request.headers.get('last-event-id') ?? cursor;
	const from =
		given === undefined || given === '' ? await readWatermark(store) : openWatermark(cursorKey, STREAM_PURPOSE, given);
	const { identity, config } = event.locals;
	const holds = (): boolean => identity === null || stillHolds(openAccounts(config.home), identity);
	const body =
		filter === null
			? followAlerts(event.locals, from, survey, holds)
			: followHits(event.locals, from, filter.id, survey, holds);
	return new Response(body, {
		headers: {
			'content-type': 'text/event-stream; charset=utf-8',
			'cache-control': 'no-store',
			'x-accel-buffering': 'no',
		},
	});
});
