import { fieldCatalogue } from './fieldCatalogue.ts';

/** Values of added columns by their names: `ztf.drb`, `g.riseRate`, `score:MODEL:LABEL`; null where there is none. */
export type MoreValues = Readonly<Record<string, number | string | boolean | null>>;

/** What the head of an added column says. */
export interface MoreHead {
	/** Its name, as in addresses. */
	readonly key: string;
	readonly head: string;
	/** VOUnits string, or '' for none. */
	readonly unit: string;
	readonly about: string;
	/** Words are set to the left. */
	readonly words: boolean;
}

/** Most columns that are added to a search at once. */
export const MOST_MORE = 40;

/** Most alerts that a search sorted by an added column may match: by a field, and by a score, which is looked up for each. */
export const MOST_SORTED = { field: 1_000_000, score: 200_000 } as const;

/** Heads of added columns, by names that the catalogue knows, or `score:MODEL:LABEL`; others are left out. */
export function moreHeads(keys: readonly string[]): readonly MoreHead[] {
	if (keys.length === 0) return [];
	const known = new Map(fieldCatalogue('').map((field) => [field.name, field]));
	return keys.flatMap((key): MoreHead[] => {
		const [, model, label] = /^score:([^:]+):(.+)$/.exec(key) ?? [];
		if (model !== undefined && label !== undefined) {
			const about = `score of the model ${model} for ${label}, its newest number`;
			return [{ key, head: label, unit: model, about, words: false }];
		}
		const field = known.get(key);
		if (field === undefined) return [];
		const words = field.type === 'text' || field.type === 'truth' || field.type === 'date';
		return [{ key, head: field.name, unit: field.unit, about: field.meaning, words }];
	});
}
