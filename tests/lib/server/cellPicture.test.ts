import { describe, expect, it } from 'vitest';
import { ipixOf } from '#lib/astro/healpix.ts';
import { cellPicture } from '#lib/server/cellPicture.ts';
import { PATH_SCALE, project } from '#lib/astro/hammer.ts';
import type { Density } from '#lib/alert/skyDensity.ts';

function densityAt(places: readonly { readonly ra: number; readonly dec: number; readonly alerts: number }[]): Density {
	const cells = places
		.map(({ ra, dec, alerts }) => ({ ipix: Number(ipixOf(6, ra, dec)), alerts }))
		.sort((a, b) => a.ipix - b.ipix);
	const running = new Float64Array(cells.length + 1);
	cells.forEach(({ alerts }, i) => (running[i + 1] = (running[i] ?? 0) + alerts));
	return {
		order: 6,
		ipix: Uint32Array.from(cells, ({ ipix }) => ipix),
		alerts: Float64Array.from(cells, ({ alerts }) => alerts),
		night: new Uint16Array(cells.length),
		class: new Uint8Array(cells.length),
		running,
		total: running[cells.length] ?? 0,
	};
}
const stepOf = (svg: string, path: string): number => {
	const [, step] = /class="c(\d)" d="[^"]*$/.exec(svg.slice(0, svg.indexOf(path))) ?? [];
	return Number(step);
};

describe('the first picture of the sky', () => {
	it('has a dot for each cell of a few, at its place about the middle, brighter for more', () => {
		const places = [
			{ ra: 100, dec: 20, alerts: 1 },
			{ ra: 250, dec: -60, alerts: 10 },
			{ ra: 10, dec: 89, alerts: 100 },
			{ ra: 300, dec: 0, alerts: 100 },
		];
		const svg = cellPicture(densityAt(places), 80);
		const dots = [...svg.matchAll(/M(-?\d+) (-?\d+)h0/g)].map(([path, x, y]) => ({ path, x: Number(x), y: Number(y) }));
		expect(dots).toHaveLength(4);
		const steps = places.map(({ ra, dec }) => {
			const [x, y] = project(ra, dec, 80);
			// a cell of order 6 is 0.9 degrees wide, 10 of these units at the middle
			const dot = dots.find((one) => Math.hypot(one.x - x * PATH_SCALE, one.y + y * PATH_SCALE) < 12);
			expect(dot, `${ra} ${dec}`).toBeDefined();
			return stepOf(svg, dot?.path ?? '');
		});
		expect(steps[0]).toBeLessThan(steps[1] ?? 0);
		expect(steps[1]).toBeLessThan(steps[2] ?? 0);
		expect(steps[3]).toBe(steps[2]);
	});

	it('has cells of order 4 for many, within the ellipse, and none torn across it by the seam', () => {
		const places = Array.from({ length: 4_000 }, (_, i) => ({
			ra: (i * 137.508) % 360,
			dec: (Math.asin(1 - (2 * (i + 0.5)) / 4_000) * 180) / Math.PI,
			alerts: 1 + (i % 7),
		}));
		const svg = cellPicture(densityAt(places), 200);
		const cells = [...svg.matchAll(/M([^MZ]+)Z/g)].map(([, corners]) =>
			(corners ?? '').split('L').map((corner) => corner.split(' ').map(Number)),
		);
		expect(cells.length).toBeGreaterThan(1_500);
		expect(cells.length).toBeLessThan(3_200);
		for (const corners of cells) {
			expect(corners).toHaveLength(4);
			for (const [x = NaN, y = NaN] of corners) expect((x / 2) ** 2 + y ** 2).toBeLessThan(1_002 ** 2);
			const xs = corners.map(([x = NaN]) => x);
			expect(Math.max(...xs) - Math.min(...xs)).toBeLessThan(400);
		}
	});

	it('takes the colours of the page around it, and is no script', () => {
		const svg = cellPicture(densityAt([{ ra: 0, dec: 0, alerts: 3 }]), 0);
		expect(svg).toContain('@media (prefers-color-scheme:light)');
		expect(svg).not.toMatch(/<script|href|onload/);
		expect(cellPicture(densityAt([]), 0)).toMatch(/<\/style><\/svg>$/);
	});
});
