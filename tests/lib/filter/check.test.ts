// Texts that are no filter: each is refused with a place, the cause and what to do; nothing throws, however long or deep.
import { findField } from '#lib/filter/catalogue.ts';
import { RANGES } from '#lib/filter/ranges.ts';
import { describe, expect, it } from 'vitest';
import { check, EMPTY_ENVIRONMENT, LIMITS, type Environment } from '#lib/filter/index.ts';
import { topicFrom, topicProblem } from '#lib/filter/stored.ts';
import { Random } from '../../support/enriched.ts';

const SURVEYS = { ...EMPTY_ENVIRONMENT, catalogs: new Map([['NED', []]]), models: new Map([['acai_h', ['h']]]) };
const problemsOf = (text: string, environment: Environment = SURVEYS) => check(text, environment).problems;

describe('a text that is no filter', () => {
	it.each([
		['srmag < 15', 'Unknown field "srmag"; did you mean "ztf.srmag1"?', [0, 5]],
		['mag > psfFlux', 'A number in mag and a number in nJy cannot be compared.', [0, 13]],
		['band == "q"', 'There is no band "q"', [8, 11]],
		['survey == "sdss"', 'There is no survey "sdss"', [10, 16]],
		['detections > 3', 'A list of points and a number cannot be compared.', [0, 14]],
		['mag', 'number', [0, 3]],
		['mag < "18"', 'cannot be compared', [0, 10]],
		['any(detections, d => any(d, e => true))', 'any takes a list', [25, 26]],
		['any(detections, d => d.magg < 3)', 'did you mean "mag"', [23, 27]],
		['nearest("Ned").sepArcsec < 2', 'NED', [8, 13]],
		['score("acai") > 0.5', 'acai_h', [6, 12]],
		['mag < 18 sample 2', 'A sample is a share above 0', [9, 17]],
		['mag < 18 limit 0', 'The limit must be a whole number', [15, 16]],
		['mag < 1e999', 'The number 1e999 is too large.', [6, 11]],
		['mag < 18 annotate mag = mag, mag = band', 'There is an annotation "mag" already.', [29, 32]],
		['ssoName is null', 'Expected "is present" or "is absent"', [11, 15]],
		['objectId like "ZTF%"', 'There is no "like": ask with "contains"', [9, 13]],
		['mag < ', '', [5, 6]],
		['mag < 18)', '', [8, 9]],
		['mag < 18 \u0000', 'The character U+0000 means nothing here.', [9, 10]],
		['', 'The filter has no condition', [0, 0]],
		['# only a remark', 'The filter has no condition', null],
	] as const)('%j', (text, message, place) => {
		const [first] = problemsOf(text);
		expect(first?.severity).toBe('error');
		expect(first?.message).toContain(message);
		expect(first?.message.length).toBeGreaterThan(10);
		if (place !== null && message !== '') expect([first?.place.start, first?.place.end]).toEqual(place);
		expect(check(text, SURVEYS).filter).toBeNull();
	});

	it.each([
		['brackets', `${'('.repeat(50_000)}mag < 1${')'.repeat(10)}`],
		['brackets in depth', `${'('.repeat(3000)}mag < 1${')'.repeat(3000)}`],
		['nots', `${'not '.repeat(5000)}positive`],
		['signs', `mag < ${'-'.repeat(5000)}1`],
		['letters', 'a'.repeat(200_000)],
		['terms', `${'mag < 1 or '.repeat(5000)}mag < 2`],
		['members', `mag${'.x'.repeat(9000)} < 1`],
		['an open text', `objectId == "${'x'.repeat(60_000)}`],
		['parts that double', `let a0 = mag + mag\n${Array.from({ length: 40 }, (_, i) => `let a${i + 1} = a${i} + a${i}`).join('\n')}\na40 < 3`],
		['lists within lists', 'any(detections, a => any(detections, b => any(detections, c => any(detections, d => d.mag < 1))))'],
		['every pair of every pair', 'any(detections, a => any(detections, b => any(detections, c => a.mag + b.mag + c.mag < 50)))'],
	])('that is too much of something is refused at once: %s', (_, text) => {
		const before = performance.now();
		const { filter, problems } = check(text, SURVEYS);
		expect(filter).toBeNull();
		expect(problems.some(({ severity }) => severity === 'error')).toBe(true);
		expect(problems.length).toBeLessThanOrEqual(LIMITS.problems + 1);
		expect(performance.now() - before).toBeLessThan(20_000);
	}); // prettier-ignore

	it('never throws, whatever is cut out of it, doubled or put into it', { timeout: 60_000 }, () => {
		const random = new Random(11);
		const whole =
			'let young = age < 5\nyoung and any(detections, d => d.band == "g" and d.mag < 19.5) and nearest("NED").sepArcsec / 0 < 15 annotate rise = g.riseRate, host = nearest("NED").redshift order by mag descending limit 5 one per object';
		const odd = ['"', '(', ')', '=>', '..', '\\', '\ud800', '{scope}', '`', "'", ';--', '1e', '=', 'let', '\u202e', '°', '０'];
		let valid = 0;
		for (let i = 0; i < 500; i += 1) {
			let text = whole;
			for (let k = 1 + random.whole(4); k > 0; k -= 1) {
				const at = random.whole(text.length);
				const to = Math.min(text.length, at + random.whole(20));
				const kind = random.whole(3);
				if (kind === 0) text = text.slice(0, at) + text.slice(to);
				else if (kind === 1) text = text.slice(0, to) + text.slice(at);
				else text = text.slice(0, at) + random.of(odd) + text.slice(at);
			}
			const { filter, problems } = check(text, SURVEYS);
			if (filter === null) {
				expect(problems.length, text).toBeGreaterThan(0);
				for (const { place, message } of problems) {
					expect(place.start, text).toBeLessThanOrEqual(place.end);
					expect(place.end, text).toBeLessThanOrEqual(text.length);
					expect(message.length, text).toBeGreaterThan(5);
				}
			} else valid += 1;
		}
		expect(valid).toBeGreaterThan(5);
		expect(valid).toBeLessThan(450);
	}); // prettier-ignore
});

describe('blocks', () => {
	const blocks = (texts: Readonly<Record<string, string>>): Environment => ({
		...SURVEYS,
		block: (reference) => texts[reference],
		blockNames: Object.keys(texts),
	});

	it.each([
		[{ 'a@1': 'use "a@1" as again\nlet x = again.x' }, 'The block "a@1" imports itself'],
		[{ 'a@1': 'use "b@1" as b\nlet x = b.x', 'b@1': 'use "a@1" as a\nlet x = a.x' }, 'imports itself'],
		[{ 'b@1': 'let x = mag < 18' }, 'There is no block "a@1"'],
		[{ 'a@1': 'let x = magg < 18' }, 'The block "a@1" has an error: Unknown field "magg"'],
	])('%j', (texts, message) => {
		const { filter, problems } = check('use "a@1" as it\nit.x', blocks(texts));
		expect(filter).toBeNull();
		expect(problems.map((one) => one.message).join(' ')).toContain(message);
	});
});

describe('words as other languages have them', () => {
	it('are read where their meaning is the same, and printed as ours', () => {
		const { filter, printed, problems } = check('mag < 18 AND (positive OR NOT rock) AND band IN ["g"]', SURVEYS);
		expect(problems).toEqual([]);
		expect(filter).not.toBeNull();
		expect(printed?.trim()).toBe('mag < 18\nand (positive or not rock)\nand band in ["g"]');
	});

	it('come with what is written instead', () => {
		expect(problemsOf('ssoName is null')[0]?.suggestion).toBe('absent');
		expect(problemsOf('objectId like "x"')[0]?.suggestion).toBe('contains');
	});
});

describe('a number that no value of a field reaches', () => {
	const warnings = (text: string): string[] =>
		problemsOf(text).flatMap(({ severity, message }) => (severity === 'warning' ? [message] : []));

	it.each([
		['ztf.drb > 80', '"ztf.drb" lies between 0 and 1, so that this never holds.'],
		['80 < reliability', '"reliability" lies between 0 and 1, so that this never holds.'],
		['reliability >= 1.5 and mag < 19', '"reliability" lies between 0 and 1, so that this never holds.'],
		['reliability < 50', '"reliability" lies between 0 and 1, so that this holds for every alert that has it.'],
		['dec < -91', '"dec" lies between -90 and 90, so that this never holds.'],
		['ra == 361', '"ra" lies between 0 and 360, so that this never holds.'],
		['galacticLat between 95 and 120', '"galacticLat" lies between -90 and 90, so that this never holds.'],
		['not (ztf.sgscore1 > 1)', '"ztf.sgscore1" lies between 0 and 1, so that this never holds.'],
	])('is told of in %s', (text, message) => {
		expect(warnings(text)).toEqual([message]);
		expect(problemsOf(text).some(({ severity }) => severity === 'error')).toBe(false);
	});

	it.each([
		...[
			'reliability > 0.8',
			'reliability >= 1',
			'reliability <= 1',
			'dec >= -90',
			'dec between -100 and 20',
			'mag > 80',
		],
		// asks for a value at all, as BOOM and Fink write it
		...['ztf.sgscore1 > -99', 'ztf.sgscore1 >= 0', 'ztf.sgscore1 != -999', 'abs(galacticLat) > 10'],
	])('is nothing to tell of in %s', (text) => {
		expect(warnings(text)).toEqual([]);
	});
});

describe('a class', () => {
	const warnings = (text: string): string[] =>
		problemsOf(text).flatMap(({ severity, message }) => (severity === 'warning' ? [message] : []));

	it.each([
		['class == "supernova"', /^No class is called "supernova" here; there are "snia", "sncc", "sn"/],
		['class in ["snia", "agm"]', /^No class is called "agm" here; did you mean "agn"\?/],
		['coalesce(class, "none") != "stars"', /did you mean "star"\?/],
		['class == "none"', /class is absent/],
	])('that nothing here gives is told, for its name is misspelt in silence elsewhere: %s', (text, message) => {
		expect(check(text, SURVEYS).filter).not.toBeNull();
		expect(warnings(text)).toEqual([expect.stringMatching(message)]);
	});

	it.each(['class == "snia"', 'coalesce(class, "none") != "star"', 'class == "h"', 'class in ["agn", "tde"]'])(
		'of ours or of a model is taken: %s',
		(text) => {
			expect(warnings(text)).toEqual([]);
		},
	);
});

describe('fields of several surveys', () => {
	const warned = (text: string): boolean => problemsOf(text).some(({ message }) => message.startsWith('No alert can'));

	it.each([
		'ztf.drb > 0.5 and lsst.snr > 5',
		'survey == "lsst" and ztf.drb > 0.5',
		'survey in ["lsst", "decam"] and not (ztf.drb < 0.5)',
		'not (survey == "ztf" or lsst.snr > 5 or ztf.drb < 0.5) and ztf.rb > 0.3',
		'ztf.drb + lsst.snr > 5',
		'ztf.drb is present and lsst.snr is present',
	])('that no alert has together are told: %s', (text) => {
		const { filter, problems } = check(text, SURVEYS);
		expect(filter).not.toBeNull();
		expect(problems.map(({ severity }) => severity)).toContain('warning');
		expect(warned(text)).toBe(true);
	});

	it.each([
		'ztf.drb > 0.5 or lsst.snr > 5',
		'coalesce(ztf.drb, 1) > 0.5 and lsst.snr > 5',
		'ztf.drb is absent and lsst.snr > 5',
		'survey != "lsst" and ztf.drb > 0.5',
		'not (ztf.drb < 0.5 and lsst.snr < 5)',
		'ztf.drb > 0.5 and associated("lsst").nDetections > 0',
		'(survey == "ztf" and ztf.drb > 0.5) or (survey == "lsst" and lsst.snr > 5)',
	])('that can stand together are taken: %s', (text) => {
		expect(check(text, SURVEYS).filter).not.toBeNull();
		expect(warned(text)).toBe(false);
	});
});

describe('a topic', () => {
	it.each(['a/b', 'a..b', '.', '', 'A', 'x.', '-x', 'x'.repeat(201), 'ztf', 'lsst.partnership', 'boom.ztf', 'babamul.x'])(
		'is not %j, and what is offered instead is one',
		(topic) => {
			expect(topicProblem(topic)).toMatch(/\.$/);
			expect(topicProblem(topicFrom(topic))).toBe('');
		},
	); // prettier-ignore

	it.each(['a', 'a.b', 'young-near-a-galaxy', 'x'.repeat(200), 'ztfast'])('may be %j', (topic) => {
		expect(topicProblem(topic)).toBe('');
	});

	it('is made from any name', () => {
		for (const name of ['ZTF', 'Boom.', '../../etc', 'Ж звезда', '…', 'a/b.c'.repeat(80), 'Fink / early SN'])
			expect(topicProblem(topicFrom(name)), name).toBe('');
	});
});

it('names fields in its ranges that there are', () => {
	for (const name of RANGES.keys()) expect(findField(name)?.type.kind, name).toBe('number');
});
