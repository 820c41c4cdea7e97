/** Bounds that every filter keeps, so that none can be a burden to the others; told to the author when passed. */
export const LIMITS = {
	/** UTF-16 units of text. */
	characters: 65_536,
	/** Words, numbers and signs. */
	tokens: 20_000,
	/** Levels of brackets and operators within each other. */
	depth: 100,
	/** Nodes of the checked tree after names and blocks are put in their places, however often. */
	nodes: 6000,
	/** Lists within lists: any(..., a => any(..., b => ...)). */
	lambdas: 3,
	/** Operations on one alert of the longest light curve that is reckoned with (`points`). */
	operations: 5_000_000,
	/** Points of a light curve that costs are reckoned with. */
	points: 300,
	/** Matches, associations and the like. */
	matches: 20,
	/** Blocks within blocks. */
	blockDepth: 10,
	/** Problems shown at once. */
	problems: 25,
	/** Rows that `limit` may ask for. */
	rows: 100_000,
	/** Annotations of one filter. */
	annotations: 40,
} as const;
