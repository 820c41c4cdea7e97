import { redirect } from '@sveltejs/kit';
import { addressIn } from '#lib/alert/address.ts';
import { field } from '#lib/server/accounts/form.ts';
import { readAreaFile } from '#lib/server/work/area.ts';
import { fileOf } from '#lib/server/work/file.ts';
import { addList, listsOf, readListName, setArea, setPositions } from '#lib/server/work/list.ts';
import { acted, shownOnPage, workOf } from '#lib/server/work/page.ts';
import { groupsToShareWith, readAudience } from '#lib/server/work/share.ts';
import { readWatchList } from '#lib/server/work/upload.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, setHeaders }) => {
	setHeaders({ 'cache-control': 'no-store' });
	return shownOnPage(() => {
		const { principal } = locals;
		const database = workOf(locals);
		const lists = listsOf(database, principal, { origin: locals.scope.origin, publicToo: true });
		return {
			signedIn: principal !== null,
			lists: lists.filter(({ own, shared }) => own || shared === 'group'),
			shared: lists.filter(({ own, shared }) => !own && shared === 'public'),
			groups: principal === null ? [] : groupsToShareWith(database, principal),
		};
	});
};

export const actions: Actions = {
	objects: async ({ locals, request, url }) => {
		const form = await request.formData();
		const made = await acted('objects', locals, (principal) =>
			addList(workOf(locals), principal, {
				kind: 'objects',
				name: readListName(field(form, 'name', 200)),
				about: field(form, 'about', 2000),
				origin: locals.scope.origin,
				audience: readAudience(principal, field(form, 'audience', 40)),
			}),
		);
		if (typeof made !== 'string') return made;
		redirect(303, addressIn(url.searchParams.get('origin'), `/lists/${made}`));
	},
	positions: async ({ locals, request, url }) => {
		const form = await request.formData();
		const made = await acted('positions', locals, async (principal) => {
			const upload = readWatchList(await fileOf(form), Number(field(form, 'radius', 20) || '2'));
			const database = workOf(locals);
			return database.transaction(() => {
				const id = addList(database, principal, {
					kind: 'positions',
					name: readListName(field(form, 'name', 200)),
					origin: locals.scope.origin,
					audience: readAudience(principal, field(form, 'audience', 40)),
				});
				setPositions(database, principal, id, upload);
				return id;
			});
		});
		if (typeof made !== 'string') return made;
		redirect(303, addressIn(url.searchParams.get('origin'), `/lists/${made}`));
	},
	area: async ({ locals, request, url }) => {
		const form = await request.formData();
		const made = await acted('area', locals, async (principal) => {
			const area = await readAreaFile(await fileOf(form));
			const database = workOf(locals);
			return database.transaction(() => {
				const id = addList(database, principal, {
					kind: 'area',
					name: readListName(field(form, 'name', 200)),
					origin: locals.scope.origin,
					audience: readAudience(principal, field(form, 'audience', 40)),
				});
				setArea(database, principal, id, area);
				return id;
			});
		});
		if (typeof made !== 'string') return made;
		redirect(303, addressIn(url.searchParams.get('origin'), `/lists/${made}`));
	},
};
