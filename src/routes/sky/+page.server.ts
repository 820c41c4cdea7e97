import { loadSky } from '#lib/server/portal.ts';
import { areaOnMap } from '#lib/server/work/area.ts';
import { shownOnPage } from '#lib/server/work/page.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => ({
	sky: await loadSky(locals, url),
	area: await shownOnPage(() => areaOnMap(locals, url.searchParams.get('area'))),
});
