import { loadStatistics } from '#lib/server/portal.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => loadStatistics(locals);
