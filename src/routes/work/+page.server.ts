import { readObjects, type ObjectKey } from '#lib/server/work/objects.ts';
import { field } from '#lib/server/accounts/form.ts';
import { countLabels } from '#lib/server/work/label.ts';
import { listsOf } from '#lib/server/work/list.ts';
import { deleteNote, notesBy, ownTags } from '#lib/server/work/note.ts';
import { countUnseen } from '#lib/server/work/notice.ts';
import { acted, shownOnPage, workOf } from '#lib/server/work/page.ts';
import { deleteSearch, recentObjects, savedSearches } from '#lib/server/work/recent.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, setHeaders }) => {
	setHeaders({ 'cache-control': 'no-store' });
	return shownOnPage(async () => {
		const { principal } = locals;
		if (principal === null) return { mine: null };
		const database = workOf(locals);
		const { origin } = locals.scope;
		const recent = recentObjects(database, principal, origin);
		return {
			mine: {
				name: principal.name,
				recent: await readObjects(locals, recent satisfies readonly ObjectKey[]),
				searches: savedSearches(database, principal),
				notes: notesBy(database, principal, origin, 50),
				tags: ownTags(database, principal, origin),
				labels: countLabels(database, principal, origin),
				lists: listsOf(database, principal, { origin }).slice(0, 8),
				unseen: countUnseen(database, principal),
			},
		};
	});
};

const done = { part: '', problem: null };

export const actions: Actions = {
	forgetSearch: async ({ locals, request }) => {
		const form = await request.formData();
		return acted('searches', locals, (principal) => {
			deleteSearch(workOf(locals), principal, field(form, 'id', 40));
			return done;
		});
	},
	deleteNote: async ({ locals, request }) => {
		const form = await request.formData();
		return acted('notes', locals, (principal) => {
			deleteNote(workOf(locals), principal, field(form, 'id', 40));
			return done;
		});
	},
};
