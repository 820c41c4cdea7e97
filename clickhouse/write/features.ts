import type { Alert } from '#lib/alert/alert.ts';
import { featurePlacesOf, FEATURES } from '#lib/alert/features.ts';
import type { Origin } from '#lib/alert/survey.ts';
import type { BatchStamp } from '../records.ts';
import { RowBinaryWriter } from '../rowBinary.ts';
import type { Store } from '../store.ts';

const ORIGIN_CODE: Readonly<Record<Origin, number>> = { real: 1, test: 2, simulated: 3 };

/** Features of a stored alert in the order of FEATURES. */
export interface FeatureRow {
	readonly alert: Pick<Alert, 'survey' | 'objectId' | 'alertId' | 'programme' | 'origin' | 'night'>;
	readonly features: Float64Array;
}

const COLUMNS = [
	'survey', 'object_id', 'alert_id', 'programme', 'origin', 'night', 'version', 'code_version', 'features', 'writer', 'number',
	'known_at',
]; // prettier-ignore

/** Inserts features of a version of the formulas beside those of the alerts' own rows. */
export async function insertFeatures(
	store: Store,
	batch: BatchStamp,
	rows: readonly FeatureRow[],
	{ version, codeVersion }: { readonly version: string; readonly codeVersion: string },
): Promise<void> {
	if (rows.length === 0) return;
	const row = new RowBinaryWriter(rows.length * 2048);
	for (const { alert, features } of rows) {
		row.string(alert.survey);
		row.string(alert.objectId);
		row.u64(alert.alertId);
		row.string(alert.programme);
		row.u8(ORIGIN_CODE[alert.origin]);
		row.date(alert.night);
		row.string(version);
		row.string(codeVersion);
		const present = featurePlacesOf(alert.survey).filter((place) => !Number.isNaN(features[place] ?? Number.NaN));
		row.varUInt(present.length);
		for (const place of present) {
			row.string(FEATURES[place]?.name ?? '');
			row.f64(features[place] ?? Number.NaN);
		}
		row.string(batch.writer);
		row.u64(batch.number);
		row.dateTime64(batch.knownAtMs);
	}
	await store.insert('alert_features', COLUMNS, row.finish(), `${batch.writer}:${batch.number}:features`);
}
