/** A part of the sky with a name. */
export type Area =
	| { readonly kind: 'circle'; readonly ra: number; readonly dec: number; readonly radiusArcsec: number }
	/** From raMin eastwards to raMax, which may be the smaller number. */
	| {
			readonly kind: 'box';
			readonly raMin: number;
			readonly raMax: number;
			readonly decMin: number;
			readonly decMax: number;
	  }
	/** HEALPix pixels, nested, of an order up to 13: sorted ranges, end excluded. */
	| { readonly kind: 'region'; readonly order: number; readonly ranges: readonly (readonly [number, number])[] };

/** Objects and places that someone collected. */
export interface NamedList {
	readonly objects: readonly { readonly survey: string; readonly objectId: string }[];
	readonly places: readonly { readonly ra: number; readonly dec: number; readonly radiusArcsec: number }[];
}

/** What names in a filter stand for: asked once when it is checked. Null where the one who checks does not know. */
export interface Environment {
	/** Text of a block by its reference `name@version`; undefined for one that is not there or may not be seen. */
	block(reference: string): string | undefined;
	area(name: string): Area | undefined;
	list(name: string): NamedList | undefined;
	/** Names to suggest from. */
	readonly blockNames: readonly string[];
	readonly areaNames: readonly string[];
	readonly listNames: readonly string[];
	/** Catalogues by name, with their own columns; null = any name is taken and any column is a number. */
	readonly catalogs: ReadonlyMap<string, readonly CatalogColumn[]> | null;
	/** Models by name with their labels; null = any name is taken. */
	readonly models: ReadonlyMap<string, readonly string[]> | null;
}

/** A column of a catalogue beside position, magnitude and redshift. */
export interface CatalogColumn {
	readonly name: string;
	readonly kind: 'number' | 'text';
	readonly unit: string;
	readonly meaning: string;
}

/** Knows no blocks, areas and lists, and takes any catalogue and model. */
export const EMPTY_ENVIRONMENT: Environment = {
	block: () => undefined,
	area: () => undefined,
	list: () => undefined,
	blockNames: [],
	areaNames: [],
	listNames: [],
	catalogs: null,
	models: null,
};

/** An environment as plain data, so that the browser checks a text against the same names as the server. */
export interface EnvironmentData {
	/** Text by reference `name@version`. */
	readonly blocks: Readonly<Record<string, string>>;
	readonly areas: Readonly<Record<string, Area>>;
	readonly lists: Readonly<Record<string, NamedList>>;
	readonly catalogs: Readonly<Record<string, readonly CatalogColumn[]>>;
	readonly models: Readonly<Record<string, readonly string[]>>;
}

/** The environment that such data describe. */
export function environmentFrom(data: EnvironmentData): Environment {
	const blocks = new Map(Object.entries(data.blocks));
	const areas = new Map(Object.entries(data.areas));
	const lists = new Map(Object.entries(data.lists));
	return {
		block: (reference) => blocks.get(reference),
		area: (name) => areas.get(name),
		list: (name) => lists.get(name),
		blockNames: [...blocks.keys()],
		areaNames: [...areas.keys()],
		listNames: [...lists.keys()],
		catalogs: new Map(Object.entries(data.catalogs)),
		models: new Map(Object.entries(data.models)),
	};
}
