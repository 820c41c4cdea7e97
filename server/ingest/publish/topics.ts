import type { Alert } from '#lib/alert/alert.ts';
import { findSurvey, SURVEYS } from '#lib/alert/surveys.ts';
import type { FilterHit } from '#lib/filter/hit.ts';

const publicProgrammes: ReadonlySet<string> = new Set(
	SURVEYS.flatMap(({ name, programmes }) =>
		programmes.filter((programme) => programme.public).map((programme) => `${name} ${programme.name}`),
	),
);

/** Whether anyone may see data of a programme; one that the survey does not declare is private. */
export function isPublic(survey: string, programme: string): boolean {
	return publicProgrammes.has(`${survey} ${programme}`);
}

/** Names that Kafka and we allow. */
const TOPIC = /^[a-z0-9][a-z0-9_.-]*$/;
const LONGEST = 249;

/** Topic of all alerts of a survey: `nightjar.real.ztf`; of a programme that is not public: `nightjar.real.ztf.partnership`. */
export function surveyTopic(
	prefix: string,
	{ survey, origin, programme }: Pick<Alert, 'survey' | 'origin' | 'programme'>,
): string {
	const topic = `${prefix}.${origin}.${survey}`;
	return isPublic(survey, programme) ? topic : `${topic}.${programme}`;
}

const BOOM = 'boom';

/** Topic of alerts that passed filters, in BOOM's shape: `nightjar.real.boom.ztf`. */
export function boomTopic(prefix: string, { survey, origin }: Pick<Alert, 'survey' | 'origin'>): string {
	return `${prefix}.${origin}.${BOOM}.${survey}`;
}

/** Topic of a filter, or null for a name that Kafka refuses or that another topic of ours has. */
export function filterTopic(
	prefix: string,
	origin: Alert['origin'],
	{ topic }: Pick<FilterHit, 'topic'>,
): string | null {
	if (topic === null || !TOPIC.test(topic)) return null;
	const [first = ''] = topic.split('.');
	if (first === BOOM || findSurvey(first) !== undefined) return null;
	const name = `${prefix}.${origin}.${topic}`;
	return name.length > LONGEST ? null : name;
}

/** Key of a message: all alerts of an object go to one partition, so that their order is kept. */
export function messageKey({ survey, objectId }: Pick<Alert, 'survey' | 'objectId'>): string {
	return `${survey}:${objectId}`;
}
