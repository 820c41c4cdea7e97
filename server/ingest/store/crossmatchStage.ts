import type { Alert } from '#lib/alert/alert.ts';
import type { Association, CurvePoint, EnrichedAlert } from '#lib/alert/enriched.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import type { PlacedAlert, PlacedObject } from '#clickhouse/read/associations.ts';
import { readKnownPoints } from '#clickhouse/read/ingest.ts';
import { insertAssociations } from '#clickhouse/write/crossmatch.ts';
import type { AssociationRow } from '#clickhouse/crossmatchRecords.ts';
import type { Ranked } from '../enrich/crossmatch/pairs.ts';
import { associate } from './associate.ts';
import { Crossmatcher, insertCrossmatches } from './crossmatch.ts';
import { ObjectPoints } from './curves.ts';
import type { DraftAlert, EnrichContext, Stage } from './stage.ts';

/** Static catalogues: what lies near each alert, and the state of every catalogue. */
export function crossmatchStage(): Stage {
	const matcher = new Crossmatcher();
	return {
		name: 'crossmatch',
		async enrich(drafts, { store, batch }) {
			const results = await matcher.match(
				store,
				drafts.map(({ alert }) => alert),
				batch,
			);
			drafts.forEach((draft, i) => {
				draft.matches = results[i]?.matches ?? [];
				draft.runs = results[i]?.runs ?? [];
			});
		},
		notDone(drafts, reason) {
			for (const draft of drafts) {
				draft.matches = [];
				draft.runs = matcher.failed(draft.alert.origin, reason);
			}
		},
		async insert(alerts, { store, batch }) {
			await insertCrossmatches(
				store,
				batch,
				alerts.map(({ alert }) => alert),
				alerts,
			);
		},
	};
}

const placedAlert = ({ survey, objectId, alertId, programme, origin, mjd, ra, dec, ssoName }: Alert): PlacedAlert => ({
	survey,
	objectId,
	alertId,
	programme,
	origin,
	mjd,
	ra,
	dec,
	ssoName,
});

function isPublic({ survey, programme }: Pick<PlacedObject, 'survey' | 'programme'>): boolean {
	return findSurvey(survey)?.programmes.some((entry) => entry.name === programme && entry.public) ?? false;
}

/** Gives the public light curve of objects near alerts up to a time: from the batch's own alerts of the object, else from the store. */
class CurvesOfOthers {
	readonly #stored = new Map<string, ObjectPoints>();
	readonly #drafts = new Map<string, DraftAlert>();

	constructor(drafts: readonly DraftAlert[]) {
		for (const draft of drafts) {
			if (!isPublic(draft.alert)) continue;
			const key = `${draft.alert.origin} ${draft.alert.survey} ${draft.alert.objectId}`;
			if ((this.#drafts.get(key)?.alert.mjd ?? 0) < draft.alert.mjd) this.#drafts.set(key, draft);
		}
	}

	async read(others: readonly PlacedObject[], { store, watermark }: EnrichContext): Promise<void> {
		for (const survey of new Set(others.map((other) => other.survey))) {
			const objects = [...new Set(others.filter((other) => other.survey === survey).map(({ objectId }) => objectId))];
			const programmes = (findSurvey(survey)?.programmes ?? []).map(({ name }) => name);
			for (const columns of await readKnownPoints(store, { survey, programmes }, objects, watermark)) {
				this.#stored.set(`${survey} ${columns.objectId}`, new ObjectPoints(columns));
			}
		}
	}

	of(other: PlacedObject, { origin, mjd }: Pick<Alert, 'origin' | 'mjd'>): readonly CurvePoint[] {
		const { survey, objectId, programme } = other;
		const draft = this.#drafts.get(`${origin} ${survey} ${objectId}`);
		if (draft !== undefined) return draft.curve.filter((point) => point.mjd <= mjd);
		return this.#stored.get(`${survey} ${objectId}`)?.curveOf({ survey, programme, origin, mjd }) ?? [];
	}
}

function associationOf({ other, sepArcsec }: Ranked<PlacedObject>, curve: readonly CurvePoint[]): Association | null {
	const detections = curve.filter((point) => point.kind === 'detection');
	const [first] = detections;
	const last = detections.at(-1);
	// what the other survey had not seen by then does not exist yet
	if (first === undefined || last === undefined) return null;
	return {
		survey: other.survey,
		objectId: other.objectId,
		programme: other.programme,
		// as it is stored: a filter must answer of the archive as of the stream
		sepArcsec: Math.fround(sepArcsec),
		ra: other.ra,
		dec: other.dec,
		nDetections: detections.length,
		firstMjd: first.mjd,
		lastMjd: last.mjd,
		curve,
	};
}

/** Objects of other surveys at the same place. Alerts are shown public programmes of the others only; all are stored, each with each alert that saw it. */
export function associationStage(): Stage {
	const rows = new WeakMap<readonly EnrichedAlert[], readonly AssociationRow[]>();
	return {
		name: 'associations',
		async enrich(drafts, context) {
			const placed = drafts.map(({ alert }) => placedAlert(alert));
			const found = await associate(context.store, placed, context.watermark);
			rows.set(drafts, [...new Set([...found.rows, ...found.missing])]);
			const curves = new CurvesOfOthers(drafts);
			const open = found.near.map((near) => near.filter(({ other }) => isPublic(other)));
			await curves.read(
				open.flat().map(({ other }) => other),
				context,
			);
			drafts.forEach((draft, i) => {
				draft.associations = (open[i] ?? []).flatMap(
					(ranked) => associationOf(ranked, curves.of(ranked.other, draft.alert)) ?? [],
				);
			});
		},
		notDone(drafts) {
			for (const draft of drafts) draft.associations = [];
			rows.delete(drafts);
		},
		async insert(alerts, { store, batch, codeVersion }) {
			await insertAssociations(store, batch, rows.get(alerts) ?? [], codeVersion);
		},
	};
}
