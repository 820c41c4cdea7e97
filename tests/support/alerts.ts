import { valueHash } from '#lib/alert/pointHash.ts';
import type { Alert } from '#lib/alert/alert.ts';
import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';

/** A photometric point for tests; everything can be overridden. */
export function makePoint(over: Partial<PhotometricPoint> = {}): PhotometricPoint {
	const mag = over.mag ?? 19;
	return {
		kind: 'detection',
		sourceId: 0n,
		band: 'r',
		mjd: 60_000,
		timeReceived: 2_460_000.5,
		exposureAssumed: true,
		ra: 10,
		dec: 20,
		psfFlux: 10 ** ((31.4 - mag) / 2.5),
		psfFluxErr: 100,
		mag,
		magErr: 0.1,
		limitMag: 20.5,
		positive: true,
		programme: 'public',
		flags: '',
		valueHash: valueHash([mag]),
		...over,
	};
}

/** A ZTF alert for tests; its detection follows its own values. */
export function makeAlert(over: Partial<Alert> & { alertId: bigint }): Alert {
	const mjd = over.mjd ?? 60_000;
	const base = {
		survey: 'ztf',
		alertIdText: '',
		objectId: 'ZTF26aaaaaaa',
		programme: 'public',
		origin: 'real' as const,
		schemaVersion: '4.02',
		night: Math.floor(mjd) - 40_587,
		mjd,
		timeReceived: mjd + 2_400_000.5,
		exposureSeconds: 30,
		exposureAssumed: false,
		ra: 10,
		dec: 20,
		band: 'r',
		psfFlux: 1000,
		psfFluxErr: 50,
		mag: 23.9,
		magErr: 0.05,
		limitMag: 20.5,
		snr: 20,
		positive: true,
		reliability: 0.9,
		reliabilityModel: 'drb d6_m7',
		starScore: 0.1,
		starSepArcsec: 5,
		nDetections: 3,
		firstMjd: mjd - 10,
		ssoName: null,
		fields: [],
		history: [],
		cutouts: { science: null, template: null, difference: null },
		...over,
	};
	return {
		...base,
		detection:
			over.detection ??
			makePoint({
				sourceId: over.alertId,
				mjd,
				timeReceived: base.timeReceived,
				band: base.band,
				programme: base.programme,
				mag: base.mag,
				valueHash: valueHash(['own', base.mag]),
			}),
	};
}
