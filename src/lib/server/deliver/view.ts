import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openAccounts } from '../accounts/database.ts';
import { readQueue, type QueueView } from './queue.ts';

/** What goes out by itself, on the page of the status: delays for everyone, and the queue for the operator. */
export interface DeliverView {
	/** From a hit that readers can see to the queue, and from there to the receiver, milliseconds. */
	readonly queued: QueueView['queued'];
	readonly sent: QueueView['sent'];
	/** Null for whoever is no operator. */
	readonly queue: Pick<QueueView, 'waiting' | 'retrying' | 'dead' | 'sentToday' | 'oldestMs'> | null;
}

const NONE = { waiting: 0, retrying: 0, dead: 0, sentToday: 0, oldestMs: null };

/** How deliveries stand now. */
export function readDeliver({ config, operator }: Pick<App.Locals, 'config' | 'operator'>): DeliverView {
	// a portal that nobody signed in to yet has sent nothing
	if (!existsSync(join(config.home, 'accounts.db'))) return { queued: null, sent: null, queue: operator ? NONE : null };
	const { queued, sent, ...queue } = readQueue(openAccounts(config.home), Date.now());
	return { queued, sent, queue: operator ? queue : null };
}
