/** One bar: a key (night, class, survey) or a range [from, to), and the alerts in it. */
export interface FacetBin {
	readonly key: string;
	readonly from: number;
	readonly to: number;
	readonly alerts: number;
}

/** The spread of alerts over one quantity; bars without alerts are left out. */
export interface Facet {
	readonly name: 'mag' | 'reliability' | 'age' | 'nDetections' | 'night' | 'class' | 'survey';
	readonly bins: readonly FacetBin[];
}

/** All facets of a search, each under the conditions of the others. */
export interface Facets {
	/** First night counted where the search names none; null where it does. */
	readonly windowFrom: string | null;
	/** Inclusive nights whose bars are counted where the search names nights or times; null = all that meet the other conditions. */
	readonly bars: { readonly from: string; readonly to: string } | null;
	/** 1 = every alert was counted; n = one object in n, counts scaled. */
	readonly oneIn: number;
	readonly facets: readonly Facet[];
}

/**
 * Standard error in percent of a bar that was estimated from one object in `oneIn`, where so many objects have an alert each in it:
 * of the binomial choice of objects. Alerts of one object come and go together, so it is their number that counts.
 */
export function sampleErrorPercent(oneIn: number, objects: number): number {
	return 100 * Math.sqrt((oneIn - 1) / objects);
}
