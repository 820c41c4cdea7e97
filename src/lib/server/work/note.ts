import type { ObjectKey } from '#clickhouse/read/objects.ts';
import type { Origin } from '#lib/alert/survey.ts';
import { type AccountsDatabase, unixNow } from '../accounts/database.ts';
import { randomText } from '../accounts/secret.ts';
import type { Principal } from '../principal.ts';
import { ProblemError } from '../problem.ts';
import { type Audience, ownerName, readLine, type Share, visibleTo } from './share.ts';

/** A note on an object as its readers see it. */
export interface NoteView {
	readonly id: string;
	readonly survey: string;
	readonly objectId: string;
	readonly text: string;
	readonly shared: Share;
	readonly groupName: string | null;
	readonly author: string;
	readonly own: boolean;
	/** Unix seconds. */
	readonly changedAt: number;
}

/** A tag on an object. */
export interface TagView {
	readonly tag: string;
	readonly shared: Share;
	readonly author: string;
	readonly own: boolean;
}

const MOST_NOTES = 20_000;
const LONGEST_NOTE = 4000;

const COLUMNS = `notes.id, notes.survey, notes.object_id AS objectId, notes.text, notes.shared,
	(SELECT name FROM groups WHERE groups.id = notes.group_id) AS groupName, ${ownerName('notes')} AS author,
	notes.owner_id = ? AS own, notes.changed_at AS changedAt`;

type Row = Omit<NoteView, 'own'> & { readonly own: number };
const shown = ({ own, ...row }: Row): NoteView => ({ ...row, own: own === 1 });

/** Notes on an object that a reader may see, newest first. */
export function notesOn(
	database: AccountsDatabase,
	principal: Principal | null,
	{ survey, objectId }: ObjectKey,
): NoteView[] {
	const { sql, values } = visibleTo(principal, 'notes');
	return database
		.all<Row>(
			`SELECT ${COLUMNS} FROM notes WHERE notes.survey = ? AND notes.object_id = ? AND ${sql} ORDER BY changed_at DESC, id LIMIT 200`,
			principal?.id ?? '',
			survey,
			objectId,
			...values,
		)
		.map(shown);
}

/** Everything that somebody noted in one sky, newest first. */
export function notesBy(database: AccountsDatabase, principal: Principal, origin: Origin, limit = 200): NoteView[] {
	return database
		.all<Row>(
			`SELECT ${COLUMNS} FROM notes WHERE notes.owner_id = ? AND notes.origin = ? ORDER BY changed_at DESC, id LIMIT ?`,
			principal.id,
			principal.id,
			origin,
			limit,
		)
		.map(shown);
}

function readNote(text: string): string {
	const note = text
		.normalize('NFC')
		.replace(/\r\n?/g, '\n')
		.replace(/[^\P{C}\n\t]/gu, '')
		.trim();
	if (note === '') throw new ProblemError(400, 'The note is empty: write something first.');
	if (note.length > LONGEST_NOTE) throw new ProblemError(413, `A note has at most ${LONGEST_NOTE} letters.`);
	return note;
}

/** Writes a note on an object; its id. */
export function addNote(
	database: AccountsDatabase,
	principal: Principal,
	object: ObjectKey & { origin: Origin },
	{ text, audience }: { text: string; audience: Audience },
): string {
	const note = readNote(text);
	const own = database.get<{ n: number }>('SELECT count(*) AS n FROM notes WHERE owner_id = ?', principal.id);
	if ((own?.n ?? 0) >= MOST_NOTES) throw new ProblemError(409, `You have ${MOST_NOTES} notes, the most there can be.`);
	const id = `n_${randomText(10)}`;
	database.run(
		'INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
		id,
		principal.id,
		object.survey,
		object.objectId,
		object.origin,
		note,
		audience.shared,
		audience.groupId,
		unixNow(),
		unixNow(),
	);
	return id;
}

/** Deletes one's own note; a 404 where there is none. */
export function deleteNote(database: AccountsDatabase, principal: Principal, id: string): void {
	const gone = database.run('DELETE FROM notes WHERE id = ? AND owner_id = ?', id, principal.id);
	if (gone === 0) throw new ProblemError(404, 'There is no such note of yours.');
}

/** Tags on an object that a reader may see. */
export function tagsOn(
	database: AccountsDatabase,
	principal: Principal | null,
	{ survey, objectId }: ObjectKey,
): TagView[] {
	const { sql, values } = visibleTo(principal, 'tags');
	return database
		.all<Omit<TagView, 'own'> & { own: number }>(
			`SELECT tag, shared, ${ownerName('tags')} AS author, owner_id = ? AS own FROM tags
			 WHERE survey = ? AND object_id = ? AND ${sql} ORDER BY tag, own DESC LIMIT 200`,
			principal?.id ?? '',
			survey,
			objectId,
			...values,
		)
		.map(({ own, ...row }) => ({ ...row, own: own === 1 }));
}

/** A tag as it is kept: lower case, letters, digits and - _ . : between. */
function readTag(text: string): string {
	const tag = (readLine(text, 40) ?? '').toLowerCase().replaceAll(' ', '-');
	if (!/^[\p{L}\p{N}](?:[\p{L}\p{N}_.:-]*[\p{L}\p{N}])?$/u.test(tag)) {
		throw new ProblemError(400, 'A tag has 1 to 40 letters and digits, with - _ . : between, such as needs-spectrum.');
	}
	return tag;
}

export function addTag(
	database: AccountsDatabase,
	principal: Principal,
	object: ObjectKey & { origin: Origin },
	{ tag, audience }: { tag: string; audience: Audience },
): void {
	database.run(
		`INSERT INTO tags VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		 ON CONFLICT DO UPDATE SET shared = excluded.shared, group_id = excluded.group_id`,
		principal.id,
		object.survey,
		object.objectId,
		readTag(tag),
		object.origin,
		audience.shared,
		audience.groupId,
		unixNow(),
	);
}

export function removeTag(database: AccountsDatabase, principal: Principal, object: ObjectKey, tag: string): void {
	database.run(
		'DELETE FROM tags WHERE owner_id = ? AND survey = ? AND object_id = ? AND tag = ?',
		principal.id,
		object.survey,
		object.objectId,
		tag,
	);
}

/** The tags that somebody uses and on how many objects, the commonest first. */
export function ownTags(
	database: AccountsDatabase,
	principal: Principal,
	origin: Origin,
): { tag: string; objects: number }[] {
	return database.all(
		'SELECT tag, count(*) AS objects FROM tags WHERE owner_id = ? AND origin = ? GROUP BY tag ORDER BY objects DESC, tag LIMIT 200',
		principal.id,
		origin,
	);
}

/** Objects with a tag of one's own, the last tagged first. */
export function objectsTagged(
	database: AccountsDatabase,
	principal: Principal,
	origin: Origin,
	tag: string,
): ObjectKey[] {
	return database.all(
		'SELECT survey, object_id AS objectId FROM tags WHERE owner_id = ? AND origin = ? AND tag = ? ORDER BY added_at DESC LIMIT 1000',
		principal.id,
		origin,
		tag,
	);
}
