import { loadNewFilter } from '#lib/server/filterStart.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => loadNewFilter(locals, url);
