/** Topics of the surveys' own brokers, as patterns. */
export const SURVEY_TOPICS: Readonly<Record<string, readonly string[]>> = {
	ztf: ['ztf_YYYYMMDD_programid*'],
	lsst: ['lsst-alerts-*', 'alerts-simulated'],
};

const DAY_MS = 86_400_000;
const DATE = 'YYYYMMDD';

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function patternOf(wanted: string): RegExp {
	const source = wanted
		.split(/(YYYYMMDD|\*)/)
		.map((part) => (part === DATE ? '(\\d{8})' : part === '*' ? '[^/]*' : escape(part)))
		.join('');
	return new RegExp(`^${source}$`);
}

/** Unix milliseconds at which the day YYYYMMDD begins, UTC; NaN for what is no date. */
function dayMs(digits: string): number {
	return Date.parse(`${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}T00:00:00Z`);
}

/**
 * The topics to read, sorted, of those that the broker lists: those that match a name or pattern (`*` for any letters,
 * `YYYYMMDD` for a date), dated ones only of the last `nights` days; brokers go on listing nights that they have dropped.
 */
export function chooseTopics(
	listed: readonly string[],
	wanted: readonly string[],
	nights: number,
	nowMs: number,
): string[] {
	const patterns = wanted.map(patternOf);
	const matches = (topic: string): boolean =>
		patterns.some((pattern) => {
			const match = pattern.exec(topic);
			if (match === null) return false;
			return match.slice(1).every((digits) => nowMs - dayMs(digits) <= nights * DAY_MS);
		});
	return listed.filter((topic) => !topic.startsWith('__') && matches(topic)).sort();
}
