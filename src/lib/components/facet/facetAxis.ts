import type { FacetBin } from '#lib/alert/facets.ts';

/** A place on a histogram: bins stand side by side, empty ones too. */
export interface Slot {
	readonly from: number;
	readonly to: number;
	readonly alerts: number;
	readonly key: string;
}

/** A quantity with its bars: how many, where their edges are, and how ends are told. */
export interface FacetAxis {
	readonly slots: readonly Slot[];
	/** Texts under the left end, the middle and the right end. */
	readonly ticks: readonly [string, string, string];
}

function fill(count: number, edge: (i: number) => number, bins: readonly FacetBin[]): Slot[] {
	return Array.from({ length: count }, (_, i) => {
		const [from, to] = [edge(i), edge(i + 1)];
		const middle = (from + to) / 2;
		const own = bins.find((bin) => bin.from <= middle && middle < bin.to);
		return { from, to, alerts: own?.alerts ?? 0, key: '' };
	});
}

/** Magnitudes from 12 to 25 in quarters. */
export function magAxis(bins: readonly FacetBin[]): FacetAxis {
	return { slots: fill(52, (i) => 12 + i / 4, bins), ticks: ['12', '18.5', '25'] };
}

/** Scores from 0 to 1. */
export function scoreAxis(bins: readonly FacetBin[]): FacetAxis {
	return { slots: fill(25, (i) => i / 25, bins), ticks: ['0', '0.5', '1'] };
}

/** Days from 0.1 to 10,000, logarithmic. */
export function ageAxis(bins: readonly FacetBin[]): FacetAxis {
	return { slots: fill(40, (i) => 10 ** (i / 8 - 1), bins), ticks: ['0.1', '30', '10,000'] };
}

/** Counts from 1 to 10,000, logarithmic. */
export function countAxis(bins: readonly FacetBin[]): FacetAxis {
	return { slots: fill(40, (i) => 10 ** (i / 10), bins), ticks: ['1', '100', '10,000'] };
}

const DAY_MS = 86_400_000;

/** Nights from the first to the last one that has alerts; `from` and `to` are days since 1970. */
export function nightAxis(bins: readonly FacetBin[]): FacetAxis {
	const days = bins.map((bin) => bin.from);
	const [first, last] = [Math.min(...days), Math.max(...days)];
	if (days.length === 0) return { slots: [], ticks: ['', '', ''] };
	// years of nights: as many as can be told apart
	const step = Math.max(1, Math.ceil((last - first + 1) / 60));
	const count = Math.floor((last - first) / step) + 1;
	const slots = Array.from({ length: count }, (_, i) => {
		const from = first + i * step;
		const own = bins.filter((bin) => bin.from >= from && bin.from < from + step);
		return { from, to: from + step, alerts: own.reduce((sum, bin) => sum + bin.alerts, 0), key: nightOfDay(from) };
	});
	return { slots, ticks: [shortNight(first), '', shortNight(last)] };
}

/** YYYY-MM-DD of days since 1970. */
export function nightOfDay(day: number): string {
	return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

function shortNight(day: number): string {
	const date = new Date(day * DAY_MS);
	const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][
		date.getUTCMonth()
	];
	return `${date.getUTCDate()} ${month ?? ''}`;
}
