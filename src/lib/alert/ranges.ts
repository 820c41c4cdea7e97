import { momentText } from './timeText.ts';
import type { SearchQuery } from './views.ts';

type Ranges = Omit<Partial<SearchQuery>, 'alertId'>;

/** Ranges of a search whose first end lies beyond their last one, so that nothing can match: a sentence each. */
export function reversedRanges(query: Ranges): string[] {
	const ranges: readonly (readonly [string, string | number | undefined, string | number | undefined])[] = [
		['Night', query.nightFrom, query.nightTo],
		['Magnitude', query.magMin, query.magMax],
		['Reliability', query.reliabilityMin, query.reliabilityMax],
		['The number of detections', query.nDetectionsMin, query.nDetectionsMax],
		['Age in days', query.ageMin, query.ageMax],
	];
	const words = ranges.flatMap(([name, from, to]) =>
		from !== undefined && to !== undefined && from > to
			? [`${name} is asked for from ${from} to ${to}, and nothing lies between: exchange the two.`]
			: [],
	);
	const { mjdFrom, mjdTo } = query;
	if (mjdFrom === undefined || mjdTo === undefined || mjdFrom <= mjdTo) return words;
	return [
		...words,
		`Time is asked for from ${momentText(mjdFrom)} to ${momentText(mjdTo)}, and nothing lies between: exchange the two.`,
	];
}
