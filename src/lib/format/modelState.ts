import type { ModelView } from '#lib/alert/views.ts';

/** What the state of a model means, in words. */
export const MODEL_STATES: Readonly<Record<ModelView['state'], string>> = {
	inUse: 'scores new alerts',
	installed: 'installed, not in use',
	broken: 'cannot be used',
	notInstalled: 'not installed',
};
