import type { CheckedFilter } from './check.ts';
import type { Node } from './core.ts';

/** What a filter asks for besides the alert itself. */
export interface Asks {
	/** Names of catalogues. */
	readonly catalogs: readonly string[];
	/** Names of models. */
	readonly models: readonly string[];
}

const isNode = (value: unknown): value is Node =>
	typeof value === 'object' && value !== null && 'sort' in value && 'kind' in value && 'id' in value;

function within(node: Node): Node[] {
	return Object.values(node).flatMap((value: unknown) =>
		Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
	);
}

/** The catalogues and models that the condition of a filter asks for, wherever they stand in it, by name. */
export function asksOf({ condition }: Pick<CheckedFilter, 'condition'>): Asks {
	const catalogs = new Set<string>();
	const models = new Set<string>();
	const seen = new Set<number>();
	const open: Node[] = [condition];
	for (let node = open.pop(); node !== undefined; node = open.pop()) {
		if (seen.has(node.id)) continue;
		seen.add(node.id);
		if ((node.kind === 'matches' || node.kind === 'matchState') && node.catalog !== '') catalogs.add(node.catalog);
		if (node.kind === 'score') models.add(node.model);
		open.push(...within(node));
	}
	return { catalogs: [...catalogs].sort(), models: [...models].sort() };
}
