import type { CurvePoint, EnrichedAlert } from '#lib/alert/enriched.ts';
import type { Survey } from '#lib/alert/survey.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { ipixOf } from '#lib/astro/healpix.ts';
import { eclipticFromIcrs, galacticFromIcrs } from '#lib/astro/sphere.ts';
import type { BatchStamp, PhotometryRow } from '#clickhouse/records.ts';
import type { Store } from '#clickhouse/store.ts';
import { insertAlerts, insertPhotometry, insertScores } from '#clickhouse/write/batch.ts';
import { insertAssociations, insertMatches, insertRuns } from '#clickhouse/write/crossmatch.ts';
import { makePoint } from './alerts.ts';
import { Random } from './enriched.ts';

// Alerts as the worker would have stored them: their own rows under one batch, points partly in it and partly in earlier ones, and among
// them rows that must not be seen: later points, later batches, other programmes, other versions of a point.

const OWN: BatchStamp = { writer: 'worker-1', number: 5n, knownAtMs: Date.UTC(2026, 10, 20) };
const EARLIER: BatchStamp = { writer: 'worker-1', number: 3n, knownAtMs: Date.UTC(2026, 10, 19) };
const OTHERS: BatchStamp = { writer: 'worker-2', number: 8n, knownAtMs: Date.UTC(2026, 10, 19, 1) };
/** Not published at the watermark below. */
const LATER: BatchStamp = { writer: 'worker-2', number: 9n, knownAtMs: Date.UTC(2026, 10, 21) };
const WATERMARK = { 'worker-1': 4n, 'worker-2': 8n };

interface Placed {
	readonly batch: BatchStamp;
	readonly row: PhotometryRow;
}

function pointRow(
	survey: string,
	objectId: string,
	alert: EnrichedAlert['alert'],
	point: CurvePoint,
	key: number,
): PhotometryRow {
	return {
		survey,
		objectId,
		origin: 'real',
		point: { ...makePoint(), ...point },
		key,
		value: key,
		alertId: alert.alertId,
		alertMjd: alert.mjd,
		own: false,
	};
}

/** Rows of a light curve with what must not be seen of it. */
function curveRows(
	random: Random,
	survey: string,
	objectId: string,
	enriched: EnrichedAlert,
	curve: readonly CurvePoint[],
): Placed[] {
	const { alert } = enriched;
	return curve.flatMap((point, i) => {
		const row = pointRow(survey, objectId, alert, point, i + 1);
		const rows: Placed[] = [{ batch: random.of([OWN, EARLIER, OTHERS]), row }];
		const wrong = { ...point, mag: 1, psfFlux: 1e6, band: point.band === 'g' ? 'r' : 'g' };
		if (random.chance(0.2))
			rows.push({ batch: LATER, row: { ...pointRow(survey, objectId, alert, wrong, i + 1), own: true } });
		if (random.chance(0.2)) {
			// an older packet's version of the same point
			rows.push({
				batch: EARLIER,
				row: { ...pointRow(survey, objectId, alert, wrong, i + 1), alertMjd: alert.mjd - 1 },
			});
		}
		if (random.chance(0.1)) {
			rows.push({ batch: OWN, row: pointRow(survey, objectId, alert, { ...wrong, mjd: alert.mjd + 0.01 }, 1000 + i) });
		}
		if (random.chance(0.1)) {
			rows.push({ batch: OWN, row: pointRow(survey, objectId, alert, { ...wrong, programme: 'caltech' }, 2000 + i) });
		}
		return rows;
	});
}

/** Stores alerts with all that was known of them. */
export async function storeEnriched(store: Store, alerts: readonly EnrichedAlert[], seed = 1): Promise<void> {
	const random = new Random(seed);
	const points = alerts.flatMap((enriched) => [
		...curveRows(random, enriched.alert.survey, enriched.alert.objectId, enriched, enriched.curve),
		...enriched.associations.flatMap(({ survey, objectId, curve }) =>
			curveRows(random, survey, objectId, enriched, curve),
		),
	]);
	for (const batch of [OWN, EARLIER, OTHERS, LATER]) {
		const rows = points.filter((entry) => entry.batch === batch).map(({ row }) => row);
		await insertPhotometry(store, batch, rows);
	}
	await insertScores(
		store,
		OWN,
		alerts.flatMap(({ alert, scores }) => scores.map((score) => ({ alert, score }))),
	);
	await insertMatches(
		store,
		OWN,
		alerts.flatMap(({ alert, matches }) => matches.map((match, i) => ({ alert, match, rank: i + 1 }))),
	);
	await insertRuns(
		store,
		OWN,
		alerts.flatMap(({ alert, runs }) => runs.map((run) => ({ alert, run, nMatches: 0 }))),
	);
	await insertAssociations(
		store,
		OWN,
		alerts.flatMap(({ alert, associations }) =>
			associations.map((one, i) => ({
				survey: alert.survey,
				objectId: alert.objectId,
				otherSurvey: one.survey,
				otherObjectId: one.objectId,
				programme: alert.programme,
				otherProgramme: one.programme,
				origin: alert.origin,
				sepArcsec: one.sepArcsec,
				rank: i + 1,
				alertId: alert.alertId,
			})),
		),
		'test',
	);
	for (const name of new Set(alerts.map(({ alert }) => alert.survey))) {
		const own = alerts.filter(({ alert }) => alert.survey === name);
		await insertAlerts(store, OWN, findSurvey(name) as Survey, own.map(storedRow));
	}
}

function storedRow({ alert, classification, features, featureVersion, featureReason }: EnrichedAlert) {
	const galactic = galacticFromIcrs(alert.ra, alert.dec);
	return {
		alert,
		hpx29: ipixOf(29, alert.ra, alert.dec),
		galacticLat: galactic.lat,
		galacticLon: galactic.lon,
		eclipticLat: eclipticFromIcrs(alert.ra, alert.dec).lat,
		class: classification.class,
		classScore: classification.score,
		classModel: classification.model,
		features,
		featureVersion,
		featureReason,
		late: false,
		carried: [],
		unseenSinceMs: null,
		source: 'test',
		partition: '0',
		offset: alert.alertId,
		cutoutChunk: 1,
		receivedAtMs: OWN.knownAtMs,
		watermark: WATERMARK,
	};
}
