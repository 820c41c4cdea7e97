import * as v from 'valibot';
import { findSurvey } from '#lib/alert/surveys.ts';
import { readSlot, readWatermark, type OpenNight } from '#clickhouse/read/ingest.ts';
import type { NightClosing } from '#clickhouse/read/nightStates.ts';
import type { BatchStamp } from '#clickhouse/records.ts';
import type { Store } from '#clickhouse/store.ts';
import { insertNights, insertOpened, insertPublished } from '#clickhouse/write/batch.ts';

/** A night to which something came within this time is not closed by itself. */
export const QUIET_MS = 30 * 60_000;

/** The slot under which nights are closed by hand (design rule 6). */
export const OPERATOR_SLOT = 'operator';

/** When a night of a survey is over, Unix milliseconds (design rule 3). */
export function overAtMs({ survey, night }: Pick<OpenNight, 'survey' | 'night'>): number {
	return (night + 1) * 86_400_000 + (findSurvey(survey)?.nightOffsetHours ?? 0) * 3_600_000;
}

const boundarySchema = v.object({ by: v.string() });

/** Who closed a night by hand, where that is on record. */
export function closedBy({ boundary }: Pick<NightClosing, 'boundary'>): string | null {
	if (boundary === '') return null;
	const parsed = v.safeParse(boundarySchema, JSON.parse(boundary));
	return parsed.success ? parsed.output.by : null;
}

/** How a closing by hand is recorded. */
export interface ByHand {
	/** Who says so. */
	readonly by: string;
	readonly codeVersion: string;
}

/** Finishes a closing that was cut off: what it had closed counts from now on. The slot must be held. */
export async function finishClosing(store: Store, codeVersion: string): Promise<void> {
	const { number, unfinished } = await readSlot(store, OPERATOR_SLOT);
	if (unfinished === null) return;
	const now = Date.now();
	await insertPublished(store, { writer: OPERATOR_SLOT, number, knownAtMs: now }, 0, now, codeVersion);
}

/**
 * Closes nights because the operator says so. The closing is a numbered batch of its own: alerts of batches that were opened before it
 * are not late, those of later ones are. The slot must be held, and what was left open in it be finished.
 */
export async function closeByHand(
	store: Store,
	nights: readonly OpenNight[],
	{ by, codeVersion }: ByHand,
): Promise<void> {
	if (nights.length === 0) return;
	const { number } = await readSlot(store, OPERATOR_SLOT);
	const batch: BatchStamp = { writer: OPERATOR_SLOT, number: number + 1n, knownAtMs: Date.now() };
	const watermark = await readWatermark(store);
	await insertOpened(store, batch, JSON.stringify({ knownAtMs: batch.knownAtMs, by }), codeVersion);
	await insertNights(
		store,
		batch,
		nights.map(({ survey, origin, night }) => ({ survey, origin, night, reason: 'operator', watermark })),
	);
	await insertPublished(store, batch, 0, Date.now(), codeVersion);
}
