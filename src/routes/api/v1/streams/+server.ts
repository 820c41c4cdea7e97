import { api } from '#lib/server/api.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { readQuery, streamsSchema } from '#lib/server/params.ts';
import { readStreams } from '#lib/server/streams.ts';
import { without } from '#lib/server/without.ts';

/** Streams that anyone may follow, with their public alerts of the last nights. */
export const GET = api(async (event) => {
	const { format: asked } = readQuery(streamsSchema, event.url);
	const streams = await readStreams(event.locals);
	const format = fileFormat(asked);
	if (format === null) return jsonResponse({ origin: event.locals.scope.origin, streams });
	const rows = streams.map((stream) => ({
		...without(stream, 'nights'),
		surveys: stream.surveys.join(' '),
		waitsFor: stream.waitsFor.join(', '),
	}));
	const columns = ['topic', 'group', 'name', 'surveys', 'filterId', 'alerts', 'waitsFor', 'meaning'];
	return smallTable(rows, columns, { format, name: 'nightjar-streams' });
});
