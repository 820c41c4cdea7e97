import { loadTonight } from '#lib/server/portal.ts';
import { error } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const night = url.searchParams.get('night') ?? undefined;
	if (night !== undefined && !/^\d{4}-\d\d-\d\d$/.test(night)) error(400, 'A night is a date like 2026-11-19.');
	return { tonight: await loadTonight(locals, night), past: night !== undefined };
};
