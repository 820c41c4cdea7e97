import type { NightCompleteness } from './views.ts';

type State = NightCompleteness['state'];

/** A night of a survey by one source: sums over its partitions, with those that somebody should look at. */
export interface NightLine extends Omit<NightCompleteness, 'topic' | 'partition'> {
	readonly partitions: number;
	readonly odd: readonly NightCompleteness[];
}

/** Worst first. */
const STATES: readonly State[] = ['gaps', 'unknown', 'open', 'complete'];

/** One line for each night, survey and source, in the order in which they come; it stands as the worst of its partitions does. */
export function nightLines(rows: readonly NightCompleteness[]): NightLine[] {
	const groups = new Map<string, [NightCompleteness, ...NightCompleteness[]]>();
	for (const row of rows) {
		const key = `${row.night ?? ''} ${row.survey} ${row.source}`;
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [row]);
		else group.push(row);
	}
	return [...groups.values()].map((group) => {
		const [{ night, survey, source, closed }] = group;
		const sum = (of: 'received' | 'stored' | 'duplicates' | 'deadLetters'): number =>
			group.reduce((total, row) => total + row[of], 0);
		return {
			...{ night, survey, source, closed, partitions: group.length },
			...{ received: sum('received'), stored: sum('stored') },
			...{ duplicates: sum('duplicates'), deadLetters: sum('deadLetters') },
			missing: group.some(({ missing }) => missing === null)
				? null
				: group.reduce((total, { missing }) => total + (missing ?? 0), 0),
			state: STATES.find((state) => group.some((row) => row.state === state)) ?? 'open',
			odd: group.length > 1 ? group.filter(({ state }) => state === 'gaps' || state === 'unknown') : [],
		};
	});
}

/** How a night stands, in words. */
export function nightWords({
	night,
	state,
	closed,
	missing,
}: Pick<NightCompleteness, 'night' | 'state' | 'closed' | 'missing'>): string {
	if (night === null) return state === 'gaps' ? 'does not add up' : '';
	switch (state) {
		case 'complete':
			return closed === 'operator' ? 'complete, closed by hand' : 'complete';
		case 'open':
			return 'open';
		case 'gaps':
			return (missing ?? 0) > 0 ? 'gaps' : 'does not add up';
		case 'unknown':
			return 'not known: offsets are missing, of which night nothing says';
	}
}
