import { nightAsked } from '#lib/server/nightAsked.ts';
import { loadTonight } from '#lib/server/portal.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const night = nightAsked(url, 'night') ?? undefined;
	return { tonight: await loadTonight(locals, night), past: night !== undefined };
};
