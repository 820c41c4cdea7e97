import { readSkyIds } from '#clickhouse/read/sky.ts';
import { api } from '#lib/server/api.ts';
import { readQuery, skySchema } from '#lib/server/params.ts';
import { ProblemError } from '#lib/server/problem.ts';
import { skyRequest } from '#lib/server/skyRequest.ts';

/** Alert ids (64 bit, little-endian) in the order of `/api/v1/sky` asked with the same query; `cursor` from its header is needed. */
export const GET = api(async (event) => {
	const { store, scope } = event.locals;
	const given = readQuery(skySchema, event.url);
	if (given.cursor === undefined) {
		throw new ProblemError(400, 'Give the cursor of the sky columns whose ids you want.', [
			{ parameter: 'cursor', message: 'is needed' },
		]);
	}
	const { query, watermark, limit } = await skyRequest(event, given);
	const ids = await readSkyIds(store, scope, { query, watermark, limit }, { signal: event.request.signal });
	return new Response(new Uint8Array(ids), {
		headers: { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' },
	});
});
