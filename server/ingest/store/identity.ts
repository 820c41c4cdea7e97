import type { Alert } from '#lib/alert/alert.ts';

/** What the store keeps of a known alert, enough to tell a duplicate from a conflict; absent numbers are NaN. */
export interface KnownAlert {
	readonly survey: string;
	readonly alertId: bigint;
	readonly programme: string;
	readonly ra: number;
	readonly dec: number;
	readonly timeReceived: number;
	readonly band: string;
	readonly psfFlux: number;
	readonly psfFluxErr: number;
	readonly mag: number;
	readonly magErr: number;
}

/** Whether a and b are the same measurement: an absent one on either side is none. Compared as Float32 where they are stored so. */
function same(a: number, b: number, single: boolean): boolean {
	if (Number.isNaN(a) || Number.isNaN(b)) return true;
	return single ? Math.fround(a) === Math.fround(b) : a === b;
}

/**
 * The first measurement in which an alert differs from the known one of the same id (design rule 1), or null when it is
 * the same alert again: position, time, band, flux, magnitude, their errors and programme, where both carry them.
 */
export function differingMeasurement(alert: Alert, known: KnownAlert): string | null {
	if (!same(alert.ra, known.ra, false) || !same(alert.dec, known.dec, false)) return 'position';
	if (!same(alert.timeReceived, known.timeReceived, false)) return 'time';
	if (alert.band !== known.band && alert.band !== '' && known.band !== '') return 'band';
	if (!same(alert.psfFlux, known.psfFlux, true)) return 'flux';
	if (!same(alert.mag, known.mag, true)) return 'magnitude';
	if (!same(alert.psfFluxErr, known.psfFluxErr, true) || !same(alert.magErr, known.magErr, true)) return 'error';
	if (alert.programme !== known.programme) return 'programme';
	return null;
}

/** What `differingMeasurement` needs of an alert that is not stored yet. */
export function measurementsOf(alert: Alert): KnownAlert {
	return {
		survey: alert.survey,
		alertId: alert.alertId,
		programme: alert.programme,
		ra: alert.ra,
		dec: alert.dec,
		timeReceived: alert.timeReceived,
		band: alert.band,
		psfFlux: alert.psfFlux,
		psfFluxErr: alert.psfFluxErr,
		mag: alert.mag,
		magErr: alert.magErr,
	};
}
