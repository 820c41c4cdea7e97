// Streams in a browser: choose one by its words, see its nights and newest alerts, take its code and run it.
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, removeHome, type Running, simulateNights, startNightjar } from '../support/nightjar.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';

let browser: Browser;
let running: Running;
const home = makeHome();

beforeAll(async () => {
	browser = await openBrowser();
	const packets = join(home, 'packets');
	await simulateNights(packets, home, { seed: 7, nights: 2, perNight: 120 });
	running = await startNightjar(['--alerts', packets], home);
	await running.printed(/ingest has finished/, 240_000);
});
afterAll(async () => {
	await running.stop();
	await browser.close();
	removeHome(home);
});

interface Listed {
	readonly topic: string;
	readonly name: string;
	readonly filterId: string | null;
	readonly alerts: number;
	readonly nights: readonly { readonly night: string; readonly hits: number }[];
}

async function busiest(): Promise<Listed> {
	const answer = await fetch(`${running.url}/api/v1/streams`);
	const { streams } = (await answer.json()) as { streams: Listed[] };
	const [first] = streams.filter(({ topic }) => topic.startsWith('babamul.')).sort((a, b) => b.alerts - a.alerts);
	if (first === undefined || first.alerts === 0) throw new Error('No alert is on any stream');
	return first;
}

describe.each(SIZES)('at $width px', (size) => {
	it('a stream is found, followed and read by the code that is offered', async () => {
		const stream = await busiest();
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
		await page.goto(`${running.url}/streams`);
		await page.getByRole('heading', { name: 'Streams', exact: true }).waitFor();
		await expectNoSidewaysScroll(page);

		const plain = stream.name.replace(/^Babamul /, '');
		await page.getByRole('textbox', { name: 'Find a stream' }).fill(plain);
		await page.getByRole('navigation', { name: 'Streams' }).getByRole('link', { name: plain }).click();
		await page.getByRole('heading', { name: stream.name }).waitFor();
		expect(new URL(page.url()).pathname).toBe(`/streams/${stream.topic}`);
		expect(await page.locator('article').textContent()).toContain(`${stream.alerts} alerts in the last 14 nights`);
		await page.getByText('since you opened this page').waitFor();
		const shown = await page.getByRole('region', { name: 'Newest alerts' }).locator('tbody tr').count();
		expect(shown).toBe(Math.min(6, stream.alerts));

		const last = stream.nights.findLast(({ hits }) => hits > 0);
		for (const [language, program, file] of [
			['Python', 'python3', 'hits.py'],
			['curl', 'bash', 'hits.sh'],
		] as const) {
			await page.getByRole('navigation', { name: 'Language' }).getByRole('link', { name: language }).click();
			const region = page.getByRole('region', { name: `${language} code` });
			await region.waitFor();
			const path = join(home, `${size.name}-${file}`);
			await writeFile(path, (await region.textContent()) ?? '');
			const { status, stdout, stderr } = spawnSync(program, [path], { encoding: 'utf8' });
			expect(status, stderr).toBe(0);
			const lines = stdout.trim().split('\n');
			expect(lines).toHaveLength((last?.hits ?? 0) + (language === 'curl' ? 1 : 0));
		}
		await page.getByRole('link', { name: 'Kafka' }).click();
		await page.getByText('nightjar consume nightjar.simulated.').waitFor();

		await page.getByRole('textbox', { name: 'Find a field' }).fill('redshift');
		await page.getByRole('cell', { name: 'crossmatches.matches.redshift' }).waitFor();
		await page.getByText('Block babamul.').click();
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);

		await page.evaluate(() => (document.documentElement.dataset['theme'] = 'light'));
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('works without script', async () => {
		const stream = await busiest();
		const context = await browser.newContext({ viewport: size, javaScriptEnabled: false });
		const page = await context.newPage();
		await page.goto(`${running.url}/streams?q=${stream.topic}`);
		await page.getByRole('navigation', { name: 'Streams' }).getByRole('link').first().click();
		await page.getByRole('link', { name: 'Atom feed' }).click();
		await page.getByRole('link', { name: 'Java', exact: true }).click();
		expect(await page.locator('pre').first().textContent()).toContain(`/filters/${stream.filterId ?? ''}/feed`);
		await context.close();
	});
});
