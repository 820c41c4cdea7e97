import { readExpectedNights, readSetAside } from '#clickhouse/read/filters.ts';
import { readYields } from '#clickhouse/read/hits.ts';
import { SYSTEM_OWNER } from '#lib/filter/stored.ts';
import * as v from 'valibot';
import { mailTo, type Desk } from './filterOutputs.ts';
import { ownerOf } from './owner.ts';
import { enqueueOnce, type Delivery } from './queue.ts';
import type { Sent } from './webhook.ts';

/** How far back is looked: what is older was told, or nobody ran to tell it. */
const BACK_MS = 2 * 86_400_000;

const payloadSchema = v.object({ subject: v.string(), text: v.string(), filterId: v.string() });

/** Puts what owners must hear of their filters into the queue: that one was set aside, or that a closed night fell outside what was expected. */
export async function collectNotices(desk: Desk, nowMs: number = Date.now()): Promise<number> {
	const { database, store } = desk;
	const since = nowMs - BACK_MS;
	let told = 0;
	const tell = (
		key: string,
		ownerId: string,
		payload: v.InferOutput<typeof payloadSchema>,
		visibleAt: number,
	): void => {
		if (ownerId === SYSTEM_OWNER) return;
		told += enqueueOnce(database, key, { ownerId, payload: JSON.stringify(payload), visibleAt }, nowMs) ? 1 : 0;
	};
	for (const { filterId, name, ownerId, version, reason, atMs } of await readSetAside(store, since)) {
		const payload = {
			subject: `The filter ${name} was set aside`,
			text: `Version ${version} does not run any more. ${reason}\n\nMend it and put the next version live, or put this one live again.`,
			filterId,
		};
		tell(`set aside ${filterId} ${atMs}`, ownerId, payload, Number(atMs));
	}
	for (const one of await readExpectedNights(store, since)) {
		const owner = ownerOf(database, one.ownerId);
		if (owner === null) continue;
		const yields = await readYields(store, { origin: one.origin, grants: owner.grants }, [one.filterId], one.night);
		const hits = (yields.get(one.filterId) ?? [])
			.filter(({ night }) => night === one.night)
			.reduce((sum, night) => sum + night.hits, 0);
		if (hits >= one.low && hits <= one.high) continue;
		const found = hits === 1 ? '1 hit' : `${hits === 0 ? 'no' : hits} hits`;
		const night = `the night of ${one.night}${one.origin === 'simulated' ? ' of the simulated sky' : ''}`;
		const payload = {
			subject: `The filter ${one.name}: ${found} in ${night}`,
			text: `The filter ${one.name} gave ${found} in ${night}; from ${one.low} to ${one.high} were expected. Look whether the stream or the filter changed.`,
			filterId: one.filterId,
		};
		tell(`yield ${one.filterId} ${one.origin} ${one.night}`, one.ownerId, payload, nowMs);
	}
	return told;
}

/** Sends a notice to its owner by mail. */
export async function sendNotice(desk: Desk, delivery: Delivery): Promise<Sent | { readonly kind: 'nothing' }> {
	const owner = ownerOf(desk.database, delivery.ownerId);
	if (owner === null) return { kind: 'nothing' };
	const { subject, text, filterId } = v.parse(payloadSchema, JSON.parse(delivery.payload));
	const link = desk.portal === '' ? '' : `\n\n${desk.portal}/filters/${filterId}`;
	return mailTo(desk, owner, { subject, text: `${text}${link}\n` });
}
