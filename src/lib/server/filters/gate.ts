import { render } from '#clickhouse/read/render.ts';
import { readClosedNights } from '#clickhouse/read/filterNights.ts';
import type { QueryOptions, Store } from '#clickhouse/store.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import { toFunnelSql, toSql, type CheckedFilter } from '#lib/filter/index.ts';
import type { ExpectedBand } from '#lib/filter/stored.ts';

/** One line of a funnel: alerts left after a condition and all before it. */
export interface FunnelLine {
	readonly condition: string;
	readonly left: number;
}

/** What a filter passed of one closed night of one survey. */
export interface GateNight {
	readonly survey: string;
	readonly night: string;
	/** Alerts of the night in scope. */
	readonly total: number;
	readonly passed: number;
	readonly funnel: readonly FunnelLine[];
}

/** What the gate says of a version. */
export interface GateResult {
	readonly open: boolean;
	/** In a sentence. */
	readonly reason: string;
	/** The night that decided, with its funnel; null where none was looked at. */
	readonly night: GateNight | null;
}

/** Parameters of a night of a survey, and our condition on alerts with them. */
const NIGHT = 'survey = {nightSurvey:String} AND night = {nightDate:Date}';

/** What a filter passes of a night, with its funnel. */
export async function funnelOfNight(
	store: Store,
	scope: AccessScope,
	filter: CheckedFilter,
	{ survey, night }: { readonly survey: string; readonly night: string },
	options: QueryOptions = {},
): Promise<GateNight> {
	const funnel = toFunnelSql(filter, { where: NIGHT }, { alone: false });
	const params = { nightSurvey: survey, nightDate: night };
	const ask = { ...options, class: 'export' as const };
	const [row] = await store.query<Record<string, string>>(
		render(funnel.sql, scope),
		{ ...funnel.params, ...params },
		ask,
	);
	const left = (i: number): number => Number(row?.[`left_${i}`] ?? 0);
	const total = Number(row?.['total'] ?? 0);
	const lines = filter.conditions.map(({ text }, i) => ({ condition: text, left: left(i) }));
	let passed = lines.at(-1)?.left ?? total;
	if (filter.kind !== 'live') {
		const hits = toSql(filter, { where: NIGHT });
		const [count] = await store.query<{ passed: string }>(
			`SELECT count() AS passed FROM (${render(hits.sql, scope)})`,
			{ ...hits.params, ...params },
			ask,
		);
		passed = Number(count?.passed ?? 0);
	}
	return { survey, night, total, passed, funnel: lines };
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/**
 * Whether a version may go live: not where it passes more than a share of the newest closed night of a survey. Sampled filters
 * say themselves how much they take.
 */
export async function askGate(
	store: Store,
	scope: AccessScope,
	filter: CheckedFilter,
	most: number,
	options: QueryOptions = {},
): Promise<GateResult> {
	if (filter.kind === 'sampled') {
		return { open: true, reason: 'A sampled filter takes a fixed share: no night was looked at.', night: null };
	}
	const nights = await readClosedNights(store, scope, options);
	const newest = [...new Map(nights.map((night) => [night.survey, night])).values()];
	if (newest.length === 0) {
		return {
			open: true,
			reason: 'No night is closed yet, so nothing says how much it will pass: watch its yield.',
			night: null,
		};
	}
	const seen: GateNight[] = [];
	for (const night of newest) seen.push(await funnelOfNight(store, scope, filter, night, options));
	const share = ({ total, passed }: GateNight): number => (total === 0 ? 0 : passed / total);
	const worst = seen.reduce((a, b) => (share(b) > share(a) ? b : a));
	const of = `${worst.passed} of ${worst.total} alerts of ${worst.survey.toUpperCase()} in the night of ${worst.night} (${percent(share(worst))})`;
	return share(worst) > most
		? {
				open: false,
				reason: `It passes ${of}; ${percent(most)} is the most. Add a condition where the funnel stays wide, or take a sample.`,
				night: worst,
			}
		: { open: true, reason: `It passes ${of}.`, night: worst };
}

const BAND_NIGHTS = 7;

/** Hits a night that may be expected, from the newest closed nights: their range, widened by three times the root of its ends. */
export async function expectedBand(
	store: Store,
	scope: AccessScope,
	filter: CheckedFilter,
	options: QueryOptions = {},
): Promise<ExpectedBand | null> {
	const nights = await readClosedNights(store, scope, { ...options, each: BAND_NIGHTS });
	const byNight = new Map<string, number>();
	const surveys = new Set(nights.map(({ survey }) => survey));
	for (const { survey, night } of nights) {
		const { passed } = await funnelOfNight(store, scope, filter, { survey, night }, options);
		byNight.set(night, (byNight.get(night) ?? 0) + passed);
	}
	// of a night that only one of two surveys has closed, half is missing
	const whole = [...byNight].filter(([night]) => nights.filter((one) => one.night === night).length === surveys.size);
	const counts = whole.map(([, count]) => count);
	if (counts.length < 2) return null;
	const least = Math.min(...counts);
	const most = Math.max(...counts);
	return {
		low: Math.max(0, Math.floor(least - 3 * Math.sqrt(least + 1))),
		high: Math.ceil(most + 3 * Math.sqrt(most + 1)),
		by: 'computed',
	};
}
