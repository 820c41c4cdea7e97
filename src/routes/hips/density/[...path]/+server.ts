import { ORIGINS } from '#lib/alert/survey.ts';
import { DensityHips, hipsFile, hipsMoc, hipsProperties } from '#lib/server/hips.ts';
import { error } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

const hips = new DensityHips();
const CACHE = { 'cache-control': 'public, max-age=120', 'access-control-allow-origin': '*' };

/**
 * Alert density as a HiPS that any atlas can show: `/hips/density`, or `/hips/density/{origin}` for another sky than the
 * usual one. Public programmes only, whoever asks.
 */
export const GET: RequestHandler = async ({ params, locals }) => {
	const asked = ORIGINS.find((origin) => params.path.startsWith(`${origin}/`));
	const origin = asked ?? locals.scope.origin;
	const file = hipsFile(asked === undefined ? params.path : params.path.slice(asked.length + 1));
	if (file === null) error(404, 'The density HiPS has no such file.');
	const png = (bytes: Buffer): Response =>
		new Response(new Uint8Array(bytes), { headers: { ...CACHE, 'content-type': 'image/png' } });
	switch (file.kind) {
		case 'properties':
			return new Response(hipsProperties(origin, new Date()), { headers: { ...CACHE, 'content-type': 'text/plain' } });
		case 'moc':
			return new Response(hipsMoc(), { headers: { ...CACHE, 'content-type': 'application/fits' } });
		case 'allsky':
			return png(await hips.allsky(locals.store, origin));
		case 'tile':
			return png(await hips.tile(locals.store, origin, file));
	}
};
