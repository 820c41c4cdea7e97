import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, nightjar, removeHome, type Running, simulateNights, startNightjar } from '../support/nightjar.ts';
import { type StandIn, startStandIn } from '../support/skyportal/standIn.ts';
import { addKnown, GROUPS, TOKENS } from '../support/skyportal/state.ts';
import { expectClean, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';

interface Row {
	readonly survey: string;
	readonly objectId: string;
	readonly ra: number;
	readonly dec: number;
	readonly lastMjd: number;
	readonly nAlerts: number;
	readonly ssoName: string | null;
}

const home = makeHome();
let browser: Browser;
let running: Running;
let standIn: StandIn;
let rows: Row[];

beforeAll(async () => {
	browser = await openBrowser();
	standIn = await startStandIn();
	const packets = join(home, 'packets');
	await simulateNights(packets, home, { seed: 11, nights: 3, perNight: 80 });
	running = await startNightjar(['--alerts', packets], home, {
		env: { NIGHTJAR_PRIVATE_HOSTS: standIn.host, NIGHTJAR_FILTER_GATE: '100' },
	});
	await running.printed(/ingest has finished/, 240_000);
	const answer = await fetch(`${running.url}/api/v1/objects?limit=500`);
	rows = ((await answer.json()) as { rows: Row[] }).rows.filter(({ ssoName }) => ssoName === null);
	rows.sort((a, b) => b.nAlerts - a.nAlerts);
});
afterAll(async () => {
	await browser.close();
	await running.stop();
	await standIn.stop();
	removeHome(home);
});

/** Makes an account by its letter and signs in. */
async function signUp(page: Page, name: string): Promise<void> {
	await page.goto(`${running.url}/account/sign-up`);
	await page.getByLabel('E-mail address').fill(`${name}@example.org`);
	await page.getByLabel(/^Name/).fill(name);
	await page.getByRole('button', { name: 'Send me the link' }).click();
	await page.getByRole('link', { name: 'open the link of the letter' }).click();
	await page.getByLabel(/^Password/).fill('a night at the telescope');
	await page.getByRole('button', { name: 'Make the account' }).click();
	await page.waitForURL((url) => !url.pathname.includes('confirm'));
}

async function linkMarshal(page: Page, name: string, token: string): Promise<void> {
	await page.goto(`${running.url}/account/marshals`);
	await page.getByLabel('Address').fill(standIn.url);
	await page.getByLabel('What you call it').fill(name);
	await page.getByLabel(/^Token/).fill(token);
	await page.getByRole('button', { name: 'Check and link' }).click();
}

describe.each(SIZES)('a marshal at $width px', (size) => {
	it('is linked, shows what it knows beside our light curve, and takes a save, a comment and an annotation', async () => {
		standIn.reset();
		const [known, fresh] = rows;
		if (known === undefined || fresh === undefined) throw new Error('too few objects');
		addKnown(standIn.state, { id: known.objectId, ra: known.ra, dec: known.dec, firstMjd: known.lastMjd - 9 });
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, size);
		page.on('dialog', () => complaints.console.push('a script of the marshal ran'));
		await signUp(page, `vera-${size.name}`);

		// a wrong token is told, and what was typed is kept, the token apart
		await linkMarshal(page, 'Fritz', 'no-such-token');
		await page.getByText('does not know this token').waitFor();
		expect(await page.getByLabel('Address').inputValue()).toBe(standIn.url);
		expect(await page.getByLabel(/^Token/).inputValue()).toBe('');
		// a browser tells of every refused form
		complaints.console.length = 0;
		await linkMarshal(page, 'Fritz', TOKENS.full);
		await page.getByText('The marshal is linked').waitFor();
		await page.getByText('jdoe').waitFor();
		expect(await page.content()).not.toContain(TOKENS.full);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.getByLabel('Redshift Completeness').check();
		await page.getByRole('button', { name: 'Keep these groups' }).click();
		await page.getByText('Kept.').waitFor();

		await page.goto(`${running.url}/objects/${known.survey}/${known.objectId}`);
		const panel = page.getByRole('region', { name: 'From your marshal' });
		await panel.getByRole('img', { name: /^Spectrum from Fritz: SEDM 2026-11-17/ }).waitFor();
		const text = await panel.innerText();
		for (const word of ['Redshift Completeness', 'Ia', '0.93', '0.0341', '6 points in the light curve']) {
			expect(text).toContain(word);
		}
		// what people wrote there is shown as they wrote it, and is no markup here
		expect(text).toContain('<script>alert(1)</script>');
		const legend = page.getByRole('button', { name: 'Fritz · SEDM' });
		await legend.waitFor();
		const drawn = (): Promise<number> =>
			page
				.getByRole('slider', { name: /^Light curve of/ })
				.getAttribute('data-points')
				.then((count) => Number(count));
		const all = await drawn();
		await legend.click();
		await expect.poll(drawn).toBe(all - 6);
		await legend.click();
		await panel.getByLabel(/points in the light curve/).uncheck();
		await legend.waitFor({ state: 'detached' });
		await panel.getByLabel(/points in the light curve/).check();
		await page.locator('canvas[data-painted]').first().waitFor();
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.getByRole('button', { name: 'Switch between dark and light' }).click();
		await expectClean(page, complaints);
		await page.getByRole('button', { name: 'Switch between dark and light' }).click();

		// an object that the marshal does not know: save it to the group of one key
		await page.goto(`${running.url}/objects/${fresh.survey}/${fresh.objectId}`);
		await panel.getByText('is not saved there').waitFor();
		expect(await panel.getByLabel('Redshift Completeness').isChecked()).toBe(true);
		expect(await panel.getByLabel('Read only for you').isDisabled()).toBe(true);
		await panel.getByText('may publish by itself').waitFor();
		await panel.getByRole('button', { name: 'Save to these groups' }).click();
		await panel.getByText('Saved.', { exact: true }).waitFor();
		expect(standIn.state.sources.filter(({ objId }) => objId === fresh.objectId).map(({ groupId }) => groupId)).toEqual(
			[GROUPS.completeness],
		);
		await panel.getByText('by jdoe').waitFor();
		await panel.getByLabel('Comment for these groups').fill('Rising, hosted.');
		// one that fails loses nothing
		standIn.fail('502', /POST .*comments/, 9);
		await panel.getByRole('button', { name: 'Comment', exact: true }).click();
		await panel.getByText('is away for the moment').first().waitFor();
		complaints.console.length = 0;
		expect(await panel.getByLabel('Comment for these groups').inputValue()).toBe('Rising, hosted.');
		standIn.clearFaults();
		await panel.getByRole('button', { name: 'Comment', exact: true }).click();
		await panel.getByText('The comment is there.').waitFor();
		const [comment] = standIn.state.comments.filter(({ objId }) => objId === fresh.objectId);
		expect(comment?.text).toMatch(/^Rising, hosted\.\n\nhttp.*\/objects\//);
		expect(comment?.groupIds).toEqual([GROUPS.completeness]);
		await panel.getByRole('button', { name: 'Post our annotation' }).click();
		await panel.getByText('Our annotation is there.').waitFor();
		const [annotation] = standIn.state.annotations.filter(({ objId }) => objId === fresh.objectId);
		expect(annotation?.origin).toBe('nightjar');
		expect(annotation?.data['alerts']).toBe(fresh.nAlerts);
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('is nobody else’s: not the stranger’s, not public data’s, not the page’s source', async () => {
		const [known] = rows;
		if (known === undefined) throw new Error('too few objects');
		const path = `/objects/${known.survey}/${known.objectId}`;
		const page = await (await fetch(`${running.url}${path}`)).text();
		expect(page).not.toContain('From your marshal');
		const api = await (await fetch(`${running.url}/api/v1${path}/photometry?format=csv`)).text();
		expect(api).not.toContain('SEDM');
	});
});

describe('the hits of a filter', () => {
	it('go to a filter of the marshal as candidates, with what ours says of them, each once', async () => {
		standIn.reset();
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		await signUp(page, 'hits');
		await linkMarshal(page, 'Fritz', TOKENS.full);
		await page.getByText('The marshal is linked').waitFor();
		const call = (path: string, data: object) =>
			page.request.post(`${running.url}/api/v1/filters${path}`, { data, headers: { origin: running.url } });
		const made = await call('', { name: 'All for Fritz', text: 'mag < 30 annotate brightness = mag' });
		const { id } = (await made.json()) as { id: string };
		expect((await call(`/${id}/activate`, {})).status()).toBe(200);

		// a number that the marshal does not have is refused with those it has
		await page.goto(`${running.url}/filters/${id}#outputs`);
		const ask = async (number: string): Promise<void> => {
			await page.getByLabel('its filter, by number').fill(number);
			await page.getByRole('button', { name: 'Send candidates' }).click();
		};
		await ask('4');
		await page
			.getByRole('alert')
			.getByText('Fritz has no filter 4 of yours. It has 3 (Nightjar: young and rising).')
			.waitFor();
		expect(await page.getByLabel('its filter, by number').inputValue()).toBe('4');
		complaints.console.length = 0;
		await ask('3');
		await page.getByText('Candidates to Fritz, filter 3 there').waitFor();
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);

		const later = join(home, 'later');
		await simulateNights(later, home, { seed: 12, nights: 1, perNight: 8, from: '2026-11-13' });
		const ingested = await nightjar(['ingest', later, '--slot', 'later'], { NIGHTJAR_HOME: home });
		expect(ingested.code, ingested.output).toBe(0);
		const hits = async () => {
			const answer = await page.request.get(`${running.url}/api/v1/filters/${id}/hits?limit=500`);
			const { rows: found } = (await answer.json()) as {
				rows: { hitAt: string; annotations: { brightness: number }; alert: { objectId: string } }[];
			};
			return found;
		};
		await expect.poll(async () => (await hits()).length).toBeGreaterThan(3);
		const found = await hits();
		// alerts of one object that came together are one candidate there
		const due = new Set(found.map(({ alert, hitAt }) => `${alert.objectId} 3 ${Date.parse(hitAt)}`));
		await expect.poll(() => standIn.state.candidates.length, { timeout: 90_000 }).toBe(due.size);
		const told = standIn.state.candidates.map(
			({ objId, filterId, passedAt }) => `${objId} ${filterId} ${Date.parse(passedAt)}`,
		);
		expect(new Set(told)).toEqual(due);
		const brightness = new Map(found.map(({ alert, annotations }) => [alert.objectId, annotations.brightness]));
		await expect
			.poll(() => standIn.state.annotations.length, { timeout: 60_000 })
			.toBe(new Set(found.map(({ alert }) => alert.objectId)).size);
		for (const { objId, origin, data, groupIds } of standIn.state.annotations) {
			expect([origin, groupIds]).toEqual(['nightjar:All for Fritz', [GROUPS.completeness]]);
			expect(brightness.has(objId)).toBe(true);
			expect(data['brightness']).toBeTypeOf('number');
		}
		await page.reload();
		await page.getByText('Candidates to Fritz, filter 3 there').waitFor();
		await page.context().close();
	});
});

describe('without script', () => {
	it('links, shows and saves all the same', async () => {
		standIn.reset();
		const [known, , third] = rows;
		if (known === undefined || third === undefined) throw new Error('too few objects');
		addKnown(standIn.state, { id: known.objectId, ra: known.ra, dec: known.dec, firstMjd: known.lastMjd - 9 });
		const context = await browser.newContext({ javaScriptEnabled: false });
		const page = await context.newPage();
		await signUp(page, 'plain');
		await linkMarshal(page, 'Fritz', TOKENS.full);
		await page.goto(`${running.url}/objects/${known.survey}/${known.objectId}`);
		await page.getByRole('link', { name: 'Ask it without script' }).click();
		await page.getByRole('img', { name: /^Spectrum from Fritz/ }).waitFor();
		await page.goto(`${running.url}/objects/${third.survey}/${third.objectId}?marshal=wait`);
		await page.getByLabel('Redshift Completeness').check();
		await page.getByRole('button', { name: 'Save to these groups' }).click();
		await page.getByText('Saved.', { exact: true }).waitFor();
		expect(standIn.state.sources.some(({ objId }) => objId === third.objectId)).toBe(true);
		await context.close();
	});
});
