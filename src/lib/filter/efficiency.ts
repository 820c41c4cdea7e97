/** What a filter finds of one class of simulated things, whole or in one bin of magnitude. */
export interface ClassEfficiency {
	/** As the simulator names it: `SNIa`, `MBA`. */
	readonly class: string;
	/** The family that it belongs to. */
	readonly kind: string;
	/** Lower edge of a bin of one magnitude (AB, as measured); null = the whole class. */
	readonly mag: number | null;
	readonly alerts: number;
	readonly passes: number;
	readonly objects: number;
	/** Objects with an alert that passes. */
	readonly found: number;
	/** Median days from an object's first alert ever to the first that passes; null where none does. */
	readonly days: number | null;
}
