import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { trialSchema } from '#lib/server/filters/schemas.ts';
import { beginTrial } from '#lib/server/filters/trials.ts';
import { mayAct } from '#lib/server/principal.ts';

/** Begins a trial of a filter on past nights, which goes on by itself. */
export const POST = api(async (event) => {
	mayAct(event.locals);
	const { filter, version, text, ...range } = await readBody(trialSchema, event);
	const trial = await beginTrial(event.locals, { ...range, filterId: filter ?? null, version, text: text ?? null });
	return new Response(JSON.stringify(trial), {
		status: 202,
		headers: { 'content-type': 'application/json; charset=utf-8', location: `/api/v1/filters/tests/${trial.id}` },
	});
});
