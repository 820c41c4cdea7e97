import { isPrivateHost } from '../net/outgoing.ts';
import type { Origin } from '#lib/alert/survey.ts';
import type { MarshalAnswer, MarshalDeed, MarshalLink } from '#lib/alert/marshal.ts';
import type { AccountsDatabase } from '../accounts/database.ts';
import type { Done, MarshalClient, MarshalObject } from './client.ts';
import { clientFor, linkOf, linksOf, noteDeed, noteState } from './links.ts';
import { MarshalError } from './marshalError.ts';

/** An object with where it comes from: simulated ones stay away from marshals of the real sky. */
export interface SentObject extends MarshalObject {
	readonly origin: Origin;
}

/** Whose marshals, and the settings that calls need. */
export interface MarshalDesk {
	readonly database: AccountsDatabase;
	readonly userId: string;
	readonly home: string;
	readonly privateHosts: readonly string[];
}

/** What a person wants done at a marshal, from a page, by one key or by the queue. */
export type Errand =
	| { readonly kind: 'save'; readonly groups: readonly number[] }
	| { readonly kind: 'comment'; readonly groups: readonly number[]; readonly text: string }
	| {
			readonly kind: 'annotate';
			readonly groups: readonly number[];
			readonly origin: string;
			readonly data: Readonly<Record<string, unknown>>;
	  }
	| { readonly kind: 'candidate'; readonly filterIds: readonly number[]; readonly passedAt: Date };

const FRESH_MS = 60_000;
const FAILED_MS = 15_000;
const MOST_KEPT = 500;

/** Answers of the last minute, per link, so per person: nothing of it is anybody else's. */
const kept = new Map<string, { readonly until: number; readonly answer: Promise<MarshalAnswer> }>();
const keyOf = (linkId: string, object: { survey: string; objectId: string }): string =>
	`${linkId} ${object.survey} ${object.objectId}`;

/** Forgets what a link answered, of one object or of all. */
export function forget(linkId: string, object?: { survey: string; objectId: string }): void {
	const start = object === undefined ? `${linkId} ` : keyOf(linkId, object);
	for (const key of [...kept.keys()]) if (key.startsWith(start)) kept.delete(key);
}

const SIMULATED =
	'This object is not of the real sky: it is shown to marshals in the operator’s private network only, never to one where others would take it for real.';

/** Why an object may not go to a marshal; null when it may. */
export function originProblem(object: SentObject, url: string, privateHosts: readonly string[]): string | null {
	return object.origin === 'real' || isPrivateHost(new URL(url), privateHosts) ? null : SIMULATED;
}

/** What one of a person's marshals knows of an object: asked at most once a minute. */
export function askMarshal(desk: MarshalDesk, link: MarshalLink, object: SentObject): Promise<MarshalAnswer> {
	const key = keyOf(link.id, object);
	const known = kept.get(key);
	const nowMs = Date.now();
	if (known !== undefined && known.until > nowMs) return known.answer;
	const problem = originProblem(object, link.url, desk.privateHosts);
	if (problem !== null) return Promise.resolve({ kind: 'failed', message: problem });
	if (kept.size >= MOST_KEPT) kept.clear();
	const answer = readFrom(desk, link, object).then((given) => {
		kept.set(key, { until: Date.now() + (given.kind === 'failed' ? FAILED_MS : FRESH_MS), answer });
		return given;
	});
	// asked together, answered together
	kept.set(key, { until: nowMs + FRESH_MS, answer });
	return answer;
}

async function readFrom(desk: MarshalDesk, link: MarshalLink, object: SentObject): Promise<MarshalAnswer> {
	try {
		const record = await theClient(desk, link.id).read(object);
		noteState(desk.database, desk.userId, link.id, null);
		return record === null ? { kind: 'unknown' } : { kind: 'known', record };
	} catch (error) {
		if (!(error instanceof MarshalError)) throw error;
		noteState(desk.database, desk.userId, link.id, error.message);
		return { kind: 'failed', message: error.message };
	}
}

function theClient(desk: MarshalDesk, linkId: string): MarshalClient {
	const client = clientFor(desk.database, desk, desk.userId, linkId);
	if (client === null) throw new MarshalError('refused', 'This marshal is not linked any more.');
	return client;
}

/** Does an errand at one of a person's marshals, and writes down how it went. Throws MarshalError when it failed. */
export async function runErrand(desk: MarshalDesk, linkId: string, object: SentObject, errand: Errand): Promise<Done> {
	const link = linkOf(desk.database, desk.userId, linkId);
	if (link === null) throw new MarshalError('refused', 'This marshal is not linked any more.');
	const note = (done: boolean, detail: string): void => {
		const groups = errand.kind === 'candidate' ? errand.filterIds : errand.groups;
		const deed: Pick<MarshalDeed, 'kind' | 'groups' | 'done' | 'detail'> = { kind: errand.kind, groups, done, detail };
		noteDeed(desk.database, desk.userId, { ...deed, link, survey: object.survey, objectId: object.objectId });
	};
	try {
		const problem = originProblem(object, link.url, desk.privateHosts);
		if (problem !== null) throw new MarshalError('refused', problem);
		const done = await send(theClient(desk, linkId), link, object, errand);
		note(true, done.id);
		noteState(desk.database, desk.userId, linkId, null);
		return done;
	} catch (error) {
		if (!(error instanceof MarshalError)) throw error;
		note(false, error.message);
		noteState(desk.database, desk.userId, linkId, error.message);
		throw error;
	} finally {
		forget(linkId, object);
	}
}

function send(client: MarshalClient, link: MarshalLink, object: MarshalObject, errand: Errand): Promise<Done> {
	const none = (what: string): MarshalError => new MarshalError('refused', `${link.name} keeps no ${what}.`);
	switch (errand.kind) {
		case 'save':
			return client.save(object, known(link, errand.groups));
		case 'comment':
			if (client.comment === null) throw none('comments');
			return client.comment(object, errand.text, known(link, errand.groups));
		case 'annotate':
			if (client.annotate === null) throw none('annotations');
			return client.annotate(object, errand, known(link, errand.groups));
		case 'candidate':
			if (client.candidate === null) throw none('candidates');
			return client.candidate(object, errand.filterIds, errand.passedAt);
	}
}

/** The groups as asked for; one that is not on the list of the link is refused here. */
function known(link: MarshalLink, groups: readonly number[]): readonly number[] {
	const strange = groups.find((wanted) => !link.groups.some(({ id }) => id === wanted));
	if (strange !== undefined) {
		throw new MarshalError(
			'refused',
			`You are in no group ${strange} on ${link.name}: check the link again at /account/marshals.`,
		);
	}
	return groups;
}

/** What each of a person's marshals knows of an object, asked at the same time. */
export async function askAll(
	desk: MarshalDesk,
	object: SentObject,
): Promise<{ readonly linkId: string; readonly answer: MarshalAnswer }[]> {
	return Promise.all(
		linksOf(desk.database, desk.userId).map(async (link) => ({
			linkId: link.id,
			answer: await askMarshal(desk, link, object),
		})),
	);
}
