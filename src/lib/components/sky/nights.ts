/** Alerts of one night, all surveys together. */
export interface NightBar {
	/** YYYY-MM-DD */
	readonly night: string;
	readonly alerts: number;
}

const DAY_MS = 86_400_000;

/** Bars from the oldest night to the newest, one a night with the gaps kept; at most `most`, the newest. */
export function nightBars(
	counts: readonly { readonly night: string; readonly alerts: number }[],
	most = 400,
): NightBar[] {
	const sums = new Map<string, number>();
	for (const { night, alerts } of counts) sums.set(night, (sums.get(night) ?? 0) + alerts);
	const nights = [...sums.keys()].sort();
	const [first, last] = [nights[0], nights.at(-1)];
	if (first === undefined || last === undefined) return [];
	const end = Date.parse(last);
	const start = Math.max(Date.parse(first), end - (most - 1) * DAY_MS);
	const bars: NightBar[] = [];
	for (let day = start; day <= end; day += DAY_MS) {
		const night = new Date(day).toISOString().slice(0, 10);
		bars.push({ night, alerts: sums.get(night) ?? 0 });
	}
	return bars;
}

/** The range moved by a step to the next place whose last night has alerts; null where there is none. */
export function steppedRange(
	bars: readonly NightBar[],
	{ first, final }: { readonly first: number; readonly final: number },
	by: number,
): { readonly first: number; readonly final: number } | null {
	for (let next = final + by; next >= 0 && next < bars.length; next += by) {
		if ((bars[next]?.alerts ?? 0) > 0) return { first: Math.max(0, next - (final - first)), final: next };
	}
	return null;
}
