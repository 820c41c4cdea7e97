import type { AnnotationValue } from './run.ts';

/** An alert that passed a filter, as the stage that ran it hands it on. */
export interface FilterHit {
	readonly filterId: string;
	readonly version: number;
	readonly name: string;
	/** Kafka topic of the filter without prefix and origin; null where it has none. */
	readonly topic: string | null;
	/** Place of the alert among the alerts of its batch. */
	readonly row: number;
	readonly annotations: readonly { readonly name: string; readonly value: AnnotationValue }[];
}
