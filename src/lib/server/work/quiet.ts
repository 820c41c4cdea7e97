import { type AccountsDatabase, unixNow } from '../accounts/database.ts';
import type { Principal } from '../principal.ts';
import { ProblemError } from '../problem.ts';

/** When somebody is not to be disturbed, and when their digest goes out. */
export interface NoticeSettings {
	/** IANA name of the time zone that the hours are meant in. */
	readonly zone: string;
	/** Minutes of the day; equal = no quiet hours. */
	readonly quietFrom: number;
	readonly quietTo: number;
	readonly digestAt: number;
	/** Unix seconds of the last digest; 0 = none yet. */
	readonly digestedAt: number;
}

const USUAL: NoticeSettings = { zone: 'UTC', quietFrom: 0, quietTo: 0, digestAt: 16 * 60, digestedAt: 0 };

/** The settings of somebody, or the usual ones. */
export function settingsOf(database: AccountsDatabase, ownerId: string): NoticeSettings {
	return (
		database.get<NoticeSettings>(
			'SELECT zone, quiet_from AS quietFrom, quiet_to AS quietTo, digest_at AS digestAt, digested_at AS digestedAt FROM notice_settings WHERE owner_id = ?',
			ownerId,
		) ?? USUAL
	);
}

/** Writes the usual settings down for somebody who has none, so that their first digest waits for its hour. */
export function ensureSettings(database: AccountsDatabase, ownerId: string): void {
	database.run(
		'INSERT INTO notice_settings (owner_id, zone, quiet_from, quiet_to, digest_at, digested_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
		ownerId,
		USUAL.zone,
		USUAL.quietFrom,
		USUAL.quietTo,
		USUAL.digestAt,
		unixNow(),
	);
}

/** Minutes of the day of `HH:MM`. */
function minutesOf(text: string, what: string): number {
	const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
	if (found === null) throw new ProblemError(400, `Write ${what} as HH:MM, from 00:00 to 23:59.`);
	return Number(found[1]) * 60 + Number(found[2]);
}

function isZone(zone: string): boolean {
	try {
		new Intl.DateTimeFormat('en-GB', { timeZone: zone });
		return true;
	} catch {
		return false;
	}
}

/** Keeps the settings of somebody. */
export function saveSettings(
	database: AccountsDatabase,
	principal: Principal,
	asked: { zone: string; quietFrom: string; quietTo: string; digestAt: string },
): void {
	if (!isZone(asked.zone)) throw new ProblemError(400, 'Write the time zone as Europe/Berlin or America/Los_Angeles.');
	database.run(
		`INSERT INTO notice_settings (owner_id, zone, quiet_from, quiet_to, digest_at, digested_at) VALUES (?, ?, ?, ?, ?, ?)
		 ON CONFLICT DO UPDATE SET zone = excluded.zone, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, digest_at = excluded.digest_at`,
		principal.id,
		asked.zone,
		minutesOf(asked.quietFrom, 'the beginning of the quiet hours'),
		minutesOf(asked.quietTo, 'the end of the quiet hours'),
		minutesOf(asked.digestAt, 'the time of the digest'),
		// the next one goes out at the next such hour
		unixNow(),
	);
}

/** Minutes of the day at a place, 0 to 1439. */
function localMinutes(zone: string, nowMs: number): number {
	const parts = new Intl.DateTimeFormat('en-GB', {
		timeZone: zone,
		hour: '2-digit',
		minute: '2-digit',
		hourCycle: 'h23',
	}).formatToParts(nowMs);
	const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
	return part('hour') * 60 + part('minute');
}

/** Whether it is quiet now: from the first minute up to the last, over midnight where the first is the later. */
export function isQuiet({ zone, quietFrom, quietTo }: NoticeSettings, nowMs: number): boolean {
	if (quietFrom === quietTo) return false;
	const now = localMinutes(zone, nowMs);
	return quietFrom < quietTo ? now >= quietFrom && now < quietTo : now >= quietFrom || now < quietTo;
}

/** Whether the hour of the digest has come since the last one. */
export function digestIsDue({ zone, digestAt, digestedAt }: NoticeSettings, nowMs: number): boolean {
	const since = (localMinutes(zone, nowMs) - digestAt + 1440) % 1440;
	return digestedAt * 1000 <= nowMs - (since + 1) * 60_000;
}
