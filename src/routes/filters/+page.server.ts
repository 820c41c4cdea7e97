import { loadLibrary } from '#lib/server/filters/pages.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => ({
	filters: await loadLibrary(locals),
	signedIn: locals.principal !== null,
});
