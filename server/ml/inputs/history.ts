import type { Subject } from '../subject.ts';

/**
 * What an object's detections say up to this alert, after the definitions of Kowalski (skyportal/kowalski, ZTFAlert), with which
 * BTSbot is run: magnitudes of both signs, no forced photometry. Days between middles of exposures; NaN where unknown.
 */
export interface History {
	/** Since the first detection that the survey or the light curve knows. */
	readonly ageDays: number;
	readonly daysSincePeak: number;
	/** From the first detection to the brightest. */
	readonly daysToPeak: number;
	/** Brightest and faintest detection so far, AB. */
	readonly peakMag: number;
	readonly faintestMag: number;
}

/** The history of an alert; the first of equally bright points is the peak. */
export function historyOf({ alert, curve }: Pick<Subject, 'alert' | 'curve'>): History {
	let peakMag = Number.POSITIVE_INFINITY;
	let faintestMag = Number.NEGATIVE_INFINITY;
	let peakMjd = alert.mjd;
	let firstMjd = Math.min(alert.mjd, Number.isNaN(alert.firstMjd) ? Number.POSITIVE_INFINITY : alert.firstMjd);
	const take = (mjd: number, mag: number): void => {
		if (Number.isNaN(mag) || mjd > alert.mjd) return;
		if (mag < peakMag || (mag === peakMag && mjd < peakMjd)) {
			peakMag = mag;
			peakMjd = mjd;
		}
		if (mag > faintestMag) faintestMag = mag;
		if (mjd < firstMjd) firstMjd = mjd;
	};
	take(alert.mjd, alert.mag);
	for (const point of curve) if (point.kind === 'detection') take(point.mjd, point.mag);
	const seen = peakMag !== Number.POSITIVE_INFINITY;
	return {
		ageDays: alert.mjd - firstMjd,
		daysSincePeak: seen ? alert.mjd - peakMjd : Number.NaN,
		daysToPeak: seen ? peakMjd - firstMjd : Number.NaN,
		peakMag: seen ? peakMag : Number.NaN,
		faintestMag: seen ? faintestMag : Number.NaN,
	};
}
