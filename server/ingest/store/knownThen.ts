import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import type { Survey } from '#lib/alert/survey.ts';
import { readKnownPoints } from '#clickhouse/read/ingest.ts';
import type { ReadBackAlert } from '#clickhouse/read/storedAlerts.ts';
import type { Store } from '#clickhouse/store.ts';
import { ObjectPoints } from './curves.ts';

/** Stored alerts with the light curves that they had when they became known: points of their own watermark and batch (design rule 6). */
export async function asKnownThen(
	store: Store,
	survey: Survey,
	stored: readonly ReadBackAlert[],
): Promise<EnrichedAlert[]> {
	const batches = new Map<string, ReadBackAlert[]>();
	for (const entry of stored) {
		const key = `${entry.writer} ${entry.number}`;
		const batch = batches.get(key);
		if (batch === undefined) batches.set(key, [entry]);
		else batch.push(entry);
	}
	const curves = new Map<bigint, EnrichedAlert['curve']>();
	const programmes = survey.programmes.map(({ name }) => name);
	for (const batch of batches.values()) {
		const [first] = batch;
		if (first === undefined) continue;
		const objects = [...new Set(batch.map(({ alert }) => alert.objectId))];
		const watermark = { ...first.watermark, [first.writer]: first.number };
		const points = new Map<string, ObjectPoints>();
		for (const columns of await readKnownPoints(store, { survey: survey.name, programmes }, objects, watermark)) {
			points.set(columns.objectId, new ObjectPoints(columns));
		}
		for (const { alert } of batch) curves.set(alert.alertId, points.get(alert.objectId)?.curveOf(alert) ?? []);
	}
	return stored.map(({ alert, features, featureVersion, featureReason, matches }) => ({
		...{ alert, features, featureVersion, featureReason, matches },
		curve: curves.get(alert.alertId) ?? [],
		runs: [],
		associations: [],
		scores: [],
		classification: { class: '', score: Number.NaN, model: '' },
	}));
}
