import type { AccessScope } from '#lib/alert/object.ts';
import type { Status } from '#lib/alert/views.ts';
import publishedSql from '../queries/status_published.sql?raw';
import ratesSql from '../queries/status_rates.sql?raw';
import storedSql from '../queries/status_stored.sql?raw';
import type { QueryOptions, Store } from '../store.ts';
import { render, renderAny } from './render.ts';

type Rate = Status['rates'][number];

/** Alerts of the batches of the last minute, and those whose features were computed; scope null: of every programme and origin. */
async function readStored(
	store: Store,
	scope: AccessScope | null,
	options: QueryOptions,
): Promise<{ stored: number; enriched: number }> {
	const batches = await store.query<{ writer: string; number: string }>(publishedSql, {}, options);
	if (batches.length === 0) return { stored: 0, enriched: 0 };
	const [row] = await store.query<{ stored: string; enriched: string }>(
		scope === null ? renderAny(storedSql, 'true', {}) : render(storedSql, scope),
		{ writers: batches.map(({ writer }) => writer), numbers: batches.map(({ number }) => BigInt(number)) },
		{ ...options, light: true },
	);
	return { stored: Number(row?.stored ?? 0), enriched: Number(row?.enriched ?? 0) };
}

/**
 * What went through each stage in the last minute, by the batches that were published in it. The operator sees records of every programme;
 * everyone else the alerts in scope, and nothing of the other stages (design rule 7).
 */
export async function readRates(
	store: Store,
	scope: AccessScope,
	{ operator, ...options }: QueryOptions & { operator: boolean },
): Promise<Rate[]> {
	const [{ stored, enriched }, rows] = await Promise.all([
		readStored(store, operator ? null : scope, options),
		operator
			? store.query<Record<'received' | 'unread' | 'sent', string | null> & { sends: number }>(ratesSql, {}, options)
			: Promise.resolve([]),
	]);
	const [row] = rows;
	const received = row === undefined ? null : Number(row.received ?? 0);
	const decoded = received === null ? null : Math.max(0, received - Number(row?.unread ?? 0));
	const published = row === undefined || row.sends === 0 ? null : Number(row.sent ?? 0);
	const rate = (stage: Rate['stage'], lastMinute: number | null): Rate => ({
		...{ stage, lastMinute },
		perSecond: lastMinute === null ? null : lastMinute / 60,
	});
	return [
		...[rate('received', received), rate('decoded', decoded), rate('enriched', enriched)],
		...[rate('stored', stored), rate('published', published)],
	];
}
