import { describe, expect, it } from 'vitest';
import type { ModelScore } from '#lib/alert/enriched.ts';
import { classify } from '#server/ingest/enrich/classify.ts';
import { makeAlert } from '../../../support/alerts.ts';

const alert = (over: object = {}) =>
	makeAlert({ alertId: 1n, reliability: 0.9, starScore: 0.1, starSepArcsec: 5, ...over });
const score = (model: string, label: string, value: number): ModelScore => ({
	...{ model, version: '1', label, score: value },
	...(Number.isNaN(value) ? { state: 'notDone', reason: 'input: none' } : { state: 'done', reason: '' }),
});
const scores = (model: string, values: Record<string, number>): ModelScore[] =>
	Object.entries(values).map(([label, value]) => score(model, label, value));

describe('the class of an alert', () => {
	it('is that of the packet without models', () => {
		expect(classify(alert()).class).toBe('');
		expect(classify(alert({ ssoName: '1 Ceres' }))).toMatchObject({ class: 'sso', model: 'packet rules 1' });
		expect(classify(alert({ reliability: 0.1 }))).toMatchObject({ class: 'bogus', score: 0.9 });
		expect(classify(alert({ starScore: 0.8, starSepArcsec: 1 }))).toMatchObject({ class: 'star', score: 0.8 });
		expect(classify(alert({ starScore: 0.8, starSepArcsec: 1.6 })).class).toBe('');
	});

	it('comes from the light curve first, with its source, kinds of one class together', () => {
		const curve = scores('light_curve', { snia: 0.1, pulsating: 0.3, eclipsing: 0.25, agn: 0.35, unlike: 0.2 });
		const stamp = scores('stamp_ztf', { agn: 0.9, star: 0.1 });
		const found = classify(alert(), [...curve, ...stamp]);
		expect(found).toMatchObject({ class: 'star', model: 'light_curve 1' });
		expect(found.score).toBeCloseTo(0.55, 12);
	});

	it('comes from the stamp where the light curve is unlike anything, unsure or absent', () => {
		const stamp = scores('stamp_ztf', { agn: 0.1, sn: 0.8, star: 0.1 });
		const expected = { class: 'sn', score: 0.8, model: 'stamp_ztf 1' };
		for (const curve of [
			scores('light_curve', { snia: 0.1, agn: 0.9, unlike: 0.6 }),
			scores('light_curve', { snia: 0.4, agn: 0.4, unlike: 0.1 }),
			scores('light_curve', { snia: Number.NaN, agn: Number.NaN, unlike: Number.NaN }),
			[],
		]) {
			expect(classify(alert(), [...curve, ...stamp])).toEqual(expected);
		}
		expect(classify(alert(), scores('stamp_lsst', { sn: 0.9 })).class).toBe('');
	});

	it('is bogus by a network only where the survey itself is not sure that it is real', () => {
		const stamp = scores('stamp_ztf', { bogus: 0.9, star: 0.1 });
		expect(classify(alert({ reliability: 0.9 }), stamp).class).toBe('');
		expect(classify(alert({ reliability: 0.4 }), stamp)).toEqual({ class: 'bogus', score: 0.9, model: 'stamp_ztf 1' });
		expect(classify(alert({ reliability: Number.NaN }), stamp).class).toBe('bogus');
	});

	it('is no class for what is none of the known ones, and the rules stand in', () => {
		const stamp = scores('stamp_ztf', { other: 0.9, star: 0.1 });
		expect(classify(alert(), stamp).class).toBe('');
		expect(classify(alert({ starScore: 0.9, starSepArcsec: 0.5 }), stamp)).toMatchObject({
			class: 'star',
			model: 'packet rules 1',
		});
		expect(classify(alert({ ssoName: '4 Vesta' }), scores('stamp_ztf', { sn: 0.99 })).class).toBe('sso');
	});
});
