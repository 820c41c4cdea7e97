import { api } from '#lib/server/api.ts';
import { readBody } from '#lib/server/body.ts';
import { filterOf } from '#lib/server/filters/library.ts';
import { actOnOutput, deleteOutput } from '#lib/server/filters/outputs.ts';
import { emptySchema, outputActionSchema } from '#lib/server/filters/schemas.ts';
import { jsonResponse } from '#lib/server/format.ts';

/** Turns an output on or off, tries again what is dead, or sends a test. */
export const POST = api(async (event) => {
	const { action } = await readBody(outputActionSchema, event);
	const filter = await filterOf(event.locals, event.params['id'] ?? '');
	return jsonResponse({ output: await actOnOutput(event.locals, filter.id, event.params['output'] ?? '', action) });
});

/** Takes an output away with all that waits for it. */
export const DELETE = api(async (event) => {
	await readBody(emptySchema, event);
	deleteOutput(event.locals, event.params['id'] ?? '', event.params['output'] ?? '');
	return new Response(null, { status: 204 });
});
