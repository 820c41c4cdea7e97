import type { ObjectKey } from '#clickhouse/read/objects.ts';
import type { Origin } from '#lib/alert/survey.ts';
import { type AccountsDatabase, unixNow } from '../accounts/database.ts';
import { randomText } from '../accounts/secret.ts';
import type { Principal } from '../principal.ts';
import { ProblemError } from '../problem.ts';
import { type Audience, nameKey, ownerName, readLine, type Share, visibleTo } from './share.ts';

export type ListKind = 'objects' | 'positions' | 'area';
/** `waiting` and `running` are about what is in the store already; a list that follows is told of new alerts. */
type ListState = 'none' | 'waiting' | 'running' | 'following' | 'failed';

/** A list of objects, a watch-list of positions, or an area, as its readers see it. */
export interface ListView {
	readonly id: string;
	readonly kind: ListKind;
	readonly name: string;
	readonly about: string;
	readonly origin: Origin;
	readonly shared: Share;
	readonly groupId: string | null;
	readonly groupName: string | null;
	readonly owner: string;
	readonly own: boolean;
	/** Objects, positions, or ranges of pixels. */
	readonly entries: number;
	readonly matches: number;
	readonly state: ListState;
	readonly done: number;
	readonly steps: number;
	readonly problem: string;
	readonly refusedCount: number;
	/** Unix seconds. */
	readonly createdAt: number;
	readonly changedAt: number;
}

/** A place of a watch-list. */
export interface ListPosition {
	readonly place: number;
	readonly name: string;
	readonly ra: number;
	readonly dec: number;
	readonly radiusArcsec: number;
}

/** A row of an upload that was left out, and why. */
export interface RefusedRow {
	readonly row: number;
	readonly problem: string;
}

const MOST_LISTS = 200;
const MOST_OBJECTS = 100_000;

const COLUMNS = `lists.id, lists.kind, lists.name, lists.about, lists.origin, lists.shared, lists.group_id AS groupId,
	(SELECT name FROM groups WHERE groups.id = lists.group_id) AS groupName, ${ownerName('lists')} AS owner,
	lists.owner_id = ? AS own, lists.entries, (SELECT count(*) FROM list_matches WHERE list_id = lists.id) AS matches,
	lists.state, lists.done, lists.steps, lists.problem, lists.refused_count AS refusedCount,
	lists.created_at AS createdAt, lists.changed_at AS changedAt`;

type Row = Omit<ListView, 'own'> & { readonly own: number };
const shown = ({ own, ...row }: Row): ListView => ({ ...row, own: own === 1 });

/** The lists that somebody owns or is given by a group, and public ones where asked for, newest change first. */
export function listsOf(
	database: AccountsDatabase,
	principal: Principal | null,
	{ origin, publicToo = false, kind }: { origin: Origin; publicToo?: boolean; kind?: ListKind },
): ListView[] {
	const { sql, values } = visibleTo(principal, 'lists');
	const rows = database.all<Row>(
		`SELECT ${COLUMNS} FROM lists WHERE lists.origin = ? AND ${sql} ${kind === undefined ? '' : 'AND lists.kind = ?'}
		 ORDER BY own DESC, changed_at DESC, name_key LIMIT 500`,
		principal?.id ?? '',
		origin,
		...values,
		...(kind === undefined ? [] : [kind]),
	);
	return rows.map(shown).filter((list) => publicToo || list.own || list.shared === 'group');
}

/** One list; a 404 where there is none that the reader may see. */
export function findList(database: AccountsDatabase, principal: Principal | null, id: string): ListView {
	const { sql, values } = visibleTo(principal, 'lists');
	const row = database.get<Row>(
		`SELECT ${COLUMNS} FROM lists WHERE lists.id = ? AND ${sql}`,
		principal?.id ?? '',
		id,
		...values,
	);
	if (row === undefined) throw new ProblemError(404, 'There is no such list, or it is not shared with you.');
	return shown(row);
}

/** A list that somebody may change: their own, or one of objects that their group works on. */
function listToChange(database: AccountsDatabase, principal: Principal, id: string): ListView {
	const list = findList(database, principal, id);
	if (list.own || (list.kind === 'objects' && list.shared === 'group')) return list;
	throw new ProblemError(403, 'This list is somebody else’s: copy what you need into one of your own.');
}

/** A list that somebody owns: only they rename, share or delete it. */
function ownList(database: AccountsDatabase, principal: Principal, id: string): ListView {
	const list = findList(database, principal, id);
	if (!list.own) throw new ProblemError(403, 'Only who made this list can do that.');
	return list;
}

/** Name of a list as its maker wrote it; a problem where it is none. */
export function readListName(text: string): string {
	const name = readLine(text, 80);
	if (name === null) throw new ProblemError(400, 'Give the list a name of 1 to 80 letters.');
	return name;
}

/** Makes a list, empty; its id. */
export function addList(
	database: AccountsDatabase,
	principal: Principal,
	asked: { kind: ListKind; name: string; about?: string; origin: Origin; audience: Audience },
): string {
	const id = `l_${randomText(10)}`;
	return database.transaction(() => {
		const own = database.get<{ n: number }>('SELECT count(*) AS n FROM lists WHERE owner_id = ?', principal.id);
		if ((own?.n ?? 0) >= MOST_LISTS) {
			throw new ProblemError(409, `You have ${MOST_LISTS} lists, the most there can be: delete one first.`);
		}
		const made = database.run(
			`INSERT INTO lists VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'none', 0, 0, '', '[]', 0, ?, ?) ON CONFLICT DO NOTHING`,
			id,
			principal.id,
			asked.kind,
			asked.name,
			nameKey(asked.name),
			(asked.about ?? '').slice(0, 2000),
			asked.origin,
			asked.audience.shared,
			asked.audience.groupId,
			unixNow(),
			unixNow(),
		);
		if (made === 0) throw new ProblemError(409, `You have a list called “${asked.name}” already: choose another name.`);
		return id;
	});
}

/** Renames a list and says anew who sees it. */
export function changeList(
	database: AccountsDatabase,
	principal: Principal,
	id: string,
	to: { name: string; about: string; audience: Audience },
): void {
	ownList(database, principal, id);
	const changed = database.run(
		'UPDATE OR IGNORE lists SET name = ?, name_key = ?, about = ?, shared = ?, group_id = ?, changed_at = ? WHERE id = ?',
		to.name,
		nameKey(to.name),
		to.about.slice(0, 2000),
		to.audience.shared,
		to.audience.groupId,
		unixNow(),
		id,
	);
	if (changed === 0) throw new ProblemError(409, `You have a list called “${to.name}” already: choose another name.`);
}

export function deleteList(database: AccountsDatabase, principal: Principal, id: string): void {
	ownList(database, principal, id);
	database.run('DELETE FROM lists WHERE id = ?', id);
}

function recount(database: AccountsDatabase, id: string): void {
	database.run(
		'UPDATE lists SET entries = (SELECT count(*) FROM list_objects WHERE list_id = lists.id), changed_at = ? WHERE id = ?',
		unixNow(),
		id,
	);
}

/** Adds objects to a list of objects; answers how many were new. */
export function addObjects(
	database: AccountsDatabase,
	principal: Principal,
	id: string,
	objects: readonly ObjectKey[],
): number {
	return database.transaction(() => {
		const list = listToChange(database, principal, id);
		if (list.kind !== 'objects') {
			throw new ProblemError(400, 'This list holds positions: objects go into a list of objects.');
		}
		if (list.entries + objects.length > MOST_OBJECTS) {
			throw new ProblemError(413, `A list holds at most ${MOST_OBJECTS} objects.`);
		}
		let added = 0;
		for (const { survey, objectId } of objects) {
			added += database.run(
				'INSERT INTO list_objects VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
				id,
				survey,
				objectId,
				unixNow(),
			);
		}
		recount(database, id);
		return added;
	});
}

/** Takes an object out of a list; whether it was in it. */
export function removeObject(database: AccountsDatabase, principal: Principal, id: string, object: ObjectKey): boolean {
	return database.transaction(() => {
		listToChange(database, principal, id);
		const gone = database.run(
			'DELETE FROM list_objects WHERE list_id = ? AND survey = ? AND object_id = ?',
			id,
			object.survey,
			object.objectId,
		);
		recount(database, id);
		return gone > 0;
	});
}

/** Objects of a list, the last added first. */
export function objectsOf(
	database: AccountsDatabase,
	id: string,
	{ limit = MOST_OBJECTS, offset = 0 }: { limit?: number; offset?: number } = {},
): (ObjectKey & { addedAt: number })[] {
	return database.all(
		`SELECT survey, object_id AS objectId, added_at AS addedAt FROM list_objects WHERE list_id = ?
		 ORDER BY added_at DESC, survey, object_id LIMIT ? OFFSET ?`,
		id,
		limit,
		offset,
	);
}

/** Positions of a watch-list in the order of the upload. */
export function positionsOf(database: AccountsDatabase, id: string, limit = 100_000): ListPosition[] {
	return database.all(
		'SELECT place, name, ra, dec, radius_arcsec AS radiusArcsec FROM list_positions WHERE list_id = ? ORDER BY place LIMIT ?',
		id,
		limit,
	);
}

/** Ids of the lists of objects that an object is in, of those given. */
export function listsWith(database: AccountsDatabase, object: ObjectKey, ids: readonly string[]): Set<string> {
	const rows = database.all<{ id: string }>(
		`SELECT list_id AS id FROM list_objects WHERE survey = ? AND object_id = ? AND list_id IN (SELECT value FROM json_each(?))`,
		object.survey,
		object.objectId,
		JSON.stringify(ids),
	);
	return new Set(rows.map(({ id }) => id));
}

/** Puts the positions of an upload into a watch-list in place of those that it had, and begins to match them. */
export function setPositions(
	database: AccountsDatabase,
	principal: Principal,
	id: string,
	upload: { positions: readonly ListPosition[]; refused: readonly RefusedRow[]; refusedCount: number },
): void {
	database.transaction(() => {
		const list = ownList(database, principal, id);
		if (list.kind !== 'positions') throw new ProblemError(400, 'Positions go into a watch-list.');
		database.run('DELETE FROM list_positions WHERE list_id = ?', id);
		database.run('DELETE FROM list_matches WHERE list_id = ?', id);
		const insert = database.driver.prepare('INSERT INTO list_positions VALUES (?, ?, ?, ?, ?, ?)');
		for (const { place, name, ra, dec, radiusArcsec } of upload.positions) {
			insert.run([id, place, name, ra, dec, radiusArcsec]);
		}
		database.run(
			`UPDATE lists SET entries = ?, refused = ?, refused_count = ?, state = 'waiting', done = 0, steps = 0, problem = '', changed_at = ? WHERE id = ?`,
			upload.positions.length,
			JSON.stringify(upload.refused),
			upload.refusedCount,
			unixNow(),
			id,
		);
	});
}

/** An area as it is kept: sorted half-open ranges of pixels (nested) of one order up to 13. */
export interface KeptArea {
	readonly order: number;
	readonly skyFraction: number;
	readonly ranges: readonly (readonly [number, number])[];
}

/** Makes an area what it covers, and begins to match it. */
export function setArea(database: AccountsDatabase, principal: Principal, id: string, area: KeptArea): void {
	database.transaction(() => {
		const list = ownList(database, principal, id);
		if (list.kind !== 'area') throw new ProblemError(400, 'A MOC goes into an area.');
		database.run('DELETE FROM list_matches WHERE list_id = ?', id);
		database.run(
			'INSERT INTO list_areas VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET pixel_order = excluded.pixel_order, sky_fraction = excluded.sky_fraction, ranges = excluded.ranges',
			id,
			area.order,
			area.skyFraction,
			JSON.stringify(area.ranges),
		);
		database.run(
			`UPDATE lists SET entries = ?, state = 'waiting', done = 0, steps = 0, problem = '', changed_at = ? WHERE id = ?`,
			area.ranges.length,
			unixNow(),
			id,
		);
	});
}

/** What an area covers; null where the list is none. */
export function areaOf(database: AccountsDatabase, id: string): KeptArea | null {
	const row = database.get<{ order: number; skyFraction: number; ranges: string }>(
		'SELECT pixel_order AS "order", sky_fraction AS skyFraction, ranges FROM list_areas WHERE list_id = ?',
		id,
	);
	return row === undefined ? null : { ...row, ranges: JSON.parse(row.ranges) as [number, number][] };
}

/** Rows of the last upload that were left out, the first two hundred. */
export function refusedRows(database: AccountsDatabase, id: string): RefusedRow[] {
	const row = database.get<{ refused: string }>('SELECT refused FROM lists WHERE id = ?', id);
	return row === undefined ? [] : (JSON.parse(row.refused) as RefusedRow[]);
}

/** Whether a list of objects is told of new alerts of its objects. */
export function setFollowing(database: AccountsDatabase, principal: Principal, id: string, following: boolean): void {
	const list = ownList(database, principal, id);
	// what was there before is matched anew: the stream may have passed meanwhile
	const state = following ? (list.kind === 'objects' ? 'following' : 'waiting') : 'none';
	database.run(
		"UPDATE lists SET state = ?, done = 0, steps = 0, problem = '', changed_at = ? WHERE id = ?",
		state,
		unixNow(),
		id,
	);
}
