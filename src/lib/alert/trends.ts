/** Trends of an alert that a search asks for: its features, counts of bands, above 0 or 0. */
export const SEARCH_TRENDS = [
	{
		name: 'rising',
		label: 'Rising',
		feature: 'nRising',
		meaning:
			'feature nRising above 0: in at least one band the brightest point is the newest one, and a weighted linear fit from the first point to it brightens (riseRate below 0) by more than the errors',
	},
	{
		name: 'fading',
		label: 'Fading',
		feature: 'nFading',
		meaning:
			'feature nFading above 0: in at least one band a weighted linear fit from the brightest point to the newest fades (fadeRate above 0) by more than the errors',
	},
] as const;

export type SearchTrend = (typeof SEARCH_TRENDS)[number]['name'];
