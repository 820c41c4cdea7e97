import type { AlertRow, NightHistogram } from './views.ts';

/** A night has at most two days of bins; a stray time must not make a histogram of a year. */
const MOST_BINS = 288;

/** The histograms of a night with alerts that arrived since, each in its bin; what lies before the first bin is left out. */
export function withArrivals(
	histograms: readonly NightHistogram[],
	rows: readonly Pick<AlertRow, 'survey' | 'mjd'>[],
): NightHistogram[] {
	const [first] = histograms;
	if (first === undefined || rows.length === 0) return [...histograms];
	const { startMjd, binDays } = first;
	const counts = new Map(histograms.map((histogram) => [histogram.survey, [...histogram.counts]]));
	for (const { survey, mjd } of rows) {
		const bin = Math.floor((mjd - startMjd) / binDays);
		if (bin < 0 || bin >= MOST_BINS) continue;
		const bins = counts.get(survey) ?? [];
		while (bins.length <= bin) bins.push(0);
		bins[bin] = (bins[bin] ?? 0) + 1;
		counts.set(survey, bins);
	}
	return [...counts].map(([survey, bins]) => ({ survey, startMjd, binDays, counts: bins }));
}
