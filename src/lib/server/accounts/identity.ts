import { type AccountsDatabase, unixNow } from './database.ts';
import { findUser, type User } from './user.ts';

/** An account at another site that signs a person in. */
export interface LinkedIdentity {
	readonly provider: string;
	readonly subject: string;
	/** What its owner knows it by. */
	readonly label: string;
}

/** Lets an account at another site sign a person in; false when it belongs to somebody already. */
export function addIdentity(database: AccountsDatabase, userId: string, identity: LinkedIdentity): boolean {
	return (
		database.run(
			'INSERT INTO identities (provider, subject, user_id, label, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
			identity.provider,
			identity.subject,
			userId,
			identity.label.slice(0, 100),
			unixNow(),
		) === 1
	);
}

/** Whom an account at another site signs in. */
export function findByIdentity(database: AccountsDatabase, provider: string, subject: string): User | null {
	const row = database.get<{ user_id: string }>(
		'SELECT user_id FROM identities WHERE provider = ? AND subject = ?',
		provider,
		subject,
	);
	return row === undefined ? null : findUser(database, row.user_id);
}

export function identitiesOf(database: AccountsDatabase, userId: string): LinkedIdentity[] {
	return database.all<LinkedIdentity>(
		'SELECT provider, subject, label FROM identities WHERE user_id = ? ORDER BY provider, label',
		userId,
	);
}

/** Takes a way to sign in away; refused for the last one of an account without a password. */
export function removeIdentity(database: AccountsDatabase, user: User, provider: string, subject: string): boolean {
	return database.transaction(() => {
		if (!user.hasPassword && identitiesOf(database, user.id).length < 2) return false;
		return (
			database.run(
				'DELETE FROM identities WHERE user_id = ? AND provider = ? AND subject = ?',
				user.id,
				provider,
				subject,
			) === 1
		);
	});
}
