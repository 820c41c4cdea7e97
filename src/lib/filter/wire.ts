import type { FieldValue } from '#lib/alert/alert.ts';
import type { Association, CatalogMatch, CurvePoint, EnrichedAlert } from '#lib/alert/enriched.ts';
import { FEATURES } from '#lib/alert/features.ts';
import type { PointKind } from '#lib/alert/lightCurve.ts';
import { findSurvey } from '#lib/alert/surveys.ts';

// Enriched alerts as JSON for the browser: ids as text, absent numbers as null, light curves and features as packed little-endian columns.

/** A light curve: columns one after the other, and the texts that its rows refer to by number. */
interface WireCurve {
	readonly n: number;
	readonly texts: readonly string[];
	/** Base64 of mjd, ra, dec (8 bytes each), psfFlux, psfFluxErr, mag, magErr, limitMag (4), then kind, positive, band, programme (1). */
	readonly data: string;
}

type Number = number | null;
type WireNumbers = Readonly<Record<string, Number>>;

/** An enriched alert as it travels to the browser; its cutouts and the packet's own history stay behind. */
export interface WireAlert {
	readonly alert: Readonly<Record<string, Number | string | boolean>>;
	readonly fields: readonly (Number | string | boolean)[];
	readonly curve: WireCurve;
	/** Base64 of the places of the features that are present (2 bytes each), then of their values (8 bytes each). */
	readonly features: readonly [string, string];
	readonly featureVersion: string;
	readonly featureReason: string;
	readonly matches: readonly (Omit<CatalogMatch, 'mag' | 'redshift' | 'numbers'> & {
		readonly mag: Number;
		readonly redshift: Number;
		readonly numbers: WireNumbers;
	})[];
	readonly runs: EnrichedAlert['runs'];
	readonly associations: readonly {
		readonly survey: string;
		readonly objectId: string;
		readonly sepArcsec: number;
		readonly curve: WireCurve;
	}[];
	readonly scores: readonly (Omit<EnrichedAlert['scores'][number], 'score'> & { readonly score: Number })[];
	readonly classification: { readonly class: string; readonly score: Number; readonly model: string };
}

const nullOf = (value: number): Number => (Number.isFinite(value) ? value : null);
const nanOf = (value: Number): number => value ?? Number.NaN;

function base64(bytes: Uint8Array): string {
	let text = '';
	for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
	return btoa(text);
}

function bytesOf(text: string): DataView {
	const raw = atob(text);
	const bytes = new Uint8Array(raw.length);
	for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
	return new DataView(bytes.buffer);
}

const KINDS: readonly PointKind[] = ['detection', 'forcedPhotometry', 'upperLimit'];
const DOUBLES = ['mjd', 'ra', 'dec'] as const;
const SINGLES = ['psfFlux', 'psfFluxErr', 'mag', 'magErr', 'limitMag'] as const;
const POINT_BYTES = 8 * DOUBLES.length + 4 * SINGLES.length + 4;

function packCurve(curve: readonly CurvePoint[]): WireCurve {
	const n = curve.length;
	const view = new DataView(new ArrayBuffer(n * POINT_BYTES));
	const texts: string[] = [];
	const numberOf = (text: string): number => {
		const known = texts.indexOf(text);
		return known === -1 ? texts.push(text) - 1 : known;
	};
	curve.forEach((point, i) => {
		for (const [c, name] of DOUBLES.entries()) view.setFloat64(8 * (c * n + i), point[name], true);
		for (const [c, name] of SINGLES.entries()) view.setFloat32(24 * n + 4 * (c * n + i), point[name], true);
		const last = 44 * n + i;
		view.setUint8(last, KINDS.indexOf(point.kind));
		view.setInt8(last + n, point.positive === null ? -1 : point.positive ? 1 : 0);
		view.setUint8(last + 2 * n, numberOf(point.band));
		view.setUint8(last + 3 * n, numberOf(point.programme));
	});
	return { n, texts, data: base64(new Uint8Array(view.buffer)) };
}

function unpackCurve({ n, texts, data }: WireCurve): CurvePoint[] {
	const view = bytesOf(data);
	return Array.from({ length: n }, (_, i) => {
		const double = (c: number): number => view.getFloat64(8 * (c * n + i), true);
		const single = (c: number): number => view.getFloat32(24 * n + 4 * (c * n + i), true);
		const last = 44 * n + i;
		const sign = view.getInt8(last + n);
		return {
			kind: KINDS[view.getUint8(last)] ?? 'detection',
			mjd: double(0),
			ra: double(1),
			dec: double(2),
			psfFlux: single(0),
			psfFluxErr: single(1),
			mag: single(2),
			magErr: single(3),
			limitMag: single(4),
			positive: sign === -1 ? null : sign === 1,
			band: texts[view.getUint8(last + 2 * n)] ?? '',
			programme: texts[view.getUint8(last + 3 * n)] ?? '',
		};
	});
}

function packFeatures(features: Float64Array): readonly [string, string] {
	const places = [...features.keys()].filter((place) => Number.isFinite(features[place]));
	const at = new DataView(new ArrayBuffer(2 * places.length));
	const values = new DataView(new ArrayBuffer(8 * places.length));
	places.forEach((place, i) => {
		at.setUint16(2 * i, place, true);
		values.setFloat64(8 * i, features[place] ?? Number.NaN, true);
	});
	return [base64(new Uint8Array(at.buffer)), base64(new Uint8Array(values.buffer))];
}

function unpackFeatures([places, values]: readonly [string, string]): Float64Array {
	const features = new Float64Array(FEATURES.length).fill(Number.NaN);
	const [at, view] = [bytesOf(places), bytesOf(values)];
	for (let i = 0; 2 * i < at.byteLength; i += 1) features[at.getUint16(2 * i, true)] = view.getFloat64(8 * i, true);
	return features;
}

const ALERT_NUMBERS = [
	'night', 'mjd', 'timeReceived', 'exposureSeconds', 'ra', 'dec', 'psfFlux', 'psfFluxErr', 'mag', 'magErr', 'limitMag', 'snr',
	'reliability', 'starScore', 'starSepArcsec', 'firstMjd',
] as const; // prettier-ignore

/** The alert as it travels to the browser. */
export function packAlert(enriched: EnrichedAlert): WireAlert {
	const { alert, runs, featureVersion, featureReason } = enriched;
	const { survey, alertIdText, objectId, programme, origin, schemaVersion, exposureAssumed, band } = alert;
	return {
		alert: {
			...{ survey, alertIdText, objectId, programme, origin, schemaVersion, exposureAssumed, band },
			...Object.fromEntries(ALERT_NUMBERS.map((name) => [name, nullOf(alert[name])])),
			alertId: String(alert.alertId),
			positive: alert.positive,
			reliabilityModel: alert.reliabilityModel,
			nDetections: alert.nDetections,
			ssoName: alert.ssoName,
		},
		fields: alert.fields.map((value) =>
			typeof value === 'bigint' ? String(value) : typeof value === 'number' ? nullOf(value) : value,
		),
		curve: packCurve(enriched.curve),
		features: packFeatures(enriched.features),
		...{ featureVersion, featureReason, runs },
		matches: enriched.matches.map((match) => ({
			...match,
			mag: nullOf(match.mag),
			redshift: nullOf(match.redshift),
			numbers: Object.fromEntries(Object.entries(match.numbers).map(([name, value]) => [name, nullOf(value)])),
		})),
		associations: enriched.associations.map(({ survey: other, objectId: id, sepArcsec, curve }) => ({
			...{ survey: other, objectId: id, sepArcsec },
			curve: packCurve(curve),
		})),
		scores: enriched.scores.map((score) => ({ ...score, score: nullOf(score.score) })),
		classification: { ...enriched.classification, score: nullOf(enriched.classification.score) },
	};
}

function unpackAssociation({ curve: packed, ...rest }: WireAlert['associations'][number]): Association {
	const curve = unpackCurve(packed);
	const times = curve.filter(({ kind }) => kind === 'detection').map(({ mjd }) => mjd);
	return {
		...rest,
		curve,
		programme: '',
		ra: Number.NaN,
		dec: Number.NaN,
		nDetections: times.length,
		firstMjd: times[0] ?? Number.NaN,
		lastMjd: times[times.length - 1] ?? Number.NaN,
	};
}

/** The alert that travelled, as filters read it. */
export function unpackAlert(wire: WireAlert): EnrichedAlert {
	const text = (name: string): string => String(wire.alert[name] ?? '');
	const number = (name: string): number => {
		const value = wire.alert[name];
		return typeof value === 'number' ? value : Number.NaN;
	};
	const numbers = Object.fromEntries(ALERT_NUMBERS.map((name) => [name, number(name)])) as Record<
		(typeof ALERT_NUMBERS)[number],
		number
	>;
	const types = findSurvey(text('survey'))?.fields ?? [];
	const field = (value: Number | string | boolean, place: number): FieldValue => {
		const type = types[place]?.type;
		if (type === 'long') return typeof value === 'string' ? BigInt(value) : null;
		return (type === 'float32' || type === 'float64') && value === null ? Number.NaN : value;
	};
	const positive = wire.alert['positive'];
	const origin = text('origin');
	const shared = {
		...numbers,
		programme: text('programme'),
		exposureAssumed: wire.alert['exposureAssumed'] === true,
		band: text('band'),
		positive: typeof positive === 'boolean' ? positive : null,
	};
	const alertId = BigInt(text('alertId'));
	const nDetections = wire.alert['nDetections'];
	const ssoName = wire.alert['ssoName'];
	return {
		alert: {
			...shared,
			survey: text('survey'),
			alertId,
			alertIdText: text('alertIdText'),
			objectId: text('objectId'),
			origin: origin === 'real' || origin === 'test' ? origin : 'simulated',
			schemaVersion: text('schemaVersion'),
			reliabilityModel: text('reliabilityModel'),
			nDetections: typeof nDetections === 'number' ? nDetections : null,
			ssoName: typeof ssoName === 'string' ? ssoName : null,
			fields: wire.fields.map(field),
			detection: { ...shared, kind: 'detection', sourceId: alertId, flags: '', valueHash: 0 },
			history: [],
			cutouts: { science: null, template: null, difference: null },
		},
		curve: unpackCurve(wire.curve),
		features: unpackFeatures(wire.features),
		featureVersion: wire.featureVersion,
		featureReason: wire.featureReason,
		matches: wire.matches.map((match) => ({
			...match,
			mag: nanOf(match.mag),
			redshift: nanOf(match.redshift),
			numbers: Object.fromEntries(Object.entries(match.numbers).map(([name, value]) => [name, nanOf(value)])),
		})),
		runs: wire.runs,
		associations: wire.associations.map(unpackAssociation),
		scores: wire.scores.map((score) => ({ ...score, score: nanOf(score.score) })),
		classification: { ...wire.classification, score: nanOf(wire.classification.score) },
	};
}
