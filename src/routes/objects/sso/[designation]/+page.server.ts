import { loadSolarSystemObject } from '#lib/server/portal.ts';
import { error } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const asked = params.designation.trim().slice(0, 60);
	const { alerts, geometry, predictions, names } = await loadSolarSystemObject(locals, asked);
	const [designation] = names;
	if (designation === undefined) {
		error(
			404,
			`No alert among the ${locals.scope.origin} ones you may see carries “${asked}” or another spelling of it. A body is known here by what its survey writes, which may be its number and not its name.`,
		);
	}
	return { origin: locals.scope.origin, asked, designation, names, alerts, geometry, predictions };
};
