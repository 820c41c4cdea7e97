import { loadStatistics } from '#lib/server/statistics.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => loadStatistics(locals, url);
