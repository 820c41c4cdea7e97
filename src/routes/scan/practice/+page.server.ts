import { redirect } from '@sveltejs/kit';
import { addressIn } from '#lib/alert/address.ts';
import { forPage } from '#lib/server/portal.ts';
import { askedRound, practiceNights, readRound } from '#lib/server/practice.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	// practice is on the simulated sky alone, and its address says so
	if (locals.scope.origin !== 'simulated') {
		const there = new URL(url);
		there.searchParams.set('origin', 'simulated');
		redirect(307, addressIn(null, `${there.pathname}${there.search}`));
	}
	return forPage(async () => {
		const asked = askedRound(url.searchParams);
		return asked === null
			? { round: null, nights: await practiceNights(locals) }
			: { round: await readRound(locals, asked), nights: [] };
	});
};
