import type { Area, CatalogColumn, Environment, NamedList } from './environment.ts';

/** What the names of one version of a filter stood for when it was checked: with it the version means the same for good. */
export interface FrozenEnvironment {
	readonly blocks: Readonly<Record<string, string>>;
	readonly areas: Readonly<Record<string, Area>>;
	readonly lists: Readonly<Record<string, NamedList>>;
	readonly catalogs: Readonly<Record<string, readonly CatalogColumn[]>> | null;
	readonly models: Readonly<Record<string, readonly string[]>> | null;
}

/** A map that remembers which of its entries were asked for. */
class AskedMap<Value> extends Map<string, Value> {
	readonly asked = new Set<string>();

	override get(key: string): Value | undefined {
		if (super.has(key)) this.asked.add(key);
		return super.get(key);
	}

	override has(key: string): boolean {
		if (super.has(key)) this.asked.add(key);
		return super.has(key);
	}

	override values(): MapIterator<Value> {
		for (const key of super.keys()) this.asked.add(key);
		return super.values();
	}

	taken(): Record<string, Value> {
		return Object.fromEntries([...this.asked].sort().map((key) => [key, super.get(key) as Value]));
	}
}

/** An environment that remembers what a check asked of it: `frozen` gives that alone. */
export function recording(environment: Environment): { environment: Environment; frozen: () => FrozenEnvironment } {
	const blocks: Record<string, string> = {};
	const areas: Record<string, Area> = {};
	const lists: Record<string, NamedList> = {};
	const catalogs = environment.catalogs === null ? null : new AskedMap(environment.catalogs);
	const models = environment.models === null ? null : new AskedMap(environment.models);
	const kept =
		<Value>(into: Record<string, Value>, look: (name: string) => Value | undefined) =>
		(name: string): Value | undefined => {
			const found = look(name);
			if (found !== undefined) into[name] = found;
			return found;
		};
	return {
		environment: {
			...environment,
			block: kept(blocks, (name) => environment.block(name)),
			area: kept(areas, (name) => environment.area(name)),
			list: kept(lists, (name) => environment.list(name)),
			catalogs,
			models,
		},
		frozen: () => ({ blocks, areas, lists, catalogs: catalogs?.taken() ?? null, models: models?.taken() ?? null }),
	};
}

/** The environment of a stored version. */
export function thawed({ blocks, areas, lists, catalogs, models }: FrozenEnvironment): Environment {
	const own = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
		Object.hasOwn(record, name) ? record[name] : undefined;
	return {
		block: (name) => own(blocks, name),
		area: (name) => own(areas, name),
		list: (name) => own(lists, name),
		blockNames: Object.keys(blocks),
		areaNames: Object.keys(areas),
		listNames: Object.keys(lists),
		catalogs: catalogs === null ? null : new Map(Object.entries(catalogs)),
		models: models === null ? null : new Map(Object.entries(models)),
	};
}

/** Reads what `JSON.stringify(frozen())` gave. */
export function readFrozen(json: string): FrozenEnvironment {
	return JSON.parse(json) as FrozenEnvironment;
}
