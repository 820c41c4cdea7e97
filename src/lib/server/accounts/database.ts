import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';

/** What a parameter of a query may be; the driver ends the whole process over anything else, a boolean included. */
export type Value = string | number | bigint | null | Uint8Array;

/** Another process that writes is waited for this long. */
const BUSY_MS = 5000;

const files: Record<string, string> = import.meta.glob('./migrations/*.sql', {
	query: '?raw',
	import: 'default',
	eager: true,
});

/** The migrations in the order of their numbers. */
function migrations(): { id: number; name: string; sql: string }[] {
	return Object.entries(files)
		.map(([path, sql]) => {
			const found = /(\d{4})_(\w+)\.sql$/.exec(path);
			if (found === null) throw new Error(`${path} is not named NNNN_name.sql.`);
			return { id: Number(found[1]), name: found[2] ?? '', sql };
		})
		.sort((a, b) => a.id - b.id);
}

function checked(values: readonly Value[]): Value[] {
	return values.map((value) => {
		const fits =
			value === null ||
			typeof value === 'string' ||
			typeof value === 'bigint' ||
			value instanceof Uint8Array ||
			(typeof value === 'number' && Number.isFinite(value));
		if (!fits) throw new TypeError(`A ${typeof value} cannot be a parameter of a query.`);
		return value;
	});
}

/** The accounts database of one state folder. Calls are synchronous and take some tens of microseconds. */
export class AccountsDatabase {
	#inTransaction = false;
	constructor(
		/** For lucia's adapter alone. */
		readonly driver: Database.Database,
	) {}

	/** All rows that a query gives. */
	all<Row>(sql: string, ...values: Value[]): Row[] {
		return this.driver.prepare(sql).all(checked(values)) as Row[];
	}

	/** The first row, or undefined. */
	// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the columns of its query, as for all()
	get<Row>(sql: string, ...values: Value[]): Row | undefined {
		return this.all<Row>(sql, ...values)[0];
	}

	/** Runs a statement; answers how many rows it changed. */
	run(sql: string, ...values: Value[]): number {
		return this.driver.prepare(sql).run(checked(values)).changes;
	}

	/** Runs `work` as one transaction that no other process's write falls into; one within another is part of it. */
	transaction<Result>(work: () => Result): Result {
		if (this.#inTransaction) return work();
		this.driver.exec('BEGIN IMMEDIATE');
		this.#inTransaction = true;
		try {
			const result = work();
			this.driver.exec('COMMIT');
			return result;
		} catch (error) {
			this.driver.exec('ROLLBACK');
			throw error;
		} finally {
			this.#inTransaction = false;
		}
	}

	close(): void {
		this.driver.close();
	}
}

/** Applies the migrations that are missing, all or none; of two processes that start together one does it and the other waits. */
function migrate(database: AccountsDatabase): void {
	database.transaction(() => {
		database.driver.exec(
			'CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
		);
		const done = new Set(database.all<{ id: number }>('SELECT id FROM migrations').map(({ id }) => id));
		for (const { id, name, sql } of migrations()) {
			if (done.has(id)) continue;
			database.driver.exec(sql);
			database.run('INSERT INTO migrations VALUES (?, ?, ?)', id, name, unixNow());
		}
		const newest = Math.max(...migrations().map(({ id }) => id));
		if (Math.max(0, ...done) > newest) {
			throw new Error('The accounts database was made by a newer Nightjar: use that one.');
		}
	});
}

/** Seconds of the Unix epoch. */
export function unixNow(nowMs: number = Date.now()): number {
	return Math.floor(nowMs / 1000);
}

const opened = new Map<string, AccountsDatabase>();

/** Opens `accounts.db` of a state folder, made for its owner alone, with the newest tables; the same one at every call. */
export function openAccounts(home: string): AccountsDatabase {
	const known = opened.get(home);
	if (known !== undefined) return known;
	const file = join(home, 'accounts.db');
	mkdirSync(home, { recursive: true, mode: 0o700 });
	// before the driver, which would make it readable for all; its two side files take over the mode
	closeSync(openSync(file, 'a', 0o600));
	chmodSync(file, 0o600);
	const driver = new Database(file, { timeout: BUSY_MS });
	driver.exec(
		'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON',
	);
	const database = new AccountsDatabase(driver);
	migrate(database);
	opened.set(home, database);
	return database;
}

/** Closes the database of a state folder, as before the folder is removed. */
export function closeAccounts(home: string): void {
	opened.get(home)?.close();
	opened.delete(home);
}
