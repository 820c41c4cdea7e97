import { describe, expect, it } from 'vitest';
import type { ShownPoint, SourcedPoint } from '#lib/alert/lightCurve.ts';
import { pointsOfText, textOfPoints } from '#lib/alert/pointColumns.ts';

const kinds = ['detection', 'forcedPhotometry', 'upperLimit'] as const;

/** The i-th of many points: of several surveys, with and without each thing that may be absent. */
function pointOf(i: number): ShownPoint {
	const kind = kinds[i % 3] ?? 'detection';
	const measured = kind !== 'upperLimit';
	return {
		survey: i % 2 === 0 ? 'ztf' : 'lsst',
		objectId: i % 2 === 0 ? 'ZTF26aaaaaaa' : '313853517403005012',
		kind,
		band: ['g', 'r', 'i', 'z'][i % 4] ?? 'g',
		mjd: 61_000 + i * 0.100_000_000_001,
		psfFlux: measured ? -12_345.678_901_234_567 + i : null,
		psfFluxErr: measured ? 1e-7 * i : null,
		mag: i % 5 === 0 ? null : 17 + i / 3,
		magErr: i % 5 === 0 ? null : 0.036,
		limitMag: i % 7 === 0 ? null : 20.5,
		positive: measured ? i % 4 !== 0 : null,
		ra: kind === 'detection' ? 150 + 1e-9 * i : null,
		dec: kind === 'detection' ? -1e-9 * i : null,
		alertId: i % 10 === 0 ? String(9_007_199_254_740_993n + BigInt(i)) : null,
		exposureAssumed: i % 11 === 0,
		flags: i % 13 === 0 ? 'a "flag", </script>' : '',
		...(i % 6 === 0
			? {
					images: {
						template: { flux: 1.5 + i, err: 0.25 },
						science: i % 12 === 0 ? null : { flux: -i, err: 3 },
						borrowed: i % 4 === 0,
					},
				}
			: {}),
	};
}

describe('points as columns', () => {
	it.each([0, 1, 2, 7, 1000])('come back as they were, %i of them', (many) => {
		const points = Array.from({ length: many }, (_, i) => pointOf(i + 1));
		expect(pointsOfText(textOfPoints(points))).toStrictEqual(points);
	});

	it('keep 64-bit ids of which each is another', () => {
		const points = Array.from({ length: 500 }, (_, i) => ({ ...pointOf(i), alertId: String(2n ** 63n + BigInt(i)) }));
		expect(pointsOfText(textOfPoints(points)).map(({ alertId }) => alertId)).toEqual(
			points.map(({ alertId }) => alertId),
		);
	});

	it('leave out what no view shows', () => {
		const sourced: SourcedPoint = { ...pointOf(1), programme: 'public', sourceId: '42', timeReceived: 2_461_000.5 };
		expect(pointsOfText(textOfPoints([sourced]))).toStrictEqual([pointOf(1)]);
	});

	it('are a third of the objects at most, as the store gives them', () => {
		const points = Array.from({ length: 5000 }, (_, i) => ({
			...pointOf(i),
			mjd: 61_000 + i / 8,
			psfFlux: 123_456.78 + i,
			psfFluxErr: 3456.789,
			mag: Number((17 + i / 3000).toFixed(5)),
			ra: Number((150 + i * 1e-7).toFixed(8)),
			dec: Number((2 - i * 1e-7).toFixed(8)),
		}));
		expect(textOfPoints(points).length).toBeLessThan(JSON.stringify(points).length / 3);
	});
});
