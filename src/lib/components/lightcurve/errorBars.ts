import type { MarkGroup } from './curve.ts';

/**
 * Bars of one pixel's width, each column of pixels filled where any of its bars is: as one see-through path would look, at the price
 * of some rectangles. `x`, `low` and `high` in CSS px, NaN = no bar; answers [column, low, high] in device px, without overlaps.
 */
export function mergedBars(
	{ x, low, high }: Pick<MarkGroup, 'x' | 'low' | 'high'>,
	scale: number,
): (readonly [column: number, low: number, high: number])[] {
	const columns = new Map<number, [number, number][]>();
	x.forEach((at, i) => {
		const ends: [number, number] = [Math.round((low[i] ?? NaN) * scale), Math.round((high[i] ?? NaN) * scale)];
		if (Number.isNaN(ends[0])) return;
		const column = Math.round(at * scale - 0.5);
		const bars = columns.get(column);
		if (bars === undefined) columns.set(column, [ends]);
		else bars.push(ends);
	});
	return [...columns].flatMap(([column, bars]) => {
		bars.sort((a, b) => a[0] - b[0]);
		const merged: [number, number, number][] = [];
		for (const [from, to] of bars) {
			const last = merged.at(-1);
			if (last === undefined || from > last[2]) merged.push([column, from, to]);
			else last[2] = Math.max(last[2], to);
		}
		return merged;
	});
}
