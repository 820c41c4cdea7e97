import { expect, it } from 'vitest';
import screens from '../fixtures/screens.json';
import { grossChange, LOOK_GRID, type PageLook, sharedContrast } from './pageLook.ts';

const cells = LOOK_GRID.columns * LOOK_GRID.rows;
const uniform = (brightness: number): PageLook => ({
	brightness: Array<number>(cells).fill(brightness),
	contrast: Array<number>(cells).fill(0),
});
const all = Object.entries(screens);

it.each(all)('%s is like itself, and unlike a blank page of any brightness', (_, { styled }) => {
	expect(grossChange(styled, styled)).toBe(null);
	const mean = styled.brightness.reduce((total, value) => total + value, 0) / cells;
	for (const brightness of [0, 1, mean]) expect(grossChange(uniform(brightness), styled)).not.toBe(null);
});

it.each(all)('%s is unlike itself without its style', (_, { styled, bare }) => {
	expect(grossChange(bare, styled)).not.toBe(null);
});

it.each(all)('%s is like itself with a tenth of its cells emptied by other data', (_, { styled }) => {
	const emptied = { ...styled, contrast: styled.contrast.map((value, i) => (i % 10 === 0 ? 0 : value)) };
	expect(grossChange(emptied, styled)).toBe(null);
});

it('shares nothing with a blank page, and a half with one that has the half of it', () => {
	const drawn = { brightness: [0.5, 0.5], contrast: [0.2, 0.2] };
	expect(sharedContrast(drawn, { ...drawn, contrast: [0, 0] })).toBe(0);
	expect(sharedContrast(drawn, { ...drawn, contrast: [0.2, 0] })).toBe(0.5);
	expect(sharedContrast(drawn, drawn)).toBe(1);
});
