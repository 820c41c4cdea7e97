import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlertReader } from '#server/ingest/publish/singleObject.ts';
import { KAFKA_START_MS, type KafkaBroker, kafkaMissing, startKafka } from '../support/kafkaBroker.ts';
import { KafkaTopics } from '../support/kafkaTopics.ts';
import { makeHome, nightjar, removeHome, type Running, startNightjar } from '../support/nightjar.ts';
import { container, JD, type Values, ztfLimit, ztfPrevious, ztfRecord, ztfSchema } from '../support/packets.ts';
import { expectClean, expectExplained, expectNoSidewaysScroll, openBrowser, openPage, SIZES } from './browser.ts';
import { readTable } from './csv.ts';

const home = makeHome();
const alerts = join(home, 'alerts');
let browser: Browser;
let running: Running;
/** Where hits are published; null where no broker can be had. */
let broker: KafkaBroker | null = null;
let env: Record<string, string>;

const RISING = [ztfLimit(), ztfPrevious({ fid: 1, magpsf: 19, jd: JD - 4 })];
const OLD = { jdstarthist: JD - 400 };
const ARTEFACT = { drb: 0.1, rb: 0.1 };
const ASTEROID = { ssdistnr: 1, ssmagnr: 17.5, ssnamenr: '1234' };

function packet(n: number, changes: Values, candidate: Values): void {
	const candid = 2_245_250_005_015_000_100n + BigInt(n);
	const objectId = `ZTF23aa${String.fromCharCode(97 + Math.floor(n / 26), 97 + (n % 26))}aaa`;
	const record = ztfRecord({ objectId, candid, ...changes }, { ra: 150 + n * 0.1, candid, ...candidate });
	writeFileSync(join(alerts, `${n}.avro`), container(ztfSchema({ forced: true }), [record]));
}

/** What rises near a galaxy, real and young; first seen six days ago. */
const FOUND = 'ZTF23young01';
const LATER = 'ZTF23young02';
const wanted = (n: number, objectId: string): void => {
	packet(n, { objectId, prv_candidates: RISING }, { jdstarthist: JD - 6 });
};

beforeAll(async () => {
	browser = await openBrowser();
	mkdirSync(alerts);
	wanted(0, FOUND);
	for (let n = 1; n < 40; n += 1)
		packet(n, n % 2 === 0 ? { prv_candidates: RISING } : {}, [OLD, ARTEFACT, ASTEROID, OLD][n % 4] ?? OLD);
	const galaxies = join(home, 'galaxies.csv');
	writeFileSync(galaxies, 'id,ra,dec,redshift\nG1,150.001,2.0005,0.02\nG2,155.001,2.0005,0.03\n');
	broker = kafkaMissing === null ? await startKafka() : null;
	env = {
		NIGHTJAR_HOME: home,
		NIGHTJAR_FILTER_GATE: '4',
		...(broker === null ? {} : { NIGHTJAR_PUBLISH_BROKERS: broker.brokers }),
	};
	const added = await nightjar(['catalog', 'add', galaxies, '--name', 'Galaxies', '--radius', '30'], env);
	expect(added.code, added.output).toBe(0);
	// alerts are matched with a catalogue from twenty seconds after it was added
	await new Promise((resolve) => setTimeout(resolve, 22_000));
	running = await startNightjar(['--alerts', alerts], home, { env });
	await running.printed(/ingest has finished/, 240_000);
}, KAFKA_START_MS);
afterAll(async () => {
	await browser.close();
	await running.stop();
	await broker?.stop();
	removeHome(home);
});

/** The first that an open list offers. */
const offers = (page: Page) => page.locator('.pick [role=listbox]:not([hidden]) [role=option]').first();

/** The text of the filter, line by line. */
async function lines(page: Page): Promise<string[]> {
	const text = await page.locator('.cm-content').innerText();
	return text.split('\n').filter((line) => line.trim() !== '');
}

/** Objects of the alerts in a topic, each with the hit that brought it there. */
async function objectsIn({ brokers }: KafkaBroker, topic: string): Promise<string[]> {
	const topics = new KafkaTopics(brokers);
	await topics.connect();
	try {
		const alerts = (await topics.read(topic)).map(({ value }) => new AlertReader().read(value).alert);
		for (const { hits } of alerts)
			expect(hits).toMatchObject([{ name: 'Young near a galaxy', version: 1, annotations: [{ name: 'snr' }] }]);
		return alerts.map(({ objectId }) => String(objectId));
	} finally {
		await topics.disconnect();
	}
}

describe('the filter editor', () => {
	it('takes "young, real, rising, near a galaxy, no known asteroid or variable" by keyboard to live hits', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		await page.goto(`${running.url}/filters/new`);
		await page.getByLabel('Filter as text').and(page.locator('[contenteditable]')).waitFor();
		await page.getByRole('button', { name: '+ condition' }).focus();
		for (const [word, offered] of [
			['real', 'Real, not an artefact'],
			['young', 'Young: first seen less than 5 days ago'],
			['rising', 'Rising: brightens in some band'],
			['near a galaxy', 'Near a galaxy of any catalogue'],
			['known asteroid', 'Not a known asteroid'],
			['known variable', 'Not a known variable star'],
		] as const) {
			await page.keyboard.press('Enter');
			await page.keyboard.type(word);
			await offers(page).waitFor();
			expect(await offers(page).innerText()).toContain(offered);
			await page.keyboard.press('Enter');
			await page.locator('button:focus', { hasText: '+ condition' }).waitFor();
		}
		expect(await lines(page)).toEqual([
			'reliability > 0.8',
			'and age < 5',
			'and nRising > 0',
			expect.stringMatching(/^and \(nearest\("\w+"\)\.sepArcsec < 15 or .*nearest\("Galaxies"\)\.sepArcsec < 15\)$/),
			'and not rock',
			'and coalesce(class, "none") != "star"',
		]);

		// the funnel tells that nothing is left, the near miss why
		const left = page
			.getByRole('row', { name: /coalesce\(class/ })
			.getByRole('cell')
			.nth(1);
		await expect.poll(() => left.innerText(), { timeout: 60_000 }).toBe('0');
		const miss = page.getByRole('button', { name: /^age 6/ });
		await miss.click();
		await page.getByText('does not pass').waitFor();

		// mended in the form, and the text follows; a step back and forth
		const age = page.getByLabel('Value', { exact: true }).nth(1);
		await age.fill('7');
		await age.press('Tab');
		await expect.poll(() => lines(page)).toContain('and age < 7');
		await page.keyboard.press('Control+z');
		await expect.poll(() => lines(page)).toContain('and age < 5');
		await page.getByRole('button', { name: 'redo' }).click();
		await expect.poll(() => left.innerText(), { timeout: 60_000 }).toBe('1');
		await page.getByText(/1 of 40 recent alerts pass; 1 of 40 in one night/).waitFor();
		await page.getByRole('link', { name: FOUND }).first().waitFor();
		// as the operator set it
		await page.getByText('More than 4 % of the newest closed night of a survey does not go live.').waitFor();

		// a column of its hits, offered with its unit
		await page.getByRole('button', { name: '+ column' }).click();
		await page.keyboard.type('snr');
		await offers(page).waitFor();
		await page.keyboard.press('Enter');
		await expect.poll(() => lines(page)).toContain('annotate snr = snr');
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await expectExplained(page);

		await page.getByLabel('Name of the filter').fill('Young near a galaxy');
		await page.getByRole('button', { name: 'private' }).click();
		await page.getByRole('radio', { name: /everyone/ }).check();
		await page.keyboard.press('Escape');
		await page.getByRole('button', { name: 'Save and put live' }).click();
		await page.waitForURL(/\/filters\/[0-9a-f-]{36}/);

		// what comes from now on is found as it comes
		const later = join(home, 'later');
		mkdirSync(later);
		const record = ztfRecord(
			{ objectId: LATER, candid: 2_246_250_005_015_000_200n, prv_candidates: RISING },
			{ ra: 155, candid: 2_246_250_005_015_000_200n, jd: JD + 0.9, jdstarthist: JD - 4 },
		);
		writeFileSync(join(later, 'one.avro'), container(ztfSchema({ forced: true }), [record]));
		const ingested = await nightjar(['ingest', later, '--slot', 'later'], env);
		expect(ingested.code, ingested.output).toBe(0);
		await page.reload();
		await page.getByRole('link', { name: LATER }).first().waitFor();
		await expectExplained(page);
		const [download] = await Promise.all([
			page.waitForEvent('download'),
			page.getByRole('link', { name: 'CSV', exact: true }).click(),
		]);
		const csv = readFileSync(await download.path(), 'utf8');
		expect(readTable(csv).map((row) => row['objectId'])).toEqual([LATER]);
		const topic = 'nightjar.real.young-near-a-galaxy';
		await page.locator('#outputs').getByText(topic, { exact: true }).waitFor();
		if (broker !== null) expect(await objectsIn(broker, topic)).toEqual([LATER]);

		// one candidate a screen, and the stream as everyone finds it
		await page.getByRole('link', { name: 'Go through them one by one' }).click();
		// the page of the filter has that link and that heading, too
		await page.waitForURL(/\/scan\?/);
		await page.getByRole('link', { name: LATER }).first().waitFor();
		await page.goBack();
		await page.waitForURL(/\/filters\/[0-9a-f-]{36}/);
		await page.getByRole('link', { name: 'schema and code' }).click();
		await page.waitForURL(/\/streams\//);
		await page.getByRole('heading', { name: 'Young near a galaxy' }).waitFor();
		await page.context().close();
	});

	it('keeps text and form in step, completes with types and units, and shows errors in their place', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		await page.goto(`${running.url}/filters/new`);
		const text = page.getByLabel('Filter as text').and(page.locator('[contenteditable]'));
		await text.click();
		await page.keyboard.type('sn');
		// the one that Enter takes: while more is typed the list may still be that of less
		const offered = page.locator('.cm-tooltip-autocomplete li[aria-selected=true]', { hasText: 'snr' });
		await offered.waitFor();
		// a list that has just opened takes no key for a moment, so that none is meant for the text
		await page.waitForTimeout(200);
		await page.keyboard.press('Enter');
		await page.keyboard.type(' > 5 and magg < 19');
		const problem = page.getByRole('list', { name: 'Problems' });
		await problem.getByText(/magg/).waitFor();
		await page.getByRole('button', { name: 'Write mag' }).first().click();
		await expect.poll(() => lines(page)).toEqual(['snr > 5 and mag < 19']);
		await expect.poll(() => page.getByLabel('Field', { exact: true }).count()).toBe(2);
		expect(await page.getByLabel('Field', { exact: true }).nth(1).inputValue()).toBe('mag');

		// moved by the keyboard, and the text follows
		await page
			.getByRole('button', { name: /^Move this condition/ })
			.nth(1)
			.focus();
		await page.keyboard.press('ArrowUp');
		await expect.poll(() => lines(page)).toEqual(['mag < 19', 'and snr > 5']);

		// the values of a field, and the threshold moved on them
		await page.getByRole('button', { name: /^How mag spreads/ }).click();
		const slider = page.getByRole('slider', { name: 'Threshold of mag' });
		await slider.focus();
		await page.keyboard.press('ArrowLeft');
		await expect.poll(async () => (await lines(page))[0]).not.toBe('mag < 19');
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('moves conditions by mouse and keyboard, between groups and no further than they mean something', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		const text =
			'reliability > 0.8\nand mag < 20\nand (age < 7 or any(detections, d => d.mag < 18 and d.positive))\nand not rock';
		await page.goto(`${running.url}/filters/new?text=${encodeURIComponent(text)}`);
		await page.getByLabel('Filter as text').and(page.locator('[contenteditable]')).waitFor();
		const began = text.split('\n');
		await expect.poll(() => lines(page)).toEqual(began);
		const grips = page.getByRole('button', { name: /^Move this condition/ });
		const drag = async (from: number, to: number): Promise<void> => {
			await grips.nth(from).hover();
			await page.mouse.down();
			const box = await grips.nth(to).boundingBox();
			await page.mouse.move((box?.x ?? 0) + 30, (box?.y ?? 0) + 10, { steps: 10 });
			await page.mouse.up();
		};
		// in the order of the form: reliability, mag, the group with age, the light curve with d.mag and d.positive, rock
		await drag(1, 3);
		const inGroup = '(mag < 20 or age < 7 or any(detections, d => d.mag < 18 and d.positive))';
		await expect.poll(() => lines(page)).toEqual(['reliability > 0.8', `and ${inGroup}`, 'and not rock']);
		await page.keyboard.press('Control+z');
		await expect.poll(() => lines(page)).toEqual(began);
		// out of its group again, before the last
		await drag(3, 7);
		await expect
			.poll(() => lines(page))
			.toEqual([
				'reliability > 0.8',
				'and mag < 20',
				'and any(detections, d => d.mag < 18 and d.positive)',
				'and age < 7',
				'and not rock',
			]);
		await page.getByRole('button', { name: 'undo' }).click();
		await expect.poll(() => lines(page)).toEqual(began);
		// what asks of a point of the light curve stays with it, and a group does not go into itself
		await drag(5, 0);
		await drag(2, 4);
		expect(await lines(page)).toEqual(began);

		// one place at a time by keyboard: onto the group it goes in, past its end it comes out
		await grips.nth(1).focus();
		await page.keyboard.press('ArrowDown');
		await expect.poll(() => lines(page)).toEqual(['reliability > 0.8', `and ${inGroup}`, 'and not rock']);
		await page.keyboard.press('ArrowUp');
		await expect.poll(() => lines(page)).toEqual(began);
		await expectClean(page, complaints);
		await page.context().close();
	});

	it('imports a pipeline of BOOM and names what is stale', async () => {
		const { page } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		await page.goto(`${running.url}/filters/new`);
		await page.getByLabel('Filter as text').and(page.locator('[contenteditable]')).waitFor();
		await page
			.getByLabel('A pipeline of BOOM')
			.fill('[{"$match": {"candidate.drb": {"$gt": 0.5}, "candidate.srmag": {"$lt": 15}}}]');
		await page.getByRole('button', { name: 'Import it' }).click();
		await page.getByText(/BOOM takes it in silence/).waitFor();
		await expect.poll(() => lines(page)).toEqual(['ztf.drb > 0.5', 'and ztf.srmag < 15']);
		await page.getByRole('button', { name: 'Write ztf.srmag1' }).first().click();
		await expect.poll(() => lines(page)).toEqual(['ztf.drb > 0.5', 'and ztf.srmag1 < 15']);
		await page.context().close();
	});

	it('makes a filter that finds an object, and one from a search', async () => {
		const { page } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		await page.goto(`${running.url}/filters/new?object=ztf/${FOUND}`);
		await page.getByText(`Made from the newest alert of ZTF ${FOUND}`).waitFor();
		await page.getByRole('link', { name: FOUND }).first().waitFor();
		await page.goto(`${running.url}/filters/new?search=${encodeURIComponent('magMax=18&survey=ztf')}`);
		await expect.poll(() => lines(page)).toEqual(['survey == "ztf"', 'and mag <= 18']);
		await page.context().close();
	});

	it('holds a filter to examples chosen at the gallery and under Why, and is refused while it does not keep them', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		const text = 'reliability > 0.8\nand age < 7\nand nRising > 0\nand not rock';
		await page.goto(`${running.url}/filters/new?text=${encodeURIComponent(text)}`);
		const examples = page.getByRole('list', { name: 'Examples' }).getByRole('listitem');
		await page.getByText('No examples yet').waitFor();
		const pass = page.getByRole('button', { name: `must pass: ${FOUND}` });
		await pass.first().click();
		expect(await pass.first().getAttribute('aria-pressed')).toBe('true');
		// a near miss: what is old is no other's fault
		const miss = page.locator('figure.miss', { hasText: /age 4\d\d/ }).first();
		const missed = (await miss.getByRole('link').getAttribute('title')) ?? '';
		const fail = miss.getByRole('button', { name: `must fail: ${missed}` });
		await fail.focus();
		await page.keyboard.press('Enter');
		await page.getByText('All 2 are kept.').waitFor();
		expect(await examples.filter({ hasText: FOUND }).innerText()).toMatch(/passes/);
		expect(await examples.filter({ hasText: missed }).innerText()).toMatch(/does not pass/);

		// the text changes, and what it says of them with it
		await page.getByLabel('Filter as text').and(page.locator('[contenteditable]')).click();
		await page.keyboard.press('Control+a');
		await page.keyboard.insertText('reliability > 0.8\nand age < 5');
		await page.getByText('1 of 2 is not kept: as it stands the filter would not be stored.').waitFor();
		expect(await examples.filter({ hasText: FOUND }).innerText()).toMatch(/does not pass, not kept/);
		await page.getByLabel('Name of the filter').fill('Of examples');
		await page.getByRole('button', { name: 'Save as draft' }).click();
		await page.getByText(/The filter does not keep its examples: ztf:\d+ must pass and does not/).waitFor();
		await expectExplained(page);
		await expectClean(page, { console: [], foreign: complaints.foreign });

		// a reload keeps them; under Why another is made one, and taken back
		await page.reload();
		await expect.poll(() => examples.count()).toBe(2);
		await page.getByRole('button', { name: `Why: ${FOUND}` }).click();
		const why = page.locator('section', { has: page.getByRole('heading', { name: /^Why/ }) });
		await why.getByText('does not pass').waitFor();
		await why.getByRole('button', { name: `must fail: ${FOUND}` }).click();
		await page.getByText('All 2 are kept.').waitFor();
		await why.getByRole('button', { name: `must pass: ${FOUND}` }).click();
		await page.getByText('1 of 2 is not kept').waitFor();
		await page.getByLabel('Filter as text').and(page.locator('[contenteditable]')).click();
		await page.keyboard.press('Control+a');
		await page.keyboard.insertText(text);
		await page.getByText('All 2 are kept.').waitFor();
		await page.getByLabel('Name of the filter').fill('Of examples');
		await page.getByRole('button', { name: 'Save as draft' }).click();
		await page.waitForURL(/\/filters\/[0-9a-f-]{36}/);
		const id = /[0-9a-f-]{36}/.exec(page.url())?.[0] ?? '';
		const stored = async (): Promise<string[][]> => {
			const answer = await page.request.get(`${running.url}/api/v1/filters/${id}/versions`);
			const { versions } = (await answer.json()) as { versions: { mustPass: string[]; mustFail: string[] }[] };
			return [versions[0]?.mustPass ?? [], versions[0]?.mustFail ?? []];
		};
		expect(await stored()).toEqual([[expect.stringMatching(/^ztf:\d+$/)], [expect.stringMatching(/^ztf:\d+$/)]]);

		// a next version begins with them; one is taken away by keyboard, which stays in the list
		await page.getByRole('link', { name: 'Edit', exact: true }).click();
		await page.getByText('All 2 are kept.').waitFor();
		await page.getByRole('button', { name: `Take away: ${missed}` }).focus();
		await page.keyboard.press('Enter');
		await page.locator('button:focus', { hasText: 'Take away' }).waitFor();
		await expect.poll(() => examples.count()).toBe(1);
		await page.getByRole('button', { name: 'Store version 2' }).click();
		await page.getByText('newest version 2').waitFor();
		expect(await stored()).toEqual([[expect.stringMatching(/^ztf:\d+$/)], []]);
		await page.context().close();
	});

	it('tells what another window stored meanwhile, and puts a version on top of it', async () => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		const edit = (id: string, text: string): Promise<unknown> =>
			page.goto(`${running.url}/filters/new?edit=${id}&text=${encodeURIComponent(text)}`);
		await page.goto(`${running.url}/filters/new?text=${encodeURIComponent('mag < 14')}`);
		await page.getByLabel('Name of the filter').fill('Of two windows');
		await page.getByRole('button', { name: 'Save as draft' }).click();
		await page.waitForURL(/\/filters\/[0-9a-f-]{36}/);
		const id = /[0-9a-f-]{36}/.exec(page.url())?.[0] ?? '';
		await edit(id, 'mag < 13');
		const other = await page.context().newPage();
		await other.goto(`${running.url}/filters/new?edit=${id}&text=${encodeURIComponent('mag < 12')}`);
		await other.getByLabel('What changes').fill('brighter still');
		await other.getByRole('button', { name: 'Store version 2' }).click();
		await other.getByText('newest version 2').waitFor();

		await page.getByRole('button', { name: 'Store version 2' }).click();
		await page.getByText(/Someone else stored a version since you began/).waitFor();
		await page.getByText(/^Version 2, stored .*: brighter still$/).waitFor();
		const changed = page.getByRole('region', { name: 'What version 2 changed' });
		await changed.getByText('mag < 12').waitFor();
		await expectClean(page, { console: [], foreign: complaints.foreign });
		await page.getByRole('button', { name: 'Store mine on top, as version 3' }).click();
		await page.getByText('newest version 3').waitFor();

		// the form of the page of the filter, too
		await page.locator('input[name=base]').evaluate((field) => {
			field.setAttribute('value', '2');
		});
		await page.locator('#change textarea[name=text]').fill('mag < 11');
		await page.getByRole('button', { name: 'Store version 4' }).click();
		await page.getByText(/Version 3 was stored since you began/).waitFor();
		expect(await page.locator('#change textarea[name=text]').inputValue()).toBe('mag < 11');
		await page.getByRole('button', { name: 'Store version 4' }).click();
		await page.getByText('newest version 4').waitFor();
		await page.context().close();
	});

	it('stores a block, offers it to other filters, and tells why an object does not pass', async () => {
		const { page } = await openPage(browser, new URL(running.url).origin, SIZES[0]);
		await page.goto(`${running.url}/filters/new?text=${encodeURIComponent('let fresh = age < 5\nfresh')}`);
		await page.getByLabel('Name of the filter').fill('fresh things');
		await page.getByRole('button', { name: 'private' }).click();
		await page.getByRole('checkbox', { name: /a block/ }).check();
		await page.keyboard.press('Escape');
		expect(await page.getByRole('button', { name: 'Save and put live' }).count()).toBe(0);
		await page.getByRole('button', { name: 'Save as block' }).click();
		await page.waitForURL(/\/filters\/[0-9a-f-]{36}/);
		expect(await page.getByRole('button', { name: /live/ }).count()).toBe(0);

		await page.goto(`${running.url}/filters/new`);
		await page.getByLabel('Filter as text').and(page.locator('[contenteditable]')).click();
		await page.keyboard.type('use "fresh');
		await page.locator('.cm-tooltip-autocomplete li[aria-selected=true]', { hasText: 'fresh things@1' }).waitFor();
		await page.waitForTimeout(200);
		await page.keyboard.press('Enter');
		await page.keyboard.press('End');
		await page.keyboard.type(' as new\nnew.');
		await page.locator('.cm-tooltip-autocomplete li[aria-selected=true]', { hasText: 'fresh' }).waitFor();
		await page.waitForTimeout(200);
		await page.keyboard.press('Enter');
		await expect.poll(() => lines(page)).toEqual(['use "fresh things@1" as new', 'new.fresh']);
		await page.getByText(/of 4\d recent alerts pass/).waitFor();
		await page.getByLabel('Alert or object').fill(`ztf/${FOUND}`);
		await page.getByRole('button', { name: 'Why?' }).click();
		await page.getByText('does not pass').waitFor();
		await page.context().close();
	});

	it.each(['dark', 'light'] as const)('fits a phone, %s', async (colorScheme) => {
		const { page, complaints } = await openPage(browser, new URL(running.url).origin, SIZES[1]);
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		const text = 'reliability > 0.8\nand (age < 7 or any(detections, d => d.mag < 18))\nannotate snr = snr';
		await page.goto(
			`${running.url}/filters/new?text=${encodeURIComponent(text)}&mustPass=ztf:2245250005015000100,ztf:1`,
		);
		await page.getByRole('heading', { name: 'Nightly yield' }).waitFor();
		await page.getByText('is not among the alerts here').waitFor();
		await page
			.getByRole('group', { name: `Example ${FOUND}` })
			.first()
			.waitFor();
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.goto(`${running.url}/docs/filters`);
		await expectNoSidewaysScroll(page);
		await expectClean(page, complaints);
		await page.context().close();
	});
});
