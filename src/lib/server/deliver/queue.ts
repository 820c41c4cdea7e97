import { randomUUID } from 'node:crypto';
import type { AccountsDatabase } from '../accounts/database.ts';

export type DeliveryState = 'waiting' | 'sent' | 'nothing' | 'dead';

/** One thing to send. */
export interface Delivery {
	readonly number: number;
	/** Names it for the receiver, who may get it twice. */
	readonly id: string;
	readonly kind: string;
	/** Those of one lane go out one after the other. */
	readonly lane: string;
	readonly ownerId: string;
	readonly outputId: string | null;
	/** JSON: what it is about; what is sent is read when it goes out. */
	readonly payload: string;
	readonly state: DeliveryState;
	readonly attempts: number;
	/** Unix milliseconds, as all times here. */
	readonly nextAt: number;
	readonly visibleAt: number;
	readonly createdAt: number;
	readonly endedAt: number | null;
	readonly error: string;
}

const COLUMNS = `number, id, kind, lane, owner_id AS ownerId, output_id AS outputId, payload, state, attempts, next_at AS nextAt,
	visible_at AS visibleAt, created_at AS createdAt, ended_at AS endedAt, error`;

/** Attempts after which a delivery is dead: with the pauses between them about a day. */
export const MOST_ATTEMPTS = 12;
const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 4 * 3_600_000;

/** Milliseconds before attempt `n + 1`, from 1; `chance` in [0, 1) spreads those that failed together. */
export function pauseMs(n: number, chance: number): number {
	return Math.round(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 3 ** (n - 1)) * (0.75 + chance / 2));
}

/** Puts something to send at the end of its lane. */
export function enqueue(
	database: AccountsDatabase,
	item: Pick<Delivery, 'kind' | 'lane' | 'ownerId' | 'outputId' | 'payload' | 'visibleAt'>,
	nowMs: number = Date.now(),
): string {
	const id = randomUUID();
	database.run(
		`INSERT INTO deliveries (id, kind, lane, owner_id, output_id, payload, state, attempts, next_at, visible_at, created_at, error)
		 VALUES (?, ?, ?, ?, ?, ?, 'waiting', 0, ?, ?, ?, '')`,
		id,
		item.kind,
		item.lane,
		item.ownerId,
		item.outputId,
		item.payload,
		nowMs,
		item.visibleAt,
		nowMs,
	);
	return id;
}

/** Puts a notice into the queue; the same key at another time is the same notice. Answers whether it was new. */
export function enqueueOnce(
	database: AccountsDatabase,
	key: string,
	item: Pick<Delivery, 'ownerId' | 'payload' | 'visibleAt'>,
	nowMs: number = Date.now(),
): boolean {
	return (
		database.run(
			`INSERT OR IGNORE INTO deliveries (id, kind, lane, owner_id, output_id, payload, state, attempts, next_at, visible_at, created_at, error)
			 VALUES (?, 'notice', ?, ?, NULL, ?, 'waiting', 0, ?, ?, ?, '')`,
			key,
			`notices of ${item.ownerId}`,
			item.ownerId,
			item.payload,
			nowMs,
			item.visibleAt,
			nowMs,
		) > 0
	);
}

/** What may go out now: of each lane the first that waits, if its time has come. */
export function dueDeliveries(database: AccountsDatabase, nowMs: number, limit = 100): Delivery[] {
	return database.all<Delivery>(
		`SELECT ${COLUMNS} FROM deliveries
		 WHERE number IN (SELECT min(number) FROM deliveries WHERE state = 'waiting' GROUP BY lane) AND next_at <= ?
		 ORDER BY next_at, number LIMIT ?`,
		nowMs,
		limit,
	);
}

/** Records that a delivery went out, or that there was nothing left of it to send. */
export function settle(database: AccountsDatabase, id: string, state: 'sent' | 'nothing', nowMs: number): void {
	database.run(
		"UPDATE deliveries SET state = ?, attempts = attempts + 1, ended_at = ?, error = '' WHERE id = ? AND state = 'waiting'",
		state,
		nowMs,
		id,
	);
}

/** Records that a delivery failed: it is tried again after a pause that grows, until it is dead. Answers whether it is. */
export function failed(
	database: AccountsDatabase,
	{ id, attempts }: Pick<Delivery, 'id' | 'attempts'>,
	{
		reason,
		final = false,
		nowMs,
		chance = Math.random(),
	}: { reason: string; final?: boolean; nowMs: number; chance?: number },
): boolean {
	const dead = final || attempts + 1 >= MOST_ATTEMPTS;
	database.run(
		"UPDATE deliveries SET state = ?, attempts = attempts + 1, next_at = ?, ended_at = ?, error = ? WHERE id = ? AND state = 'waiting'",
		dead ? 'dead' : 'waiting',
		nowMs + pauseMs(attempts + 1, chance),
		dead ? nowMs : null,
		reason.slice(0, 500),
		id,
	);
	return dead;
}

/** Puts the dead deliveries of an output back into the queue, at the places they had; answers how many. */
export function revive(database: AccountsDatabase, outputId: string, nowMs: number): number {
	return database.run(
		"UPDATE deliveries SET state = 'waiting', attempts = 0, next_at = ?, ended_at = NULL WHERE output_id = ? AND state = 'dead'",
		nowMs,
		outputId,
	);
}

/** Newest deliveries of an output. */
export function deliveriesOf(database: AccountsDatabase, outputId: string, limit = 20): Delivery[] {
	return database.all<Delivery>(
		`SELECT ${COLUMNS} FROM deliveries WHERE output_id = ? ORDER BY number DESC LIMIT ?`,
		outputId,
		limit,
	);
}

const KEPT_MS = 30 * 86_400_000;

/** Forgets what ended more than thirty days ago. */
export function forgetOld(database: AccountsDatabase, nowMs: number): number {
	return database.run('DELETE FROM deliveries WHERE ended_at < ?', nowMs - KEPT_MS);
}

/** How the queue stands; delays in milliseconds over what was sent in the last day. */
export interface QueueView {
	readonly waiting: number;
	/** Waiting after a failure. */
	readonly retrying: number;
	readonly dead: number;
	readonly sentToday: number;
	/** Age of the oldest that waits, milliseconds; null where none does. */
	readonly oldestMs: number | null;
	/** From visible in the store to the queue, and from the queue to the receiver: median and worst in twenty. */
	readonly queued: { readonly median: number; readonly p95: number } | null;
	readonly sent: { readonly median: number; readonly p95: number } | null;
}

function percentiles(values: readonly number[]): { median: number; p95: number } | null {
	if (values.length === 0) return null;
	const sorted = [...values].sort((a, b) => a - b);
	const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
	return { median: at(0.5), p95: at(0.95) };
}

/** How the queue stands: all of it, or what is of one output. */
export function readQueue(database: AccountsDatabase, nowMs: number, outputId: string | null = null): QueueView {
	const where = outputId === null ? '?1 IS NULL' : 'output_id = ?1';
	const counts = database.get<{ waiting: number; retrying: number; dead: number; oldest: number | null }>(
		`SELECT coalesce(sum(state = 'waiting'), 0) AS waiting, coalesce(sum(state = 'waiting' AND attempts > 0), 0) AS retrying,
		   coalesce(sum(state = 'dead'), 0) AS dead, min(CASE WHEN state = 'waiting' THEN created_at END) AS oldest
		 FROM deliveries WHERE ${where}`,
		outputId,
	);
	const sent = database.all<{ visible_at: number; created_at: number; ended_at: number }>(
		`SELECT visible_at, created_at, ended_at FROM deliveries
		 WHERE ${where} AND state = 'sent' AND ended_at > ?2 ORDER BY ended_at DESC LIMIT 2000`,
		outputId,
		nowMs - 86_400_000,
	);
	const oldest = counts?.oldest ?? null;
	return {
		waiting: counts?.waiting ?? 0,
		retrying: counts?.retrying ?? 0,
		dead: counts?.dead ?? 0,
		sentToday: sent.length,
		oldestMs: oldest === null ? null : nowMs - oldest,
		queued: percentiles(sent.map((row) => Math.max(0, row.created_at - row.visible_at))),
		sent: percentiles(sent.map((row) => row.ended_at - row.created_at)),
	};
}
