import * as v from 'valibot';
import type { MarshalDeed, MarshalGroup, MarshalKind, MarshalLink } from '#lib/alert/marshal.ts';
import { type AccountsDatabase, unixNow } from '../accounts/database.ts';
import { openText, sealText } from '../accounts/sealed.ts';
import { randomText } from '../accounts/secret.ts';
import type { MarshalClient, MarshalProfile } from './client.ts';
import { MarshalError } from './marshalError.ts';
import { SkyPortal } from './skyportal.ts';
import { Tom, type TomSecret } from './tom.ts';

/** A marshal that somebody wants to link. */
export interface WantedLink {
	readonly kind: MarshalKind;
	readonly name: string;
	/** Without a slash at the end. */
	readonly url: string;
	readonly secret: TomSecret;
}

interface LinkRow {
	readonly id: string;
	readonly user_id: string;
	readonly kind: MarshalKind;
	readonly name: string;
	readonly url: string;
	readonly sealed: string;
	readonly profile: string;
	readonly default_groups: string;
	readonly checked_at: number;
	readonly last_error: string | null;
	readonly last_error_at: number | null;
}

/** Marshals that one person may link. */
export const MOST_LINKS = 10;

// what we wrote ourselves, checked all the same: another version may have written it
const profileShape = v.object({
	username: v.string(),
	roles: v.array(v.string()),
	acls: v.nullable(v.array(v.string())),
	groups: v.array(v.object({ id: v.number(), name: v.string(), locked: v.boolean() })),
});
const idsShape = v.array(v.number());
const secretShape = v.variant('kind', [
	v.object({ kind: v.literal('basic'), username: v.string(), password: v.string() }),
	v.object({ kind: v.literal('token'), token: v.string() }),
]);

function view(row: LinkRow): MarshalLink {
	const profile = v.parse(profileShape, JSON.parse(row.profile));
	return {
		id: row.id,
		kind: row.kind,
		name: row.name,
		url: row.url,
		...profile,
		defaultGroups: v.parse(idsShape, JSON.parse(row.default_groups)),
		checkedAt: row.checked_at,
		lastError: row.last_error,
		lastErrorAt: row.last_error_at,
	};
}

/** Only what is kept of a profile: never the marshal's other words about a person. */
function keptProfile({ username, roles, acls, groups }: MarshalProfile): string {
	return JSON.stringify({
		username,
		roles,
		acls,
		groups: groups.map(({ id, name, locked }): MarshalGroup => ({ id, name, locked })),
	});
}

const purposeOf = (userId: string, id: string): string => `marshal ${userId} ${id}`;

/** The client of a marshal, by what its user gave. */
export function clientOf(wanted: WantedLink, privateHosts: readonly string[]): MarshalClient {
	const { kind, name, url, secret } = wanted;
	if (kind === 'tom') return new Tom({ name, url, secret, privateHosts });
	if (secret.kind !== 'token') throw new MarshalError('token', 'A SkyPortal is linked by a token.');
	return new SkyPortal({ name, url, token: secret.token, privateHosts });
}

/** Keeps a link that was proved, its secret encrypted; null when its owner has too many. */
export function addLink(
	database: AccountsDatabase,
	home: string,
	userId: string,
	wanted: WantedLink,
	profile: MarshalProfile,
): string | null {
	return database.transaction(() => {
		const own = database.get<{ n: number }>('SELECT count(*) AS n FROM marshals WHERE user_id = ?', userId);
		if ((own?.n ?? 0) >= MOST_LINKS) return null;
		const id = `m_${randomText(10)}`;
		database.run(
			'INSERT INTO marshals (id, user_id, kind, name, url, sealed, profile, checked_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
			id,
			userId,
			wanted.kind,
			wanted.name,
			wanted.url,
			sealText(home, purposeOf(userId, id), JSON.stringify(wanted.secret)),
			keptProfile(profile),
			unixNow(),
			unixNow(),
		);
		return id;
	});
}

/** The marshals of a person, in the order in which they linked them. */
export function linksOf(database: AccountsDatabase, userId: string): MarshalLink[] {
	return database.all<LinkRow>('SELECT * FROM marshals WHERE user_id = ? ORDER BY created_at, rowid', userId).map(view);
}

/** One marshal of a person; null for one that is not theirs. */
export function linkOf(database: AccountsDatabase, userId: string, id: string): MarshalLink | null {
	const row = database.get<LinkRow>('SELECT * FROM marshals WHERE user_id = ? AND id = ?', userId, id);
	return row === undefined ? null : view(row);
}

/** The client of one marshal of a person; null for one that is not theirs. */
export function clientFor(
	database: AccountsDatabase,
	{ home, privateHosts }: { readonly home: string; readonly privateHosts: readonly string[] },
	userId: string,
	id: string,
): MarshalClient | null {
	const row = database.get<LinkRow>('SELECT * FROM marshals WHERE user_id = ? AND id = ?', userId, id);
	if (row === undefined) return null;
	const opened = openText(home, purposeOf(userId, id), row.sealed);
	if (opened === null) {
		throw new MarshalError('token', `The token for ${row.name} cannot be read any more: link it again.`);
	}
	return clientOf({ ...row, secret: v.parse(secretShape, JSON.parse(opened)) }, privateHosts);
}

/** Ends a link; its secret goes with it. */
export function removeLink(database: AccountsDatabase, userId: string, id: string): boolean {
	return database.run('DELETE FROM marshals WHERE user_id = ? AND id = ?', userId, id) === 1;
}

/** Keeps what a check of the link found. */
export function noteProfile(database: AccountsDatabase, userId: string, id: string, profile: MarshalProfile): void {
	database.run(
		'UPDATE marshals SET profile = ?, checked_at = ?, last_error = NULL, last_error_at = NULL WHERE user_id = ? AND id = ?',
		keptProfile(profile),
		unixNow(),
		userId,
		id,
	);
}

/** Keeps the last error of a link, or that it answers again. */
export function noteState(database: AccountsDatabase, userId: string, id: string, error: string | null): void {
	database.run(
		`UPDATE marshals SET last_error = ?1, last_error_at = ?2 WHERE user_id = ?3 AND id = ?4
		 AND (last_error IS NOT ?1 OR ?1 IS NOT NULL)`,
		error,
		error === null ? null : unixNow(),
		userId,
		id,
	);
}

/** Keeps the groups that one key saves to: those of the marshal among them. */
export function setDefaultGroups(
	database: AccountsDatabase,
	userId: string,
	id: string,
	groups: readonly number[],
): void {
	const link = linkOf(database, userId, id);
	if (link === null) return;
	const known = link.groups.filter((group) => groups.includes(group.id)).map((group) => group.id);
	database.run(
		'UPDATE marshals SET default_groups = ? WHERE user_id = ? AND id = ?',
		JSON.stringify(known),
		userId,
		id,
	);
}

/** Writes down what was sent, done or not. */
export function noteDeed(
	database: AccountsDatabase,
	userId: string,
	deed: Omit<MarshalDeed, 'at' | 'marshal'> & {
		readonly link: Pick<MarshalLink, 'id' | 'name'>;
		readonly survey: string;
		readonly objectId: string;
	},
): void {
	database.run(
		`INSERT INTO marshal_deeds (user_id, marshal_id, marshal, survey, object_id, kind, group_ids, done, detail, at)
		 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		userId,
		deed.link.id,
		deed.link.name,
		deed.survey,
		deed.objectId,
		deed.kind,
		JSON.stringify(deed.groups),
		deed.done ? 1 : 0,
		deed.detail.slice(0, 300),
		unixNow(),
	);
}

/** What a person sent about an object, newest first. */
export function deedsOf(
	database: AccountsDatabase,
	userId: string,
	{ survey, objectId }: { readonly survey: string; readonly objectId: string },
	limit = 20,
): MarshalDeed[] {
	return database
		.all<{ marshal: string; kind: MarshalDeed['kind']; group_ids: string; done: number; detail: string; at: number }>(
			`SELECT marshal, kind, group_ids, done, detail, at FROM marshal_deeds
			 WHERE user_id = ? AND survey = ? AND object_id = ? ORDER BY id DESC LIMIT ?`,
			userId,
			survey,
			objectId,
			limit,
		)
		.map(({ group_ids: groups, done, ...rest }) => ({
			...rest,
			groups: v.parse(idsShape, JSON.parse(groups)),
			done: done === 1,
		}));
}
