import type { Origin } from '#lib/alert/survey.ts';
import type { CloseReason, NightCompleteness } from '#lib/alert/views.ts';
import closingsSql from '../queries/status_closings.sql?raw';
import nightsSql from '../queries/status_nights.sql?raw';
import type { QueryOptions, Store } from '../store.ts';
import { renderAny } from './render.ts';

/** Sums over batches that tell the same of their nights: see queries/status_nights.sql. */
export interface NightGroup {
	readonly source: string;
	/** Partition of a topic or of the simulation, else ''. */
	readonly place: string;
	/** By the name of the place, else ''. */
	readonly night: string;
	readonly survey: string;
	/** Every record that no name claims is of the one entry. */
	readonly whole: number;
	/** They are all of this place. */
	readonly alone: number;
	/** `survey/origin/night`, and the alerts stored of each. */
	readonly entries: readonly string[];
	readonly alerts: readonly string[];
	readonly received: string;
	readonly stored: string;
	readonly duplicates: string;
	readonly deadLetters: string;
	/** Dead letters that were read later, by what they ended as. */
	readonly revivedStored: string;
	readonly revivedDuplicates: string;
	/** Offsets of the place between its first and last of which nothing came. */
	readonly missing: string;
}

interface Line {
	readonly survey: string;
	readonly night: string;
	readonly source: string;
	readonly place: string;
	readonly origins: Set<string>;
	received: number;
	stored: number;
	duplicates: number;
	deadLetters: number;
	/** By place: null where offsets of it are missing and nothing says of which night, or where offsets do not follow one another. */
	readonly missing: Map<string, number | null>;
}

/** What ended in each state. */
type Counts = Pick<NightCompleteness, 'received' | 'stored' | 'duplicates' | 'deadLetters'>;

function countsOf(group: NightGroup): Counts {
	const stored = Number(group.revivedStored);
	const duplicates = Number(group.revivedDuplicates);
	return {
		received: Number(group.received),
		stored: Number(group.stored) + stored,
		duplicates: Number(group.duplicates) + duplicates,
		deadLetters: Number(group.deadLetters) - stored - duplicates,
	};
}

function missingOf({ source, night, missing }: NightGroup): number | null {
	if (source !== 'kafka' && source !== 'simulation') return null;
	const offsets = Number(missing);
	return night !== '' || offsets === 0 ? offsets : null;
}

const ends = (entry: string): [string, string, string] => {
	const [survey = '', origin = '', night = ''] = entry.split('/');
	return [survey, origin, night];
};

/** What is known of single nights, added up; records that nothing tells the night of are left out. */
function linesOf(groups: readonly NightGroup[]): Line[] {
	const lines = new Map<string, Line>();
	const add = (
		group: NightGroup,
		[survey, night]: readonly [string, string],
		origins: string[],
		counts: Counts,
	): void => {
		const place = group.source === 'kafka' ? group.place : '';
		const key = [survey, night, group.source, place].join(' ');
		const line = lines.get(key) ?? {
			...{ survey, night, source: group.source, place, origins: new Set<string>() },
			...{ received: 0, stored: 0, duplicates: 0, deadLetters: 0, missing: new Map<string, number | null>() },
		};
		line.missing.set(group.place, missingOf(group));
		for (const origin of origins) line.origins.add(origin);
		for (const state of ['received', 'stored', 'duplicates', 'deadLetters'] as const) line[state] += counts[state];
		lines.set(key, line);
	};
	for (const group of groups) {
		const { source, night, survey, whole, alone, entries, alerts } = group;
		const [first] = entries;
		if (night !== '') {
			const origins = source === 'simulation' ? ['simulated'] : entries.map((entry) => ends(entry)[1]);
			add(group, [survey, night], origins, countsOf(group));
		} else if (whole === 1 && first !== undefined) {
			const [of, origin, on] = ends(first);
			add(group, [of, on], [origin], countsOf(group));
		} else if (alone === 1) {
			for (const [i, entry] of entries.entries()) {
				const [of, origin, on] = ends(entry);
				const stored = Number(alerts[i] ?? 0);
				add(group, [of, on], [origin], { received: stored, stored, duplicates: 0, deadLetters: 0 });
			}
		}
	}
	return [...lines.values()];
}

const balanced = ({ received, stored, duplicates, deadLetters }: Counts): boolean =>
	received === stored + duplicates + deadLetters;

function sumOf({ missing }: Line): number | null {
	const places = [...missing.values()];
	return places.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0);
}

function stateOf(line: Line, missing: number | null, closed: CloseReason | null): NightCompleteness['state'] {
	if (!balanced(line) || (missing ?? 0) > 0) return 'gaps';
	if (closed === null) return 'open';
	return missing === null && line.source === 'kafka' ? 'unknown' : 'complete';
}

/** What the totals of each source hold besides the nights that are told. */
function restOf(
	lines: readonly Line[],
	totals: readonly (Counts & { readonly source: string })[],
): NightCompleteness[] {
	return totals.flatMap((total) => {
		const own = lines.filter(({ source }) => source === total.source);
		const left = (state: keyof Counts): number => own.reduce((sum, line) => sum - line[state], total[state]);
		const counts = {
			...{ received: left('received'), stored: left('stored') },
			...{ duplicates: left('duplicates'), deadLetters: left('deadLetters') },
		};
		if (Object.values(counts).every((count) => count === 0)) return [];
		return [
			{
				...{ night: null, survey: '', source: total.source, topic: '', partition: null, ...counts },
				...{ missing: null, closed: null, state: 'unknown' },
			} as const,
		];
	});
}

/**
 * Completeness by night, survey and source, of topics by partition (design rule 10), newest night first; what a source had besides comes
 * last, with night null: of other nights or origins, or of none, for a record that was set aside or had come before says none itself.
 */
export function nightCompleteness(
	groups: readonly NightGroup[],
	{
		nights,
		origin,
		closings,
		totals,
	}: {
		readonly nights: readonly string[];
		readonly origin: Origin;
		/** How nights were closed, by `survey/origin/night`. */
		readonly closings: ReadonlyMap<string, CloseReason>;
		readonly totals: readonly (Counts & { readonly source: string })[];
	},
): NightCompleteness[] {
	// a batch may hold named partitions of other nights too
	const lines = linesOf(groups).filter(
		({ night, origins }) => nights.includes(night) && (origins.size === 0 || origins.has(origin)),
	);
	const rows = lines.map((line): NightCompleteness => {
		const reasons = (line.origins.size === 0 ? [origin] : [...line.origins]).map(
			(one) => closings.get(`${line.survey}/${one}/${line.night}`) ?? null,
		);
		const closed = reasons.includes(null) ? null : (reasons.find((one) => one === 'operator') ?? reasons[0] ?? null);
		// cluster/topic/partition
		const [, topic = '', partition = ''] = line.place.split('/');
		const { night, survey, source, received, stored, duplicates, deadLetters } = line;
		const missing = sumOf(line);
		return {
			...{ night, survey, source, topic, partition: partition === '' ? null : Number(partition) },
			...{ received, stored, duplicates, deadLetters, missing, closed, state: stateOf(line, missing, closed) },
		};
	});
	rows.sort(
		(a, b) =>
			compare(b.night ?? '', a.night ?? '') ||
			compare(a.survey, b.survey) ||
			compare(a.source, b.source) ||
			compare(a.topic, b.topic) ||
			(a.partition ?? 0) - (b.partition ?? 0),
	);
	const shown = totals.filter(({ source }) => source !== 'simulation' || origin === 'simulated');
	return [...rows, ...restOf(lines, shown)];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Completeness of some nights (YYYY-MM-DD) of every programme: the operator's. */
export async function readNightCompleteness(
	store: Store,
	nights: readonly string[],
	{
		origin,
		totals,
		...options
	}: QueryOptions & { origin: Origin; totals: readonly (Counts & { readonly source: string })[] },
): Promise<NightCompleteness[]> {
	if (nights.length === 0) return nightCompleteness([], { nights, origin, closings: new Map(), totals });
	const [groups, closings] = await Promise.all([
		store.query<NightGroup>(renderAny(nightsSql, 'true', {}), { nights }, options),
		store.query<{ name: string; reason: CloseReason }>(closingsSql, { nights }, options),
	]);
	return nightCompleteness(groups, {
		nights,
		origin,
		closings: new Map(closings.map(({ name, reason }) => [name, reason])),
		totals,
	});
}
