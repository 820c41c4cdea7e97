import { actOnFilter, askFilter, loadFilter } from '#lib/server/filters/pages.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => ({
	...(await loadFilter(locals, params.id, url)),
});

export const actions: Actions = {
	activate: (event) => actOnFilter('activate', event),
	pause: (event) => actOnFilter('pause', event),
	retire: (event) => actOnFilter('retire', event),
	remove: (event) => actOnFilter('remove', event),
	version: (event) => actOnFilter('version', event),
	fork: (event) => actOnFilter('fork', event),
	settings: (event) => actOnFilter('settings', event),
	try: (event) => actOnFilter('try', event),
	cancelTry: (event) => actOnFilter('cancelTry', event),
	outputAct: (event) => actOnFilter('outputAct', event),
	output: (event) => askFilter(event),
};
