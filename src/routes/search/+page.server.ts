import { addressIn } from '#lib/alert/address.ts';
import { loadSearch } from '#lib/server/portal.ts';
import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const { query, ...found } = await loadSearch(locals, url);
	// a text that names one thing leads there; `list` keeps the table
	if (found.goTo !== null) {
		redirect(303, addressIn(url.searchParams.get('origin'), found.goTo));
	}
	// bigint does not travel as JSON through a page's data everywhere: as text
	return { ...found, query: { ...query, alertId: query.alertId?.toString() } };
};
