import { readWatermark } from '#clickhouse/read/watermark.ts';
import { api } from '#lib/server/api.ts';
import { openWatermark } from '#lib/server/cursor.ts';
import { followAlerts, STREAM_PURPOSE } from '#lib/server/liveStream.ts';
import { readQuery, streamSchema } from '#lib/server/params.ts';

/**
 * Server-sent events of alerts as they are published. Each event `alerts` holds `{alerts: AlertRow[]}` and an id; a reader that
 * comes back with it (`Last-Event-ID`, or `cursor`) misses nothing. Without one the stream begins now.
 */
export const GET = api(async (event) => {
	const { store, cursorKey } = event.locals;
	const { survey, cursor } = readQuery(streamSchema, event.url);
	const given = event.request.headers.get('last-event-id') ?? cursor;
	const from =
		given === undefined || given === '' ? await readWatermark(store) : openWatermark(cursorKey, STREAM_PURPOSE, given);
	return new Response(followAlerts(event.locals, from, survey), {
		headers: {
			'content-type': 'text/event-stream; charset=utf-8',
			'cache-control': 'no-store',
			'x-accel-buffering': 'no',
		},
	});
});
