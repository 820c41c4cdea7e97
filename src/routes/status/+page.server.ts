import { readDeliver } from '#lib/server/deliver/view.ts';
import { readModelStates } from '#lib/server/models.ts';
import { loadCatalogs, loadStatus } from '#lib/server/portal.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const [status, models, catalogs] = await Promise.all([
		loadStatus(locals),
		readModelStates(locals),
		loadCatalogs(locals),
	]);
	return { status, models, catalogs, deliver: readDeliver(locals) };
};
