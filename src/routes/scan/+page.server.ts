import { redirect } from '@sveltejs/kit';
import { VERDICTS } from '#lib/alert/label.ts';
import type { Origin } from '#lib/alert/survey.ts';
import { field, localPath } from '#lib/server/accounts/form.ts';
import { readLibrary } from '#lib/server/filters/views.ts';
import { savedSearches } from '#lib/server/work/recent.ts';
import { countLabels, decide } from '#lib/server/work/label.ts';
import { addObjects, listsOf, removeObject } from '#lib/server/work/list.ts';
import { addNote, ownTags } from '#lib/server/work/note.ts';
import { acted, shownOnPage, workOf } from '#lib/server/work/page.ts';
import { labelsOf, readCandidate, readQueue } from '#lib/server/work/scan.ts';
import { PRIVATE } from '#lib/server/work/share.ts';
import type { Actions, PageServerLoad } from './$types';

/** What can be scanned, for the page without a queue. */
async function sources(locals: App.Locals) {
	const { principal } = locals;
	const { origin } = locals.scope;
	const library = await readLibrary(locals);
	const filters = library.filter(({ hits }) => hits > 0).map(({ id, name, hits }) => ({ id, name, hits }));
	if (principal === null) return { filters, lists: [], searches: [], tags: [], labels: null };
	const database = workOf(locals);
	return {
		filters,
		lists: listsOf(database, principal, { origin }),
		searches: savedSearches(database, principal),
		tags: ownTags(database, principal, origin),
		labels: countLabels(database, principal, origin),
	};
}

export const load: PageServerLoad = async ({ locals, url }) =>
	shownOnPage(async () => {
		const database = workOf(locals);
		const queue = await readQueue(locals, database, url.searchParams);
		const given = Math.trunc(Number(url.searchParams.get('at') ?? '1'));
		const at =
			queue === null ? 0 : Math.max(0, Math.min(queue.candidates.length, Number.isFinite(given) ? given - 1 : 0));
		const candidate = queue?.candidates[at];
		return {
			signedIn: locals.principal !== null,
			queue,
			at,
			labels: queue === null ? [] : labelsOf(database, locals.principal, queue.candidates),
			first: candidate === undefined ? null : await readCandidate(locals, database, candidate),
			lists:
				locals.principal === null
					? []
					: listsOf(database, locals.principal, { origin: locals.scope.origin, kind: 'objects' }).map(
							({ id, name }) => ({
								id,
								name,
							}),
						),
			sources: queue === null ? await sources(locals) : null,
		};
	});

const objectOf = (form: FormData, origin: Origin) => ({
	survey: field(form, 'survey', 20),
	objectId: field(form, 'objectId', 100),
	origin,
});

/** Where a form without script goes on to. */
function goOn(form: FormData): void {
	const next = field(form, 'next', 2000);
	if (next !== '') redirect(303, localPath(next, '/scan'));
}

export const actions: Actions = {
	decide: async ({ locals, request }) => {
		const form = await request.formData();
		const done = await acted('decide', locals, (principal) => {
			const asked = field(form, 'verdict', 10);
			const object = objectOf(form, locals.scope.origin);
			const alertId = field(form, 'alertId', 20);
			decide(workOf(locals), principal, locals.scope.origin, {
				survey: object.survey,
				objectId: object.objectId,
				alertId,
				verdict: VERDICTS.find((one) => one === asked) ?? '',
				interesting: field(form, 'interesting', 1) === '1',
				class: field(form, 'class', 20),
				source: field(form, 'source', 200),
			});
			return { part: 'decide', problem: null };
		});
		if (!('status' in done)) goOn(form);
		return done;
	},
	note: async ({ locals, request }) => {
		const form = await request.formData();
		const done = await acted('note', locals, (principal) => {
			addNote(workOf(locals), principal, objectOf(form, locals.scope.origin), {
				text: field(form, 'text', 5000),
				audience: PRIVATE,
			});
			return { part: 'note', problem: null };
		});
		if (!('status' in done)) goOn(form);
		return done;
	},
	list: async ({ locals, request }) => {
		const form = await request.formData();
		const done = await acted('list', locals, (principal) => {
			const id = field(form, 'list', 40);
			const object = objectOf(form, locals.scope.origin);
			if (field(form, 'remove', 1) === '1') removeObject(workOf(locals), principal, id, object);
			else addObjects(workOf(locals), principal, id, [object]);
			return { part: 'list', problem: null };
		});
		if (!('status' in done)) goOn(form);
		return done;
	},
};
