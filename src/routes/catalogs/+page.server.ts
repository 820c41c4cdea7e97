import { loadCatalogs } from '#lib/server/portal.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => ({ catalogs: await loadCatalogs(locals) });
