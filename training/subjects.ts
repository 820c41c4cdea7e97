import type { Alert } from '#lib/alert/alert.ts';
import type { CurvePoint } from '#lib/alert/enriched.ts';
import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';
import { FEATURE_VERSION } from '#lib/alert/features.ts';
import { computeFeatures, writeAssociated } from '#server/ingest/enrich/features/index.ts';
import { pointKey } from '#lib/alert/pointHash.ts';
import type { Subject } from '#server/ml/index.ts';

function curvePoint(point: PhotometricPoint): CurvePoint {
	const { kind, band, mjd, psfFlux, psfFluxErr, mag, magErr, limitMag, positive, ra, dec, programme } = point;
	return { kind, band, mjd, psfFlux, psfFluxErr, mag, magErr, limitMag, positive, ra, dec, programme };
}

/** What is known of an alert from a light curve of its object: its features, no catalogue and no other survey. */
export function subjectOf(alert: Alert, curve: readonly CurvePoint[]): Subject {
	const features = computeFeatures(alert, curve);
	writeAssociated(features, alert, curve, [], []);
	return {
		alert,
		curve,
		features,
		featureVersion: FEATURE_VERSION,
		featureReason: '',
		matches: [],
		runs: [],
		associations: [],
	};
}

/** Light curves that grow as alerts come in, like those of the store: every point that a packet brought, once. */
export class Curves {
	private readonly objects = new Map<string, Map<number, CurvePoint>>();

	/** Takes the points of an alert in and answers the curve up to it, in time order. */
	add(alert: Alert): readonly CurvePoint[] {
		const key = `${alert.survey} ${alert.objectId}`;
		let points = this.objects.get(key);
		if (points === undefined) this.objects.set(key, (points = new Map<number, CurvePoint>()));
		for (const point of alert.history) {
			const at = pointKey(point);
			if (!points.has(at)) points.set(at, curvePoint(point));
		}
		points.set(pointKey(alert.detection), curvePoint(alert.detection));
		return [...points.values()].filter(({ mjd }) => mjd <= alert.mjd).sort((a, b) => a.mjd - b.mjd);
	}
}
