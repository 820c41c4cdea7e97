import type { FieldValue } from '#lib/alert/alert.ts';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import { FEATURES, type Feature } from '#lib/alert/features.ts';
import { columnName, CORE_FIELDS, type FieldType } from '#lib/alert/fields.ts';
import { fieldLayout, storedSql } from '#lib/alert/fieldPlaces.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { eclipticFromIcrs, galacticFromIcrs } from '#lib/astro/sphere.ts';
import { ID, numberOf, TEXT, TRUTH, type RecordKind, type Type } from './type.ts';

/** How the store keeps a field, which decides how it is read there. */
export type Storage = FieldType | 'id' | 'night';

/** Reads a field of an alert, with the precision of the store; absent: NaN, null. */
export type Reader =
	| { readonly kind: 'number'; readonly read: (alert: EnrichedAlert) => number }
	| { readonly kind: 'text'; readonly read: (alert: EnrichedAlert) => string | null }
	| { readonly kind: 'truth'; readonly read: (alert: EnrichedAlert) => boolean | null }
	| { readonly kind: 'id'; readonly read: (alert: EnrichedAlert) => bigint | null };

/** A field of the alert that filters can name. */
export interface FilterField {
	/** Canonical name: `mag`, `ztf.drb`, `g.riseRate`. */
	readonly name: string;
	readonly type: Type;
	/** VOUnits string for people, '' for none. */
	readonly unit: string;
	readonly meaning: string;
	/** Whose alerts have it; null = all. */
	readonly surveys: readonly string[] | null;
	/** Where it stands: a column common to all surveys, a survey's own, or a feature of the light curve. */
	readonly place: 'core' | 'survey' | 'feature';
	readonly column: string;
	/** What `column` is in SQL of the table alerts. */
	readonly sql: string;
	readonly storage: Storage;
	readonly reader: Reader;
}

/** A member of a point, pair, match or association. */
export interface Member {
	readonly record: RecordKind;
	readonly name: string;
	readonly type: Type;
	readonly unit: string;
	readonly meaning: string;
}

const float32 = (read: (alert: EnrichedAlert) => number): Reader => ({
	kind: 'number',
	read: (alert) => finite(Math.fround(read(alert))),
});
const float64 = (read: (alert: EnrichedAlert) => number): Reader => ({
	kind: 'number',
	read: (alert) => finite(read(alert)),
});
const text = (read: (alert: EnrichedAlert) => string | null): Reader => ({
	kind: 'text',
	read: (alert) => filled(read(alert)),
});

/** What is not a finite number is absent (the rule of missing values). */
export function finite(value: number): number {
	return value - value === 0 ? value : Number.NaN;
}

/** An empty text is absent. */
export function filled(value: string | null): string | null {
	return value === '' ? null : value;
}

/** Readers of the core fields; those that are known only after an alert was stored are not in the language. */
const CORE_READERS: Readonly<Record<string, Reader>> = {
	survey: text(({ alert }) => alert.survey),
	alertId: { kind: 'id', read: ({ alert }) => alert.alertId },
	objectId: text(({ alert }) => alert.objectId),
	programme: text(({ alert }) => alert.programme),
	origin: text(({ alert }) => alert.origin),
	schemaVersion: text(({ alert }) => alert.schemaVersion),
	night: float64(({ alert }) => alert.night),
	mjd: float64(({ alert }) => alert.mjd),
	timeReceived: float64(({ alert }) => alert.timeReceived),
	exposureSeconds: float32(({ alert }) => alert.exposureSeconds),
	exposureAssumed: { kind: 'truth', read: ({ alert }) => alert.exposureAssumed },
	ra: float64(({ alert }) => alert.ra),
	dec: float64(({ alert }) => alert.dec),
	galacticLat: float32(({ alert }) => galacticFromIcrs(alert.ra, alert.dec).lat),
	galacticLon: float32(({ alert }) => galacticFromIcrs(alert.ra, alert.dec).lon),
	eclipticLat: float32(({ alert }) => eclipticFromIcrs(alert.ra, alert.dec).lat),
	band: text(({ alert }) => alert.band),
	psfFlux: float32(({ alert }) => alert.psfFlux),
	psfFluxErr: float32(({ alert }) => alert.psfFluxErr),
	mag: float32(({ alert }) => alert.mag),
	magErr: float32(({ alert }) => alert.magErr),
	limitMag: float32(({ alert }) => alert.limitMag),
	snr: float32(({ alert }) => alert.snr),
	positive: { kind: 'truth', read: ({ alert }) => alert.positive },
	reliability: float32(({ alert }) => alert.reliability),
	reliabilityModel: text(({ alert }) => alert.reliabilityModel),
	starScore: float32(({ alert }) => alert.starScore),
	starSepArcsec: float32(({ alert }) => alert.starSepArcsec),
	nDetections: float64(({ alert }) => alert.nDetections ?? Number.NaN),
	firstMjd: float64(({ alert }) => alert.firstMjd),
	age: float32(({ alert }) => alert.mjd - alert.firstMjd),
	ssoName: text(({ alert }) => alert.ssoName),
	class: text(({ classification }) => classification.class),
	classScore: float32(({ classification }) => classification.score),
	classModel: text(({ classification }) => classification.model),
	featureVersion: text(({ featureVersion }) => featureVersion),
};

const DOMAINS: Readonly<Record<string, 'band' | 'survey' | 'class'>> = {
	band: 'band',
	survey: 'survey',
	class: 'class',
};
const TIMES = new Set(['mjd', 'firstMjd']);

function coreType(name: string, type: Storage | 'date', unit: string): Type {
	if (name === 'night') return numberOf('night');
	if (TIMES.has(name)) return numberOf('MJD');
	if (type === 'id') return ID;
	if (type === 'text') return { kind: 'text', domain: DOMAINS[name] ?? 'any' };
	if (type === 'truth') return TRUTH;
	return numberOf(name === 'timeReceived' ? '' : unit);
}

const CORE: FilterField[] = CORE_FIELDS.flatMap((field) => {
	const reader = CORE_READERS[field.name];
	if (reader === undefined) return [];
	return [
		{
			name: field.name,
			type: coreType(field.name, field.type === 'date' ? 'night' : field.type, field.unit),
			unit: field.unit,
			meaning: field.meaning,
			surveys: null,
			place: 'core' as const,
			column: columnName(field.name),
			sql: `alerts.${columnName(field.name)}`,
			storage: field.type === 'date' ? ('night' as const) : field.type,
			reader,
		},
	];
});

const INT32 = 2 ** 31;

function surveyReader(survey: string, place: number, type: FieldType): Reader {
	const value = ({ alert }: EnrichedAlert): FieldValue =>
		alert.survey === survey ? (alert.fields[place] ?? null) : null;
	switch (type) {
		case 'float32':
			return float32((alert) => asNumber(value(alert)));
		case 'float64':
			return float64((alert) => asNumber(value(alert)));
		case 'int':
			return {
				kind: 'number',
				read: (alert) => {
					const found = asNumber(value(alert));
					return Number.isInteger(found) && found >= -INT32 && found < INT32 ? found : Number.NaN;
				},
			};
		case 'long':
			return {
				kind: 'id',
				read: (alert) => {
					const found = value(alert);
					if (typeof found === 'bigint') return found;
					return typeof found === 'number' && Number.isSafeInteger(found) ? BigInt(found) : null;
				},
			};
		case 'text':
			return text((alert) => {
				const found = value(alert);
				return typeof found === 'string' ? found : null;
			});
		case 'truth':
			return {
				kind: 'truth',
				read: (alert) => {
					const found = value(alert);
					return typeof found === 'boolean' ? found : null;
				},
			};
	}
}

const asNumber = (value: FieldValue): number => (typeof value === 'number' ? value : Number.NaN);

/** Unit for the checker: days that are a time of day are told apart from spans of days by what the survey says of them. */
function checkedUnit(unit: string, meaning: string): string {
	if (unit !== 'd') return unit;
	if (/\bMJD\b/.test(meaning)) return 'MJD';
	return /\bJD\b/.test(meaning) ? 'JD' : 'd';
}

function typeOf(storage: FieldType, unit: string, meaning: string): Type {
	switch (storage) {
		case 'float32':
		case 'float64':
		case 'int':
			return numberOf(checkedUnit(unit, meaning));
		case 'long':
			return ID;
		case 'text':
			return TEXT;
		case 'truth':
			return TRUTH;
	}
}

const OWN: FilterField[] = SURVEYS.flatMap((survey) =>
	fieldLayout(survey).places.map((stored, place) => ({
		name: `${survey.name}.${stored.field.name}`,
		type: typeOf(stored.type, stored.field.unit, stored.field.meaning),
		unit: stored.field.unit,
		meaning: stored.field.meaning,
		surveys: [survey.name],
		place: 'survey' as const,
		column: stored.column,
		sql: storedSql(stored, 'alerts'),
		storage: stored.type,
		reader: surveyReader(survey.name, place, stored.type),
	})),
);

function featureReader(type: Feature['type'], place: number): Reader {
	const value = ({ features }: EnrichedAlert): number => features[place] ?? Number.NaN;
	switch (type) {
		case 'float32':
			return float32(value);
		case 'float64':
			return float64(value);
		case 'truth':
			return { kind: 'truth', read: (alert) => (Number.isNaN(value(alert)) ? null : value(alert) !== 0) };
	}
}

const FROM_FEATURES: FilterField[] = FEATURES.map((feature, place) => ({
	name: feature.name,
	type: typeOf(feature.type, feature.unit, feature.meaning),
	unit: feature.unit,
	meaning: feature.meaning,
	surveys: feature.surveys,
	place: 'feature' as const,
	column: feature.column,
	sql: storedSql(feature, 'alerts'),
	storage: feature.type,
	reader: featureReader(feature.type, place),
}));

/** Every field of an alert that filters can name: core, surveys' own, features. */
export const FILTER_FIELDS: readonly FilterField[] = [...CORE, ...OWN, ...FROM_FEATURES];

const byName = new Map(FILTER_FIELDS.map((field) => [field.name, field]));
const byBareName = new Map<string, FilterField[]>();
for (const field of OWN) {
	const bare = field.name.slice(field.name.indexOf('.') + 1);
	byBareName.set(bare, [...(byBareName.get(bare) ?? []), field]);
}

/** The field of that canonical name. */
export function findField(name: string): FilterField | undefined {
	return byName.get(name);
}

/** Surveys' own fields of that name without its survey; one of them is meant only where it is the only one. */
export function fieldsOfBareName(name: string): readonly FilterField[] {
	return byBareName.get(name) ?? [];
}

/** First words of dotted names: surveys, bands, `combined` and `combined.g`. */
export const FIELD_GROUPS: ReadonlySet<string> = new Set(
	FILTER_FIELDS.flatMap(({ name }) => {
		const parts = name.split('.');
		return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'));
	}),
);

function members(record: RecordKind, lines: string): Member[] {
	return lines
		.trim()
		.split('\n')
		.map((line) => {
			const [name = '', kind = '', unit = '', ...meaning] = line.trim().split(/\s+/);
			return {
				record,
				name,
				type: memberType(kind, unit),
				unit: unit === '-' ? '' : unit.replace('MJD', 'd'),
				meaning: meaning.join(' '),
			};
		});
}

function memberType(kind: string, unit: string): Type {
	switch (kind) {
		case 'number':
			return numberOf(unit === '-' ? '' : unit);
		case 'truth':
			return TRUTH;
		case 'band':
		case 'survey':
			return { kind: 'text', domain: kind };
		case 'points':
			return { kind: 'list', of: { kind: 'record', record: 'point' } };
		case 'point':
			return { kind: 'record', record: 'point' };
		default:
			return TEXT;
	}
}

/** Members of the records of the language. */
export const MEMBERS: readonly Member[] = [
	...members(
		'point',
		`
		band band - Band of the exposure
		mjd number MJD Middle of the exposure, TAI
		psfFlux number nJy PSF flux on the difference image, signed
		psfFluxErr number nJy 1 sigma error of psfFlux
		mag number mag AB magnitude of |psfFlux|; absent for upper limits and forced points below 3 sigma
		magErr number mag 1 sigma error of mag
		limitMag number mag 5 sigma limit
		snr number - |psfFlux| / psfFluxErr
		positive truth - Brighter than in the template
		ra number deg Right ascension, ICRS, where the point has a position of its own
		dec number deg Declination, ICRS
		programme text - Programme whose data rights apply
	`,
	),
	...members(
		'pair',
		`
		before point - The earlier point
		after point - The later point
		days number d after.mjd - before.mjd
		magChange number mag after.mag - before.mag; negative while it brightens
		magRate number mag/d magChange / days
	`,
	),
	...members(
		'match',
		`
		catalog text - Name of the catalogue
		release text - Its release
		sourceId text - Id of the source in it
		sepArcsec number arcsec Distance from the alert
		ra number deg Right ascension of the source, ICRS
		dec number deg Declination of the source, ICRS
		mag number mag Magnitude of the source
		redshift number - Redshift of the source
	`,
	),
	...members(
		'association',
		`
		survey survey - The other survey
		objectId text - Object of that survey
		sepArcsec number arcsec Distance from the alert
		nDetections number - Detections up to the alert
		firstMjd number MJD Time of the first of them, TAI
		lastMjd number MJD Time of the last of them, TAI
		detections points - Detections up to the alert, in time order
		forcedPhotometry points - Forced photometry up to the alert, in time order
		upperLimits points - Upper limits up to the alert, in time order
	`,
	),
];

const memberByName = new Map(MEMBERS.map((member) => [`${member.record}.${member.name}`, member]));

/** The member of a kind of record. */
export function findMember(record: RecordKind, name: string): Member | undefined {
	return memberByName.get(`${record}.${name}`);
}

/** Bands of all surveys. */
export const BANDS: readonly string[] = [...new Set(SURVEYS.flatMap(({ bands }) => bands))];
