/** Truths of an alert that a search asks for: yes, no, or either. An alert of which it is not known matches neither yes nor no. */
export const SEARCH_FLAGS = [
	{ name: 'rock', label: 'Solar-system object' },
	{ name: 'star', label: 'On a star' },
	{ name: 'nearBrightStar', label: 'Near a bright star' },
	{ name: 'stationary', label: 'Stationary' },
	{ name: 'positive', label: 'Positive difference' },
] as const;

export type SearchFlag = (typeof SEARCH_FLAGS)[number]['name'];
