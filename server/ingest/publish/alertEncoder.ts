import avro from 'avsc';
import type { Alert } from '#lib/alert/alert.ts';
import type { CurvePoint, EnrichedAlert } from '#lib/alert/enriched.ts';
import {
	BAND_FEATURES,
	COMBINED_BAND_FEATURES,
	COMBINED_FEATURES,
	FEATURE_BANDS,
	FEATURES,
	OBJECT_FEATURES,
} from '#lib/alert/features.ts';
import { CORE_FIELDS } from '#lib/alert/fields.ts';
import { findSurvey, SURVEYS } from '#lib/alert/surveys.ts';
import { ipixOf } from '#lib/astro/healpix.ts';
import { eclipticFromIcrs, galacticFromIcrs } from '#lib/astro/sphere.ts';
import { nightText } from '#lib/astro/time.ts';
import type { FilterHit } from '#lib/filter/hit.ts';
import { MATCHES_SENT } from './schema.ts';
import { isPublic } from './topics.ts';

/** What an outgoing alert is made of besides what was known of it. */
export interface Envelope {
	readonly writer: string;
	readonly number: bigint;
	readonly knownAtMs: number;
	readonly receivedAtMs: number;
	readonly late: boolean;
}

type Value = number | string | boolean | null | Uint8Array | object;
type Constructor = new (...values: readonly Value[]) => object;

/** Records are made in the order of their fields: every record of a kind has one shape, and nothing is looked up by name. */
function recordTypes(root: avro.Type): Map<string, avro.types.RecordType> {
	const found = new Map<string, avro.types.RecordType>();
	const visit = (type: avro.Type): void => {
		if (type instanceof avro.types.RecordType) {
			if (found.has(type.name ?? '')) return;
			found.set(type.name ?? '', type);
			for (const field of type.fields) visit(field.type);
		} else if (type instanceof avro.types.ArrayType) visit(type.itemsType);
		else if (type instanceof avro.types.UnwrappedUnionType) for (const branch of type.types) visit(branch);
	};
	visit(root);
	return found;
}

/** Absent numbers are null outside. */
const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
const iso = (ms: number): string => new Date(ms).toISOString();

const TRUTHS = FEATURES.map(({ type }) => type === 'truth');
const TAG_FEATURES = ['rock', 'star', 'nearBrightStar', 'stationary'].map(
	(name) => [name, FEATURES.findIndex((feature) => feature.name === name)] as const,
);
const BANDS_AT = OBJECT_FEATURES.length;
const COMBINED_AT = BANDS_AT + FEATURE_BANDS.length * BAND_FEATURES.length;
const COMBINED_BANDS_AT = COMBINED_AT + COMBINED_FEATURES.length;
/** At this redshift and below a match is a star with a velocity. */
const LEAST_REDSHIFT = 0.0005;

/** Words for an alert; what each means stands in the schema. */
export function tagsOf({ alert, curve, features, matches, associations }: EnrichedAlert): string[] {
	const tags: string[] = [];
	const detections = curve.filter(({ kind }) => kind === 'detection');
	const firstMjd = Number.isNaN(alert.firstMjd) ? (detections[0]?.mjd ?? alert.mjd) : alert.firstMjd;
	if (alert.mjd - firstMjd < 5 && alert.ssoName === null) tags.push('young');
	if (detections.length <= 1) tags.push('one detection');
	if (detections.every(({ positive }) => positive === false) && alert.positive === false) tags.push('only negative');
	if (associations.length > 0) tags.push('two surveys');
	if (matches.some(({ redshift }) => redshift > LEAST_REDSHIFT)) tags.push('redshift known');
	for (const [name, place] of TAG_FEATURES) if (features[place] === 1) tags.push(name);
	return tags;
}

/** Writes enriched alerts as Avro under one schema, without what a reader of public data may not see. */
export class AlertEncoder {
	readonly type: avro.Type;
	readonly #make: (name: string) => Constructor;
	readonly #hitsType: avro.Type;
	readonly #surveys: readonly { readonly name: string; readonly make: Constructor }[];

	constructor(schema: string) {
		this.type = avro.Type.forSchema(JSON.parse(schema) as avro.Schema);
		const records = recordTypes(this.type);
		const made = new Map<string, Constructor>();
		for (const [name, type] of records) made.set(name, type.recordConstructor as Constructor);
		this.#make = (name) => {
			const found = made.get(`nightjar.${name}`);
			if (found === undefined) throw new Error(`The schema has no record ${name}.`);
			return found;
		};
		const fields = records.get('nightjar.Alert')?.fields ?? [];
		const last = fields.at(-1);
		if (last?.name !== 'hits') throw new Error('hits must be the last field of an outgoing alert.');
		this.#hitsType = last.type;
		this.#surveys = SURVEYS.map(({ name }) => ({
			name,
			make: this.#make(`${name.charAt(0).toUpperCase()}${name.slice(1)}Fields`),
		}));
	}

	/** Everything up to the hits, which differ from topic to topic and are the last field. */
	encode(entry: EnrichedAlert, envelope: Envelope, { cutouts }: { readonly cutouts: boolean }): Buffer {
		const bytes = this.type.toBuffer(this.#alert(entry, envelope, cutouts));
		// an empty list is one byte
		return bytes.subarray(0, bytes.length - 1);
	}

	/** The hits as they follow an encoded alert. */
	encodeHits(hits: readonly FilterHit[]): Buffer {
		const Hit = this.#make('Hit');
		const Annotation = this.#make('Annotation');
		return this.#hitsType.toBuffer(
			hits.map(
				({ filterId, version, name, topic, annotations }) =>
					new Hit(
						filterId,
						version,
						name,
						topic,
						annotations.map((one) => new Annotation(one.name, one.value)),
					),
			),
		);
	}

	#alert(entry: EnrichedAlert, envelope: Envelope, cutouts: boolean): object {
		const { alert, classification } = entry;
		const Alert = this.#make('Alert');
		const galactic = galacticFromIcrs(alert.ra, alert.dec);
		const core: Readonly<Record<string, Value>> = {
			survey: alert.survey,
			alertId: String(alert.alertId),
			objectId: alert.objectId,
			programme: alert.programme,
			origin: alert.origin,
			schemaVersion: alert.schemaVersion,
			night: nightText(alert.night),
			mjd: alert.mjd,
			timeReceived: known(alert.timeReceived),
			exposureSeconds: known(alert.exposureSeconds),
			exposureAssumed: alert.exposureAssumed,
			ra: alert.ra,
			dec: alert.dec,
			hpx29: String(ipixOf(29, alert.ra, alert.dec)),
			galacticLat: galactic.lat,
			galacticLon: galactic.lon,
			eclipticLat: eclipticFromIcrs(alert.ra, alert.dec).lat,
			band: alert.band,
			psfFlux: known(alert.psfFlux),
			psfFluxErr: known(alert.psfFluxErr),
			mag: known(alert.mag),
			magErr: known(alert.magErr),
			limitMag: known(alert.limitMag),
			snr: known(alert.snr),
			positive: alert.positive,
			reliability: known(alert.reliability),
			reliabilityModel: alert.reliabilityModel,
			starScore: known(alert.starScore),
			starSepArcsec: known(alert.starSepArcsec),
			nDetections: alert.nDetections,
			firstMjd: known(alert.firstMjd),
			age: known(alert.mjd - alert.firstMjd),
			ssoName: alert.ssoName,
			class: classification.class,
			classScore: known(classification.score),
			classModel: classification.model,
			featureVersion: entry.featureVersion,
			featureReason: entry.featureReason,
			late: envelope.late,
			receivedAt: iso(envelope.receivedAtMs),
			knownAt: iso(envelope.knownAtMs),
		};
		const shown = (points: readonly CurvePoint[], survey: string): object[] =>
			points.flatMap((point) =>
				point.programme === alert.programme || isPublic(survey, point.programme) ? [this.#point(point)] : [],
			);
		const associations = entry.associations.filter(({ survey, programme }) => isPublic(survey, programme));
		return new Alert(
			...CORE_FIELDS.map(({ name }) => core[name] ?? null),
			alert.alertIdText,
			this.#point(alert.detection),
			shown(entry.curve, alert.survey),
			this.#features(entry),
			this.#scores(entry),
			this.#crossmatches(entry),
			this.#associations(associations, shown),
			tagsOf({ ...entry, associations }),
			...this.#surveys.map(({ name, make }) => (name === alert.survey ? new make(...ownFields(alert)) : null)),
			envelope.writer,
			String(envelope.number),
			cutouts ? this.#cutouts(alert) : null,
			[],
		);
	}

	#point(point: Omit<CurvePoint, never>): object {
		const Point = this.#make('Point');
		const { kind, band, mjd, psfFlux, psfFluxErr, mag, magErr, limitMag, positive, ra, dec, programme } = point;
		return new Point(
			kind,
			band,
			mjd,
			known(psfFlux),
			known(psfFluxErr),
			known(mag),
			known(magErr),
			known(limitMag),
			positive,
			known(ra),
			known(dec),
			programme,
		);
	}

	#features({ features, featureVersion, featureReason }: EnrichedAlert): object {
		const Features = this.#make('Features');
		const Combined = this.#make('CombinedFeatures');
		const common = valuesOf(features, COMBINED_AT, COMBINED_FEATURES.length);
		const bands = this.#bands('CombinedBandFeatures', features, COMBINED_BANDS_AT, COMBINED_BAND_FEATURES.length);
		return new Features(
			featureVersion,
			featureReason,
			...valuesOf(features, 0, BANDS_AT),
			this.#bands('BandFeatures', features, BANDS_AT, BAND_FEATURES.length),
			bands.length > 0 || common.some((value) => value !== null) ? new Combined(...common, bands) : null,
		);
	}

	#bands(name: string, features: Float64Array, from: number, length: number): object[] {
		const Band = this.#make(name);
		return FEATURE_BANDS.flatMap((band, i) => {
			const values = valuesOf(features, from + i * length, length);
			return values.some((value) => value !== null) ? [new Band(band, ...values)] : [];
		});
	}

	#scores({ scores }: EnrichedAlert): object[] {
		const Score = this.#make('Score');
		return scores.map(
			({ model, version, label, score, state, reason }) =>
				new Score(model, version, label, known(score), state, reason),
		);
	}

	#crossmatches({ runs, matches }: EnrichedAlert): object[] {
		const Crossmatch = this.#make('Crossmatch');
		const Match = this.#make('Match');
		return runs.map(({ catalog, release, state, radiusArcsec, reason }) => {
			const found = matches.filter((match) => match.catalog === catalog && match.release === release);
			const sent = found
				.slice(0, MATCHES_SENT)
				.map(({ sourceId, sepArcsec, ra, dec, mag, redshift, numbers, texts }) => {
					const others = Object.fromEntries(Object.entries(numbers).filter(([, value]) => !Number.isNaN(value)));
					return new Match(sourceId, sepArcsec, ra, dec, known(mag), known(redshift), others, { ...texts });
				});
			return new Crossmatch(catalog, release, state, known(radiusArcsec), reason, found.length, sent);
		});
	}

	#associations(
		associations: EnrichedAlert['associations'],
		shown: (points: readonly CurvePoint[], survey: string) => object[],
	): object[] {
		const Association = this.#make('Association');
		return associations.map(
			({ survey, objectId, programme, sepArcsec, ra, dec, nDetections, firstMjd, lastMjd, curve }) =>
				new Association(
					survey,
					objectId,
					programme,
					sepArcsec,
					ra,
					dec,
					nDetections,
					known(firstMjd),
					known(lastMjd),
					shown(curve, survey),
				),
		);
	}

	#cutouts({ cutouts: { science, template, difference } }: Alert): object {
		const Cutouts = this.#make('Cutouts');
		const bytes = (image: Uint8Array | null): Buffer | null =>
			image === null ? null : Buffer.from(image.buffer, image.byteOffset, image.byteLength);
		return new Cutouts(bytes(science), bytes(template), bytes(difference));
	}
}

/** Values of some features in their order; absent ones null. */
function valuesOf(features: Float64Array, from: number, length: number): (number | boolean | null)[] {
	const values = new Array<number | boolean | null>(length);
	for (let i = 0; i < length; i += 1) {
		const value = features[from + i] ?? Number.NaN;
		values[i] = Number.isNaN(value) ? null : TRUTHS[from + i] === true ? value === 1 : value;
	}
	return values;
}

/** The survey's own fields in the order of its declaration. */
function ownFields({ survey, fields }: Alert): Value[] {
	return (findSurvey(survey)?.fields ?? []).map((_, i) => {
		const value = fields[i] ?? null;
		if (typeof value === 'bigint') return String(value);
		return typeof value === 'number' ? known(value) : value;
	});
}
