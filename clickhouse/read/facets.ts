import type { AccessScope } from '#lib/alert/object.ts';
import type { Facet, Facets } from '#lib/alert/facets.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import { nightFromText, nightText } from '#lib/astro/time.ts';
import facetsSql from '../queries/facets.sql?raw';
import nightRowsSql from '../queries/night_rows.sql?raw';
import type { QueryOptions, Store } from '../store.ts';
import { briefly } from './brief.ts';
import { allOf, conditionsOf, type Condition } from './conditions.ts';
import { readNewestNight } from './nights.ts';
import { render } from './render.ts';
import type { Watermark } from './watermark.ts';

/** The conditions that a facet sets itself: its own bars are counted without them. */
const OWN: Readonly<Record<Facet['name'], readonly (keyof SearchQuery)[]>> = {
	mag: ['magMin', 'magMax'],
	reliability: ['reliabilityMin', 'reliabilityMax'],
	age: ['ageMin', 'ageMax'],
	nDetections: ['nDetectionsMin', 'nDetectionsMax'],
	night: ['nightFrom', 'nightTo', 'mjdFrom', 'mjdTo'],
	class: ['class'],
	survey: ['survey'],
};
const NAMES = Object.keys(OWN) as Facet['name'][];
/** Conditions that leave few alerts of all nights together. */
const FEW = ['cone', 'objectId', 'alertId'] as const;
/** Conditions under which all nights count. */
const PLACES = [...FEW, 'box'] as const;

/** Nights counted where none are chosen. */
const USUAL_NIGHTS = 30;
/** Alerts up to which every one is counted. */
const EXACT_ALERTS = 5_000_000;
/** Their number only chooses how many are looked at: it need not be new. */
const HOLD_ROWS_MS = 60_000;
/** Day of the Unix epoch as MJD. */
const UNIX_MJD = 40_587;
/** A bar that lies outside its axis. */
const NO_BIN = 255;

/** Where the bars of a facet stand: lower edges by bin number. */
function edgeOf(name: Facet['name'], bin: number): number {
	switch (name) {
		case 'mag':
			return 12 + bin / 4;
		case 'reliability':
			return bin / 25;
		case 'age':
			return 10 ** (bin / 8 - 1);
		case 'nDetections':
			return 10 ** (bin / 10);
		case 'night':
		case 'class':
		case 'survey':
			return bin;
	}
}

function pick(query: SearchQuery, wanted: (name: keyof SearchQuery) => boolean): SearchQuery {
	return Object.fromEntries(
		Object.entries(query).filter(([name]) => wanted(name as keyof SearchQuery)),
	) as unknown as SearchQuery;
}

/** First and last night, days since 1970, that alerts with the nights or times of a search may lie in. */
function nightsNamed({ nightFrom, nightTo, mjdFrom, mjdTo }: SearchQuery): [number, number] {
	// an observatory's night may begin on the day before the mjd or after it
	const from = [nightFromText(nightFrom ?? ''), mjdFrom === undefined ? null : Math.floor(mjdFrom) - UNIX_MJD - 1];
	const to = [nightFromText(nightTo ?? ''), mjdTo === undefined ? null : Math.floor(mjdTo) - UNIX_MJD + 1];
	return [
		Math.max(...from.map((day) => day ?? Number.NEGATIVE_INFINITY)),
		Math.min(...to.map((day) => day ?? Number.POSITIVE_INFINITY)),
	];
}

/**
 * Nights whose bars are counted where the search names some, days since 1970: the usual ones while the search stays within them, else
 * those named and as many around them, at least one on each side, as make the usual number.
 */
function nightsAround(query: SearchQuery, newest: number): [number, number] {
	const [from, to] = nightsNamed(query);
	const last = Math.min(to, newest);
	if (from > newest - USUAL_NIGHTS) return [newest - USUAL_NIGHTS + 1, newest];
	const more = Math.max(1, Math.ceil((USUAL_NIGHTS - (last - from + 1)) / 2));
	return [from - more, Math.min(last + more, newest)];
}

const shownNight = (day: number): string => nightText(Math.min(65_535, Math.max(0, day)));

function betweenNights([from, to]: readonly [number, number]): Condition {
	const ends: Condition[] = [];
	if (from > 0) ends.push({ sql: 'night >= {barsFrom:Date}', params: { barsFrom: nightText(from) } });
	if (to < 65_535) ends.push({ sql: 'night <= {barsTo:Date}', params: { barsTo: nightText(Math.max(0, to)) } });
	return allOf(ends);
}

const rowCounts = briefly<number>({ holdMs: HOLD_ROWS_MS });

/** About how many alerts in scope meet a condition on nights and survey, as of the last minute. */
function rowsOf(store: Store, scope: AccessScope, where: Condition, options: QueryOptions): Promise<number> {
	const load = async (signal: AbortSignal): Promise<number> => {
		const sql = render(nightRowsSql, scope, { where: where.sql });
		const [row] = await store.query<{ total: string }>(sql, where.params, { ...options, light: true, signal });
		return Number(row?.total ?? 0);
	};
	return rowCounts(store, [scope, where], load, options.signal);
}

interface Counted {
	/** One facet or two, with a comma between. */
	readonly facets: string;
	readonly bin: number;
	readonly other: number;
	readonly class: string;
	readonly survey: string;
	readonly counts: readonly string[];
}

/** Bars of a facet by number, class or survey, each with its counts. */
type Bars = Map<number | string, number[]>;

/** What was counted, by facet: of two that were counted together each bar is the sum over those of the other. */
function barsOf(rows: readonly Counted[]): Map<string, Bars> {
	const all = new Map<string, Bars>();
	const add = (name: string, key: number | string, counts: readonly string[]): void => {
		const bars = all.get(name) ?? (new Map() as Bars);
		all.set(name, bars);
		const sums = bars.get(key);
		if (sums === undefined) bars.set(key, counts.map(Number));
		else for (const [i, count] of counts.entries()) sums[i] = (sums[i] ?? 0) + Number(count);
	};
	for (const row of rows) {
		const [first = '', second] = row.facets.split(',');
		add(first, first === 'class' ? row.class : first === 'survey' ? row.survey : row.bin, row.counts);
		if (second !== undefined) add(second, row.other, row.counts);
	}
	return all;
}

/**
 * The spread of the alerts that match over magnitude, reliability, age, detections, night, class and survey, each under the
 * conditions of all the others. Without a night, time, place or id only the newest 30 nights count; where nights or times are named, the
 * bars of nights are those around them. Of more than five million alerts one object in so many is looked at and the counts are scaled,
 * which the answer says, unless all of them are asked for (`exact`).
 */
export async function readFacets(
	store: Store,
	scope: AccessScope,
	asked: SearchQuery,
	watermark: Watermark,
	{ exact = false, ...options }: QueryOptions & { readonly exact?: boolean } = {},
): Promise<Facets> {
	const isPlaced = PLACES.some((name) => asked[name] !== undefined);
	const namesNights = OWN.night.some((name) => asked[name] !== undefined);
	const newest = isPlaced ? null : nightFromText((await readNewestNight(store, scope)) ?? '');
	const windowFrom = newest === null || namesNights ? null : newest - USUAL_NIGHTS + 1;
	const around = newest !== null && namesNights ? nightsAround(asked, newest) : null;
	const nights = betweenNights(around ?? [windowFrom ?? 0, 65_535]);
	const { survey } = asked;
	const looked =
		exact || FEW.some((name) => asked[name] !== undefined)
			? 0
			: await rowsOf(
					store,
					scope,
					allOf([nights, ...(survey === undefined ? [] : [{ sql: 'survey = {survey:String}', params: { survey } }])]),
					options,
				);
	const oneIn = looked <= EXACT_ALERTS ? 1 : 2 ** Math.ceil(Math.log2(looked / EXACT_ALERTS));
	const brushed = NAMES.filter((name) => OWN[name].some((own) => asked[own] !== undefined));
	const own = brushed.map((name) =>
		conditionsOf(
			pick(asked, (one) => OWN[name].includes(one)),
			null,
		),
	);
	const common = allOf([
		conditionsOf(
			pick(asked, (one) => !brushed.some((name) => OWN[name].includes(one))),
			watermark,
		),
		nights,
	]);
	const rows = await store.query<Counted>(
		render(facetsSql, scope, {
			common: common.sql,
			sample: oneIn === 1 ? '1 = 1' : 'cityHash64(object_id) % {oneIn:UInt32} = 0',
			// a bit for each facet whose own conditions an alert does not meet
			missed:
				own.length === 0
					? 'toUInt8(0)'
					: own.map(({ sql }, i) => `toUInt8(if(ifNull(${sql}, 0), 0, ${2 ** i}))`).join(' + '),
			counts: `[${[0, ...own.map((_, i) => 2 ** i)].map((bit) => `countIf(missed = ${bit})`).join(', ')}]`,
		}),
		Object.assign({}, common.params, ...own.map(({ params }) => params), oneIn === 1 ? {} : { oneIn }) as Parameters<
			Store['query']
		>[1],
		options,
	);
	const bars = barsOf(rows);
	const facets = NAMES.map((name): Facet => {
		const missing = 1 + brushed.indexOf(name);
		const inOrder = [...(bars.get(name) ?? [])].sort(([x], [y]) => (x < y ? -1 : 1));
		return {
			name,
			bins: inOrder.flatMap(([bin, counts]) => {
				const alerts = ((counts[0] ?? 0) + (missing === 0 ? 0 : (counts[missing] ?? 0))) * oneIn;
				if (alerts === 0) return [];
				if (typeof bin === 'string') return [{ key: bin === '' ? 'none' : bin, from: 0, to: 1, alerts }];
				if (name !== 'night' && bin === NO_BIN) return [];
				const key = name === 'night' ? nightText(bin) : '';
				return [{ key, from: edgeOf(name, bin), to: edgeOf(name, bin + 1), alerts }];
			}),
		};
	});
	return {
		windowFrom: windowFrom === null ? null : nightText(windowFrom),
		bars: around === null ? null : { from: shownNight(around[0]), to: shownNight(around[1]) },
		oneIn,
		facets,
	};
}
