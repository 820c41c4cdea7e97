/** What the state of a model means, in words. */
export const MODEL_STATES = {
	inUse: 'scores new alerts',
	installed: 'installed, not in use',
	broken: 'cannot be used',
	notInstalled: 'not installed',
} as const;
