import { readDeliver } from '#lib/server/deliver/view.ts';
import { loadStatus } from '#lib/server/portal.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => ({
	status: await loadStatus(locals),
	deliver: readDeliver(locals),
});
