import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import avro from 'avsc';
import type { CurvePoint, EnrichedAlert } from '#lib/alert/enriched.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { fluxFromMag } from '#lib/astro/photometry.ts';
import { utcFromTaiMjd } from '#lib/astro/time.ts';
import type { FilterHit } from '#lib/filter/hit.ts';

// Messages as BOOM sends them to SkyPortal: an Avro container file of one record per alert, with the filters that it passed.

interface BoomPoint {
	readonly jd: number;
	readonly flux: number | null;
	readonly flux_err: number;
	readonly band: string;
	readonly origin: 'Alert' | 'ForcedPhot';
	readonly programid: number;
	readonly survey: string;
	readonly ra: number | null;
	readonly dec: number | null;
}

interface BoomMatch {
	readonly objectId: string;
	readonly ra: number;
	readonly dec: number;
	readonly photometry: readonly BoomPoint[];
}

/** One alert in BOOM's shape. */
export interface BoomAlert {
	readonly candid: bigint;
	readonly objectId: string;
	readonly jd: number;
	readonly ra: number;
	readonly dec: number;
	readonly survey: string;
	readonly filters: readonly {
		readonly filter_id: string;
		readonly filter_name: string;
		readonly passed_at: number;
		readonly annotations: string;
	}[];
	readonly classifications: readonly {
		readonly classifier: string;
		readonly score: number;
		readonly distance_arcsec: number | null;
	}[];
	readonly photometry: readonly BoomPoint[];
	readonly survey_matches: { readonly ztf: BoomMatch | null; readonly lsst: BoomMatch | null };
	readonly cutoutScience: Uint8Array;
	readonly cutoutTemplate: Uint8Array;
	readonly cutoutDifference: Uint8Array;
}

const field = (name: string, type: unknown, doc?: string) => ({ name, type, ...(doc === undefined ? {} : { doc }) });
const list = (items: unknown) => ({ type: 'array', items });
const record = (name: string, fields: readonly unknown[]) => ({ type: 'record', name, fields });
const optional = (type: unknown) => ['null', type];

const POINT = record('Photometry', [
	field('jd', 'double', 'UTC; ZTF: start of the exposure, Rubin: middle'),
	field(
		'flux',
		optional('double'),
		'null for an upper limit; Rubin: nJy, zero point 31.4; ZTF: 1e-6 nJy, see the reader: zero point 23.9 after division by 1e9',
	),
	field('flux_err', 'double'),
	field('band', 'string', 'ztfg, lsstr and the like'),
	field('origin', { type: 'enum', name: 'Origin', symbols: ['Alert', 'ForcedPhot'] }),
	field('programid', 'int'),
	field('survey', 'Survey'),
	field('ra', optional('double')),
	field('dec', optional('double')),
]);

const MATCH = record('SurveyMatch', [
	field('objectId', 'string'),
	field('ra', 'double'),
	field('dec', 'double'),
	field('photometry', list('Photometry')),
]);

/** Avro schema of BoomAlert; the survey is spelt as BOOM does. */
export const BOOM_SCHEMA: string = JSON.stringify(
	record('Alert', [
		field('candid', 'long'),
		field('objectId', 'string'),
		field('jd', 'double'),
		field('ra', 'double'),
		field('dec', 'double'),
		field('survey', { type: 'enum', name: 'Survey', symbols: ['ZTF', 'LSST', 'DECAM', 'WINTER'] }),
		field(
			'filters',
			list(
				record('FilterResults', [
					field('filter_id', 'string'),
					field('filter_name', 'string'),
					field('passed_at', 'double', 'Unix time, ms'),
					field('annotations', 'string', 'JSON object'),
				]),
			),
		),
		field(
			'classifications',
			list(
				record('Classification', [
					field('classifier', 'string'),
					field('score', 'double'),
					field('distance_arcsec', optional('double')),
				]),
			),
		),
		field('photometry', list(POINT)),
		field(
			'survey_matches',
			record('SurveyMatches', [field('ztf', optional(MATCH)), field('lsst', optional('SurveyMatch'))]),
		),
		field('cutoutScience', 'bytes', 'FITS; of ZTF gzipped'),
		field('cutoutTemplate', 'bytes'),
		field('cutoutDifference', 'bytes'),
	]),
);

/** Surveys that BOOM has, with its number of each programme. */
const SURVEYS: Readonly<
	Record<string, { readonly name: string; readonly programmes: Readonly<Record<string, number>> }>
> = {
	ztf: { name: 'ZTF', programmes: { public: 1, partnership: 2, caltech: 3 } },
	lsst: { name: 'LSST', programmes: { public: 1 } },
	decam: { name: 'DECAM', programmes: { public: 1 } },
	winter: { name: 'WINTER', programmes: { public: 1 } },
};

/** BOOM's fluxes of ZTF carry a factor of a million under the name of nJy, and SkyPortal takes it out again with zero point 23.9. */
const FLUX_FACTOR: Readonly<Record<string, number>> = { ztf: 1e6 };

const HALF_EXPOSURE_D = 15 / 86_400;

/** JD, UTC, as BOOM has it: ZTF at the start of the exposure (30 s where it is not known), others in the middle. */
function jdOf(survey: string, mjdTai: number, exposureSeconds = Number.NaN): number {
	const half = Number.isNaN(exposureSeconds) ? HALF_EXPOSURE_D : exposureSeconds / 2 / 86_400;
	return utcFromTaiMjd(mjdTai) - (survey === 'ztf' ? half : 0) + 2_400_000.5;
}

const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Points that anyone may see, of one object of a survey. */
function pointsOf(survey: string, curve: readonly CurvePoint[], ownMjd: number, exposureSeconds: number): BoomPoint[] {
	const entry = SURVEYS[survey];
	const open = new Set(findSurvey(survey)?.programmes.flatMap((one) => (one.public ? [one.name] : [])));
	const factor = FLUX_FACTOR[survey] ?? 1;
	if (entry === undefined) return [];
	return curve.flatMap((point): BoomPoint[] => {
		const isLimit = point.kind === 'upperLimit';
		// a limit is 5 sigma
		const err = isLimit ? fluxFromMag(point.limitMag) / 5 : point.psfFluxErr;
		const programid = entry.programmes[point.programme];
		if (!open.has(point.programme) || programid === undefined || !Number.isFinite(err)) return [];
		const isOwn = point.kind === 'detection' && point.mjd === ownMjd;
		return [
			{
				jd: jdOf(survey, point.mjd, isOwn ? exposureSeconds : Number.NaN),
				flux: isLimit ? null : known(point.psfFlux * factor),
				flux_err: err * factor,
				band: `${survey}${point.band}`,
				origin: point.kind === 'forcedPhotometry' ? 'ForcedPhot' : 'Alert',
				programid,
				survey: entry.name,
				ra: known(point.ra),
				dec: known(point.dec),
			},
		];
	});
}

function matchWith(survey: string, { alert, associations }: EnrichedAlert): BoomMatch | null {
	if (alert.survey === survey) return null;
	const nearest = associations.find((one) => one.survey === survey);
	if (nearest === undefined) return null;
	const photometry = pointsOf(survey, nearest.curve, Number.NaN, Number.NaN);
	// an object without a public point is not public itself
	if (photometry.length === 0) return null;
	return { objectId: nearest.objectId, ra: nearest.ra, dec: nearest.dec, photometry };
}

function classificationsOf({ alert, scores }: EnrichedAlert): BoomAlert['classifications'] {
	const own = (name: string): number => {
		const place = findSurvey(alert.survey)?.fields.findIndex((one) => one.name === name) ?? -1;
		const value = alert.fields[place];
		return typeof value === 'number' ? value : Number.NaN;
	};
	const fromPacket =
		alert.survey === 'ztf'
			? [
					{ classifier: 'rb', score: own('rb'), distance_arcsec: null },
					{ classifier: 'drb', score: own('drb'), distance_arcsec: null },
					{ classifier: 'sgscore1', score: own('sgscore1'), distance_arcsec: known(own('distpsnr1')) },
				]
			: [{ classifier: 'reliability', score: alert.reliability, distance_arcsec: null }];
	const labels = new Map<string, number>();
	for (const { model } of scores) labels.set(model, (labels.get(model) ?? 0) + 1);
	const fromModels = scores.map(({ model, label, score }) => ({
		classifier: labels.get(model) === 1 ? model : `${model}_${label}`,
		score,
		distance_arcsec: null,
	}));
	return [...fromPacket, ...fromModels].filter(({ score }) => Number.isFinite(score));
}

const GZIP = [0x1f, 0x8b] as const;

/** SkyPortal unpacks cutouts of ZTF and takes others as they are; an absent one is empty. */
function cutoutOf(survey: string, bytes: Uint8Array | null): Uint8Array {
	if (bytes === null) return new Uint8Array(0);
	const isGzip = bytes[0] === GZIP[0] && bytes[1] === GZIP[1];
	return survey === 'ztf' && !isGzip ? gzipSync(bytes) : bytes;
}

/**
 * An alert with the filters that it passed as BOOM sends it, or null for one that BOOM has no name for or that not everyone may see.
 * `passedAtMs` is the Unix time at which the filters ran.
 */
export function toBoomAlert(
	enriched: EnrichedAlert,
	hits: readonly Pick<FilterHit, 'filterId' | 'name' | 'annotations'>[],
	passedAtMs: number,
): BoomAlert | null {
	const { alert, curve } = enriched;
	const survey = SURVEYS[alert.survey];
	const isPublic = findSurvey(alert.survey)?.programmes.some((one) => one.public && one.name === alert.programme);
	if (survey === undefined || isPublic !== true) return null;
	return {
		candid: alert.alertId,
		objectId: alert.objectId,
		jd: jdOf(alert.survey, alert.mjd, alert.exposureSeconds),
		ra: alert.ra,
		dec: alert.dec,
		survey: survey.name,
		filters: hits.map(({ filterId, name, annotations }) => ({
			filter_id: filterId,
			filter_name: name,
			passed_at: passedAtMs,
			annotations: JSON.stringify(Object.fromEntries(annotations.map((one) => [one.name, one.value]))),
		})),
		classifications: classificationsOf(enriched),
		photometry: pointsOf(alert.survey, curve, alert.mjd, alert.exposureSeconds),
		survey_matches: { ztf: matchWith('ztf', enriched), lsst: matchWith('lsst', enriched) },
		cutoutScience: cutoutOf(alert.survey, alert.cutouts.science),
		cutoutTemplate: cutoutOf(alert.survey, alert.cutouts.template),
		cutoutDifference: cutoutOf(alert.survey, alert.cutouts.difference),
	};
}

const longType = avro.types.LongType.__with({
	fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
	toBuffer(value: bigint): Buffer {
		const buffer = Buffer.alloc(8);
		buffer.writeBigInt64LE(value);
		return buffer;
	},
	fromJSON: BigInt,
	toJSON: String,
	isValid: (value: unknown) => typeof value === 'bigint',
	compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

const TYPE = avro.Type.forSchema(JSON.parse(BOOM_SCHEMA) as avro.Schema, { registry: { long: longType } });
const META = avro.Type.forSchema({ type: 'map', values: 'bytes' });
const COUNT = avro.Type.forSchema('long');
const SYNC = createHash('md5').update(BOOM_SCHEMA).digest();
const HEADER = Buffer.concat([
	Buffer.from('Obj\x01', 'latin1'),
	META.toBuffer({ 'avro.schema': Buffer.from(BOOM_SCHEMA), 'avro.codec': Buffer.from('null') }),
	SYNC,
]);

/** The message of an alert: an Avro container file with one record and its schema, uncompressed, for Kafka compresses. */
export function boomMessage(alert: BoomAlert): Buffer {
	const buffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const body = TYPE.toBuffer({
		...alert,
		cutoutScience: buffer(alert.cutoutScience),
		cutoutTemplate: buffer(alert.cutoutTemplate),
		cutoutDifference: buffer(alert.cutoutDifference),
	});
	return Buffer.concat([HEADER, COUNT.toBuffer(1), COUNT.toBuffer(body.length), body, SYNC]);
}
