import type { MapView } from './deckMap.ts';
import { project, unproject, wrap180 } from '#lib/astro/hammer.ts';
import { fromScreen, toScreen, type MapBox } from './view.ts';

/** Lines of right ascension and declination close enough for a part of the sky, with their labels in CSS pixels. */
export interface FineGrid {
	readonly lines: readonly (readonly { readonly ra: number; readonly dec: number }[])[];
	readonly labels: readonly {
		readonly x: number;
		readonly y: number;
		readonly text: string;
		readonly anchor: 'start' | 'middle';
	}[];
}

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10] as const;
const LINES = 6;

const decimals = (step: number): number => (step < 1 ? 1 : 0);

/** The grid of a view: about six lines each way; empty where so much is seen that the wide grid does. */
export function fineGrid(view: MapView, box: MapBox, ra0: number): FineGrid {
	const at = (x: number, y: number): { ra: number; dec: number } | null =>
		unproject(...fromScreen(view, box, x, y), ra0);
	const middle = at(box.width / 2, box.height / 2);
	if (!middle) return { lines: [], labels: [] };
	let [west, east, south, north] = [0, 0, middle.dec, middle.dec];
	for (let row = 0; row <= 12; row += 1) {
		for (let column = 0; column <= 12; column += 1) {
			const position = at((box.width * column) / 12, (box.height * row) / 12);
			if (!position) continue;
			const away = wrap180(position.ra - middle.ra);
			[west, east] = [Math.min(west, away), Math.max(east, away)];
			[south, north] = [Math.min(south, position.dec), Math.max(north, position.dec)];
		}
	}
	const stepOf = (span: number): number => STEPS.find((step) => span / step <= LINES) ?? 10;
	const [raStep, decStep] = [stepOf(east - west), stepOf(north - south)];
	const lines: { ra: number; dec: number }[][] = [];
	const labels: { x: number; y: number; text: string; anchor: 'start' | 'middle' }[] = [];
	const place = (ra: number, dec: number): readonly [number, number] => toScreen(view, box, ...project(ra, dec, ra0));
	const along = (from: number, to: number): number[] =>
		Array.from({ length: 25 }, (_, i) => from + ((to - from) * i) / 24);

	for (let n = Math.ceil((middle.ra + west) / raStep); n * raStep <= middle.ra + east; n += 1) {
		const ra = n * raStep;
		const line = along(south, north).map((dec) => ({ ra, dec }));
		lines.push(line);
		const foot = line
			.map(({ dec }) => place(ra, dec))
			.find(([x, y]) => x > 30 && x < box.width - 30 && y < box.height - 8);
		const text = `${(((ra % 360) + 360) % 360).toFixed(decimals(raStep))}°`;
		if (foot && foot[1] > box.height - 120) labels.push({ x: foot[0], y: box.height - 8, text, anchor: 'middle' });
	}
	for (let n = Math.ceil(south / decStep); n * decStep <= north; n += 1) {
		const dec = n * decStep;
		if (Math.abs(dec) > 89.99) continue;
		lines.push(along(middle.ra + west, middle.ra + east).map((ra) => ({ ra, dec })));
		const [, y] = place(middle.ra + east, dec);
		const text = `${dec < 0 ? '−' : '+'}${Math.abs(dec).toFixed(decimals(decStep))}°`;
		if (y > 60 && y < box.height - 30) labels.push({ x: 8, y: y - 4, text, anchor: 'start' });
	}
	return { lines, labels };
}
