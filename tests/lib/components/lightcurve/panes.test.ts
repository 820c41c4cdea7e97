import { describe, expect, it } from 'vitest';
import { drawnY, xOf, yOf, type DrawnPoint, type Frame } from '#lib/components/lightcurve/curve.ts';
import { bandPanes, nearestInPanes, paneHeight, stackPanes } from '#lib/components/lightcurve/panes.ts';

const point = (band: string, mjd: number, value: number): DrawnPoint => ({
	at: Math.round(mjd * 10),
	survey: 'lsst',
	band,
	drawnAs: 'detection',
	kind: 'detection',
	negative: false,
	mjd,
	value,
	err: 0.05,
});
const points = [point('r', 1, 18), point('g', 2, 21), point('r', 3, 18.5), point('g', 5, 21.4), point('u', 9, 23)];
const frame: Frame = { left: 46, top: 12, width: 600, height: 428, domain: { x: [2, 6], y: [17, 24] } };
const panes = stackPanes(bandPanes(points, 'mag'), frame);

describe('one panel per band', () => {
	it('has the bands from blue to red, each with all its points and a brightness axis that holds them', () => {
		expect(panes.map(({ band, points: own }) => [band, own.length])).toEqual([
			['u', 1],
			['g', 2],
			['r', 2],
		]);
		for (const { points: own, frame: at } of panes) {
			for (const one of own) {
				expect(drawnY(one, at)).toBe(yOf(at, one.value));
				expect(yOf(at, one.value)).toBeGreaterThan(at.top);
				expect(yOf(at, one.value)).toBeLessThan(at.top + at.height);
			}
		}
	});
	it('stands below the one before, as high, over the same times', () => {
		const heights = panes.map(({ frame: at }) => at.height);
		expect(new Set(heights).size).toBe(1);
		panes.forEach(({ frame: at }, i) => {
			const before = panes[i - 1]?.frame;
			if (before) expect(at.top).toBeGreaterThan(before.top + before.height);
			expect(at.domain.x).toEqual(frame.domain.x);
			expect(xOf(at, 4)).toBe(xOf(frame, 4));
		});
		const last = panes.at(-1)?.frame;
		expect((last?.top ?? 0) + (last?.height ?? 0)).toBeCloseTo(frame.top + frame.height, 9);
	});
	it('is as high as the plot while panels have room, then grows', () => {
		expect(paneHeight(1, 542, 130)).toBe(542);
		expect(paneHeight(3, 542, 130)).toBe(542);
		expect(paneHeight(6, 542, 130)).toBeGreaterThanOrEqual(6 * 130);
	});
	it('finds the point of the panel under the pointer, none of another', () => {
		const green = panes[1];
		const wanted = points[3];
		if (!green || !wanted) throw new Error('no panel of g');
		const at = { x: xOf(green.frame, wanted.mjd), y: yOf(green.frame, wanted.value) };
		expect(nearestInPanes(panes, at, 26)).toBe(wanted);
		// the same place on the axis of one plot for all, over the panel of r
		const red = panes[2];
		if (!red) throw new Error('no panel of r');
		expect(nearestInPanes(panes, { x: at.x, y: red.frame.top + red.frame.height / 2 }, 26)).toBeNull();
		expect(nearestInPanes([], at, 26)).toBeNull();
	});
});
