import { openAccounts } from '#lib/server/accounts/database.ts';
import { signedIn } from '#lib/server/accounts/form.ts';
import { exportOwn } from '#lib/server/accounts/ownData.ts';
import { exportFilters } from '#lib/server/filters/leaving.ts';
import type { RequestHandler } from './$types';

/** All that is kept of who asks, as one JSON file without secrets. */
export const GET: RequestHandler = async ({ locals, url }) => {
	const { user } = signedIn(locals, url);
	const kept = exportOwn(openAccounts(locals.config.home), user.id);
	const body = JSON.stringify({ ...kept, filters: await exportFilters(locals.store, user.id) }, null, '\t');
	return new Response(body, {
		headers: {
			'content-type': 'application/json; charset=utf-8',
			'content-disposition': 'attachment; filename="nightjar-account.json"',
			'cache-control': 'no-store',
		},
	});
};
