import { nightFromText } from '#lib/astro/time.ts';
import { loadTonight } from '#lib/server/portal.ts';
import { error } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const night = url.searchParams.get('night') ?? undefined;
	if (night !== undefined && nightFromText(night) === null)
		error(400, `“${night.slice(0, 40)}” is no night: write a date like 2026-11-19.`);
	return { tonight: await loadTonight(locals, night), past: night !== undefined };
};
