import type { AccessScope } from '#lib/alert/object.ts';
import type { PracticeAlert } from '#lib/alert/practice.ts';
import practiceAlertsSql from '../queries/practice_alerts.sql?raw';
import practiceNightsSql from '../queries/practice_nights.sql?raw';
import type { QueryOptions, Store } from '../store.ts';
import { render } from './render.ts';
import { publishedBy, readWatermark } from './watermark.ts';

/** Alerts of a night that a round is drawn from at most. */
const MOST_ALERTS = 5000;

/** A night that can be practised on. */
export interface PracticeNight {
	/** YYYY-MM-DD */
	readonly night: string;
	readonly alerts: number;
	readonly things: number;
}

/** An alert with what it really was. */
export interface KnownAlert extends PracticeAlert {
	/** The simulator's own numbers, JSON. */
	readonly parameters: string;
	readonly pixel: string;
}

/** Nights of which it is known what was really there, newest first. */
export async function readPracticeNights(
	store: Store,
	scope: AccessScope,
	options: QueryOptions = {},
): Promise<PracticeNight[]> {
	const published = publishedBy(await readWatermark(store, options.signal));
	const rows = await store.query<{ night: string; alerts: string; things: string }>(
		render(practiceNightsSql, scope, { published: published.sql }),
		published.params,
		options,
	);
	return rows.map(({ night, alerts, things }) => ({ night, alerts: Number(alerts), things: Number(things) }));
}

/** Alerts of one night with what they really were, in the order of a seed (32 bits). */
export async function readPracticeAlerts(
	store: Store,
	scope: AccessScope,
	{ night, seed }: { readonly night: string; readonly seed: number },
	options: QueryOptions = {},
): Promise<KnownAlert[]> {
	const published = publishedBy(await readWatermark(store, options.signal));
	return store.query<KnownAlert>(
		render(practiceAlertsSql, scope, { published: published.sql }),
		{ night, seed, limit: MOST_ALERTS, ...published.params },
		options,
	);
}
