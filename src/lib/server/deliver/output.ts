import { randomBytes, randomUUID } from 'node:crypto';
import type { Watermark } from '#clickhouse/read/watermark.ts';
import type { Origin } from '#lib/alert/survey.ts';
import type { AccountsDatabase } from '../accounts/database.ts';
import { openText, sealText } from '../accounts/sealed.ts';
import { deliveriesOf, readQueue, type Delivery, type QueueView } from './queue.ts';

export type OutputKind = 'webhook' | 'email' | 'marshal';
export type OutputState = 'on' | 'off' | 'stopped';

/** Where the hits of a filter go. */
export interface Output {
	readonly id: string;
	readonly ownerId: string;
	readonly filterId: string;
	readonly origin: Origin;
	readonly kind: OutputKind;
	/** Of a webhook; '' for mail; of a marshal, its link and the marshal's own filter, as candidateTarget writes them. */
	readonly address: string;
	/** 0 = at once. */
	readonly everyMs: number;
	readonly state: OutputState;
	readonly reason: string;
	readonly cursor: Watermark;
	/** Unix milliseconds. */
	readonly dueAt: number;
	readonly createdAt: number;
}

type Row = Omit<Output, 'cursor'> & { readonly cursor: string };

const COLUMNS = `id, owner_id AS ownerId, filter_id AS filterId, origin, kind, address, every_ms AS everyMs, state, reason, cursor,
	due_at AS dueAt, created_at AS createdAt`;

const shown = (row: Row): Output => ({ ...row, cursor: JSON.parse(row.cursor) as Watermark });
const purpose = (id: string): string => `webhook ${id}`;

/** Most outputs of one filter by one person. */
export const MOST_OUTPUTS = 10;

/** Makes an output that begins with what is published after the watermark; a webhook's secret is told this once. */
export function addOutput(
	database: AccountsDatabase,
	home: string,
	output: Pick<Output, 'ownerId' | 'filterId' | 'origin' | 'kind' | 'address' | 'everyMs' | 'cursor'>,
	nowMs: number = Date.now(),
): { output: Output; secret: string | null } {
	const id = randomUUID();
	const secret = output.kind === 'webhook' ? `nj_hook_${randomBytes(24).toString('base64url')}` : null;
	database.run(
		`INSERT INTO outputs (id, owner_id, filter_id, origin, kind, address, sealed, every_ms, state, reason, cursor, due_at, created_at)
		 VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'on', '', ?, ?, ?)`,
		id,
		output.ownerId,
		output.filterId,
		output.origin,
		output.kind,
		output.address,
		secret === null ? '' : sealText(home, purpose(id), secret),
		output.everyMs,
		JSON.stringify(output.cursor),
		nowMs + output.everyMs,
		nowMs,
	);
	const made = outputById(database, id);
	if (made === null) throw new Error('An output was not stored');
	return { output: made, secret };
}

/** An output by id. */
export function outputById(database: AccountsDatabase, id: string): Output | null {
	const row = database.get<Row>(`SELECT ${COLUMNS} FROM outputs WHERE id = ?`, id);
	return row === undefined ? null : shown(row);
}

/** Outputs of a filter by one person. */
export function outputsOf(database: AccountsDatabase, filterId: string, ownerId: string): Output[] {
	return database
		.all<Row>(
			`SELECT ${COLUMNS} FROM outputs WHERE filter_id = ? AND owner_id = ? ORDER BY created_at`,
			filterId,
			ownerId,
		)
		.map(shown);
}

/** Outputs that are on and whose time has come. */
export function dueOutputs(database: AccountsDatabase, nowMs: number): Output[] {
	return database
		.all<Row>(`SELECT ${COLUMNS} FROM outputs WHERE state = 'on' AND due_at <= ? ORDER BY due_at`, nowMs)
		.map(shown);
}

/** What signs a webhook. */
export function secretOf(database: AccountsDatabase, home: string, id: string): string | null {
	const row = database.get<{ sealed: string }>('SELECT sealed FROM outputs WHERE id = ?', id);
	return row === undefined || row.sealed === '' ? null : openText(home, purpose(id), row.sealed);
}

/** Moves an output on in the store. */
export function moveOutput(
	database: AccountsDatabase,
	id: string,
	{ cursor, dueAt }: { cursor: Watermark; dueAt: number },
): void {
	database.run('UPDATE outputs SET cursor = ?, due_at = ? WHERE id = ?', JSON.stringify(cursor), dueAt, id);
}

/** Turns an output on or off, or stops it with the reason. */
export function setOutput(database: AccountsDatabase, id: string, state: OutputState, reason: string): void {
	database.run('UPDATE outputs SET state = ?, reason = ? WHERE id = ?', state, reason, id);
}

/** Takes an output away with all that waits for it. */
export function removeOutput(database: AccountsDatabase, id: string): void {
	database.run('DELETE FROM outputs WHERE id = ?', id);
}

/** An output as its owner sees it: never its secret. */
export interface OutputView extends Omit<Output, 'cursor' | 'ownerId' | 'dueAt'> {
	readonly queue: QueueView;
	readonly last: readonly Pick<Delivery, 'id' | 'state' | 'attempts' | 'createdAt' | 'endedAt' | 'nextAt' | 'error'>[];
}

/** An output with how its queue stands. */
export function outputView(database: AccountsDatabase, output: Output, nowMs: number = Date.now()): OutputView {
	const { cursor: _cursor, ownerId: _owner, dueAt: _due, ...rest } = output;
	return {
		...rest,
		queue: readQueue(database, nowMs, output.id),
		last: deliveriesOf(database, output.id, 5).map(({ id, state, attempts, createdAt, endedAt, nextAt, error }) => ({
			...{ id, state, attempts, createdAt, endedAt, nextAt, error },
		})),
	};
}
