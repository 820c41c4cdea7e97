import type { ShownPoint } from '#lib/alert/lightCurve.ts';

/** AB magnitude of the made-up transient at so many days from its peak: up within a fortnight, down over a month. */
function magAt(days: number, redness: number): number {
	return 17.2 + redness + (days < 0 ? (days / 9) ** 2 : days / (14 + 8 * redness));
}

/** A made-up light curve with every kind of mark: detections of two surveys, forced photometry, limits and a negative difference. */
export function sampleCurve(): ShownPoint[] {
	const point = (i: number, more: Partial<ShownPoint>): ShownPoint => {
		const band = more.band ?? (i % 2 === 0 ? 'g' : 'r');
		const mjd = 60_985 + 1.7 * i + (band === 'r' ? 0.04 : 0);
		const mag = magAt(mjd - 61_005, band === 'r' ? 0.25 : 0);
		const psfFlux = 10 ** ((31.4 - mag) / 2.5);
		const magErr = 0.03 + 0.02 * (i % 4);
		return {
			...{ survey: 'ztf', objectId: 'sample', kind: 'detection', band, mjd, psfFlux, psfFluxErr: psfFlux * magErr },
			...{ mag, magErr, limitMag: 20.4, positive: true, ra: null, dec: null, alertId: null },
			...{ exposureAssumed: false, flags: '' },
			...more,
		};
	};
	const nothing = { psfFlux: null, psfFluxErr: null, mag: null, magErr: null, positive: null } as const;
	return [
		...Array.from({ length: 4 }, (_, i) =>
			point(i, { kind: 'upperLimit', ...nothing, limitMag: 19.6 + 0.3 * (i % 2) }),
		),
		...Array.from({ length: 16 }, (_, i) => point(i + 6, {})),
		...Array.from({ length: 5 }, (_, i) => point(2 * i + 13, { survey: 'lsst', band: 'i', mjd: 61_008 + 3.1 * i })),
		...Array.from({ length: 4 }, (_, i) => point(i + 22, { kind: 'forcedPhotometry' })),
		point(27, { positive: false, psfFlux: -1500, mag: 19.4, magErr: 0.16 }),
	];
}
