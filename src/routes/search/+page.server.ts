import { addressIn } from '#lib/alert/address.ts';
import { loadSearch } from '#lib/server/portal.ts';
import { redirect } from '@sveltejs/kit';
import { field } from '#lib/server/accounts/form.ts';
import { filterChoices } from '#lib/server/filters/inFilter.ts';
import { askedOfSimbad } from '#lib/server/simbad.ts';
import { without } from '#lib/server/without.ts';
import { addObjects, listsOf } from '#lib/server/work/list.ts';
import { acted, workOf } from '#lib/server/work/page.ts';
import { saveSearch } from '#lib/server/work/recent.ts';
import { askedByForm } from './asked.ts';
import type { Actions, PageServerLoad } from './$types';

/** The lists that a search can be narrowed to, and objects added to. */
function keptBy({ principal, scope, config }: App.Locals) {
	const lists = principal === null ? [] : listsOf(workOf({ config }), principal, { origin: scope.origin });
	return { signedIn: principal !== null, lists: lists.map(({ id, name, kind }) => ({ id, name, kind })) };
}

export const load: PageServerLoad = async ({ locals, url }) => {
	// what was brushed or chosen beside the form stays; the form's own marks go
	const asked = askedByForm(url.searchParams);
	if (asked !== null) redirect(303, asked.size === 0 ? url.pathname : `${url.pathname}?${asked.toString()}`);
	const simbad = await askedOfSimbad(locals, url.searchParams);
	if (simbad.goTo !== null) redirect(303, `${url.pathname}?${simbad.goTo.toString()}`);
	const { query, ...found } = await loadSearch(locals, url);
	// a text that names one thing leads there; `list` keeps the table
	if (found.goTo !== null) {
		redirect(303, addressIn(url.searchParams.get('origin'), found.goTo));
	}
	const filters = await filterChoices(locals, query);
	// bigint does not travel as JSON through a page's data everywhere: as text
	return {
		...found,
		...keptBy(locals),
		simbad: simbad.problem,
		filters,
		query: { ...without(query, 'members', 'passed'), alertId: query.alertId?.toString() },
	};
};

export const actions: Actions = {
	keep: async ({ locals, request, url }) => {
		const form = await request.formData();
		return acted('keep', locals, (principal) => {
			const query = new URLSearchParams(url.search);
			query.delete('/keep');
			saveSearch(workOf(locals), principal, { name: field(form, 'name', 200), query: query.toString() });
			return { part: 'keep', problem: null, said: 'The search is kept.' };
		});
	},
	add: async ({ locals, request, url }) => {
		const form = await request.formData();
		return acted('keep', locals, async (principal) => {
			const asked = new URL(url);
			asked.searchParams.delete('/add');
			const { page, query } = await loadSearch(locals, asked);
			const objects = page.rows.map(({ survey, objectId }) => ({ survey, objectId }));
			const added = addObjects(workOf(locals), principal, field(form, 'list', 40), objects);
			const rows = query.kind === 'objects' ? 'objects' : 'alerts’ objects';
			return {
				part: 'keep',
				problem: null,
				said: `${added} of the ${objects.length} ${rows} of this page are new in the list.`,
			};
		});
	},
};
