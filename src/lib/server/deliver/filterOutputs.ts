import { readFilter } from '#clickhouse/read/filters.ts';
import { readHitsOf, readNewHits, type HitView } from '#clickhouse/read/hits.ts';
import { isAhead, readWatermark } from '#clickhouse/read/watermark.ts';
import type { Store } from '#clickhouse/store.ts';
import { alertPath, objectPath } from '#lib/alert/address.ts';
import { isoFromTaiMjd } from '#lib/astro/time.ts';
import type { StoredFilter } from '#lib/filter/stored.ts';
import * as v from 'valibot';
import type { AccountsDatabase } from '../accounts/database.ts';
import { MailError, type Mail } from '../mail/mail.ts';
import { LOCAL } from '../principal.ts';
import { ownerOf, type Owner } from './owner.ts';
import { dueOutputs, moveOutput, outputById, secretOf, setOutput, type Output } from './output.ts';
import { enqueue, type Delivery } from './queue.ts';
import { readCandidateTarget, sendCandidate } from '../marshals/candidateDelivery.ts';
import { sendWebhook, type Sent } from './webhook.ts';

/** What sending works with. */
export interface Desk {
	readonly database: AccountsDatabase;
	readonly store: Store;
	readonly home: string;
	readonly mail: Mail;
	/** Address of the portal, for links; '' = none known. */
	readonly portal: string;
	readonly privateHosts: readonly string[];
}

const POLL_MS = 1000;
/** Hits in one delivery. */
const MOST_HITS = 200;
const SHOWN_IN_MAIL = 60;

const payloadSchema = v.object({ hits: v.array(v.string()) });

/** The filter of an output as its owner may see it now; null where they may not any more, or it is gone. */
function filterOf({ store }: Desk, owner: Owner, { filterId }: Output): Promise<StoredFilter | null> {
	return readFilter(store, owner.principal, filterId);
}

/** Puts new hits of the outputs whose time has come into the queue, each output with its cursor in one transaction. */
export async function collectHits(desk: Desk, nowMs: number = Date.now()): Promise<number> {
	const due = dueOutputs(desk.database, nowMs);
	if (due.length === 0) return 0;
	const now = await readWatermark(desk.store);
	let queued = 0;
	for (const output of due) queued += await collectOf(desk, output, now, nowMs);
	return queued;
}

async function collectOf(
	desk: Desk,
	output: Output,
	to: Awaited<ReturnType<typeof readWatermark>>,
	nowMs: number,
): Promise<number> {
	const { database, store } = desk;
	const owner = ownerOf(database, output.ownerId);
	if (owner === null) {
		setOutput(database, output.id, 'stopped', 'The account of its owner is gone or shut.');
		return 0;
	}
	const dueAt = nowMs + Math.max(POLL_MS, output.everyMs);
	if (!isAhead(to, output.cursor)) {
		moveOutput(database, output.id, { cursor: output.cursor, dueAt });
		return 0;
	}
	if ((await filterOf(desk, owner, output)) === null) {
		setOutput(database, output.id, 'stopped', 'The filter is gone, or not yours to see any more.');
		return 0;
	}
	const scope = { origin: output.origin, grants: owner.grants };
	const { rows, reached } = await readNewHits(store, scope, output.filterId, { from: output.cursor, to });
	const groups: HitView[][] = [];
	for (let i = 0; i < rows.length; i += MOST_HITS) groups.push(rows.slice(i, i + MOST_HITS));
	database.transaction(() => {
		for (const group of groups) {
			enqueue(
				database,
				{
					...{ kind: output.kind, lane: output.id, ownerId: output.ownerId, outputId: output.id },
					payload: JSON.stringify({ hits: group.map(({ alert }) => `${alert.survey}:${alert.alertId}`) }),
					visibleAt: Math.min(...group.map(({ hitAt }) => Date.parse(hitAt))),
				},
				nowMs,
			);
		}
		// what is left of a large step comes at once
		moveOutput(database, output.id, { cursor: reached, dueAt: isAhead(to, reached) ? nowMs : dueAt });
	});
	return groups.length;
}

/** What a receiver of a webhook reads. */
function bodyOf(
	desk: Desk,
	delivery: Delivery,
	filter: StoredFilter,
	output: Output,
	hits: readonly HitView[],
): string {
	return JSON.stringify({
		delivery: delivery.id,
		filter: {
			id: filter.id,
			name: filter.name,
			...(desk.portal === '' ? {} : { url: `${desk.portal}/filters/${filter.id}` }),
		},
		origin: output.origin,
		hits: hits.map((hit) => ({
			...hit,
			...(desk.portal === '' ? {} : { url: desk.portal + objectPath(hit.alert) }),
		})),
	});
}

function letterOf(
	desk: Desk,
	filter: StoredFilter,
	output: Output,
	hits: readonly HitView[],
): { subject: string; text: string } {
	const sky = output.origin === 'real' ? '' : ` (${output.origin} sky)`;
	const lines = hits.slice(0, SHOWN_IN_MAIL).map(({ alert, annotations }) => {
		const mag =
			typeof alert.mag === 'number' && Number.isFinite(alert.mag)
				? `${alert.band} ${alert.mag.toFixed(2)}`
				: alert.band;
		const said = Object.entries(annotations).map(([name, value]) => `${name} ${String(value)}`);
		const link = desk.portal === '' ? '' : `\n  ${desk.portal}${alertPath(alert)}`;
		return `${alert.objectId}  ${mag}  ${isoFromTaiMjd(alert.mjd).slice(0, 16).replace('T', ' ')}  ${alert.ra.toFixed(5)} ${alert.dec.toFixed(5)}${said.length === 0 ? '' : `  ${said.join(', ')}`}${link}`;
	});
	const more = hits.length > SHOWN_IN_MAIL ? `\nand ${hits.length - SHOWN_IN_MAIL} more.\n` : '';
	const end =
		desk.portal === ''
			? 'To end these letters, remove the digest on the page of the filter.'
			: `All hits, and the end of these letters: ${desk.portal}/filters/${filter.id}#outputs`;
	return {
		subject: `${hits.length} ${hits.length === 1 ? 'hit' : 'hits'} of ${filter.name}${sky}`,
		text: `${filter.name}${sky}: ${hits.length} ${hits.length === 1 ? 'alert' : 'alerts'} passed. Times are UTC, magnitudes AB, positions ICRS degrees.\n\n${lines.join('\n')}\n${more}\n${end}\n`,
	};
}

/** Sends one delivery of a filter's hits, with what its owner may see now: rights that were lost since are heeded. */
export async function sendHits(
	desk: Desk,
	delivery: Delivery,
	signal?: AbortSignal,
): Promise<Sent | { readonly kind: 'nothing' }> {
	const { database, store, home } = desk;
	const output = delivery.outputId === null ? null : outputById(database, delivery.outputId);
	if (output === null) return { kind: 'nothing' };
	const owner = ownerOf(database, output.ownerId);
	const filter = owner === null ? null : await filterOf(desk, owner, output);
	if (owner === null || filter === null) {
		return { kind: 'unwanted', reason: 'The filter or the account is gone, or not to be seen any more.' };
	}
	const parsed = v.parse(payloadSchema, JSON.parse(delivery.payload));
	const hits = await readHitsOf(store, { origin: output.origin, grants: owner.grants }, filter.id, parsed.hits);
	if (hits.length === 0) return { kind: 'nothing' };
	if (output.kind === 'email') return mailTo(desk, owner, letterOf(desk, filter, output, hits));
	if (output.kind === 'marshal') return sendCandidates(desk, filter, output, hits);
	const secret = secretOf(database, home, output.id);
	if (secret === null) return { kind: 'dead', reason: 'What signs it cannot be read any more: make the webhook anew.' };
	return sendWebhook(
		{ url: output.address, secret, body: bodyOf(desk, delivery, filter, output, hits), delivery: delivery.id },
		{ privateHosts: desk.privateHosts, ...(signal === undefined ? {} : { signal }) },
	);
}

/** What a filter says of a hit, under its own name at the marshal; null where it says nothing. */
function annotationOf({ portal }: Desk, { id, name }: StoredFilter, { annotations, version }: HitView) {
	if (Object.keys(annotations).length === 0) return null;
	const page = portal === '' ? {} : { page: `${portal}/filters/${id}` };
	return { origin: `nightjar:${name}`, data: { ...annotations, version, ...page } };
}

/** Sends hits to the scanners of a marshal, one after the other: what arrived before a fault is the same candidate when it is sent again. */
async function sendCandidates(
	desk: Desk,
	filter: StoredFilter,
	output: Output,
	hits: readonly HitView[],
): Promise<Sent> {
	const target = readCandidateTarget(output.address);
	const refused: string[] = [];
	for (const hit of hits) {
		const { alert, hitAt } = hit;
		const { survey, objectId, ra, dec, reliability, origin } = alert;
		const outcome = await sendCandidate(
			{ ...desk, userId: output.ownerId },
			{
				...{ target, object: { survey, objectId, ra, dec, reliability, origin }, passedAt: new Date(hitAt) },
				annotation: annotationOf(desk, filter, hit),
			},
		);
		if (outcome.kind === 'dead') refused.push(`${objectId}: ${outcome.reason}`);
		else if (outcome.kind !== 'sent') return outcome;
	}
	// one that is refused holds up no other, and is named
	return refused.length === 0 ? { kind: 'sent' } : { kind: 'dead', reason: refused.join(' ') };
}

/** Sends a letter to the owner of an output. */
export async function mailTo({ mail }: Desk, owner: Owner, letter: { subject: string; text: string }): Promise<Sent> {
	// whoever sits at the machine reads letters as files
	const to = owner.principal.id === LOCAL.id && mail.kind === 'files' ? 'local@localhost' : owner.email;
	if (to === '') return { kind: 'dead', reason: 'There is no address to send letters to.' };
	try {
		await mail.send({ to, ...letter });
		return { kind: 'sent' };
	} catch (error) {
		if (!(error instanceof MailError)) throw error;
		return { kind: 'failed', reason: error.message };
	}
}
