/** The grid of a look: cells across and down a picture of a page. */
export const LOOK_GRID = { columns: 12, rows: 12 } as const;

/** A picture of a page, coarsely: one number for each cell of the grid, row by row. */
export interface PageLook {
	/** Mean brightness, 0 to 1. */
	readonly brightness: readonly number[];
	/** Standard deviation of the brightness within the cell: 0 where nothing is drawn. */
	readonly contrast: readonly number[];
}

/** Mean difference of brightness, of 1, that data may make: the other theme makes six times as much. */
const MOST_APART = 0.12;
/** Share of what is drawn that must lie where it lay: wholly other data left 0.58, a page without its style 0.32 at most. */
const LEAST_SHARED = 0.5;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Mean difference of brightness of two looks, 0 to 1. */
function apart(a: PageLook, b: PageLook): number {
	return sum(a.brightness.map((value, i) => Math.abs(value - (b.brightness[i] ?? 0)))) / a.brightness.length;
}

/** Share of what is drawn on either that is drawn on both, cell by cell: 1 for the same page, 0 beside a blank one. */
export function sharedContrast(a: PageLook, b: PageLook): number {
	const pairs = a.contrast.map((value, i) => [value, b.contrast[i] ?? 0] as const);
	const most = sum(pairs.map(([one, other]) => Math.max(one, other)));
	return most === 0 ? 1 : sum(pairs.map(([one, other]) => Math.min(one, other))) / most;
}

/** Why a page looks grossly unlike before; null where it does not. */
export function grossChange(now: PageLook, before: PageLook): string | null {
	const difference = apart(now, before);
	if (difference >= MOST_APART) return `its brightness is ${difference.toFixed(2)} of 1 apart`;
	const shared = sharedContrast(now, before);
	return shared < LEAST_SHARED ? `only ${shared.toFixed(2)} of what is drawn lies where it lay` : null;
}
