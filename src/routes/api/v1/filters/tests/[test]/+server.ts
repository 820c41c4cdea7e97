import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { emptySchema } from '#lib/server/filters/schemas.ts';
import { cancelTrial, trialById } from '#lib/server/filters/trials.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { plainSchema, readQuery } from '#lib/server/params.ts';

/** How far a trial is, with the nights that are done. */
export const GET = api(async (event) => {
	readQuery(plainSchema, event.url);
	return jsonResponse(await trialById(event.locals, event.params['test'] ?? ''));
});

/** Stops a trial; the nights that are done stay. */
export const DELETE = api(async (event) => {
	await readBody(emptySchema, event);
	return jsonResponse(await cancelTrial(event.locals, event.params['test'] ?? ''));
});
