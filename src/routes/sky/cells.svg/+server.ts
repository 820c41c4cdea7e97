import { gzipSync } from 'node:zlib';
import { nightsBefore, readNewestNight } from '#clickhouse/read/nights.ts';
import { readCells } from '#clickhouse/read/sky.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import { cellPicture } from '#lib/components/sky/cellPicture.ts';
import { densityOf } from '#lib/components/sky/skyDensity.ts';
import { api } from '#lib/server/api.ts';
import { freshHeaders, unchanged } from '#lib/server/fresh.ts';
import { cellPictureSchema, readQuery } from '#lib/server/params.ts';

const NOTHING_HIDDEN = { classes: new Set<number>(), surveys: new Set<number>() };

/** The first picture of the sky map: alerts of a range of nights about the meridian `centre` (degrees), as an SVG. */
export const GET = api(async (event) => {
	const { store, scope } = event.locals;
	const { centre, nightFrom, nightTo } = readQuery(cellPictureSchema, event.url);
	const newest = (await readNewestNight(store, scope)) ?? nightsBefore('1970-01-02', 1);
	const watermark = await readWatermark(store);
	const fresh = freshHeaders(JSON.stringify([scope, centre, nightFrom, nightTo]), watermark, nightTo >= newest);
	const known = unchanged(event.request, fresh);
	if (known !== null) return known;
	const { signal } = event.request;
	const cells = await readCells(store, scope, { from: nightFrom, to: nightTo, together: true }, { signal });
	const svg = Buffer.from(cellPicture(densityOf(cells, NOTHING_HIDDEN), centre));
	const packed = /\bgzip\b/.test(event.request.headers.get('accept-encoding') ?? '');
	return new Response(packed ? gzipSync(svg) : svg, {
		headers: {
			'content-type': 'image/svg+xml',
			vary: 'accept-encoding',
			...(packed ? { 'content-encoding': 'gzip' } : {}),
			...fresh,
		},
	});
});
