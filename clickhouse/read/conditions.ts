import { coverOrder, discPixels, pixelsOf, polygonRanges } from '#lib/astro/healpix.ts';
import { separationArcsec } from '#lib/astro/sphere.ts';
import { capCentre, tangentOffsets } from '#lib/astro/tangent.ts';
import { columnName } from '#lib/alert/fields.ts';
import { SEARCH_FLAGS } from '#lib/alert/flags.ts';
import { SEARCH_TRENDS } from '#lib/alert/trends.ts';
import type { SearchQuery, SortKey } from '#lib/alert/views.ts';
import type { Param } from '../store.ts';
import { publishedBy, type Watermark } from './watermark.ts';

/** A condition in our own text with its bound values. */
export interface Condition {
	readonly sql: string;
	readonly params: Readonly<Record<string, Param>>;
}

/** Where a list goes on: the last row's sort value and key, and the watermark and total it began with. */
export interface Keyset {
	readonly key: number | string;
	readonly survey: string;
	readonly id: string;
	readonly watermark: Watermark;
	readonly total: number;
}

const EVERYTHING: Condition = { sql: '1 = 1', params: {} };

/** All of the conditions at once. */
export function allOf(conditions: readonly Condition[]): Condition {
	if (conditions.length === 0) return EVERYTHING;
	return {
		sql: conditions.map((condition) => `(${condition.sql})`).join(' AND '),
		params: Object.assign({}, ...conditions.map((condition) => condition.params)) as Record<string, Param>,
	};
}

/** What was known at a moment (UTC, ISO 8601) of a table of rows with `known_at`; everything without one. */
export function knownBy(time: string | undefined): Condition {
	if (time === undefined) return EVERYTHING;
	return { sql: `known_at <= parseDateTime64BestEffort({knownBy:String}, 3, 'UTC')`, params: { knownBy: time } };
}

// square of the sine of half the angle, on bound centre coneRa, coneDec (deg)
const haversine = (ra: string, dec: string): string =>
	`pow(sin(radians(${dec} - {coneDec:Float64}) / 2), 2) + cos(radians({coneDec:Float64})) * cos(radians(${dec})) * pow(sin(radians(${ra} - {coneRa:Float64}) / 2), 2)`;
const HAVERSINE = haversine('ra', 'dec');

/** Angle from a place (expressions in degrees) to the centre of the cone, arcsec. */
export function separationSql(ra: string, dec: string): string {
	return `degrees(2 * asin(sqrt(least(1, ${haversine(ra, dec)})))) * 3600`;
}

/** Angle from an alert to the centre of the cone, arcsec. */
export const SEPARATION_ARCSEC = separationSql('ra', 'dec');

interface Cone {
	readonly ra: number;
	readonly dec: number;
	readonly radiusArcsec: number;
}

const inPixels = (order: number): string => `intDiv(hpx29, ${4n ** BigInt(29 - order)}) IN {conePixels:Array(UInt64)}`;

/**
 * Reads the pixels of a narrow cone before any other condition (text after FROM; empty without a cone), whose parameters are those of
 * `inCone`: where few alerts match, testing condition after condition costs each part of the table more than reading all that is left.
 */
export function pixelsFirst(cone: Cone | undefined): string {
	return cone === undefined ? '' : `PREWHERE ${inPixels(coverOrder(cone.radiusArcsec / 3600))}`;
}

/** Within a radius of a place: pixels at one order, which the primary key prunes, and the exact angle. */
export function inCone(cone: Cone): Condition {
	const radiusDeg = cone.radiusArcsec / 3600;
	const order = coverOrder(radiusDeg);
	return {
		sql: `${inPixels(order)} AND ${HAVERSINE} <= {coneHaversine:Float64}`,
		params: {
			coneRa: cone.ra,
			coneDec: cone.dec,
			conePixels: discPixels(order, cone.ra, cone.dec, radiusDeg),
			// a point exactly on the rim stays in, whatever the last bit of sin says
			coneHaversine: Math.sin((radiusDeg * Math.PI) / 360) ** 2 * (1 + 1e-12),
		},
	};
}

/** Within a box of right ascension (over 0 h where raMin is the greater) and declination, degrees, edges included. */
function inBox({ raMin, raMax, decMin, decMax }: NonNullable<SearchQuery['box']>): Condition {
	const ra = raMin <= raMax ? 'AND' : 'OR';
	return {
		sql: `(alerts.ra >= {raMin:Float64} ${ra} alerts.ra <= {raMax:Float64}) AND alerts.dec >= {decMin:Float64} AND alerts.dec <= {decMax:Float64}`,
		params: { raMin, raMax, decMin, decMax },
	};
}

/** Within a polygon of great-circle sides, which are straight in the tangent plane at its middle. */
function inPolygon(corners: NonNullable<SearchQuery['polygon']>): Condition {
	const middle = capCentre(corners);
	const reach = Math.max(...corners.map(({ ra, dec }) => separationArcsec(middle.ra, middle.dec, ra, dec))) / 3600;
	const order = coverOrder(reach);
	const flat = corners.map((corner) => tangentOffsets(middle, corner));
	const sine = 'sin(radians(alerts.dec))';
	const cosine = 'cos(radians(alerts.dec))';
	const turn = 'radians(alerts.ra - {polygonRa:Float64})';
	const depth = `(sin(radians({polygonDec:Float64})) * ${sine} + cos(radians({polygonDec:Float64})) * ${cosine} * cos(${turn}))`;
	const x = `degrees(${cosine} * sin(${turn}) / ${depth})`;
	const y = `degrees((cos(radians({polygonDec:Float64})) * ${sine} - sin(radians({polygonDec:Float64})) * ${cosine} * cos(${turn})) / ${depth})`;
	return {
		sql: `intDiv(hpx29, ${4n ** BigInt(29 - order)}) IN {polygonPixels:Array(UInt64)} AND ${depth} > 0.1 AND pointInPolygon((${x}, ${y}), arrayZip({polygonX:Array(Float64)}, {polygonY:Array(Float64)}))`,
		params: {
			polygonRa: middle.ra,
			polygonDec: middle.dec,
			polygonPixels: pixelsOf(polygonRanges(order, corners)),
			polygonX: flat.map(([east]) => east),
			polygonY: flat.map(([, north]) => north),
		},
	};
}

/** In one of the pixels (nested, of one order). */
function inCover({ order, pixels }: NonNullable<SearchQuery['cover']>): Condition {
	return {
		sql: `intDiv(hpx29, ${4n ** BigInt(29 - order)}) IN {coverPixels:Array(UInt64)}`,
		params: { coverPixels: pixels },
	};
}

/** One of some objects. */
function amongMembers(members: NonNullable<SearchQuery['members']>): Condition {
	return {
		sql: '(survey, object_id) IN arrayZip({memberSurveys:Array(String)}, {memberIds:Array(String)})',
		params: {
			memberSurveys: members.map(({ survey }) => survey),
			memberIds: members.map(({ objectId }) => objectId),
		},
	};
}

/**
 * Passed a filter, in any version, by a hit that is published. A hit carries origin and programme of its alert: a scope that sees the alert
 * sees the hit, and no row of another origin with the same id counts. Nights narrow the hits by their primary key.
 */
function passedFilter({ passed, nightFrom, nightTo }: SearchQuery, watermark: Watermark | null): Condition {
	const hits = allOf([
		{ sql: 'filter_id = {passed:UUID}', params: { passed: passed ?? '' } },
		...(nightFrom === undefined ? [] : [{ sql: 'night >= {nightFrom:Date}', params: { nightFrom } }]),
		...(nightTo === undefined ? [] : [{ sql: 'night <= {nightTo:Date}', params: { nightTo } }]),
		...(watermark === null ? [] : [publishedBy(watermark)]),
	]);
	return {
		sql: `(alerts.origin, alerts.programme, alerts.survey, alerts.alert_id) IN (SELECT origin, programme, survey, alert_id FROM filter_hits WHERE ${hits.sql})`,
		params: hits.params,
	};
}

/** The class as stored: unclassified alerts carry an empty one. */
function storedClass(key: string): string {
	return key === 'none' ? '' : key;
}

/** Plain comparisons of a search: what is bound, its type, and the condition on a column of the by_night projection. */
const COMPARISONS: readonly (readonly [keyof SearchQuery, string])[] = [
	['survey', 'survey = {survey:String}'],
	['objectId', 'object_id = {objectId:String}'],
	['alertId', 'alert_id = {alertId:UInt64}'],
	['nightFrom', 'night >= {nightFrom:Date}'],
	['nightTo', 'night <= {nightTo:Date}'],
	['mjdFrom', 'alerts.mjd >= {mjdFrom:Float64}'],
	['mjdTo', 'alerts.mjd <= {mjdTo:Float64}'],
	['magMin', 'alerts.mag >= {magMin:Float64}'],
	['magMax', 'alerts.mag <= {magMax:Float64}'],
	['band', 'alerts.band = {band:String}'],
	['reliabilityMin', 'alerts.reliability >= {reliabilityMin:Float64}'],
	['reliabilityMax', 'alerts.reliability <= {reliabilityMax:Float64}'],
	['nDetectionsMin', 'n_detections >= {nDetectionsMin:UInt32}'],
	['nDetectionsMax', 'n_detections <= {nDetectionsMax:UInt32}'],
	['ageMin', 'alerts.age >= {ageMin:Float64}'],
	['ageMax', 'alerts.age <= {ageMax:Float64}'],
];

/** The conditions of a search on the alerts table; absent values never match. */
export function conditionsOf(query: SearchQuery, watermark: Watermark | null): Condition {
	const conditions: Condition[] = [];
	for (const [name, sql] of COMPARISONS) {
		const value = query[name];
		if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
			conditions.push({ sql, params: { [name]: value } });
		}
	}
	for (const { name } of SEARCH_FLAGS) {
		const value = query[name];
		if (value !== undefined) {
			conditions.push({ sql: `alerts.${columnName(name)} = {${name}:Bool}`, params: { [name]: value } });
		}
	}
	for (const { name, feature } of SEARCH_TRENDS) {
		const value = query[name];
		// NaN, where it is not known, is neither
		if (value !== undefined) {
			conditions.push({ sql: `alerts.${columnName(feature)} ${value ? '>' : '='} 0`, params: {} });
		}
	}
	if (query.class !== undefined && query.class.length > 0) {
		conditions.push({ sql: 'class IN {class:Array(String)}', params: { class: query.class.map(storedClass) } });
	}
	if (query.ssoNames !== undefined) {
		conditions.push({ sql: 'alerts.sso_name IN {ssoNames:Array(String)}', params: { ssoNames: query.ssoNames } });
	}
	if (query.list !== undefined && query.members === undefined)
		throw new Error('A search names a list that was not read.');
	if (query.members !== undefined) conditions.push(amongMembers(query.members));
	if (query.filter !== undefined && query.passed === undefined)
		throw new Error('A search names a filter that nobody checked the right to see.');
	if (query.passed !== undefined) conditions.push(passedFilter(query, watermark));
	if (query.cone !== undefined) conditions.push(inCone(query.cone));
	if (query.box !== undefined) conditions.push(inBox(query.box));
	if (query.polygon !== undefined) conditions.push(inPolygon(query.polygon));
	if (query.cover !== undefined) conditions.push(inCover(query.cover));
	if (watermark !== null) conditions.push(publishedBy(watermark));
	return allOf(conditions);
}

/** Cones up to this radius in arcsec hold few rows. */
const NARROW_ARCSEC = 300;

/** Whether a search names an object, an alert or a small place: what matches is looked up rather than searched for. */
export function asksForFew({ cone, objectId, alertId }: SearchQuery): boolean {
	return objectId !== undefined || alertId !== undefined || (cone !== undefined && cone.radiusArcsec <= NARROW_ARCSEC);
}

const NIGHTLY: ReadonlySet<string> = new Set(['survey', 'nightFrom', 'nightTo', 'class']);
const NOT_CONDITIONS: ReadonlySet<string> = new Set(['kind', 'sort', 'descending', 'limit', 'cursor']);

/** Whether the nightly summary can answer how many alerts match. */
export function nightlyCanCount(query: SearchQuery): boolean {
	return Object.entries(query).every(
		([name, value]) => value === undefined || NOT_CONDITIONS.has(name) || NIGHTLY.has(name),
	);
}

/** Sort expressions as Float64 with absent values last: never NaN, never null. */
export function sortExpression(sort: SortKey, descending: boolean): string {
	const last = descending ? '-1e300' : '1e300';
	switch (sort) {
		case 'mjd':
			return 'alerts.mjd';
		case 'ra':
			return 'alerts.ra';
		case 'dec':
			return 'alerts.dec';
		case 'mag':
			return `if(isFinite(alerts.mag), toFloat64(alerts.mag), ${last})`;
		case 'reliability':
			return `if(isFinite(alerts.reliability), toFloat64(alerts.reliability), ${last})`;
		case 'age':
			return `if(isFinite(alerts.age), toFloat64(alerts.age), ${last})`;
		case 'nDetections':
			return `ifNull(toFloat64(alerts.n_detections), ${last})`;
		case 'sep':
			return SEPARATION_ARCSEC;
	}
}

/**
 * The same for objects by their newest matching alert, so that what is sorted is what is shown: an object whose first
 * detection is not told is as old as that alert makes it.
 */
export function objectSortExpression(sort: SortKey, descending: boolean): string {
	return sort === 'age'
		? 'alerts.mjd - if(isNaN(alerts.first_mjd), alerts.mjd, alerts.first_mjd)'
		: sortExpression(sort, descending);
}

/** Rows after a place in a list sorted by `key`, then survey and id ascending; names as they stand in the query. */
export function afterKeyset(
	keyset: Keyset,
	descending: boolean,
	names: { key: string; id: string; idType: 'UInt64' | 'String'; keyType?: 'Float64' | 'String' },
): Condition {
	const beyond = descending ? '<' : '>';
	const key = `{afterKey:${names.keyType ?? 'Float64'}}`;
	return {
		sql: `${names.key} ${beyond} ${key} OR (${names.key} = ${key} AND (survey > {afterSurvey:String} OR (survey = {afterSurvey:String} AND ${names.id} > {afterId:${names.idType}})))`,
		params: {
			afterKey: keyset.key,
			afterSurvey: keyset.survey,
			afterId: names.idType === 'UInt64' ? BigInt(keyset.id) : keyset.id,
		},
	};
}
