import { fail, type RequestEvent } from '@sveltejs/kit';
import { objectPath } from '#lib/alert/address.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { field, fields, signedIn } from '#lib/server/accounts/form.ts';
import { type Errand, runErrand } from '#lib/server/marshals/desk.ts';
import { MarshalError } from '#lib/server/marshals/marshalError.ts';
import { marshalDesk, ourAnnotation, sentObject, visibleObject } from '#lib/server/marshals/objectPart.ts';
import type { ObjectSummary } from '#lib/alert/object.ts';

type Event = Pick<RequestEvent, 'request' | 'locals' | 'url'> & { params: { survey: string; objectId: string } };

/** What the page says of an errand that was run; what was typed comes back when it failed. */
export interface ErrandResult {
	readonly link: string;
	readonly done: string | null;
	readonly problem: string | null;
	readonly text: string;
	readonly groups: readonly number[];
}

const LONGEST_COMMENT = 5000;

/** The errand that a form asks for, or what is missing in a sentence. */
type Read = (form: {
	readonly summary: ObjectSummary;
	readonly groups: readonly number[];
	readonly text: string;
	readonly site: string;
}) => Errand | string;

function action(read: Read, said: string) {
	return async (event: Event) => {
		signedIn(event.locals, event.url);
		const desk = marshalDesk(event.locals);
		const form = await event.request.formData();
		const link = field(form, 'link', 40);
		const groups = fields(form, 'group').map(Number).filter(Number.isSafeInteger);
		const text = field(form, 'text', LONGEST_COMMENT).trim();
		const failed = (status: number, problem: string) =>
			fail(status, { link, done: null, problem, text, groups } satisfies ErrandResult);
		const survey = findSurvey(event.params.survey)?.name ?? '';
		const summary = await visibleObject(event.locals, { survey, objectId: event.params.objectId });
		if (summary === null || desk === null) return failed(404, 'There is no such object here.');
		const site = event.locals.config.publicOrigin ?? event.url.origin;
		const errand = read({ summary, groups, text, site });
		if (typeof errand === 'string') return failed(400, errand);
		try {
			const { warnings } = await runErrand(desk, link, sentObject(summary), errand);
			const words = warnings.length === 0 ? '' : ` It warns: ${warnings.join(' ')}`;
			return { link, done: `${said}${words}`, problem: null, text: '', groups } satisfies ErrandResult;
		} catch (error) {
			if (error instanceof MarshalError) return failed(502, error.message);
			throw error;
		}
	};
}

const NO_GROUP = 'Choose at least one group.';

/** Saves an object to the groups that were chosen. */
export const save = action(({ groups }) => (groups.length === 0 ? NO_GROUP : { kind: 'save', groups }), 'Saved.');

/** Comments for the groups that were chosen, with the way back here. */
export const comment = action(({ summary, groups, text, site }) => {
	if (groups.length === 0) return NO_GROUP;
	if (text === '') return 'Write the comment first.';
	return { kind: 'comment', groups, text: `${text}\n\n${site}${objectPath(summary)}` };
}, 'The comment is there.');

/** Writes what we know of the object as an annotation, over the one before. */
export const annotate = action(
	({ summary, groups, site }) =>
		groups.length === 0 ? NO_GROUP : { kind: 'annotate', groups, ...ourAnnotation(summary, site) },
	'Our annotation is there.',
);
