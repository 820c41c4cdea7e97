import { describe, expect, it } from 'vitest';
import type { Picture } from '#lib/components/cutout/decode.ts';
import {
	isUsual,
	type Looks,
	parseLooks,
	shownAs,
	typedLimits,
	USUAL_LOOKS,
	withLimits,
	withStretch,
} from '#lib/components/cutout/looks.ts';

const data = Float32Array.from({ length: 100 }, (_, i) => i);
const picture = { kind: 'image', image: { width: 10, height: 10, data } } as unknown as Picture;
const kept = (looks: Looks): Looks => parseLooks(JSON.stringify(looks));

describe('how a reader looks at cutouts', () => {
	it('is remembered for each kind of image, limits for each survey too', () => {
		let looks = withStretch(USUAL_LOOKS, ['difference'], 'linear');
		looks = withLimits(looks, 'ztf', 'difference', { low: '−5', high: '20' });
		looks = kept({ ...looks, map: 'viridis' });
		expect(looks.stretch).toEqual({ science: 'asinh', template: 'asinh', difference: 'linear' });
		expect(shownAs(looks, 'ztf', 'difference', picture)).toMatchObject({
			choice: 'linear',
			limits: { low: -5, high: 20 },
			isWrong: false,
		});
		expect(shownAs(looks, 'ztf', 'science', picture)).toMatchObject({ choice: 'asinh', limits: null });
		// other units there
		expect(shownAs(looks, 'lsst', 'difference', picture)).toMatchObject({ choice: 'linear', limits: null });
		expect(looks.map).toBe('viridis');
	});

	it('keeps the end of the stretch where only the other was typed, and its own where what was typed is no range', () => {
		const own = shownAs(USUAL_LOOKS, 'ztf', 'science', picture).own;
		const of = (low: string, high: string) =>
			shownAs(withLimits(USUAL_LOOKS, 'ztf', 'science', { low, high }), 'ztf', 'science', picture);
		expect(of('7', '').limits).toEqual({ low: 7, high: own?.high });
		expect(of('', '-1e3')).toMatchObject({ limits: null, isWrong: true });
		expect(of('x', '5')).toMatchObject({ limits: null, isWrong: true });
		expect(of('100', '50')).toMatchObject({ limits: null, isWrong: true });
		expect(of('', '')).toMatchObject({ limits: null, isWrong: false });
	});

	it('is usual again once everything is taken back', () => {
		const looks = withLimits(withStretch(USUAL_LOOKS, ['science'], 'log'), 'ztf', 'science', { low: '3' });
		expect(isUsual(looks)).toBe(false);
		const back = withLimits(withStretch(looks, ['science'], 'asinh'), 'ztf', 'science', { low: '' });
		expect(isUsual(back)).toBe(true);
		expect(typedLimits(back, 'ztf', 'science')).toEqual({ low: '', high: '' });
	});

	it('takes nothing from what another program kept under its name', () => {
		for (const text of [null, '', 'no', '[]', '7', 'null', '{"stretch":7,"limits":"a","map":{}}']) {
			expect(parseLooks(text)).toEqual(USUAL_LOOKS);
		}
		const text = JSON.stringify({
			stretch: { science: 'sinh', template: 'log' },
			limits: { 'ztf science': { low: 'x', high: '' }, 'ztf template': { low: '1', high: 2 } },
			map: 'pink',
		});
		expect(parseLooks(text)).toEqual({ ...USUAL_LOOKS, stretch: { ...USUAL_LOOKS.stretch, template: 'log' } });
	});
});
