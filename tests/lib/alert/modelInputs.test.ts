import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FEATURES } from '#lib/alert/features.ts';
import { parseManifest, type ModelManifest } from '#lib/alert/model.ts';
import { inputsOf } from '#lib/alert/modelInputs.ts';
import type { AlertDetail } from '#lib/alert/views.ts';
import { numbersWriter } from '#server/ml/inputs/numbers.ts';
import type { Subject } from '#server/ml/index.ts';
import { makeAlert } from '../../support/alerts.ts';

const shipped = (name: string): ModelManifest =>
	parseManifest(readFileSync(`models/shipped/${name}/model.json`, 'utf8'));

const alert = makeAlert({
	alertId: 7n,
	mjd: 61_000,
	ra: 120,
	dec: -20,
	mag: 17.5,
	snr: 42,
	starScore: 0.01,
	nDetections: 9,
});
/** Every third feature is absent. */
const features = FEATURES.map((_, i) => (i % 3 === 0 ? Number.NaN : Math.sin(i) * 10));
const subject = { alert, features, curve: [], matches: [] } as unknown as Subject;
const detail = {
	...{ survey: 'ztf', ra: alert.ra, dec: alert.dec, mjd: alert.mjd, mag: alert.mag, snr: alert.snr },
	...{
		starScore: alert.starScore,
		starSepArcsec: alert.starSepArcsec,
		nDetections: 9,
		age: alert.mjd - alert.firstMjd,
	},
	...{ core: {}, fields: { drb: 0.5 } },
	features: Object.fromEntries(
		FEATURES.map(({ name }, i) => [name, Number.isNaN(features[i]) ? null : (features[i] ?? null)]),
	),
} as unknown as AlertDetail;

describe('the numbers that a model was given', () => {
	it.each(['anomaly', 'light_curve'])('are, for %s, those that the worker writes', (name) => {
		const manifest = shipped(name);
		const numbers = manifest.inputs.find((input) => input.kind === 'numbers');
		if (numbers === undefined) throw new Error('no numbers');
		const written = new Float32Array(numbers.features.length);
		expect(numbersWriter(numbers)(subject, written, 0)).toBeNull();
		const [found] = inputsOf([manifest], detail);
		const placed = new Map(found?.placed.map((one) => [one.name, one]));
		let compared = 0;
		for (const [i, { from, clip, absent }] of numbers.features.entries()) {
			if (from.includes('history.')) continue;
			const one = placed.get(from.replaceAll('feature.', ''));
			const [low, high] = clip ?? [-Infinity, Infinity];
			const given = one === undefined ? (absent ?? Number.NaN) : Math.min(high, Math.max(low, one.sigma));
			expect(written[i], from).toBeCloseTo(given, 4);
			compared += 1;
		}
		expect(compared).toBeGreaterThan(60);
		expect(found?.passing).toBe(numbers.features.length - compared);
		expect((found?.placed.length ?? 0) + (found?.absent ?? 0)).toBe(compared);
		const far = found?.placed.map(({ sigma }) => Math.abs(sigma)) ?? [];
		expect(far).toEqual([...far].sort((a, b) => b - a));
	});

	it('are told once for models that take the same, and not of images alone', () => {
		const anomaly = shipped('anomaly');
		const told = inputsOf([shipped('stamp_ztf'), anomaly, { ...anomaly, name: 'other' }], detail);
		expect(told.filter(({ models }) => models.includes('anomaly'))).toMatchObject([{ models: ['anomaly', 'other'] }]);
	});
});
