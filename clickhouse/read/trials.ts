import type { AccessScope } from '#lib/alert/object.ts';
import type { Trial, TrialNight, TrialState } from '#lib/filter/trial.ts';
import nightsSql from '../queries/filter_nights.sql?raw';
import trialNightsSql from '../queries/filter_trial_nights.sql?raw';
import trialsSql from '../queries/filter_trials.sql?raw';
import type { Param, QueryOptions, Store } from '../store.ts';
import { NO_FILTER } from '../write/trials.ts';
import { isoTime } from './alertRows.ts';
import { render, renderAny } from './render.ts';

/** A night of a survey with its alerts in scope. */
export interface NightOfSurvey {
	readonly survey: string;
	readonly night: string;
	readonly alerts: number;
}

/** Nights of surveys between two dates that have alerts in scope, oldest first. */
export async function readNightsBetween(
	store: Store,
	scope: AccessScope,
	range: { readonly from: string; readonly to: string; readonly survey: string },
	options: QueryOptions = {},
): Promise<NightOfSurvey[]> {
	const rows = await store.query<{ survey: string; night: string; alerts: string }>(
		render(nightsSql, scope),
		{ ...range },
		options,
	);
	return rows.map((row) => ({ ...row, alerts: Number(row.alerts) }));
}

interface TrialRecord {
	readonly id: string;
	readonly filterId: string;
	readonly version: number;
	readonly text: string;
	readonly origin: AccessScope['origin'];
	readonly grants: AccessScope['grants'];
	readonly state: TrialState;
	readonly reason: string;
	readonly nightFrom: string;
	readonly nightTo: string;
	readonly survey: string;
	readonly nights: number;
	readonly alerts: string;
	readonly beganAt: string;
	readonly changedAt: string;
}

type NightRecord = Record<'id' | 'survey' | 'night' | 'alerts' | 'hits' | 'objects' | 'recorded' | 'again', string> & {
	readonly shown: readonly (readonly [string, string])[];
	readonly elapsedMs: number;
};

function nightOf({ survey, night, shown, elapsedMs, ...row }: NightRecord): TrialNight {
	const { alerts, hits, objects, recorded, again } = row;
	return {
		...{ survey, night, elapsedMs },
		...{ alerts: Number(alerts), hits: Number(hits), objects: Number(objects) },
		...{ recorded: Number(recorded), again: Number(again) },
		shown: shown.map(([alertId, objectId]) => ({ alertId, objectId })),
	};
}

const sum = (nights: readonly TrialNight[], of: 'alerts' | 'hits' | 'objects'): number =>
	nights.reduce((all, night) => all + night[of], 0);

function trialOf(row: TrialRecord, nights: readonly TrialNight[]): Trial {
	const { id, version, text, state, reason, nightFrom, nightTo, survey } = row;
	return {
		...{ id, version, text, state, reason, nightFrom, nightTo, survey },
		filterId: row.filterId === NO_FILTER ? null : row.filterId,
		nightsInAll: row.nights,
		nightsDone: nights.length,
		alertsInAll: Number(row.alerts),
		alertsDone: sum(nights, 'alerts'),
		hits: sum(nights, 'hits'),
		objects: sum(nights, 'objects'),
		nights,
		beganAt: isoTime(row.beganAt),
		changedAt: isoTime(row.changedAt),
	};
}

/** Trials by a person whose scope they still hold, newest first: one by its id, those of a filter, or all. */
export async function readTrials(
	store: Store,
	scope: AccessScope,
	ownerId: string,
	of: { readonly id?: string; readonly filterId?: string; readonly limit?: number },
	options: QueryOptions = {},
): Promise<Trial[]> {
	const where: string[] = ['true'];
	const params: Record<string, Param> = { ownerId, limit: of.limit ?? 20 };
	if (of.id !== undefined) {
		where.push('t.trial_id = {id:UUID}');
		params['id'] = of.id;
	}
	if (of.filterId !== undefined) {
		where.push('t.filter_id = {filterId:UUID}');
		params['filterId'] = of.filterId;
	}
	const sql = renderAny(trialsSql, '', { where: where.join(' AND ') });
	const rows = (await store.query<TrialRecord>(sql, params, options)).filter(
		({ origin, grants }) =>
			origin === scope.origin &&
			grants.every(({ survey, programme }) =>
				scope.grants.some((grant) => grant.survey === survey && grant.programme === programme),
			),
	);
	if (rows.length === 0) return [];
	const nights = await store.query<NightRecord>(
		renderAny(trialNightsSql, '', {}),
		{ ids: rows.map(({ id }) => id) },
		options,
	);
	return rows.map((row) => trialOf(row, nights.filter(({ id }) => id === row.id).map(nightOf)));
}
