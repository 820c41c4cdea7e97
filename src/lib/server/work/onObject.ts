import type { RequestEvent } from '@sveltejs/kit';
import type { ObjectKey } from '#clickhouse/read/objects.ts';
import type { Label } from '#lib/alert/label.ts';
import type { Origin } from '#lib/alert/survey.ts';
import { field } from '../accounts/form.ts';
import type { Principal } from '../principal.ts';
import { labelsOfObject } from './label.ts';
import { addList, addObjects, listsOf, listsWith, readListName, removeObject } from './list.ts';
import { addNote, addTag, deleteNote, type NoteView, notesOn, removeTag, type TagView, tagsOn } from './note.ts';
import { addWatch, removeWatch, watchOn } from './notice.ts';
import { acted, workOf } from './page.ts';
import { noteVisit } from './recent.ts';
import { groupsToShareWith, PRIVATE, readAudience } from './share.ts';

/** What people keep of an object, as its reader sees it. */
export interface MineOnObject {
	readonly signedIn: boolean;
	readonly notes: readonly NoteView[];
	readonly tags: readonly TagView[];
	/** The reader's lists of objects. */
	readonly lists: readonly { readonly id: string; readonly name: string; readonly has: boolean }[];
	readonly groups: readonly { readonly id: string; readonly name: string }[];
	readonly labels: readonly Label[];
	readonly watched: boolean;
}

type Locals = Pick<App.Locals, 'config' | 'principal' | 'scope'>;

/** What people keep of an object; the visit of who looks is remembered for them alone. */
export function mineOnObject(locals: Locals, object: ObjectKey): MineOnObject {
	const { principal } = locals;
	const { origin } = locals.scope;
	const database = workOf(locals);
	const shared = { notes: notesOn(database, principal, object), tags: tagsOn(database, principal, object) };
	if (principal === null) return { signedIn: false, ...shared, lists: [], groups: [], labels: [], watched: false };
	noteVisit(database, principal, { ...object, origin });
	const lists = listsOf(database, principal, { origin, kind: 'objects' });
	const has = listsWith(
		database,
		object,
		lists.map(({ id }) => id),
	);
	return {
		signedIn: true,
		...shared,
		lists: lists.map(({ id, name }) => ({ id, name, has: has.has(id) })),
		groups: groupsToShareWith(database, principal),
		labels: labelsOfObject(database, principal, object),
		watched: watchOn(database, principal, { kind: 'object', subject: subjectOf(object), origin }) !== null,
	};
}

const subjectOf = ({ survey, objectId }: ObjectKey): string => `${survey}/${objectId}`;

type Deed = (
	principal: Principal,
	form: FormData,
	object: ObjectKey & { readonly origin: Origin },
	locals: Locals,
) => void;

type DeedName = 'note' | 'unnote' | 'tag' | 'untag' | 'list' | 'newList' | 'watch';

const DEEDS: Readonly<Record<DeedName, Deed>> = {
	note: (principal, form, object, locals) => {
		const audience = readAudience(principal, field(form, 'audience', 40));
		addNote(workOf(locals), principal, object, { text: field(form, 'text', 5000), audience });
	},
	unnote: (principal, form, _, locals) => {
		deleteNote(workOf(locals), principal, field(form, 'id', 40));
	},
	tag: (principal, form, object, locals) => {
		const audience = readAudience(principal, field(form, 'audience', 40));
		addTag(workOf(locals), principal, object, { tag: field(form, 'tag', 100), audience });
	},
	untag: (principal, form, object, locals) => {
		removeTag(workOf(locals), principal, object, field(form, 'tag', 100));
	},
	list: (principal, form, object, locals) => {
		const id = field(form, 'list', 40);
		if (field(form, 'remove', 1) === '1') removeObject(workOf(locals), principal, id, object);
		else addObjects(workOf(locals), principal, id, [object]);
	},
	newList: (principal, form, object, locals) => {
		const database = workOf(locals);
		database.transaction(() => {
			const name = readListName(field(form, 'name', 200));
			const id = addList(database, principal, { kind: 'objects', name, origin: object.origin, audience: PRIVATE });
			addObjects(database, principal, id, [object]);
		});
	},
	watch: (principal, _, object, locals) => {
		const database = workOf(locals);
		const about = { kind: 'object', subject: subjectOf(object), origin: object.origin } as const;
		const known = watchOn(database, principal, about);
		if (known === null) addWatch(database, principal, about);
		else removeWatch(database, principal, known.id);
	},
};

/** A form of the part “notes and lists” of an object's page. */
export function mineAction(name: DeedName) {
	return async ({ locals, params, request }: RequestEvent) => {
		const form = await request.formData();
		const object = {
			survey: params['survey'] ?? '',
			objectId: (params['objectId'] ?? '').slice(0, 100),
			origin: locals.scope.origin,
		};
		return acted('mine', locals, (principal) => {
			DEEDS[name](principal, form, object, locals);
			return { part: 'mine', problem: null };
		});
	};
}
