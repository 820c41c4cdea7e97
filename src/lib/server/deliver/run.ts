import { setTimeout as pause } from 'node:timers/promises';
import { setOutput } from './output.ts';
import { collectHits, sendHits, type Desk } from './filterOutputs.ts';
import { collectNews, sendNewsHook, sendNewsLetter } from '../work/deliver.ts';
import { collectNotices, sendNotice } from './notices.ts';
import { dueDeliveries, failed, forgetOld, settle, type Delivery } from './queue.ts';
import type { Sent } from './webhook.ts';

type Outcome = Sent | { readonly kind: 'nothing' };

/** Sends one kind of delivery; must not throw for what the other side does. */
export type Sender = (desk: Desk, delivery: Delivery, signal?: AbortSignal) => Promise<Outcome>;

/** What each kind of delivery is sent by. */
export const SENDERS: Readonly<Record<string, Sender>> = {
	webhook: sendHits,
	email: sendHits,
	'news-email': sendNewsLetter,
	'news-webhook': sendNewsHook,
	marshal: sendHits,
	notice: sendNotice,
};

const AT_ONCE = 8;

async function sendOne(
	desk: Desk,
	delivery: Delivery,
	senders: typeof SENDERS,
	signal?: AbortSignal,
): Promise<Outcome> {
	const send = senders[delivery.kind];
	if (send === undefined) return { kind: 'dead', reason: `Nothing here sends a ${delivery.kind}.` };
	try {
		return await send(desk, delivery, signal);
	} catch (error) {
		return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
	}
}

function record({ database }: Desk, delivery: Delivery, outcome: Outcome, nowMs: number): void {
	switch (outcome.kind) {
		case 'sent':
		case 'nothing':
			settle(database, delivery.id, outcome.kind, nowMs);
			return;
		case 'failed':
			failed(database, delivery, { reason: outcome.reason, nowMs });
			return;
		case 'dead':
			failed(database, delivery, { reason: outcome.reason, final: true, nowMs });
			return;
		case 'unwanted':
			failed(database, delivery, { reason: outcome.reason, final: true, nowMs });
			if (delivery.outputId !== null) setOutput(database, delivery.outputId, 'stopped', outcome.reason);
	}
}

/** Sends what is due, of several lanes at once and of each lane one; answers how many were tried. */
export async function sendDue(
	desk: Desk,
	{
		nowMs = Date.now(),
		senders = SENDERS,
		signal,
	}: { nowMs?: number; senders?: typeof SENDERS; signal?: AbortSignal } = {},
): Promise<number> {
	const due = dueDeliveries(desk.database, nowMs);
	for (let i = 0; i < due.length; i += AT_ONCE) {
		await Promise.all(
			due.slice(i, i + AT_ONCE).map(async (delivery) => {
				const outcome = await sendOne(desk, delivery, senders, signal);
				// an end in the middle leaves it waiting: at least once, never none
				if (signal?.aborted !== true || outcome.kind === 'sent') record(desk, delivery, outcome, Date.now());
			}),
		);
	}
	return due.length;
}

const TURN_MS = 1000;
const FORGET_MS = 3_600_000;
const NOTICES_MS = 20_000;

/** Collects and sends until it is asked to end. Problems of the store are told and tried again. */
export async function runDeliver(desk: Desk, signal: AbortSignal, log: (line: string) => void): Promise<void> {
	let forgottenAt = 0;
	let noticedAt = 0;
	let away = false;
	while (!signal.aborted) {
		try {
			await collectHits(desk);
			collectNews(desk);
			if (Date.now() - noticedAt > NOTICES_MS) {
				await collectNotices(desk);
				noticedAt = Date.now();
			}
			// a lane that is behind goes on without a pause
			// eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- the signal changes while it waits
			for (let sent = 1; sent > 0 && !signal.aborted;) sent = await sendDue(desk, { signal });
			if (Date.now() - forgottenAt > FORGET_MS) {
				forgetOld(desk.database, Date.now());
				forgottenAt = Date.now();
			}
			if (away) log('The store answers again.');
			away = false;
		} catch (error) {
			if (!away) log(`Nothing is sent for now: ${error instanceof Error ? error.message : String(error)}`);
			away = true;
		}
		await pause(TURN_MS, undefined, { signal }).catch(() => undefined);
	}
}
