import type { AccessScope } from '#lib/alert/object.ts';
import { featurePlacesOf, FEATURES, type Feature } from '#lib/alert/features.ts';
import type { FeatureVersion } from '#lib/alert/views.ts';
import alertFeaturesSql from '../queries/alert_features.sql?raw';
import type { QueryOptions, Store } from '../store.ts';
import { isoTime } from './alertRows.ts';
import { heldFor } from './fields.ts';
import { render } from './render.ts';

type Stored = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, number | boolean | null>>;

/** A feature of a whole row of the alerts table; NaN where it is absent. */
export function storedFeature(row: Stored, feature: Feature): number {
	const held = heldFor(row, feature);
	if (typeof held === 'boolean') return held ? 1 : 0;
	if (typeof held !== 'number') return Number.NaN;
	return feature.type === 'float32' ? Math.fround(held) : held;
}

function shown(survey: string, valueOf: (feature: Feature) => number): Values {
	return Object.fromEntries(
		featurePlacesOf(survey).flatMap((place): [string, number | boolean | null][] => {
			const feature = FEATURES[place];
			if (feature === undefined) return [];
			const value = valueOf(feature);
			if (Number.isNaN(value)) return [[feature.name, null]];
			return [[feature.name, feature.type === 'truth' ? value !== 0 : value]];
		}),
	);
}

/** Features of an alert in one version of the formulas, and which versions there are, newest first. */
export interface AlertFeatures {
	readonly version: string;
	readonly versions: readonly FeatureVersion[];
	readonly values: Values;
}

/** Features of a stored alert: of the version asked for, else the newest known; null where that version was never computed. */
export async function readAlertFeatures(
	store: Store,
	scope: AccessScope,
	{ survey, alertId, row }: { readonly survey: string; readonly alertId: bigint; readonly row: Stored },
	wanted: string | undefined,
	options: QueryOptions = {},
): Promise<AlertFeatures | null> {
	const later = await store.query<{ version: string; knownAt: string; values: Record<string, number> }>(
		render(alertFeaturesSql, scope),
		{ survey, alertId },
		options,
	);
	const atIngest = {
		version: typeof row['feature_version'] === 'string' ? row['feature_version'] : '',
		knownAt: isoTime(String(row['known_at'])),
	};
	const versions = [...later.map(({ version, knownAt }) => ({ version, knownAt: isoTime(knownAt) })), atIngest].filter(
		({ version }, place, all) => version !== '' && all.findIndex((entry) => entry.version === version) === place,
	);
	const version = wanted ?? versions[0]?.version ?? '';
	if (wanted !== undefined && !versions.some((entry) => entry.version === wanted)) return null;
	const recomputed = later.find((entry) => entry.version === version);
	const values =
		recomputed === undefined
			? shown(survey, (feature) => storedFeature(row, feature))
			: shown(survey, ({ name }) => recomputed.values[name] ?? Number.NaN);
	return { version, versions, values };
}
