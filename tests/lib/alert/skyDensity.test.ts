import { describe, expect, it } from 'vitest';
import { densityOf, fullestCells, type Density } from '#lib/alert/skyDensity.ts';

/** Cells of a repeatable sky, many with equal counts. */
function density(cells: number): Density {
	const count = 2 * cells;
	const of = <T>(make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
	return densityOf(
		{
			count,
			ipix: Uint32Array.from(of((i) => 3 * (i >> 1))),
			class: Uint8Array.from(of((i) => i % 2)),
			survey: Uint8Array.from(of(() => 1)),
			alerts: Uint32Array.from(of((i) => 1 + ((i * 7919) % 97))),
			night: Uint16Array.from(of(() => 20_000)),
		},
		{ classes: new Set(), surveys: new Set() },
	);
}

describe('the fullest cells', () => {
	it.each([1, 7, 30, 500])('are the first %d of all, sorted', (most) => {
		const sky = density(400);
		const wanted = (ipix: number): boolean => ipix % 5 !== 0;
		const sorted = [...sky.ipix.keys()]
			.filter((i) => wanted(sky.ipix[i] ?? 0))
			.sort((a, b) => (sky.alerts[b] ?? 0) - (sky.alerts[a] ?? 0));
		expect(fullestCells(sky, most, wanted)).toEqual(sorted.slice(0, most));
	});
	it('are none where none is wanted', () => {
		expect(fullestCells(density(10), 30, () => false)).toEqual([]);
	});
});
