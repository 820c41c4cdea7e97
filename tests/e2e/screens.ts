import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const COLUMNS = 12;
const ROWS = 12;
/** Mean difference of brightness, of 1, that a page may have from its picture of before: data move, a lost style sheet does not pass. */
const GROSS = 0.12;

const folder = join(import.meta.dirname, '..', '..', 'test-results', 'screenshots');
const known = join(import.meta.dirname, '..', 'fixtures', 'screens.json');

type Grids = Record<string, number[]>;

function readGrids(): Grids {
	return existsSync(known) ? (JSON.parse(readFileSync(known, 'utf8')) as Grids) : {};
}

/** Brightness of a picture in a coarse grid, 0 to 1, as a page draws it. */
function gridOf(page: Page, png: Buffer): Promise<number[]> {
	return page.evaluate<number[]>(`(async () => {
		const bytes = Uint8Array.from(atob('${png.toString('base64')}'), (letter) => letter.charCodeAt(0));
		const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
		const canvas = new OffscreenCanvas(${COLUMNS}, ${ROWS});
		const context = canvas.getContext('2d');
		context.imageSmoothingQuality = 'high';
		context.drawImage(picture, 0, 0, ${COLUMNS}, ${ROWS});
		const { data } = context.getImageData(0, 0, ${COLUMNS}, ${ROWS});
		return Array.from({ length: ${COLUMNS * ROWS} }, (_, i) =>
			Math.round((0.3 * data[4 * i] + 0.59 * data[4 * i + 1] + 0.11 * data[4 * i + 2]) / 2.55) / 100);
	})()`);
}

/**
 * Keeps a screenshot in test-results/screenshots and, with `compared`, fails where it differs grossly from the brightness that is written
 * down for it; NIGHTJAR_NEW_SCREENS=1 writes it down anew.
 */
export async function keepScreen(page: Page, name: string, { compared = false } = {}): Promise<void> {
	mkdirSync(folder, { recursive: true });
	const png = await page.screenshot({ path: join(folder, `${name}.png`) });
	if (!compared) return;
	const grid = await gridOf(page, png);
	const grids = readGrids();
	const before = grids[name];
	if (process.env['NIGHTJAR_NEW_SCREENS'] === '1') {
		const all = { ...grids, [name]: grid };
		const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => a.localeCompare(b)));
		writeFileSync(known, `${JSON.stringify(sorted, null, '\t').replace(/\n\t\t(?=[\d.])|\n\t(?=\])/g, ' ')}\n`);
		return;
	}
	expect(before, `${name} is not in tests/fixtures/screens.json: run with NIGHTJAR_NEW_SCREENS=1`).toBeDefined();
	const apart = grid.reduce((sum, value, i) => sum + Math.abs(value - (before?.[i] ?? 0)), 0) / grid.length;
	expect(apart, `${name} looks unlike before: see test-results/screenshots/${name}.png`).toBeLessThan(GROSS);
}
