/** A list that this browser keeps between visits; it is empty where the browser keeps nothing. */
export interface KeptList<Item> {
	/** What is kept, without what is no item. */
	read(): Item[];
	/** Replaces it; an empty list is forgotten. */
	keep(list: readonly Item[]): void;
}

/** The list kept under a name; `isItem` tells items from what else may lie there. */
export function keptList<Item>(name: string, isItem: (value: unknown) => value is Item): KeptList<Item> {
	return {
		read: () => {
			try {
				const kept: unknown = JSON.parse(localStorage.getItem(name) ?? '[]');
				return Array.isArray(kept) ? kept.filter(isItem) : [];
			} catch {
				return [];
			}
		},
		keep: (list) => {
			try {
				if (list.length === 0) localStorage.removeItem(name);
				else localStorage.setItem(name, JSON.stringify(list));
			} catch {
				// a browser that keeps nothing has nothing to show later
			}
		},
	};
}
