import { describe, expect, it } from 'vitest';
import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import { readingOf } from '#lib/components/lightcurve/reading.ts';

const base: ShownPoint = {
	survey: 'ztf',
	objectId: 'ZTF20aaaaaaa',
	kind: 'detection',
	band: 'g',
	mjd: 60_000.5,
	psfFlux: 36_310,
	psfFluxErr: 1452.4,
	mag: 20,
	magErr: 0.04,
	limitMag: 20.8,
	positive: true,
	ra: 1,
	dec: 1,
	alertId: '1',
	exposureAssumed: false,
	flags: '',
};
const plain = { when: '60000.500', modulus: null, members: 1 };

describe('the reading of a point', () => {
	it('tells the signal to noise of a detection', () => {
		expect(readingOf(base, plain)).toBe('60000.500 · g · 20.00 ± 0.04 · 36.31 ± 1.45 µJy · S/N 25.0 · ZTF detection');
	});
	it('tells it with its sign, of a forced point that is shown as a limit too', () => {
		const faint = {
			...base,
			kind: 'forcedPhotometry',
			psfFlux: -1742.88,
			mag: null,
			magErr: null,
			positive: false,
		} as const;
		expect(readingOf(faint, plain)).toBe(
			'60000.500 · g · fainter than 20.80 (5σ) · −1.74 ± 1.45 µJy · S/N −1.2 · ZTF forced photometry · negative',
		);
	});
	it.each([{ psfFluxErr: null }, { psfFluxErr: 0 }, { psfFlux: null }])(
		'tells none where it is unknown: %o',
		(part) => {
			expect(readingOf({ ...base, ...part }, plain)).not.toContain('S/N');
		},
	);
	it('tells the absolute magnitude and of how many points it is the mean', () => {
		const text = readingOf(base, { ...plain, modulus: 35.5, members: 3 });
		expect(text).toContain('20.00 ± 0.04 · absolute −15.50 · ');
		expect(text.endsWith('ZTF detection · mean of 3')).toBe(true);
	});
});
