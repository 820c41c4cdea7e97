import { tangentOffsets } from '#lib/astro/tangent.ts';

/** What a packet says of where and how bright a known body of the solar system should be; absent values null. */
export interface Prediction {
	readonly survey: string;
	readonly alertId: string;
	/** Predicted position, ICRS degrees. */
	readonly ra: number | null;
	readonly dec: number | null;
	/** Distance of the detection from the prediction where the packet gives no more than that, arcsec. */
	readonly sepArcsec: number | null;
	/** Predicted magnitude. */
	readonly mag: number | null;
}

/** Measured less predicted of one alert; what cannot be told is null. */
export interface Residual {
	readonly survey: string;
	readonly alertId: string;
	readonly mjd: number;
	readonly band: string;
	/** Offset in right ascension, times cos(dec), arcsec, positive = measured east of the prediction. */
	readonly raArcsec: number | null;
	/** Offset in declination, arcsec, positive = measured north of the prediction. */
	readonly decArcsec: number | null;
	/** Distance from the prediction, arcsec. */
	readonly sepArcsec: number | null;
	/** Measured magnitude less the predicted one, positive = fainter than predicted; null on a negative difference. */
	readonly mag: number | null;
}

interface Measured {
	readonly survey: string;
	readonly alertId: string;
	readonly mjd: number;
	readonly band: string;
	readonly ra: number;
	readonly dec: number;
	readonly mag: number | null;
	readonly positive: boolean | null;
}

/** What an alert measured less what its packet predicts, null where the packet predicts nothing that can be compared. */
export function residualOf(alert: Measured, predicted: Prediction): Residual | null {
	let raArcsec: number | null = null;
	let decArcsec: number | null = null;
	let { sepArcsec } = predicted;
	if (predicted.ra !== null && predicted.dec !== null) {
		const [east, north] = tangentOffsets({ ra: predicted.ra, dec: predicted.dec }, alert);
		[raArcsec, decArcsec] = [east * 3600, north * 3600];
		sepArcsec = Math.hypot(raArcsec, decArcsec);
	}
	const mag =
		alert.mag === null || predicted.mag === null || alert.positive === false ? null : alert.mag - predicted.mag;
	if (sepArcsec === null && mag === null) return null;
	const { survey, alertId, mjd, band } = alert;
	return { survey, alertId, mjd, band, raArcsec, decArcsec, sepArcsec, mag };
}

/** Residuals of alerts in their order, of those whose packets predict something. */
export function residualsOf(alerts: readonly Measured[], predictions: readonly Prediction[]): Residual[] {
	const known = new Map(predictions.map((one) => [`${one.survey} ${one.alertId}`, one]));
	return alerts.flatMap((alert) => {
		const predicted = known.get(`${alert.survey} ${alert.alertId}`);
		return (predicted && residualOf(alert, predicted)) ?? [];
	});
}

/** Median of what is known among values; null of none. */
export function medianOf(values: readonly (number | null)[]): number | null {
	const known = values.filter((value) => value !== null).sort((a, b) => a - b);
	const [low, high] = [known[(known.length - 1) >> 1], known[known.length >> 1]];
	return low === undefined || high === undefined ? null : (low + high) / 2;
}
