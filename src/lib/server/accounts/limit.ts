import { ACCOUNT_LIMIT, API_LIMIT, type BucketSize, TOKEN_PART } from '../limits.ts';
import type { AccountsDatabase } from './database.ts';

/** What an account may ask for; `own` where an operator gave it another number. */
export function limitOf(
	database: AccountsDatabase,
	userId: string,
): BucketSize & { readonly own: boolean; readonly exportCost: number; readonly tokenShare: string } {
	const row = database.get<{ capacity: number; per_second: number }>(
		'SELECT capacity, per_second FROM limits WHERE user_id = ?',
		userId,
	);
	const shared = { exportCost: API_LIMIT.exportCost, tokenShare: `${100 * TOKEN_PART} %` };
	return row === undefined
		? { ...ACCOUNT_LIMIT, ...shared, own: false }
		: { capacity: row.capacity, perSecond: row.per_second, ...shared, own: true };
}

/** Gives an account another limit; null gives it the usual one back. */
export function setLimit(database: AccountsDatabase, userId: string, limit: BucketSize | null): void {
	if (limit === null) database.run('DELETE FROM limits WHERE user_id = ?', userId);
	else {
		database.run(
			`INSERT INTO limits VALUES (?, ?, ?)
			 ON CONFLICT DO UPDATE SET capacity = excluded.capacity, per_second = excluded.per_second`,
			userId,
			limit.capacity,
			limit.perSecond,
		);
	}
}
