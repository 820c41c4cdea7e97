import { loadSolarSystemObject } from '#lib/server/portal.ts';
import { error } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const designation = params.designation.trim().slice(0, 60);
	const { alerts, geometry } = await loadSolarSystemObject(locals, designation);
	if (alerts.length === 0) {
		error(
			404,
			`No alert among the ${locals.scope.origin} ones you may see carries the designation “${designation}”. Surveys write them packed or unpacked: try the other.`,
		);
	}
	return { designation, alerts, geometry };
};
