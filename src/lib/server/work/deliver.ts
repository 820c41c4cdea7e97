import { alertPath, addressIn } from '#lib/alert/address.ts';
import { isoFromTaiMjd } from '#lib/astro/time.ts';
import * as v from 'valibot';
import { type AccountsDatabase, unixNow } from '../accounts/database.ts';
import { openText } from '../accounts/sealed.ts';
import type { Desk } from '../deliver/filterOutputs.ts';
import { ownerOf, type Owner } from '../deliver/owner.ts';
import { enqueue, type Delivery } from '../deliver/queue.ts';
import { sendWebhook, type Sent } from '../deliver/webhook.ts';
import { MailError } from '../mail/mail.ts';
import { keyFromHome } from '../secrets.ts';
import { findWatch, hookPurpose, noticesBetween, type NoticeRow, secretOf, titleOf, type WatchRow } from './notice.ts';
import { visibleNotices } from './noticePage.ts';
import { digestIsDue, isQuiet, settingsOf } from './quiet.ts';

const SHOWN_IN_MAIL = 60;
const SHOWN_IN_HOOK = 20;

type Outcome = Sent | { readonly kind: 'nothing' };

const payloadSchema = v.object({ watches: v.array(v.string()), after: v.number(), upTo: v.number() });

interface Due extends WatchRow {
	readonly emailed: number;
	readonly hooked: number;
	readonly newest: number;
}

/** Puts what people are to be told by letter or webhook into the queue, each with its cursor in one transaction; what comes in somebody's quiet hours waits until they end. */
export function collectNews({ database }: Pick<Desk, 'database'>, nowMs: number = Date.now()): number {
	const due = database.all<Due>(
		`SELECT watches.id, watches.owner_id AS ownerId, kind, subject, origin, email, sealed, generation, created_at AS createdAt,
		 emailed, hooked, max(notices.id) AS newest FROM watches JOIN notices ON notices.watch_id = watches.id
		 WHERE (email <> 'off' AND notices.id > emailed) OR (sealed <> '' AND notices.id > hooked) GROUP BY watches.id`,
	);
	let queued = 0;
	const owners = new Map<string, Due[]>();
	for (const watch of due) owners.set(watch.ownerId, [...(owners.get(watch.ownerId) ?? []), watch]);
	for (const [ownerId, watches] of owners) {
		const settings = settingsOf(database, ownerId);
		const quiet = isQuiet(settings, nowMs);
		const digest = digestIsDue(settings, nowMs);
		database.transaction(() => {
			for (const watch of watches) {
				if (watch.email === 'instant' && !quiet && watch.newest > watch.emailed) {
					put(database, 'news-email', [watch], watch.emailed, nowMs);
					database.run('UPDATE watches SET emailed = ? WHERE id = ?', watch.newest, watch.id);
					queued += 1;
				}
				if (watch.sealed !== '' && !quiet && watch.newest > watch.hooked) {
					put(database, 'news-webhook', [watch], watch.hooked, nowMs);
					database.run('UPDATE watches SET hooked = ? WHERE id = ?', watch.newest, watch.id);
					queued += 1;
				}
			}
			const digested = watches.filter(({ email, newest, emailed }) => email === 'digest' && newest > emailed);
			if (!digest || digested.length === 0) return;
			put(database, 'news-email', digested, Math.min(...digested.map(({ emailed }) => emailed)), nowMs);
			for (const { id, newest } of digested) database.run('UPDATE watches SET emailed = ? WHERE id = ?', newest, id);
			database.run('UPDATE notice_settings SET digested_at = ? WHERE owner_id = ?', unixNow(nowMs), ownerId);
			queued += 1;
		});
	}
	return queued;
}

function put(database: AccountsDatabase, kind: string, watches: readonly Due[], after: number, nowMs: number): void {
	const [first] = watches;
	if (first === undefined) return;
	const upTo = Math.max(...watches.map(({ newest }) => newest));
	const payload = JSON.stringify({ watches: watches.map(({ id }) => id), after, upTo });
	const lane = `${kind} ${watches.length === 1 ? first.id : first.ownerId}`;
	enqueue(database, { kind, lane, ownerId: first.ownerId, outputId: null, payload, visibleAt: nowMs }, nowMs);
}

interface Told {
	readonly watch: WatchRow;
	readonly title: string;
	readonly notices: readonly (NoticeRow & { readonly mag: string })[];
}

/** What a delivery is about as its owner may see it now. */
async function toldBy(desk: Desk, owner: Owner, delivery: Delivery): Promise<Told[]> {
	const { watches, after, upTo } = v.parse(payloadSchema, JSON.parse(delivery.payload));
	const told: Told[] = [];
	for (const id of watches) {
		const watch = findWatch(desk.database, id);
		if (watch === null) continue;
		const scope = { origin: watch.origin, grants: owner.grants };
		const seen = await visibleNotices({ store: desk.store, scope }, noticesBetween(desk.database, id, after, upTo));
		const notices = seen.map(({ object, ...notice }) => ({
			...notice,
			mag: object.lastMag === null ? '' : `${object.lastBand} ${object.lastMag.toFixed(2)}`,
		}));
		if (notices.length > 0) told.push({ watch, title: titleOf(desk.database, watch).title, notices });
	}
	return told;
}

const timeOf = (mjd: number): string => isoFromTaiMjd(mjd).slice(0, 16).replace('T', ' ');

function linkOf(desk: Desk, watch: WatchRow, notice: NoticeRow): string {
	return desk.portal === '' ? '' : `${desk.portal}${addressIn(watch.origin, alertPath(notice))}`;
}

/** Headers by which a mail program ends these letters with one click (RFC 8058). */
function oneClick(url: string): Readonly<Record<string, string>> {
	return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}

/** A letter about new alerts, of one watch or as a digest of several. */
export async function sendNewsLetter(desk: Desk, delivery: Delivery): Promise<Outcome> {
	const owner = ownerOf(desk.database, delivery.ownerId);
	if (owner === null || owner.email === '') return { kind: 'nothing' };
	const told = (await toldBy(desk, owner, delivery)).filter(({ watch }) => watch.email !== 'off');
	const [first] = told;
	if (first === undefined) return { kind: 'nothing' };
	const key = keyFromHome(desk.home, 'notices');
	const end = (watch: WatchRow): string => `${desk.portal}/unsubscribe/${secretOf(key, 'end', watch)}`;
	const parts = told.map(({ watch, title, notices }) => {
		const lines = notices.slice(0, SHOWN_IN_MAIL).map((notice) => {
			const link = linkOf(desk, watch, notice);
			return `${notice.objectId}  ${notice.mag}  ${timeOf(notice.mjd)}  ${notice.why}${link === '' ? '' : `\n  ${link}`}`;
		});
		const more = notices.length > SHOWN_IN_MAIL ? [`and ${notices.length - SHOWN_IN_MAIL} more`] : [];
		const stop = desk.portal === '' ? [] : ['', `No more letters about ${title}: ${end(watch)}`];
		return [`${title}${watch.origin === 'real' ? '' : ` (${watch.origin} sky)`}`, '', ...lines, ...more, ...stop].join(
			'\n',
		);
	});
	const count = told.reduce((sum, { notices }) => sum + notices.length, 0);
	const about = told.length === 1 ? first.title : `${told.length} things that you watch`;
	try {
		await desk.mail.send({
			to: owner.email,
			subject: `${count} new ${count === 1 ? 'alert' : 'alerts'}: ${about}`,
			text: `Times are UTC, magnitudes AB.\n\n${parts.join('\n\n\n')}\n`,
			...(told.length === 1 && desk.portal !== '' ? { headers: oneClick(end(first.watch)) } : {}),
		});
		return { kind: 'sent' };
	} catch (error) {
		if (!(error instanceof MailError)) throw error;
		return { kind: 'failed', reason: error.message };
	}
}

/** A Slack-style message (`{"text"}`) about new alerts of one watch. */
export async function sendNewsHook(desk: Desk, delivery: Delivery, signal?: AbortSignal): Promise<Outcome> {
	const owner = ownerOf(desk.database, delivery.ownerId);
	if (owner === null) return { kind: 'nothing' };
	const [told] = await toldBy(desk, owner, delivery);
	if (told === undefined || told.watch.sealed === '') return { kind: 'nothing' };
	const url = openText(desk.home, hookPurpose(told.watch.id), told.watch.sealed);
	if (url === null)
		return { kind: 'dead', reason: 'The address of the webhook cannot be read any more: enter it again.' };
	const sent = await sendWebhook(
		{
			url,
			secret: secretOf(keyFromHome(desk.home, 'notices'), 'end', told.watch),
			body: JSON.stringify({ text: messageOf(desk, told) }),
			delivery: delivery.id,
		},
		{ privateHosts: desk.privateHosts, ...(signal === undefined ? {} : { signal }) },
	);
	if (sent.kind === 'unwanted') desk.database.run("UPDATE watches SET sealed = '' WHERE id = ?", told.watch.id);
	return sent;
}

/** Text in Slack's own marks: what people named cannot make links or call everybody. */
const plain = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

function messageOf(desk: Desk, { watch, title, notices }: Told): string {
	const sky = watch.origin === 'real' ? '' : ` (${watch.origin} sky)`;
	const lines = notices.slice(0, SHOWN_IN_HOOK).map((notice) => {
		const link = linkOf(desk, watch, notice);
		const name = link === '' ? plain(notice.objectId) : `<${link}|${plain(notice.objectId)}>`;
		return `${name} ${notice.mag} ${timeOf(notice.mjd)} UTC: ${plain(notice.why)}`;
	});
	const more = notices.length > SHOWN_IN_HOOK ? [`and ${notices.length - SHOWN_IN_HOOK} more`] : [];
	return [
		`*${plain(title)}*${sky}: ${notices.length} new ${notices.length === 1 ? 'alert' : 'alerts'}`,
		...lines,
		...more,
	].join('\n');
}
