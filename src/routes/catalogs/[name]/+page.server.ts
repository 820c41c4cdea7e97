import { error } from '@sveltejs/kit';
import { loadCatalog } from '#lib/server/portal.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const view = await loadCatalog(locals, params.name, url);
	if (view === null) error(404, { message: `There is no catalogue “${params.name}” here.` });
	return view;
};
