/** How far a trial of a filter on past nights is. */
export type TrialState = 'waiting' | 'running' | 'done' | 'cancelled' | 'failed';

/** What a filter did on one night of one survey, with every alert as it was known when it came. */
export interface TrialNight {
	readonly survey: string;
	readonly night: string;
	readonly alerts: number;
	readonly hits: number;
	readonly objects: number;
	/** Hits of this version that are on record for the night, and how many of them passed again. */
	readonly recorded: number;
	readonly again: number;
	/** Some of the hits. */
	readonly shown: readonly { readonly alertId: string; readonly objectId: string }[];
	readonly elapsedMs: number;
}

/** A trial of a filter on past nights, with what is known so far. */
export interface Trial {
	readonly id: string;
	/** Null where the text was not stored as a filter. */
	readonly filterId: string | null;
	/** 0 where the text is no stored version. */
	readonly version: number;
	readonly text: string;
	readonly state: TrialState;
	/** Why it failed; '' otherwise. */
	readonly reason: string;
	readonly nightFrom: string;
	readonly nightTo: string;
	/** '' = all. */
	readonly survey: string;
	/** Nights of surveys that it is about, and how many of them are done. */
	readonly nightsInAll: number;
	readonly nightsDone: number;
	/** Alerts of all those nights, and of the ones that are done. */
	readonly alertsInAll: number;
	readonly alertsDone: number;
	readonly hits: number;
	readonly objects: number;
	readonly nights: readonly TrialNight[];
	/** ISO 8601, UTC. */
	readonly beganAt: string;
	readonly changedAt: string;
}
