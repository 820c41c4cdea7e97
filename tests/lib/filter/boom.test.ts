import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importBoom } from '#lib/filter/boom.ts';
import { check, EMPTY_ENVIRONMENT } from '#lib/filter/index.ts';

const samples = process.env['NIGHTJAR_SAMPLES'];
const sample = (name: string): string => join(samples ?? '', 'filters', name);
const imported = (pipeline: unknown) => importBoom(JSON.stringify(pipeline));
const messages = (text: string): string[] =>
	check(text, EMPTY_ENVIRONMENT)
		.problems.filter(({ severity }) => severity === 'error')
		.map(({ message }) => message);

describe('pipelines of BOOM', () => {
	it('become filters: ranges, alternatives, fields against fields, columns', () => {
		const { text, notes } = imported([
			{
				$match: {
					'candidate.drb': { $gt: 0.5, $lte: 0.99 },
					'candidate.isdiffpos': true,
					$or: [{ 'candidate.ssdistnr': { $lt: 0 } }, { 'candidate.ssmagnr': { $eq: null } }],
					$expr: { $lt: [{ $abs: { $subtract: ['$candidate.magpsf', '$candidate.magap'] } }, 0.75] },
				},
			},
			{ $project: { objectId: 1, 'annotations.mag': { $round: ['$candidate.magpsf', 2] } } },
		]);
		expect(text).toBe(
			[
				'ztf.drb > 0.5',
				'and ztf.drb <= 0.99',
				'and positive',
				'and (ztf.ssdistnr < 0 or ztf.ssmagnr is absent)',
				'and abs(ztf.magpsf - ztf.magap) < 0.75',
				'annotate mag = round(ztf.magpsf, 2)',
				'',
			].join('\n'),
		);
		expect(notes).toEqual([]);
		expect(messages(text)).toEqual([]);
	});

	it('keep what a stage makes as named parts, and false of a missing value', () => {
		const { text } = imported([
			{
				$project: {
					now: '$candidate.jd',
					star: { $gt: ['$candidate.sgscore1', 0.76] },
					seen: {
						$anyElementTrue: {
							$map: {
								input: { $ifNull: ['$prv_candidates', []] },
								as: 'c',
								in: { $gt: [{ $subtract: ['$now', '$$c.jd'] }, 0.02] },
							},
						},
					},
				},
			},
			{ $match: { star: false, seen: true, 'prv_candidates.1': { $exists: true } } },
		]);
		expect(text).toBe(
			[
				'let starRule = ztf.sgscore1 > 0.76',
				'let seen = any(detections, d => mjd - d.mjd > 0.02)',
				'not coalesce(starRule, false)',
				'and seen',
				'and count(detections) >= 2',
				'',
			].join('\n'),
		);
		expect(messages(text)).toEqual([]);
	});

	it('name every field that nothing has, and leave it in the text where the check shows it', () => {
		const { text, notes } = imported([
			{ $match: { 'candidate.srmag': { $lt: 15 }, 'candidate.drb': { $gt: 0.5 } } },
			{ $project: { objectId: 1, fid_now: 1 } },
		]);
		expect(notes.map(({ kind, where }) => `${kind} ${where}`)).toEqual(['stale candidate.srmag', 'stale fid_now']);
		expect(notes[0]?.message).toContain('candidate.srmag1');
		expect(messages(text)).toEqual([expect.stringContaining('srmag')]);
	});

	it('leave out what cannot be said, and an alternative takes its whole with it', () => {
		const { text, notes } = imported([
			{
				$match: {
					'candidate.drb': { $gt: 0.5 },
					$or: [{ 'candidate.rb': { $gt: 0.5 } }, { objectId: { $regex: '^ZTF18' } }],
				},
			},
			{ $sort: { 'candidate.jd': 1 } },
		]);
		expect(text).toBe('ztf.drb > 0.5\n');
		expect(notes.map(({ kind, where }) => `${kind} ${where}`)).toEqual([
			'lost objectId $regex',
			'lost $or',
			'lost $sort',
		]);
	});

	it('are refused with a sentence where they are none', () => {
		for (const bad of ['', '{', '12', '{"a": 1}', '[1]', '[]', '[{"$match": 3}]', '[{"$out": "x"}]']) {
			const { text, notes } = importBoom(bad);
			expect(text, bad).toBe('');
			expect(notes[0]?.message, bad).toMatch(/\.$|JSON/);
		}
		const deep = '{"$and":['.repeat(500) + '{}' + ']}'.repeat(500);
		expect(importBoom(`[{"$match": ${deep}}]`).text).toBe('');
	});

	it.skipIf(samples === undefined || !existsSync(sample('fast.json')))('of the peers are imported whole', () => {
		const cats = importBoom(readFileSync(sample('cats150.pipeline.json'), 'utf8'));
		const stale = (notes: typeof cats.notes): string[] =>
			notes.filter(({ kind }) => kind === 'stale').map(({ where }) => where);
		expect(stale(cats.notes)).toEqual(['snr', 'candidate.srmag', 'mag', 'magerr']);
		expect(messages(cats.text)).toEqual([expect.stringContaining('srmag'), expect.stringContaining('srmag')]);
		expect(cats.text).toContain('annotate mag = round(ztf.magpsf, 4), jd = round(ztf.jd, 4)');

		const fast = importBoom(readFileSync(sample('fast.json'), 'utf8'));
		expect(stale(fast.notes)).toEqual(['cross_matches.AllWISE', 'fid_now']);
		expect(messages(fast.text)).toEqual([]);
		expect(fast.text).toContain('where(pairs(');

		const rubin = importBoom(readFileSync(sample('lsst.json'), 'utf8'));
		expect(rubin.text).toBe(
			'lsst.reliability > 0.8\nand lsst.snr > 5\nand mag <= 18.5\nannotate magNow = round(mag, 2)\n',
		);
		expect(rubin.notes).toEqual([]);
	});
});
