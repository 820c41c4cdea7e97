import { objectPath } from '#lib/alert/address.ts';
import type { MarshalLink } from '#lib/alert/marshal.ts';
import type { ObjectSummary } from '#lib/alert/object.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { field, fields } from '#lib/server/accounts/form.ts';
import { api } from '#lib/server/api.ts';
import { jsonResponse } from '#lib/server/format.ts';
import { type MarshalDesk, runErrand } from '#lib/server/marshals/desk.ts';
import { linksOf } from '#lib/server/marshals/links.ts';
import { MarshalError } from '#lib/server/marshals/marshalError.ts';
import { marshalDesk, ourAnnotation, sentObject, visibleObject } from '#lib/server/marshals/objectPart.ts';
import { ProblemError } from '#lib/server/problem.ts';

/** What one key did at one marshal. */
interface Sent {
	readonly link: string;
	readonly marshal: string;
	readonly groups: readonly string[];
	/** Why it is not there as it should be; sent again, it is put right. */
	readonly problem: string | null;
	/** What is there all the same. */
	readonly warning: string | null;
}

/** What goes wrong at a marshal, in its words; null when it was done. */
async function problemOf(work: Promise<{ readonly warnings: readonly string[] }>): Promise<MarshalError | null> {
	try {
		await work;
		return null;
	} catch (error) {
		if (error instanceof MarshalError) return error;
		throw error;
	}
}

/** Saves, annotates where the marshal keeps annotations, and comments where there is something to say. */
async function sendTo(
	desk: MarshalDesk,
	link: MarshalLink,
	{ summary, site, text }: { summary: ObjectSummary; site: string; text: string },
): Promise<Sent> {
	const groups = link.defaultGroups;
	const names = link.groups.filter(({ id }) => groups.includes(id)).map(({ name }) => name);
	const object = sentObject(summary);
	const told = { link: link.id, marshal: link.name, groups: names, problem: null, warning: null };
	const unsaved = await problemOf(runErrand(desk, link.id, object, { kind: 'save', groups }));
	if (unsaved !== null) return { ...told, problem: unsaved.message };
	if (text !== '') {
		const unsaid = await problemOf(runErrand(desk, link.id, object, { kind: 'comment', groups, text }));
		if (unsaid !== null) return { ...told, problem: `It is saved, the comment is not there. ${unsaid.message}` };
	}
	if (link.kind !== 'skyportal') return told;
	const annotation = { kind: 'annotate', groups, ...ourAnnotation(summary, site) } as const;
	const bare = await problemOf(runErrand(desk, link.id, object, annotation));
	return { ...told, warning: bare === null ? null : `Our annotation is not there: ${bare.message}` };
}

/**
 * Saves an object to the groups of one key with our annotation, on every marshal that has such; with `text` it comments, too, and with
 * `link` only those go again that are named. For pages with keys.
 */
export const POST = api(async ({ locals, request, url }) => {
	const desk = marshalDesk(locals);
	if (desk === null) throw new ProblemError(401, 'Sign in first: marshals belong to accounts.');
	const form = await request.formData().catch(() => {
		throw new ProblemError(400, 'Send the fields of a form: survey, objectId, and text where you comment.');
	});
	const survey = findSurvey(field(form, 'survey', 40))?.name ?? '';
	const summary = await visibleObject(locals, { survey, objectId: field(form, 'objectId', 100) });
	if (summary === null) throw new ProblemError(404, 'There is no such object here.');
	const named = fields(form, 'link');
	const links = linksOf(desk.database, desk.userId).filter(
		({ id, defaultGroups }) => defaultGroups.length > 0 && (named.length === 0 || named.includes(id)),
	);
	if (links.length === 0) {
		throw new ProblemError(409, 'No group is chosen for one key: link a marshal and tick one at /account/marshals.');
	}
	const comment = field(form, 'text', 5000).trim();
	const site = locals.config.publicOrigin ?? url.origin;
	const text = comment === '' ? '' : `${comment}\n\n${site}${objectPath(summary)}`;
	const sent = await Promise.all(links.map((link) => sendTo(desk, link, { summary, site, text })));
	return jsonResponse({ sent }, { 'cache-control': 'no-store' });
});
