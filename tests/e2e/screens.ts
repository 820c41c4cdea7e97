import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { grossChange, LOOK_GRID, type PageLook } from '../support/pageLook.ts';

const folder = join(import.meta.dirname, '..', '..', 'test-results', 'screenshots');
const known = join(import.meta.dirname, '..', 'fixtures', 'screens.json');

/** What is written down of a page: its look, and its look without its style, which the comparison must tell from it. */
interface Screen {
	readonly styled: PageLook;
	readonly bare: PageLook;
}

function readScreens(): Record<string, Screen> {
	return existsSync(known) ? (JSON.parse(readFileSync(known, 'utf8')) as Record<string, Screen>) : {};
}

/** Runs `body` in the page with the picture's `width`, `height` and RGBA `data`. */
function withPixels<Result>(page: Page, png: Buffer, body: string): Promise<Result> {
	return page.evaluate<Result>(`(async () => {
		const bytes = Uint8Array.from(atob('${png.toString('base64')}'), (letter) => letter.charCodeAt(0));
		const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
		const { width, height } = picture;
		const context = new OffscreenCanvas(width, height).getContext('2d');
		context.drawImage(picture, 0, 0);
		const { data } = context.getImageData(0, 0, width, height);
		${body}
	})()`);
}

/** How many pixels of a picture are blue, as a supernova of type Ia is drawn: no line, ground or accent of the light theme is. */
export function bluePixels(page: Page, png: Buffer): Promise<number> {
	return withPixels(
		page,
		png,
		`let blue = 0;
		for (let at = 0; at < data.length; at += 4) if (data[at + 2] - data[at] > 60) blue += 1;
		return blue;`,
	);
}

function lookOf(page: Page, png: Buffer): Promise<PageLook> {
	const { columns, rows } = LOOK_GRID;
	return withPixels(
		page,
		png,
		`const cells = Array.from({ length: ${columns * rows} }, () => ({ count: 0, sum: 0, squares: 0 }));
		for (let y = 0; y < height; y += 1) {
			for (let x = 0; x < width; x += 1) {
				const at = 4 * (y * width + x);
				const light = (0.3 * data[at] + 0.59 * data[at + 1] + 0.11 * data[at + 2]) / 255;
				const cell = cells[Math.floor((y * ${rows}) / height) * ${columns} + Math.floor((x * ${columns}) / width)];
				cell.count += 1;
				cell.sum += light;
				cell.squares += light * light;
			}
		}
		const rounded = (value) => Math.round(100 * value) / 100;
		return {
			brightness: cells.map(({ count, sum }) => rounded(sum / count)),
			contrast: cells.map(({ count, sum, squares }) => rounded(Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)))),
		};`,
	);
}

const disableStyle = (page: Page, disabled: boolean): Promise<unknown> =>
	page.evaluate(`for (const sheet of document.styleSheets) sheet.disabled = ${disabled}`);

async function writeDown(page: Page, name: string, styled: PageLook): Promise<void> {
	await disableStyle(page, true);
	const bare = await lookOf(page, await page.screenshot());
	await disableStyle(page, false);
	const all = Object.entries({ ...readScreens(), [name]: { styled, bare } });
	const sorted = Object.fromEntries(all.sort(([a], [b]) => a.localeCompare(b)));
	writeFileSync(known, `${JSON.stringify(sorted, null, '\t').replace(/\n\t{4}(?=[\d.])|\n\t{3}(?=\])/g, ' ')}\n`);
}

/**
 * Keeps a screenshot in test-results/screenshots and, with `compared`, fails where it differs grossly from the look that is written down
 * for it; NIGHTJAR_NEW_SCREENS=1 writes it down anew.
 */
export async function keepScreen(page: Page, name: string, { compared = false } = {}): Promise<void> {
	mkdirSync(folder, { recursive: true });
	const png = await page.screenshot({ path: join(folder, `${name}.png`) });
	if (!compared) return;
	const look = await lookOf(page, png);
	if (process.env['NIGHTJAR_NEW_SCREENS'] === '1') {
		await writeDown(page, name, look);
		return;
	}
	const before = readScreens()[name]?.styled;
	if (!before) throw new Error(`${name} is not in tests/fixtures/screens.json: run with NIGHTJAR_NEW_SCREENS=1`);
	expect(grossChange(look, before), `${name} looks unlike before: see test-results/screenshots/${name}.png`).toBe(null);
}
