// What is fed to networks of our own: scalings, validity, crops and turned differences; numbers; light curves as sequences.
import { describe, expect, it } from 'vitest';
import { parseManifest, type ImagesInput, type NumbersInput, type SequenceInput } from '#lib/alert/model.ts';
import { writeImage } from '#lib/format/fits.ts';
import { writeImages } from '#server/ml/inputs/images.ts';
import { numbersWriter } from '#server/ml/inputs/numbers.ts';
import { writeSequence } from '#server/ml/inputs/sequence.ts';
import { makeAlert, makePoint } from '../../../support/alerts.ts';
import { subjectOf, tinyManifest, TRIPLET } from '../../../support/models.ts';

const fits = (width: number, height: number, data: readonly number[]) =>
	Buffer.from(writeImage({ width, height, data }));
const same = (bytes: Uint8Array) => ({ science: bytes, template: bytes, difference: bytes });

function images(over: Partial<ImagesInput>, bytes: Uint8Array, negative = false): number[] {
	const input = { ...TRIPLET, ...over };
	const out = new Float32Array(input.pixels ** 2 * input.channels.length).fill(9);
	writeImages(input, same(bytes), negative, out, 0);
	return [...out];
}
const one = (scaling: 'mad' | 'asinhMad' | 'none' | 'l2', clip?: number): ImagesInput['channels'] => [
	{ kind: 'image', image: 'difference', scaling, ...(clip === undefined ? {} : { clip }) },
];

describe('images', () => {
	const values = [1, 2, 3, 4, 100, Number.NaN, 6, 7, 8];
	const image = fits(3, 3, values);
	it('are scaled by median and MAD of the finite pixels, absent ones 0, cut at the clip', () => {
		// median of 1 2 3 4 6 7 8 100 is 5, deviations 4 3 2 1 1 2 3 95: median 2.5
		const sigma = 1.4826 * 2.5;
		const expected = values.map((value) => (Number.isNaN(value) ? 0 : (value - 5) / sigma));
		const of = { pixels: 3 };
		for (const [i, value] of images({ ...of, channels: one('mad') }, image).entries()) {
			expect(value).toBeCloseTo(expected[i] ?? 0, 5);
		}
		expect(images({ ...of, channels: one('mad', 2) }, image)[4]).toBe(2);
		const soft = images({ ...of, channels: one('asinhMad') }, image);
		expect(soft[4]).toBeCloseTo(Math.asinh((100 - 5) / sigma / 10), 5);
		expect(images({ ...of, channels: one('none') }, image)).toEqual([1, 2, 3, 4, 100, 0, 6, 7, 8]);
	});

	it('say where pixels are valid, huge values included where asked', () => {
		const masked = fits(2, 2, [1, -3.4e38, Number.NaN, 0]);
		const channels: ImagesInput['channels'] = [{ kind: 'valid', image: 'template' }];
		expect(images({ pixels: 2, channels }, masked)).toEqual([1, 1, 0, 1]);
		expect(images({ pixels: 2, channels, maskHuge: true }, masked)).toEqual([1, 0, 0, 1]);
		expect(images({ pixels: 3, channels, maskHuge: true }, masked)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0]);
		expect(images({ pixels: 2, channels: one('l2'), maskHuge: true }, masked)).toEqual([1, 0, 0, 0]);
	});

	it('stand at the end or the centre, and are cut to their centre', () => {
		const small = fits(2, 1, [5, 6]);
		const of = { pixels: 4, channels: one('none'), padValue: -1 };
		expect(images({ ...of, smaller: 'end' }, small)).toEqual([5, 6, ...Array<number>(14).fill(-1)]);
		const centred = images({ ...of, smaller: 'centre' }, small);
		expect(centred.slice(4, 8)).toEqual([-1, 5, 6, -1]);
		expect(() => images({ ...of, smaller: 'refuse' }, small)).toThrow('a cutout has 2 x 1 pixels, 4 are needed');
		const large = fits(
			5,
			5,
			Array.from({ length: 25 }, (_, i) => i),
		);
		expect(images({ pixels: 3, channels: one('none'), larger: 'centre' }, large)).toEqual([
			6, 7, 8, 11, 12, 13, 16, 17, 18,
		]);
		expect(() => images({ pixels: 3, channels: one('none') }, large)).toThrow('at most 3 are taken');
	});

	it('keep their channels apart in both layouts', () => {
		const input = {
			pixels: 2,
			channels: [...one('none'), { kind: 'valid', image: 'science' }] as ImagesInput['channels'],
		};
		const bytes = fits(2, 2, [3, 4, Number.NaN, 6]);
		expect(images({ ...input, layout: 'NHWC' }, bytes)).toEqual([3, 1, 4, 1, 0, 0, 6, 1]);
		expect(images({ ...input, layout: 'NCHW' }, bytes)).toEqual([3, 4, 0, 6, 1, 1, 0, 1]);
	});

	it('turn the difference of a negative detection back only where the network wants it', () => {
		const bytes = fits(2, 1, [3, -4]);
		const of = { pixels: 2, channels: one('l2'), padValue: 0 };
		const near = (actual: number[], expected: number[]) => {
			for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 6);
		};
		near(images({ ...of }, bytes, true), [0.6, -0.8, 0, 0]);
		near(images({ ...of, difference: 'scienceMinusTemplate' }, bytes, true), [-0.6, 0.8, 0, 0]);
		near(images({ ...of, difference: 'scienceMinusTemplate' }, bytes, false), [0.6, -0.8, 0, 0]);
		expect(images({ ...of, channels: one('none'), difference: 'scienceMinusTemplate' }, bytes, true)[1]).toBe(4);
	});

	it('are refused with a sentence when they cannot be read', () => {
		expect(() => images({}, Buffer.from([0x1f, 0x8b, 1, 2, 3]))).toThrow(
			'a cutout cannot be read: it cannot be unpacked',
		);
		expect(() => images({}, Buffer.from('SIMPLE  =                    T'))).toThrow(/a cutout cannot be read: .*FITS/);
	});
});

const feature = (from: string, over: Partial<NumbersInput['features'][number]> = {}) => ({
	...{ from, else: [], mean: 0, scale: 1 },
	...over,
});
function numbers(features: NumbersInput['features'], over: Parameters<typeof makeAlert>[0]): [number[], string | null] {
	const out = new Float32Array(features.length);
	const missing = numbersWriter({ kind: 'numbers', name: 'x', features })(subjectOf(makeAlert(over)), out, 0);
	return [[...out], missing];
}

describe('numbers', () => {
	it('are transformed, scaled and cut, with stand-ins for what is absent', () => {
		const features = [
			feature('mag', { mean: 19, scale: 2 }),
			feature('snr', { transform: 'log10' }),
			feature('starSepArcsec', { clip: [0, 3] }),
			feature('positive'),
			feature('starScore', { else: ['reliability'] }),
			feature('limitMag - mag'),
			feature('psfFlux', { transform: 'log1p' }),
			feature('nDetections', { absent: -999 }),
		];
		const alert = {
			alertId: 1n,
			mag: 18,
			snr: 100,
			starSepArcsec: 7,
			positive: false,
			starScore: Number.NaN,
			reliability: 0.75,
		};
		const [values, missing] = numbers(features, {
			...alert,
			limitMag: 20.5,
			psfFlux: -Math.expm1(2),
			nDetections: null,
		});
		expect(missing).toBeNull();
		expect(values).toEqual([-0.5, 2, 3, -1, 0.75, 2.5, -2, -999]);
	});

	it('name the first that is absent', () => {
		expect(numbers([feature('mag'), feature('snr', { transform: 'log10' })], { alertId: 1n, snr: -3 })[1]).toBe('snr');
	});

	it('are refused by a name that does not exist, in a sentence that lists the others', () => {
		for (const name of [
			'toString',
			'ztf.nosuch',
			'feature.nosuch',
			'nosurvey.drb',
			'history.x',
			'match.x',
			'mag - ',
			'',
		]) {
			expect(() => numbers([feature(name)], { alertId: 1n }), name).toThrow(/There is no number .* history.ageDays/);
		}
	});
});

describe('light curves as sequences', () => {
	const input: SequenceInput = {
		kind: 'sequence',
		name: 'points',
		length: 3,
		kinds: ['detection', 'upperLimit'],
		align: 'end',
		columns: [
			'daysBefore',
			'logDaysSinceFirst',
			'logDaysSincePrevious',
			'fluxOverPeak',
			'snr',
			'isLimit',
			'sign',
			'logWavelength',
		],
		minDetections: 1,
	};
	const width = input.columns.length;
	const alert = makeAlert({
		alertId: 1n,
		mjd: 60_010,
		history: [
			makePoint({ kind: 'upperLimit', mjd: 60_000, psfFlux: Number.NaN, psfFluxErr: Number.NaN, positive: null }),
			makePoint({ mjd: 60_003, psfFlux: -500, psfFluxErr: 100, positive: false, band: 'g' }),
			makePoint({ kind: 'forcedPhotometry', mjd: 60_004 }),
			makePoint({ kind: 'upperLimit', mjd: 60_006, psfFlux: Number.NaN, psfFluxErr: Number.NaN, positive: null }),
			makePoint({ mjd: 60_020, psfFlux: 5000 }),
		],
		detection: makePoint({ mjd: 60_010, psfFlux: 1000, psfFluxErr: 50 }),
	});
	const write = (over: Partial<SequenceInput> = {}) => {
		const all = { ...input, ...over };
		const values = new Float32Array(all.length * all.columns.length);
		const mask = new Float32Array(all.length);
		const reason = writeSequence(all, subjectOf(alert), { values, mask }, 0);
		const rows = Array.from({ length: all.length }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]);
		return { rows, mask: [...mask], reason };
	};

	it('hold the newest points up to the alert, each column as its formula says', () => {
		const { rows, mask } = write();
		expect(mask).toEqual([1, 1, 1]);
		const expected = [
			[7, 0, Math.log1p(3), -0.5, -5, 0, -1, Math.log10(478 / 600)],
			[4, Math.log1p(3), Math.log1p(3), 0, 0, 1, 0, Math.log10(622 / 600)],
			[0, Math.log1p(7), Math.log1p(4), 1, 20, 0, 1, Math.log10(622 / 600)],
		];
		for (const [i, row] of expected.entries()) {
			for (const [j, value] of row.entries()) expect(rows[i]?.[j]).toBeCloseTo(value, 5);
		}
	});

	it('stand at the end or at the start of a longer tensor', () => {
		expect(write({ length: 6 }).mask).toEqual([0, 0, 1, 1, 1, 1]);
		expect(write({ length: 6, align: 'start' }).mask).toEqual([1, 1, 1, 1, 0, 0]);
		// a limit before the first detection
		expect(write({ length: 6, align: 'start' }).rows[0]?.[1]).toBeCloseTo(-Math.log1p(3), 5);
		expect(write({ minDetections: 3 }).reason).toBe('2 detections, 3 are needed');
	});
});

describe('a manifest', () => {
	it('is read whole or refused with every problem and its place', () => {
		const manifest = tinyManifest('images');
		expect(parseManifest(JSON.stringify(manifest))).toEqual(manifest);
		const wrong = {
			...manifest,
			name: 'Big',
			surveys: [],
			extra: 1,
			outputs: [{ name: 'x', labels: ['a'], activation: 'relu' }],
		};
		expect(() => parseManifest(JSON.stringify(wrong))).toThrow(/name: lower-case.*surveys.*outputs\.0\.activation/);
		expect(() => parseManifest('{')).toThrow('model.json is no JSON.');
		const clip = { ...TRIPLET, channels: [{ kind: 'image', image: 'science', scaling: 'l2', clip: 1 }] };
		expect(() => parseManifest(JSON.stringify({ ...manifest, inputs: [clip] }))).toThrow(/l2 has no clip/);
	});
});
