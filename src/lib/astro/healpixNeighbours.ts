// Which HEALPix pixels touch: the 12 base pixels of the flattened sphere (healpixPixel.ts) and how their edges meet.

import { type Cell, cellOf, ipixOfCell } from './healpixPixel.ts';

/** The cell one step beyond an edge of a base pixel, where x or y (not both) is -1 or nside. */
function beyondEdge(nside: number, { face, x, y }: Cell): Cell {
	const last = nside - 1;
	const k = face & 3;
	const next = (k + 1) & 3;
	const previous = (k + 3) & 3;
	switch (face >> 2) {
		case 0:
			if (x > last) return { face: next, x: y, y: last };
			if (y > last) return { face: previous, x: last, y: x };
			return x < 0 ? { face: 4 + k, x: last, y } : { face: 4 + next, x, y: last };
		case 1:
			if (x > last) return { face: k, x: 0, y };
			if (y > last) return { face: previous, x, y: 0 };
			return x < 0 ? { face: 8 + previous, x: last, y } : { face: 8 + k, x, y: last };
		default:
			if (x > last) return { face: 4 + next, x: 0, y };
			if (y > last) return { face: 4 + k, x, y: 0 };
			return x < 0 ? { face: 8 + previous, x: y, y: 0 } : { face: 8 + next, x: 0, y: x };
	}
}

/** The cell that only touches the corner of a base pixel, where x and y are both -1 or nside; null where three base pixels meet. */
function beyondCorner(nside: number, { face, x, y }: Cell): Cell | null {
	const last = nside - 1;
	const k = face & 3;
	const north = x > last && y > last;
	const south = x < 0 && y < 0;
	switch (face >> 2) {
		case 0:
			if (north) return { face: (k + 2) & 3, x: last, y: last };
			return south ? { face: 8 + k, x: last, y: last } : null;
		case 1:
			if (north || south) return null;
			return x > last ? { face: 4 + ((k + 1) & 3), x: 0, y: last } : { face: 4 + ((k + 3) & 3), x: last, y: 0 };
		default:
			if (north) return { face: k, x: 0, y: 0 };
			return south ? { face: 8 + ((k + 2) & 3), x: 0, y: 0 } : null;
	}
}

/** Steps to the neighbours: south-west, west, north-west, north, north-east, east, south-east, south. */
const STEPS: readonly (readonly [number, number])[] = [
	[-1, 0],
	[-1, 1],
	[0, 1],
	[1, 1],
	[1, 0],
	[1, -1],
	[0, -1],
	[-1, -1],
];

/** The 8 pixels around one (7 or 6 where base pixels meet by threes), from south-west by west and north to south. */
export function neighboursOf(order: number, ipix: bigint): bigint[] {
	const cell = cellOf(order, ipix);
	const nside = 2 ** order;
	const within = (value: number): boolean => value >= 0 && value < nside;
	const around: bigint[] = [];
	for (const [dx, dy] of STEPS) {
		const step: Cell = { face: cell.face, x: cell.x + dx, y: cell.y + dy };
		const outX = !within(step.x);
		const outY = !within(step.y);
		let found: Cell | null = step;
		if (outX && outY) found = beyondCorner(nside, step);
		else if (outX || outY) found = beyondEdge(nside, step);
		if (found !== null) around.push(ipixOfCell(order, found));
	}
	return around;
}
