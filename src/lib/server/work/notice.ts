import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ObjectKey } from '#clickhouse/read/objects.ts';
import type { Origin } from '#lib/alert/survey.ts';
import type { AlertRow } from '#lib/alert/views.ts';
import { type AccountsDatabase, unixNow } from '../accounts/database.ts';
import { randomText } from '../accounts/secret.ts';
import type { Principal } from '../principal.ts';
import { ProblemError } from '../problem.ts';
import { findList } from './list.ts';
import { ensureSettings } from './quiet.ts';

export const WATCH_KINDS = ['list', 'object', 'filter'] as const;
type WatchKind = (typeof WATCH_KINDS)[number];
export const EMAIL_MODES = ['off', 'instant', 'digest'] as const;
type EmailMode = (typeof EMAIL_MODES)[number];

/** What somebody wants to be told of. */
export interface WatchRow {
	readonly id: string;
	readonly ownerId: string;
	readonly kind: WatchKind;
	/** Id of the list or filter, or SURVEY/OBJECT. */
	readonly subject: string;
	readonly origin: Origin;
	readonly email: EmailMode;
	readonly sealed: string;
	readonly generation: number;
	readonly createdAt: number;
}

/** A watch as its owner sees it. */
interface WatchView {
	readonly id: string;
	readonly kind: WatchKind;
	readonly subject: string;
	readonly origin: Origin;
	readonly title: string;
	/** Page of what is watched. */
	readonly href: string;
	readonly email: EmailMode;
	readonly hasWebhook: boolean;
	readonly feed: string;
	readonly notices: number;
	readonly newestAt: number | null;
}

/** Something that somebody was told. */
interface Notice {
	readonly id: number;
	readonly watchId: string;
	readonly title: string;
	readonly survey: string;
	readonly objectId: string;
	readonly alertId: string;
	readonly mjd: number;
	readonly why: string;
	/** Unix seconds. */
	readonly at: number;
	readonly seen: boolean;
}

/** An alert that somebody is to be told of, and why. */
export interface Occasion {
	readonly alert: Pick<AlertRow, 'survey' | 'objectId' | 'alertId' | 'mjd'>;
	readonly why: string;
}

const MOST_WATCHES = 200;
/** Notices kept of one watch. */
const KEPT = 2000;
const COLUMNS =
	'watches.id, owner_id AS ownerId, kind, subject, origin, email, sealed, generation, created_at AS createdAt';

/** All watches of a kind. */
export function watchesToFollow(database: AccountsDatabase, kind: WatchKind): WatchRow[] {
	return database.all<WatchRow>(`SELECT ${COLUMNS} FROM watches WHERE kind = ? ORDER BY created_at`, kind);
}

export function findWatch(database: AccountsDatabase, id: string): WatchRow | null {
	return database.get<WatchRow>(`SELECT ${COLUMNS} FROM watches WHERE id = ?`, id) ?? null;
}

/** One's own watch; a 404 where there is none. */
function ownWatch(database: AccountsDatabase, principal: Principal, id: string): WatchRow {
	const watch = findWatch(database, id);
	if (watch?.ownerId !== principal.id) throw new ProblemError(404, 'There is no such notification of yours.');
	return watch;
}

/** The watch that somebody has on something, or null. */
export function watchOn(
	database: AccountsDatabase,
	principal: Principal,
	{ kind, subject, origin }: Pick<WatchRow, 'kind' | 'subject' | 'origin'>,
): WatchRow | null {
	return (
		database.get<WatchRow>(
			`SELECT ${COLUMNS} FROM watches WHERE owner_id = ? AND kind = ? AND subject = ? AND origin = ?`,
			principal.id,
			kind,
			subject,
			origin,
		) ?? null
	);
}

/** Begins to tell somebody of something; the id. A list that was not followed is from now on. */
export function addWatch(
	database: AccountsDatabase,
	principal: Principal,
	{ kind, subject, origin }: Pick<WatchRow, 'kind' | 'subject' | 'origin'>,
): string {
	return database.transaction(() => {
		const known = watchOn(database, principal, { kind, subject, origin });
		if (known !== null) return known.id;
		const own = database.get<{ n: number }>('SELECT count(*) AS n FROM watches WHERE owner_id = ?', principal.id);
		if ((own?.n ?? 0) >= MOST_WATCHES) {
			throw new ProblemError(409, `You have ${MOST_WATCHES} notifications, the most there can be: end one first.`);
		}
		if (kind === 'list') {
			const list = findList(database, principal, subject);
			if (list.state === 'none' && list.own) {
				database.run(
					'UPDATE lists SET state = ?, changed_at = ? WHERE id = ?',
					list.kind === 'objects' ? 'following' : 'waiting',
					unixNow(),
					subject,
				);
			}
		}
		const id = `w_${randomText(10)}`;
		database.run(
			"INSERT INTO watches VALUES (?, ?, ?, ?, ?, 'off', '', 1, 0, 0, ?)",
			id,
			principal.id,
			kind,
			subject,
			origin,
			unixNow(),
		);
		return id;
	});
}

export function removeWatch(database: AccountsDatabase, principal: Principal, id: string): void {
	ownWatch(database, principal, id);
	database.run('DELETE FROM watches WHERE id = ?', id);
}

/** Ends all addresses of a watch that were given out: its feed, and the links in letters. */
export function renewSecrets(database: AccountsDatabase, principal: Principal, id: string): void {
	ownWatch(database, principal, id);
	database.run('UPDATE watches SET generation = generation + 1 WHERE id = ?', id);
}

/** Tells somebody of alerts; the same alert once. Answers the ids of what is new. */
export function addNotices(database: AccountsDatabase, watch: WatchRow, occasions: readonly Occasion[]): number[] {
	const made: number[] = [];
	for (const { alert, why } of occasions) {
		const row = database.get<{ id: number }>(
			'INSERT INTO notices (watch_id, owner_id, survey, object_id, alert_id, mjd, why, at, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING RETURNING id',
			watch.id,
			watch.ownerId,
			alert.survey,
			alert.objectId,
			alert.alertId,
			alert.mjd,
			why,
			unixNow(),
		);
		if (row !== undefined) made.push(row.id);
	}
	if (made.length > 0) {
		database.run(
			'DELETE FROM notices WHERE watch_id = ?1 AND id <= (SELECT id FROM notices WHERE watch_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)',
			watch.id,
			KEPT,
		);
	}
	return made;
}

/** What a watch is called, and the page of what is watched. */
export function titleOf(
	database: AccountsDatabase,
	watch: Pick<WatchRow, 'kind' | 'subject'>,
): { title: string; href: string } {
	switch (watch.kind) {
		case 'list': {
			const list = database.get<{ name: string }>('SELECT name FROM lists WHERE id = ?', watch.subject);
			return { title: list?.name ?? 'a list that is gone', href: `/lists/${watch.subject}` };
		}
		case 'object': {
			const object = objectOf(watch.subject);
			return { title: object.objectId, href: `/objects/${object.survey}/${encodeURIComponent(object.objectId)}` };
		}
		case 'filter':
			return { title: 'a filter', href: `/filters/${watch.subject}` };
	}
}

/** Object of a subject SURVEY/OBJECT. */
export function objectOf(subject: string): ObjectKey {
	const slash = subject.indexOf('/');
	return { survey: subject.slice(0, slash), objectId: subject.slice(slash + 1) };
}

/** Everything that somebody wants to be told of. */
export function watchesOf(database: AccountsDatabase, key: Buffer, principal: Principal): WatchView[] {
	return database
		.all<WatchRow & { notices: number; newestAt: number | null }>(
			`SELECT ${COLUMNS}, (SELECT count(*) FROM notices WHERE watch_id = watches.id) AS notices,
			 (SELECT max(at) FROM notices WHERE watch_id = watches.id) AS newestAt
			 FROM watches WHERE owner_id = ? ORDER BY created_at DESC`,
			principal.id,
		)
		.map((watch) => ({
			id: watch.id,
			kind: watch.kind,
			subject: watch.subject,
			origin: watch.origin,
			...titleOf(database, watch),
			email: watch.email,
			hasWebhook: watch.sealed !== '',
			feed: `/feeds/${secretOf(key, 'feed', watch)}`,
			notices: watch.notices,
			newestAt: watch.newestAt,
		}));
}

/** What somebody was told in one sky, the newest first. */
export function noticesOf(database: AccountsDatabase, principal: Principal, origin: Origin, limit = 200): Notice[] {
	const rows = database.all<Omit<Notice, 'title' | 'seen'> & { kind: WatchKind; subject: string; seen: number }>(
		`SELECT notices.id, watch_id AS watchId, kind, subject, survey, object_id AS objectId, alert_id AS alertId, mjd, why, at, seen
		 FROM notices JOIN watches ON watches.id = watch_id
		 WHERE notices.owner_id = ? AND origin = ? ORDER BY notices.id DESC LIMIT ?`,
		principal.id,
		origin,
		limit,
	);
	return rows.map(({ kind, subject, seen, ...row }) => ({
		...row,
		title: titleOf(database, { kind, subject }).title,
		seen: seen === 1,
	}));
}

/** A notice as it is kept. */
export type NoticeRow = Omit<Notice, 'title' | 'seen'>;

/** What a watch told after one notice and up to another, in the order of telling. */
export function noticesBetween(database: AccountsDatabase, watchId: string, after: number, upTo: number): NoticeRow[] {
	return database.all<NoticeRow>(
		`SELECT id, watch_id AS watchId, survey, object_id AS objectId, alert_id AS alertId, mjd, why, at
		 FROM notices WHERE watch_id = ? AND id > ? AND id <= ? ORDER BY id LIMIT 2000`,
		watchId,
		after,
		upTo,
	);
}

/** Says by what else somebody is told: letters, and a webhook (its sealed address; '' = none, null = as it is). Only what comes from now on is sent. */
export function setChannels(
	database: AccountsDatabase,
	principal: Principal,
	id: string,
	{ email, sealed }: { email: EmailMode; sealed: string | null },
): void {
	database.transaction(() => {
		const watch = ownWatch(database, principal, id);
		const newest =
			database.get<{ n: number }>('SELECT coalesce(max(id), 0) AS n FROM notices WHERE watch_id = ?', id)?.n ?? 0;
		database.run('UPDATE watches SET email = ? WHERE id = ?', email, id);
		if (email === 'digest') ensureSettings(database, principal.id);
		if (watch.email === 'off') database.run('UPDATE watches SET emailed = ? WHERE id = ?', newest, id);
		if (sealed === null) return;
		database.run('UPDATE watches SET sealed = ?, hooked = ? WHERE id = ?', sealed, newest, id);
	});
}

/** Purpose under which the address of a watch's webhook is sealed. */
export const hookPurpose = (watchId: string): string => `notice webhook ${watchId}`;

/** Ends the letters about a watch. */
export function endLetters(database: AccountsDatabase, id: string): void {
	database.run("UPDATE watches SET email = 'off' WHERE id = ?", id);
}

/** What a watch told, the newest first. */
export function noticesOfWatch(database: AccountsDatabase, watchId: string, limit = 100): Omit<Notice, 'title'>[] {
	return database
		.all<Omit<Notice, 'title' | 'seen'> & { seen: number }>(
			`SELECT id, watch_id AS watchId, survey, object_id AS objectId, alert_id AS alertId, mjd, why, at, seen
			 FROM notices WHERE watch_id = ? ORDER BY id DESC LIMIT ?`,
			watchId,
			limit,
		)
		.map((row) => ({ ...row, seen: row.seen === 1 }));
}

export function countUnseen(database: AccountsDatabase, principal: Principal): number {
	return (
		database.get<{ n: number }>('SELECT count(*) AS n FROM notices WHERE owner_id = ? AND seen = 0', principal.id)?.n ??
		0
	);
}

export function markSeen(database: AccountsDatabase, principal: Principal): void {
	database.run('UPDATE notices SET seen = 1 WHERE owner_id = ? AND seen = 0', principal.id);
}

/** A secret of an address: `feed` reads, `end` unsubscribes. Made of the key of the state folder, kept nowhere. */
export function secretOf(key: Buffer, purpose: 'feed' | 'end', watch: Pick<WatchRow, 'id' | 'generation'>): string {
	const mac = createHmac('sha256', key).update(`${purpose} ${watch.id} ${watch.generation}`).digest('base64url');
	return `${watch.id}-${mac}`;
}

/** The watch that a secret address is of, or null. */
export function watchOfSecret(
	database: AccountsDatabase,
	key: Buffer,
	purpose: 'feed' | 'end',
	text: string,
): WatchRow | null {
	const watch = findWatch(database, /^(w_[a-z2-7]{16})-/.exec(text)?.[1] ?? '');
	if (watch === null) return null;
	const [given, right] = [Buffer.from(text), Buffer.from(secretOf(key, purpose, watch))];
	return given.length === right.length && timingSafeEqual(given, right) ? watch : null;
}
