/** What a filter does with the alerts of one night, in a reader's scope. */
export interface NightFunnel {
	readonly night: string;
	readonly total: number;
	/** Alerts that pass each condition and all before it. */
	readonly left: readonly number[];
	/** Alerts that pass each condition alone; null where it was not asked. */
	readonly alone: readonly number[] | null;
	/** Alerts that pass the filter, its share included; order, limit and one per object come after. */
	readonly passes: number;
	/** 1 = exact; n = estimated from one object in n. */
	readonly oneIn: number;
	readonly rowsRead: number;
	readonly elapsedMs: number;
}

/** What a filter does with the alerts of several nights. */
export interface NightFunnels {
	readonly conditions: readonly string[];
	/** Newest first. */
	readonly nights: readonly NightFunnel[];
	/** Nights that there was no time for, newest first: ask again with nightTo the first of them. */
	readonly waiting: readonly string[];
}
