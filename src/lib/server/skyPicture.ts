import { gzipSync } from 'node:zlib';
import type { RequestEvent } from '@sveltejs/kit';
import { nightsBefore, readNewestNight } from '#clickhouse/read/nights.ts';
import { readCells } from '#clickhouse/read/sky.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import { cellPicture } from './cellPicture.ts';
import { densityOf } from '#lib/alert/skyDensity.ts';
import { freshHeaders, unchanged } from './fresh.ts';
import { cellPictureSchema, readQuery } from './params.ts';

const NOTHING_HIDDEN = { classes: new Set<number>(), surveys: new Set<number>() };

/** The first picture of the sky map as an answer: alerts in scope of a range of nights about the meridian `centre` (degrees), an SVG. */
export async function skyPicture({ locals, request, url }: RequestEvent): Promise<Response> {
	const { store, scope } = locals;
	const { centre, nightFrom, nightTo } = readQuery(cellPictureSchema, url);
	const newest = (await readNewestNight(store, scope)) ?? nightsBefore('1970-01-02', 1);
	const watermark = await readWatermark(store);
	const fresh = freshHeaders(JSON.stringify([scope, centre, nightFrom, nightTo]), watermark, nightTo >= newest);
	const known = unchanged(request, fresh);
	if (known !== null) return known;
	const range = { from: nightFrom, to: nightTo, together: true };
	const cells = await readCells(store, scope, range, { signal: request.signal });
	const svg = Buffer.from(cellPicture(densityOf(cells, NOTHING_HIDDEN), centre));
	const packed = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '');
	return new Response(packed ? gzipSync(svg) : svg, {
		headers: {
			'content-type': 'image/svg+xml',
			vary: 'accept-encoding',
			...(packed ? { 'content-encoding': 'gzip' } : {}),
			...fresh,
		},
	});
}
