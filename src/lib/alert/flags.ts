/** Truths of an alert that a search asks for: yes, no, or either. An alert of which it is not known matches neither yes nor no. */
export const SEARCH_FLAGS = [
	{ name: 'rock', label: 'Solar-system object' },
	{ name: 'star', label: 'On a star' },
	{ name: 'nearBrightStar', label: 'Near a bright star' },
	{ name: 'stationary', label: 'Stationary' },
	{ name: 'positive', label: 'Positive difference' },
] as const;

/** Well-tried choices of flags by one name each; a flag that is not named is either. */
export const FLAG_PRESETS = [
	{
		label: 'Transient',
		flags: { rock: false, star: false, nearBrightStar: false, stationary: true, positive: true },
	},
	{ label: 'Stellar', flags: { rock: false, star: true } },
	{ label: 'Solar system', flags: { rock: true } },
] as const satisfies readonly { readonly label: string; readonly flags: Partial<Record<SearchFlag, boolean>> }[];

export type SearchFlag = (typeof SEARCH_FLAGS)[number]['name'];
