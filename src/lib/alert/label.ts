export const VERDICTS = ['real', 'bogus', 'later', ''] as const;
/** What somebody says of an alert; '' = nothing yet. */
export type Verdict = (typeof VERDICTS)[number];

/** What somebody said of an alert while they scanned. */
export interface Label {
	readonly survey: string;
	readonly alertId: string;
	readonly objectId: string;
	readonly verdict: Verdict;
	readonly interesting: boolean;
	/** Key of a class, or ''. */
	readonly class: string;
	/** What was scanned, in words. */
	readonly source: string;
	/** Unix seconds. */
	readonly decidedAt: number;
}
