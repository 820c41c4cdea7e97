import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SkyColumns } from '#lib/alert/skyColumns.ts';
import { inkPoints, joined, opacityOf, rgbOf } from '#lib/components/sky/skyPoints.ts';
import { clampView, MAX_ZOOM, fromScreen, toScreen, zoomAt } from '#lib/components/sky/view.ts';

const box = { width: 1440, height: 650, fit: 317 };

describe('view of the map', () => {
	it('keeps the place under the pointer where it is while zooming', () => {
		fc.assert(
			fc.property(fc.integer({ min: 500, max: 900 }), fc.integer({ min: 250, max: 400 }), (px, py) => {
				const start = { x: 0, y: 0, pixelsPerUnit: box.fit };
				const before = fromScreen(start, box, px, py);
				const next = zoomAt(start, box, 3, px, py);
				const after = toScreen(next, box, before[0], before[1]);
				expect(after[0]).toBeCloseTo(px, 6);
				expect(after[1]).toBeCloseTo(py, 6);
			}),
		);
	});

	it('never shows less than the whole sky nor leaves it', () => {
		expect(clampView({ x: 5, y: 5, pixelsPerUnit: 10 }, box)).toEqual({ x: 0, y: 0, pixelsPerUnit: box.fit });
		const close = clampView({ x: 50, y: -50, pixelsPerUnit: box.fit * 1e6 }, box);
		expect(close.pixelsPerUnit).toBe(box.fit * MAX_ZOOM);
		expect(close.x).toBeLessThanOrEqual(2);
		expect(close.y).toBeGreaterThanOrEqual(-1);
	});
});

const sky = (age: number[], mag: number[], classes: number[]): SkyColumns => ({
	count: age.length,
	ra: new Float32Array(age.length),
	dec: new Float32Array(age.length),
	age: Float32Array.from(age),
	mag: Float32Array.from(mag),
	score: Float32Array.from(mag),
	band: new Uint8Array(age.length),
	class: Uint8Array.from(classes),
	survey: new Uint8Array(age.length),
});

describe('ink of the alerts', () => {
	const inks = { alert: [200, 200, 200], classes: [null, [255, 0, 0]], light: false } as const;
	const draw = (columns: SkyColumns, by: 'class' | 'age' | 'magnitude', ageNow: number) => {
		const out = {
			length: columns.count,
			positions: new Float32Array(3 * columns.count),
			colours: new Uint8Array(4 * columns.count),
			sizes: new Float32Array(columns.count),
			shapes: new Uint8Array(columns.count),
		};
		inkPoints(columns, { ageNow, by, inks, scale: 1 }, out);
		return out;
	};

	it('hides what arrives after the playhead, and lets the newest glow', () => {
		const { colours } = draw(sky([0.1, 0.3, 0.31], [18, 18, 18], [0, 0, 0]), 'class', 0.3);
		expect(colours[3]).toBe(0);
		expect(colours[7]).toBeGreaterThan(200);
	});

	it('colours by class only what has one', () => {
		const { colours } = draw(sky([1, 1], [18, 18], [0, 1]), 'class', 0);
		expect([...colours.slice(0, 3)]).toEqual([200, 200, 200]);
		expect([...colours.slice(4, 7)]).toEqual([255, 0, 0]);
	});

	it('draws bright alerts larger, and absent magnitudes smallest', () => {
		const { sizes } = draw(sky([1, 1, 1], [14, 20, Number.NaN], [0, 0, 0]), 'magnitude', 0);
		expect(sizes[0]).toBeGreaterThan(sizes[1] ?? 0);
		expect(sizes[2]).toBe(1);
	});

	it('fades with age', () => {
		expect(opacityOf(-0.01, 'class', false)).toBe(0);
		expect(opacityOf(0.001, 'age', false)).toBeGreaterThan(opacityOf(0.2, 'age', false));
	});

	it('reads both ways of writing a colour', () => {
		expect(rgbOf(' #0a10ff')).toEqual([10, 16, 255]);
		expect(rgbOf('226, 232, 242')).toEqual([226, 232, 242]);
	});

	it('appends what arrived later', () => {
		const both = joined(sky([1], [18], [0]), sky([0], [17], [1]));
		expect(both.count).toBe(2);
		expect([...both.mag]).toEqual([18, 17]);
		expect([...both.class]).toEqual([0, 1]);
	});
});
