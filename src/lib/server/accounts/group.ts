import { SURVEYS } from '#lib/alert/surveys.ts';
import { type AccountsDatabase, unixNow } from './database.ts';
import { newId } from './secret.ts';
import { emailKey, type User } from './user.ts';

/** A group as one of its members sees it. */
export interface Group {
	readonly id: string;
	readonly name: string;
	readonly about: string;
	/** The reader may invite and remove. */
	readonly admin: boolean;
	readonly members: readonly {
		readonly id: string;
		readonly name: string;
		readonly email: string;
		readonly admin: boolean;
	}[];
	readonly invited: readonly { readonly email: string; readonly expiresAt: number }[];
	readonly rights: readonly Right[];
}

export interface Right {
	readonly survey: string;
	readonly programme: string;
}

const INVITATION_SECONDS = 14 * 86_400;
const MOST_MEMBERS = 500;
const MOST_GROUPS = 20;

const nameKey = (name: string): string => name.normalize('NFKC').toLowerCase();

/** Makes a group whose maker is its first admin; null when the name is taken or they have too many. */
export function addGroup(
	database: AccountsDatabase,
	userId: string,
	{ name, about }: { name: string; about: string },
): string | null {
	return database.transaction(() => {
		const own = database.get<{ n: number }>(
			'SELECT count(*) AS n FROM group_members WHERE user_id = ? AND admin = 1',
			userId,
		);
		if ((own?.n ?? 0) >= MOST_GROUPS) return null;
		const id = newId('g');
		const made = database.run(
			'INSERT INTO groups (id, name, name_key, about, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
			id,
			name,
			nameKey(name),
			about,
			unixNow(),
		);
		if (made === 0) return null;
		database.run('INSERT INTO group_members VALUES (?, ?, 1, ?)', id, userId, unixNow());
		return id;
	});
}

/** Programmes that an operator may grant: all that are not public. */
export function grantable(): { survey: string; label: string; programme: string; meaning: string }[] {
	return SURVEYS.flatMap(({ name, label, programmes }) =>
		programmes
			.filter((programme) => !programme.public)
			.map((programme) => ({ survey: name, label, programme: programme.name, meaning: programme.label })),
	);
}

export function rightsOf(database: AccountsDatabase, groupId: string): Right[] {
	return database.all<Right>(
		'SELECT survey, programme FROM group_rights WHERE group_id = ? ORDER BY survey, programme',
		groupId,
	);
}

/** Whether somebody is a member, and whether as an admin. */
export function membership(database: AccountsDatabase, groupId: string, userId: string): 'none' | 'member' | 'admin' {
	const row = database.get<{ admin: number }>(
		'SELECT admin FROM group_members WHERE group_id = ? AND user_id = ?',
		groupId,
		userId,
	);
	return row === undefined ? 'none' : row.admin === 1 ? 'admin' : 'member';
}

function groupView(
	database: AccountsDatabase,
	row: { id: string; name: string; about: string },
	admin: boolean,
): Group {
	return {
		...row,
		admin,
		members: database
			.all<{ id: string; name: string; email: string; admin: number }>(
				`SELECT users.id, users.name, users.email, group_members.admin FROM group_members JOIN users ON users.id = user_id
				 WHERE group_id = ? ORDER BY group_members.admin DESC, users.name`,
				row.id,
			)
			// addresses are for those who invited them
			.map((member) => ({ ...member, email: admin ? member.email : '', admin: member.admin === 1 })),
		invited: admin
			? database.all<{ email: string; expiresAt: number }>(
					'SELECT email, expires_at AS expiresAt FROM invitations WHERE group_id = ? AND expires_at > ? ORDER BY email_key',
					row.id,
					unixNow(),
				)
			: [],
		rights: rightsOf(database, row.id),
	};
}

/** The groups of a person. */
export function groupsOf(database: AccountsDatabase, userId: string): Group[] {
	return database
		.all<{ id: string; name: string; about: string; admin: number }>(
			`SELECT groups.id, groups.name, groups.about, group_members.admin FROM groups
			 JOIN group_members ON group_id = groups.id WHERE user_id = ? ORDER BY name_key`,
			userId,
		)
		.map(({ admin, ...row }) => groupView(database, row, admin === 1));
}

/** Every group, as the operator sees them. */
export function allGroups(database: AccountsDatabase): Group[] {
	return database
		.all<{ id: string; name: string; about: string }>('SELECT id, name, about FROM groups ORDER BY name_key')
		.map((row) => groupView(database, row, true));
}

/** Invites whoever has an address; an older invitation ends. False when the group is full or they are in it. */
export function invite(database: AccountsDatabase, groupId: string, inviterId: string, email: string): boolean {
	return database.transaction(() => {
		const members = database.get<{ n: number }>(
			'SELECT (SELECT count(*) FROM group_members WHERE group_id = ?1) + (SELECT count(*) FROM invitations WHERE group_id = ?1) AS n',
			groupId,
		);
		const there = database.get(
			'SELECT 1 FROM group_members JOIN users ON users.id = user_id WHERE group_id = ? AND email_key = ?',
			groupId,
			emailKey(email),
		);
		if ((members?.n ?? 0) >= MOST_MEMBERS || there !== undefined) return false;
		database.run(
			`INSERT INTO invitations (group_id, email, email_key, invited_by, expires_at) VALUES (?, ?, ?, ?, ?)
			 ON CONFLICT DO UPDATE SET invited_by = excluded.invited_by, expires_at = excluded.expires_at`,
			groupId,
			email,
			emailKey(email),
			inviterId,
			unixNow() + INVITATION_SECONDS,
		);
		return true;
	});
}

export function hasInvitation(database: AccountsDatabase, email: string): boolean {
	return (
		database.get('SELECT 1 FROM invitations WHERE email_key = ? AND expires_at > ?', emailKey(email), unixNow()) !==
		undefined
	);
}

/** The invitations that wait for a person, by their address. */
export function invitationsFor(
	database: AccountsDatabase,
	user: User,
): { groupId: string; name: string; by: string }[] {
	return database.all<{ groupId: string; name: string; by: string }>(
		`SELECT group_id AS groupId, groups.name, coalesce(users.name, 'somebody') AS by FROM invitations
		 JOIN groups ON groups.id = group_id LEFT JOIN users ON users.id = invited_by
		 WHERE invitations.email_key = ? AND expires_at > ? ORDER BY groups.name_key`,
		emailKey(user.email),
		unixNow(),
	);
}

/** Joins a group by an invitation to one's own address; false when there is none. */
export function joinGroup(database: AccountsDatabase, user: User, groupId: string): boolean {
	return database.transaction(() => {
		const used = database.run(
			'DELETE FROM invitations WHERE group_id = ? AND email_key = ? AND expires_at > ?',
			groupId,
			emailKey(user.email),
			unixNow(),
		);
		if (used === 0) return false;
		database.run('INSERT INTO group_members VALUES (?, ?, 0, ?) ON CONFLICT DO NOTHING', groupId, user.id, unixNow());
		return true;
	});
}

/** Declines an invitation, or takes it back. */
export function dropInvitation(database: AccountsDatabase, groupId: string, email: string): boolean {
	return database.run('DELETE FROM invitations WHERE group_id = ? AND email_key = ?', groupId, emailKey(email)) === 1;
}

/** Removes a member; the last admin of a group with others cannot go, and a group without members ends. */
export function removeMember(
	database: AccountsDatabase,
	groupId: string,
	userId: string,
): 'gone' | 'last admin' | 'none' {
	return database.transaction(() => {
		const was = membership(database, groupId, userId);
		if (was === 'none') return 'none';
		const others = database.get<{ all: number; admins: number }>(
			'SELECT count(*) AS "all", coalesce(sum(admin), 0) AS admins FROM group_members WHERE group_id = ? AND user_id <> ?',
			groupId,
			userId,
		);
		if (was === 'admin' && (others?.all ?? 0) > 0 && others?.admins === 0) return 'last admin';
		database.run('DELETE FROM group_members WHERE group_id = ? AND user_id = ?', groupId, userId);
		if (others?.all === 0) database.run('DELETE FROM groups WHERE id = ?', groupId);
		return 'gone';
	});
}

export function setAdmin(database: AccountsDatabase, groupId: string, userId: string): boolean {
	return database.run('UPDATE group_members SET admin = 1 WHERE group_id = ? AND user_id = ?', groupId, userId) === 1;
}

export function deleteGroup(database: AccountsDatabase, groupId: string): void {
	database.run('DELETE FROM groups WHERE id = ?', groupId);
}

/** Name of a group. */
export function groupName(database: AccountsDatabase, groupId: string): string | null {
	return database.get<{ name: string }>('SELECT name FROM groups WHERE id = ?', groupId)?.name ?? null;
}

/** Grants programmes to a group: exactly these from now on. Only those that exist and are not public. */
export function setRights(
	database: AccountsDatabase,
	groupId: string,
	wanted: readonly Right[],
	grantedBy: string,
): void {
	const known = grantable().filter((one) =>
		wanted.some(({ survey, programme }) => survey === one.survey && programme === one.programme),
	);
	database.transaction(() => {
		database.run('DELETE FROM group_rights WHERE group_id = ?', groupId);
		for (const { survey, programme } of known) {
			database.run('INSERT INTO group_rights VALUES (?, ?, ?, ?, ?)', groupId, survey, programme, grantedBy, unixNow());
		}
	});
}
