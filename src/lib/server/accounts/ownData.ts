import type { AccountsDatabase } from './database.ts';

/** Columns that hold secrets, or hashes of them: of no use to anybody but a thief. */
const SECRET = new Set(['password', 'hash', 'secret', 'sealed', 'name_key', 'email_key']);
/** Tables whose first column is the hash of a secret. */
const HASHED_ID = new Set(['sessions', 'letters']);
const OWNER = ['user_id', 'owner_id'];

/** Everything of a person in the accounts database: the rows that carry their id or belong to a list of theirs, of every table, without secrets. */
export function exportOwn(database: AccountsDatabase, userId: string): Record<string, unknown[]> {
	const tables = database.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
	const out: Record<string, unknown[]> = {};
	for (const { name } of tables) {
		const columns = database
			.all<{ name: string }>('SELECT name FROM pragma_table_info(?)', name)
			.map((column) => column.name);
		const owner =
			name === 'users' ? 'id' : name === 'audit' ? 'actor_id' : columns.find((column) => OWNER.includes(column));
		if (owner === undefined && !columns.includes('list_id')) continue;
		const own = owner === undefined ? 'list_id IN (SELECT id FROM lists WHERE owner_id = ?)' : `"${owner}" = ?`;
		const kept = columns.filter((column) => !SECRET.has(column) && !(column === 'id' && HASHED_ID.has(name)));
		// names come from the schema itself
		out[name] = database.all(
			`SELECT ${kept.map((column) => `"${column}"`).join(', ')} FROM "${name}" WHERE ${own}`,
			userId,
		);
	}
	return out;
}
