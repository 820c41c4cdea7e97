import { nightText } from '#lib/astro/time.ts';
import { ORIGINS, type Origin } from '#lib/alert/survey.ts';
import type { CloseReason } from '#lib/alert/views.ts';
import newestSql from '../queries/ingest/night_newest.sql?raw';
import statesSql from '../queries/ingest/night_states.sql?raw';
import type { Store } from '../store.ts';
import type { OpenNight } from './ingest.ts';

/** How a night was closed first. */
export interface NightClosing {
	/** Unix milliseconds. */
	readonly atMs: number;
	readonly reason: CloseReason;
	/** What the batch that closed it says of itself; '' for none. */
	readonly boundary: string;
}

/** A night of a survey with its alerts of every programme: the operator's. */
export interface NightState extends OpenNight {
	readonly alerts: number;
	/** Null while it is open. */
	readonly closing: NightClosing | null;
	/** When its newest alert became known, Unix milliseconds; null where it was not asked for: of closed nights. */
	readonly newestMs: number | null;
}

/** Which nights are asked for. */
export interface NightsAsked {
	/** YYYY-MM-DD, inclusive. */
	readonly from: string;
	readonly to: string;
	readonly surveys: readonly string[];
	readonly origins?: readonly Origin[];
}

const ingest = { class: 'ingest' } as const;
const nameOf = ({ survey, origin, night }: OpenNight): string => `${survey}/${origin}/${nightText(night)}`;

async function readNewest(store: Store, nights: readonly OpenNight[]): Promise<ReadonlyMap<string, number>> {
	if (nights.length === 0) return new Map();
	const days = nights.map(({ night }) => night);
	const between = { first: nightText(Math.min(...days)), last: nightText(Math.max(...days)) };
	const rows = await store.query<{ name: string; newestMs: string }>(
		newestSql,
		{ ...between, nights: nights.map(nameOf) },
		ingest,
	);
	return new Map(rows.map(({ name, newestMs }) => [name, Number(newestMs)]));
}

/** Nights that have alerts, newest first, and how each stands. */
export async function readNightStates(
	store: Store,
	{ from, to, surveys, origins = ORIGINS }: NightsAsked,
): Promise<NightState[]> {
	const rows = await store.query<
		OpenNight & { alerts: string; closedMs: string; reason: CloseReason; boundary: string }
	>(statesSql, { from, to, surveys, origins }, ingest);
	const newest = await readNewest(
		store,
		rows.filter(({ closedMs }) => closedMs === '0'),
	);
	return rows.map(({ survey, origin, night, alerts, closedMs, reason, boundary }) => ({
		...{ survey, origin, night },
		alerts: Number(alerts),
		closing: closedMs === '0' ? null : { atMs: Number(closedMs), reason, boundary },
		newestMs: newest.get(nameOf({ survey, origin, night })) ?? null,
	}));
}
