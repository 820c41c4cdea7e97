import type { ObjectKey } from '#clickhouse/read/objects.ts';
import type { Origin } from '#lib/alert/survey.ts';
import { type AccountsDatabase, unixNow } from '../accounts/database.ts';
import { randomText } from '../accounts/secret.ts';
import type { Principal } from '../principal.ts';
import { ProblemError } from '../problem.ts';
import { nameKey, readLine } from './share.ts';

const KEPT = 100;

/** Remembers that somebody looked at an object; the last hundred are kept. */
export function noteVisit(
	database: AccountsDatabase,
	principal: Principal,
	{ survey, objectId, origin }: ObjectKey & { origin: Origin },
): void {
	database.transaction(() => {
		database.run(
			'INSERT INTO recent_objects VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at, origin = excluded.origin',
			principal.id,
			survey,
			objectId,
			origin,
			unixNow(),
		);
		database.run(
			`DELETE FROM recent_objects WHERE owner_id = ?1 AND (survey, object_id) NOT IN
			 (SELECT survey, object_id FROM recent_objects WHERE owner_id = ?1 ORDER BY seen_at DESC LIMIT ${KEPT})`,
			principal.id,
		);
	});
}

/** The objects that somebody looked at in one sky, the last first. */
export function recentObjects(
	database: AccountsDatabase,
	principal: Principal,
	origin: Origin,
	limit = 12,
): (ObjectKey & { seenAt: number })[] {
	return database.all(
		'SELECT survey, object_id AS objectId, seen_at AS seenAt FROM recent_objects WHERE owner_id = ? AND origin = ? ORDER BY seen_at DESC LIMIT ?',
		principal.id,
		origin,
		limit,
	);
}

/** A search that somebody kept. */
interface SavedSearch {
	readonly id: string;
	readonly name: string;
	/** Parameters of /search, without the question mark. */
	readonly query: string;
	readonly createdAt: number;
}

const MOST_SEARCHES = 200;

export function savedSearches(database: AccountsDatabase, principal: Principal): SavedSearch[] {
	return database.all(
		'SELECT id, name, query, created_at AS createdAt FROM saved_searches WHERE owner_id = ? ORDER BY created_at DESC, id',
		principal.id,
	);
}

/** Keeps a search under a name; one of that name is replaced. */
export function saveSearch(
	database: AccountsDatabase,
	principal: Principal,
	{ name, query }: { name: string; query: string },
): void {
	const line = readLine(name, 80);
	if (line === null) throw new ProblemError(400, 'Give the search a name of 1 to 80 letters.');
	const params = new URLSearchParams(query.replace(/^\?/, '').slice(0, 4000));
	for (const name of ['cursor', 'keep']) params.delete(name);
	const own = database.get<{ n: number }>('SELECT count(*) AS n FROM saved_searches WHERE owner_id = ?', principal.id);
	if ((own?.n ?? 0) >= MOST_SEARCHES) {
		throw new ProblemError(409, `You keep ${MOST_SEARCHES} searches, the most there can be: delete one first.`);
	}
	database.run(
		`INSERT INTO saved_searches VALUES (?, ?, ?, ?, ?, ?)
		 ON CONFLICT (owner_id, name_key) DO UPDATE SET query = excluded.query, name = excluded.name, created_at = excluded.created_at`,
		`s_${randomText(10)}`,
		principal.id,
		line,
		nameKey(line),
		params.toString(),
		unixNow(),
	);
}

export function deleteSearch(database: AccountsDatabase, principal: Principal, id: string): void {
	database.run('DELETE FROM saved_searches WHERE id = ? AND owner_id = ?', id, principal.id);
}
