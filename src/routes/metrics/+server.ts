import { api } from '#lib/server/api.ts';
import { metricsText } from '#lib/server/metrics.ts';
import { ProblemError } from '#lib/server/problem.ts';

/** The pipeline's figures for Prometheus; they count alerts of every programme, so they are the operator's. */
export const GET = api(async ({ locals, request }) => {
	if (!locals.operator) {
		throw new ProblemError(
			403,
			'Metrics are for the operator: ask for them on the machine itself, not through a proxy.',
		);
	}
	return new Response(await metricsText(locals.store, request.signal), {
		headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
	});
});
