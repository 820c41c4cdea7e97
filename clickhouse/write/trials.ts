import type { AccessScope } from '#lib/alert/object.ts';
import type { Origin } from '#lib/alert/survey.ts';
import type { TrialNight, TrialState } from '#lib/filter/trial.ts';
import type { Store } from '../store.ts';
import { columnsOf, insertCells } from './filters.ts';

const TRIAL = columnsOf(`
	trial_id UUID
	owner_id String
	filter_id UUID
	version UInt32
	text String
	origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3)
	grants Array(Tuple(survey String, programme String))
	state Enum8('waiting' = 1, 'running' = 2, 'done' = 3, 'cancelled' = 4, 'failed' = 5)
	reason String
	night_from Date
	night_to Date
	survey String
	nights UInt32
	alerts UInt64
	began_at DateTime64(3, 'UTC')
	changed_at DateTime64(3, 'UTC')`);

const NIGHT = columnsOf(`
	trial_id UUID
	survey String
	night Date
	alerts UInt64
	hits UInt64
	objects UInt64
	recorded UInt64
	again UInt64
	shown Array(Tuple(alert_id UInt64, object_id String))
	elapsed_ms Float64
	at DateTime64(3, 'UTC')`);

/** What a trial is, and how far it is. */
export interface TrialRow {
	readonly id: string;
	readonly ownerId: string;
	/** UUID; null where the text was not stored. */
	readonly filterId: string | null;
	readonly version: number;
	readonly text: string;
	readonly origin: Origin;
	readonly grants: AccessScope['grants'];
	readonly state: TrialState;
	readonly reason: string;
	/** Days since 1970-01-01. */
	readonly nightFrom: number;
	readonly nightTo: number;
	/** '' = all. */
	readonly survey: string;
	readonly nights: number;
	readonly alerts: number;
	readonly beganAtMs: number;
}

export const NO_FILTER = '00000000-0000-0000-0000-000000000000';

/** Records how far a trial is. */
export async function insertTrial(store: Store, trial: TrialRow, atMs: number): Promise<void> {
	const row = [
		trial.id,
		trial.ownerId,
		trial.filterId ?? NO_FILTER,
		trial.version,
		trial.text,
		trial.origin,
		trial.grants.map(({ survey, programme }) => [survey, programme]),
		trial.state,
		trial.reason,
		trial.nightFrom,
		trial.nightTo,
		trial.survey,
		trial.nights,
		BigInt(trial.alerts),
		BigInt(trial.beganAtMs),
		BigInt(atMs),
	];
	await insertCells(store, 'filter_trials', TRIAL, [row], `trial:${trial.id}:${atMs}:${trial.state}`);
}

/** Records what a filter did on one night of one survey; `night` of the row in days since 1970-01-01. */
export async function insertTrialNight(
	store: Store,
	id: string,
	{ night, ...row }: Omit<TrialNight, 'night'> & { readonly night: number },
	atMs: number,
): Promise<void> {
	const cells = [
		...[id, row.survey, night, BigInt(row.alerts), BigInt(row.hits), BigInt(row.objects)],
		...[BigInt(row.recorded), BigInt(row.again)],
		row.shown.map(({ alertId, objectId }) => [BigInt(alertId), objectId]),
		...[row.elapsedMs, BigInt(atMs)],
	];
	await insertCells(store, 'filter_trial_nights', NIGHT, [cells], `trial:${id}:${row.survey}:${night}`);
}
