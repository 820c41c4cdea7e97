import type { Alert } from '#lib/alert/alert.ts';
import type { CurvePoint, EnrichedAlert } from '#lib/alert/enriched.ts';
import { FEATURE_VERSION } from '#lib/alert/features.ts';
import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { computeFeatures, writeAssociated } from '#server/ingest/enrich/features/index.ts';
import { classify } from '#server/ingest/enrich/classify.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { createSimulation, type SurveyName } from '#server/simulate/index.ts';

const KIND_ORDER = { detection: 1, upperLimit: 2, forcedPhotometry: 3 };

function curvePoint(point: PhotometricPoint): CurvePoint {
	const { kind, band, mjd, positive, ra, dec, programme } = point;
	const single = (value: number) => Math.fround(value);
	return {
		...{ kind, band, mjd, positive, ra, dec, programme },
		psfFlux: single(point.psfFlux),
		psfFluxErr: single(point.psfFluxErr),
		mag: single(point.mag),
		magErr: single(point.magErr),
		limitMag: single(point.limitMag),
	};
}

/** An alert as the pipeline enriches it when it knows the packet alone, with what is given besides. */
export function enrichedFromPacket(
	alert: Alert,
	more: Partial<Pick<EnrichedAlert, 'matches' | 'runs' | 'scores' | 'associations'>> = {},
): EnrichedAlert {
	const curve = [...alert.history, alert.detection]
		.map(curvePoint)
		.filter(({ mjd }) => mjd <= alert.mjd)
		.sort(
			(a, b) =>
				a.mjd - b.mjd || KIND_ORDER[a.kind] - KIND_ORDER[b.kind] || (a.band < b.band ? -1 : a.band > b.band ? 1 : 0),
		);
	const { matches = [], runs = [], scores = [], associations = [] } = more;
	const features = computeFeatures(alert, curve);
	writeAssociated(features, alert, curve, matches, associations);
	return {
		...{ alert, curve, features, featureVersion: FEATURE_VERSION, featureReason: '' },
		...{ matches, runs, associations, scores, classification: classify(alert) },
	};
}

/** Simulated alerts of some nights of a survey, read from their packets. */
export async function simulatedAlerts(options: {
	readonly survey: SurveyName;
	readonly seed: number;
	readonly count: number;
	readonly firstNight?: number;
}): Promise<Alert[]> {
	const { survey, seed, count, firstNight = 20_700 } = options;
	const simulation = createSimulation({ seed, alertsPerNight: count, surveys: [survey] });
	const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });
	const alerts: Alert[] = [];
	for (let night = firstNight; alerts.length < count; night += 1) {
		for (const packet of simulation.night(night)) {
			for (const decoded of await decoder.decode({ bytes: packet.bytes })) {
				alerts.push(normalise(decoded, 0));
			}
			if (alerts.length >= count) break;
		}
	}
	return alerts;
}
