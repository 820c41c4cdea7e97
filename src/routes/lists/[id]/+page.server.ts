import { redirect } from '@sveltejs/kit';
import { addressIn } from '#lib/alert/address.ts';
import { mocText } from '#lib/format/moc.ts';
import { field } from '#lib/server/accounts/form.ts';
import { readAreaFile } from '#lib/server/work/area.ts';
import { fileOf } from '#lib/server/work/file.ts';
import {
	addObjects,
	areaOf,
	changeList,
	deleteList,
	findList,
	positionsOf,
	readListName,
	refusedRows,
	removeObject,
	setArea,
	setFollowing,
	setPositions,
} from '#lib/server/work/list.ts';
import { readListRows, understandObjects } from '#lib/server/work/listPage.ts';
import { addWatch, removeWatch, watchOn } from '#lib/server/work/notice.ts';
import { acted, shownOnPage, workOf } from '#lib/server/work/page.ts';
import { groupsToShareWith, readAudience } from '#lib/server/work/share.ts';
import { readWatchList } from '#lib/server/work/upload.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, setHeaders }) => {
	setHeaders({ 'cache-control': 'no-store' });
	return shownOnPage(async () => {
		const { principal } = locals;
		const database = workOf(locals);
		const list = findList(database, principal, params.id);
		const from = Math.max(0, Math.trunc(Number(url.searchParams.get('from') ?? '0')) || 0);
		const area = list.kind === 'area' ? areaOf(database, list.id) : null;
		return {
			list,
			from,
			rows: await readListRows(locals, database, list, from),
			positions: list.kind === 'positions' ? positionsOf(database, list.id, 5) : [],
			refused: list.own ? refusedRows(database, list.id) : [],
			area:
				area === null
					? null
					: {
							...area,
							ranges: area.ranges.length > 2000 ? [] : area.ranges,
							text: mocText(area.ranges, area.order).slice(0, 300),
						},
			groups: principal === null ? [] : groupsToShareWith(database, principal),
			watch:
				principal === null
					? null
					: watchOn(database, principal, { kind: 'list', subject: list.id, origin: list.origin }),
			signedIn: principal !== null,
		};
	});
};

const done = { part: '', problem: null };

export const actions: Actions = {
	change: async ({ locals, params, request }) => {
		const form = await request.formData();
		return acted('change', locals, (principal) => {
			changeList(workOf(locals), principal, params.id, {
				name: readListName(field(form, 'name', 200)),
				about: field(form, 'about', 2000),
				audience: readAudience(principal, field(form, 'audience', 40)),
			});
			return { ...done, part: 'change', said: 'Changed.' };
		});
	},
	delete: async ({ locals, params, url }) => {
		const gone = await acted('change', locals, (principal) => {
			deleteList(workOf(locals), principal, params.id);
			return true;
		});
		if (gone !== true) return gone;
		redirect(303, addressIn(url.searchParams.get('origin'), '/lists'));
	},
	add: async ({ locals, params, request }) => {
		const form = await request.formData();
		return acted('add', locals, async (principal) => {
			const { objects, unknown } = await understandObjects(locals, field(form, 'objects', 200_000));
			const added = addObjects(workOf(locals), principal, params.id, objects);
			const rest =
				unknown.length === 0
					? ''
					: ` Not known here: ${unknown.slice(0, 20).join(', ')}${unknown.length > 20 ? ` and ${unknown.length - 20} more` : ''}.`;
			return { ...done, part: 'add', said: `${added} added, ${objects.length - added} were in it.${rest}` };
		});
	},
	remove: async ({ locals, params, request }) => {
		const form = await request.formData();
		return acted('add', locals, (principal) => {
			const object = { survey: field(form, 'survey', 20), objectId: field(form, 'objectId', 100) };
			removeObject(workOf(locals), principal, params.id, object);
			return { ...done, part: 'add', said: `${object.objectId} is out of the list.` };
		});
	},
	follow: async ({ locals, params, request }) => {
		const form = await request.formData();
		return acted('follow', locals, (principal) => {
			setFollowing(workOf(locals), principal, params.id, field(form, 'follow', 1) === '1');
			return done;
		});
	},
	watch: async ({ locals, params }) =>
		acted('follow', locals, (principal) => {
			const database = workOf(locals);
			const list = findList(database, principal, params.id);
			const about = { kind: 'list', subject: list.id, origin: list.origin } as const;
			const known = watchOn(database, principal, about);
			if (known === null) addWatch(database, principal, about);
			else removeWatch(database, principal, known.id);
			return done;
		}),
	replace: async ({ locals, params, request }) => {
		const form = await request.formData();
		return acted('replace', locals, async (principal) => {
			const database = workOf(locals);
			const list = findList(database, principal, params.id);
			const bytes = await fileOf(form);
			if (list.kind === 'area') setArea(database, principal, list.id, await readAreaFile(bytes));
			else setPositions(database, principal, list.id, readWatchList(bytes, Number(field(form, 'radius', 20) || '2')));
			return done;
		});
	},
};
