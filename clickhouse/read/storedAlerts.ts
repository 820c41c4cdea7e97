import type { Alert, FieldValue } from '#lib/alert/alert.ts';
import type { CatalogMatch } from '#lib/alert/enriched.ts';
import { FEATURES } from '#lib/alert/features.ts';
import type { FieldType } from '#lib/alert/fields.ts';
import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';
import type { Origin, Survey } from '#lib/alert/survey.ts';
import { nightFromText } from '#lib/astro/time.ts';
import storedAlertsSql from '../queries/ingest/stored_alerts.sql?raw';
import storedMatchesSql from '../queries/ingest/stored_matches.sql?raw';
import storedCutoutsSql from '../queries/ingest/stored_cutouts.sql?raw';
import { fieldLayout } from '#lib/alert/fieldPlaces.ts';
import { patiently } from '../patience.ts';
import type { Store } from '../store.ts';
import { isoTime } from './alertRows.ts';
import { storedFeature } from './features.ts';
import { storedField } from './fields.ts';
import type { Watermark } from './ingest.ts';

/** An alert read back, with the batch that wrote it and what that batch knew. Its history stands in the photometry. */
export interface ReadBackAlert {
	readonly alert: Alert;
	readonly writer: string;
	readonly number: bigint;
	readonly watermark: Watermark;
	readonly receivedAtMs: number;
	/** In the order of FEATURES, absent NaN; '' = not computed, with the reason. */
	readonly features: Float64Array;
	readonly featureVersion: string;
	readonly featureReason: string;
	/** Nearest first; those that its own batch found. */
	readonly matches: readonly CatalogMatch[];
}

type Row = Record<string, unknown>;

const float32 = (value: unknown): number => (typeof value === 'number' ? Math.fround(value) : Number.NaN);
const float64 = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const truth = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);

/** A value of a survey's own field as the packet had it. */
function fieldValue(type: FieldType, value: unknown): FieldValue {
	switch (type) {
		case 'float32':
			return float32(value);
		case 'float64':
			return float64(value);
		case 'int':
			return typeof value === 'number' ? value : null;
		case 'long':
			return typeof value === 'string' || typeof value === 'number' ? BigInt(value) : null;
		case 'text':
			return textOrNull(value);
		case 'truth':
			return truth(value);
	}
}

const NO_CUTOUTS: Alert['cutouts'] = { science: null, template: null, difference: null };

/** An alert from a whole row of its table, without its history. */
export function alertOf(row: Row, survey: Survey, cutouts: Alert['cutouts'] = NO_CUTOUTS): Alert {
	const shared = {
		programme: text(row['programme']),
		mjd: float64(row['mjd']),
		timeReceived: float64(row['time_received']),
		exposureAssumed: row['exposure_assumed'] === true,
		ra: float64(row['ra']),
		dec: float64(row['dec']),
		band: text(row['band']),
		psfFlux: float32(row['psf_flux']),
		psfFluxErr: float32(row['psf_flux_err']),
		mag: float32(row['mag']),
		magErr: float32(row['mag_err']),
		limitMag: float32(row['limit_mag']),
		positive: truth(row['positive']),
	};
	const alertId = BigInt(text(row['alert_id']));
	const detection: PhotometricPoint = { ...shared, kind: 'detection', sourceId: alertId, flags: '', valueHash: 0 };
	return {
		...shared,
		survey: survey.name,
		alertId,
		alertIdText: text(row['alert_id_text']),
		objectId: text(row['object_id']),
		origin: text(row['origin']) as Origin,
		schemaVersion: text(row['schema_version']),
		night: nightFromText(text(row['night'])) ?? 0,
		exposureSeconds: float32(row['exposure_seconds']),
		snr: float32(row['snr']),
		reliability: float32(row['reliability']),
		reliabilityModel: text(row['reliability_model']),
		starScore: float32(row['star_score']),
		starSepArcsec: float32(row['star_sep_arcsec']),
		nDetections: typeof row['n_detections'] === 'number' ? row['n_detections'] : null,
		firstMjd: float64(row['first_mjd']),
		ssoName: textOrNull(row['sso_name']),
		fields: fieldLayout(survey).places.map((place) => fieldValue(place.type, storedField(row, place))),
		detection,
		history: [],
		cutouts,
	};
}

async function readCutouts(
	store: Store,
	survey: string,
	ids: readonly bigint[],
	chunks: readonly number[],
): Promise<Map<bigint, Alert['cutouts']>> {
	const bytes = await patiently(async () => {
		const pieces: Buffer[] = [];
		const stream = await store.stream(storedCutoutsSql, 'RowBinary', { survey, ids, chunks }, { class: 'ingest' });
		for await (const piece of stream) pieces.push(piece as Buffer);
		return Buffer.concat(pieces);
	});
	const found = new Map<bigint, Alert['cutouts']>();
	let at = 0;
	const image = (present: boolean): Uint8Array | null => {
		let length = 0;
		for (let shift = 0; ; shift += 7) {
			const byte = bytes.readUInt8(at);
			at += 1;
			length += (byte & 0x7f) * 2 ** shift;
			if (byte < 0x80) break;
		}
		at += length;
		return present ? bytes.subarray(at - length, at) : null;
	};
	while (at < bytes.length) {
		const id = bytes.readBigUInt64LE(at);
		const kinds = bytes.readUInt8(at + 8);
		at += 9;
		found.set(id, {
			science: image((kinds & 1) !== 0),
			template: image((kinds & 2) !== 0),
			difference: image((kinds & 4) !== 0),
		});
	}
	return found;
}

interface MatchRow {
	readonly alert_id: string;
	readonly writer: string;
	readonly number: string;
	readonly catalog: string;
	readonly release: string;
	readonly source_id: string;
	readonly sep_arcsec: number;
	readonly ra: number;
	readonly dec: number;
	readonly mag: number | null;
	readonly redshift: number | null;
	readonly numbers: Readonly<Record<string, number | null>>;
	readonly texts: Readonly<Record<string, string>>;
}

/** Matches of alerts by `alertId writer number`, nearest first. */
async function readMatches(
	store: Store,
	survey: string,
	objects: readonly string[],
	ids: readonly bigint[],
): Promise<Map<string, CatalogMatch[]>> {
	const rows = await patiently(() =>
		store.query<MatchRow>(storedMatchesSql, { survey, objects, ids }, { class: 'ingest' }),
	);
	const found = new Map<string, CatalogMatch[]>();
	for (const row of rows) {
		const match: CatalogMatch = {
			catalog: row.catalog,
			release: row.release,
			sourceId: row.source_id,
			sepArcsec: float32(row.sep_arcsec),
			ra: row.ra,
			dec: row.dec,
			mag: float32(row.mag),
			redshift: float32(row.redshift),
			numbers: Object.fromEntries(Object.entries(row.numbers).map(([name, value]) => [name, value ?? Number.NaN])),
			texts: row.texts,
		};
		const key = `${row.alert_id} ${row.writer} ${row.number}`;
		const matches = found.get(key);
		if (matches === undefined) found.set(key, [match]);
		else matches.push(match);
	}
	return found;
}

/** Stored alerts of one survey by id, in the order of the ids; those that are not there are left out. */
export async function readStoredAlerts(
	store: Store,
	survey: Survey,
	ids: readonly bigint[],
	{ cutouts }: { readonly cutouts: boolean },
): Promise<ReadBackAlert[]> {
	const rows = await patiently(() =>
		store.query<Row>(storedAlertsSql, { survey: survey.name, ids }, { class: 'ingest' }),
	);
	const chunks = [
		...new Set(rows.filter((row) => row['cutout_kinds'] !== 0).map((row) => Number(row['cutout_chunk']))),
	];
	const images =
		cutouts && chunks.length > 0
			? await readCutouts(store, survey.name, ids, chunks)
			: new Map<bigint, Alert['cutouts']>();
	const objects = [...new Set(rows.map((row) => text(row['object_id'])))];
	const matches = await readMatches(store, survey.name, objects, ids);
	const found = new Map<bigint, ReadBackAlert>();
	for (const row of rows) {
		const id = BigInt(text(row['alert_id']));
		const watermark = row['watermark'] as Record<string, string>;
		found.set(id, {
			alert: alertOf(row, survey, images.get(id) ?? NO_CUTOUTS),
			writer: text(row['writer']),
			number: BigInt(text(row['number'])),
			watermark: Object.fromEntries(Object.entries(watermark).map(([writer, number]) => [writer, BigInt(number)])),
			receivedAtMs: Date.parse(isoTime(text(row['received_at']))),
			features: Float64Array.from(FEATURES, (feature) => storedFeature(row, feature)),
			featureVersion: text(row['feature_version']),
			featureReason: text(row['feature_reason']),
			matches: matches.get(`${id} ${text(row['writer'])} ${text(row['number'])}`) ?? [],
		});
	}
	return ids.flatMap((id) => found.get(id) ?? []);
}
