import { loadSearch } from '#lib/server/portal.ts';
import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const { query, ...found } = await loadSearch(locals, url);
	// a text that names one thing leads there; `list` keeps the table
	if (found.goTo !== null) {
		const origin = url.searchParams.get('origin');
		redirect(303, found.goTo + (origin ? `?origin=${encodeURIComponent(origin)}` : ''));
	}
	// bigint does not travel as JSON through a page's data everywhere: as text
	return { ...found, query: { ...query, alertId: query.alertId?.toString() } };
};
