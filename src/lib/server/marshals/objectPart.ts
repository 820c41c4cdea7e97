import type { MarshalAnswer, MarshalDeed, MarshalLink } from '#lib/alert/marshal.ts';
import type { ObjectSummary } from '#lib/alert/object.ts';
import { objectPath } from '#lib/alert/address.ts';
import { readObject } from '#clickhouse/read/objects.ts';
import { isoFromTaiMjd } from '#lib/astro/time.ts';
import { openAccounts } from '../accounts/database.ts';
import { askAll, type MarshalDesk, originProblem, type SentObject } from './desk.ts';
import { deedsOf, linksOf } from './links.ts';

/** What a person's marshals know of an object, with what was sent to them: on the object page of that person alone. */
export interface MarshalPart {
	readonly links: readonly MarshalLink[];
	readonly deeds: readonly MarshalDeed[];
	/** Links that this object may not go to, with the reason. */
	readonly barred: Readonly<Record<string, string>>;
	/** By id of the link. A promise while marshals are asked: the page does not wait for them. */
	readonly answers: Promise<Readonly<Record<string, MarshalAnswer>>> | Readonly<Record<string, MarshalAnswer>>;
}

/** Whose marshals a request may use: those of who is signed in by a session; null for everybody else, tokens included. */
export function marshalDesk({ identity, config }: Pick<App.Locals, 'identity' | 'config'>): MarshalDesk | null {
	if (identity?.sessionId == null) return null;
	return {
		database: openAccounts(config.home),
		userId: identity.user.id,
		home: config.home,
		privateHosts: config.privateHosts,
	};
}

/** An object as marshals are told of it. */
export function sentObject(summary: ObjectSummary): SentObject {
	const { survey, objectId, ra, dec, reliability, origin } = summary;
	return { survey, objectId, ra, dec, reliability, origin };
}

/** The part of the object page that comes from marshals; null for who has linked none. */
export async function marshalPart(
	desk: MarshalDesk | null,
	summary: ObjectSummary,
	{ wait }: { wait: boolean },
): Promise<MarshalPart | null> {
	if (desk === null) return null;
	const links = linksOf(desk.database, desk.userId);
	if (links.length === 0) return null;
	const object = sentObject(summary);
	const answers = askAll(desk, object).then((given) =>
		Object.fromEntries(given.map(({ linkId, answer }) => [linkId, answer])),
	);
	// told below; a page that has gone must not end the process
	answers.catch((error: unknown) => {
		console.error('A marshal could not be asked:', error);
	});
	const barred = links.flatMap((link) => {
		const problem = originProblem(object, link.url, desk.privateHosts);
		return problem === null ? [] : [[link.id, problem] as const];
	});
	return {
		links,
		deeds: deedsOf(desk.database, desk.userId, object, 6),
		barred: Object.fromEntries(barred),
		answers: wait ? await answers : answers,
	};
}

/** The object that a reader sees under this id, for an errand; null where they see none. */
export async function visibleObject(
	{ store, scope }: Pick<App.Locals, 'store' | 'scope'>,
	object: { readonly survey: string; readonly objectId: string },
): Promise<ObjectSummary | null> {
	return readObject(store, scope, object);
}

/** Our annotation of an object: what we think of it, with the page that says why. Times are UTC, magnitudes AB. */
export function ourAnnotation(
	summary: ObjectSummary,
	origin: string,
): { origin: string; data: Record<string, unknown> } {
	const page = `${origin}${objectPath(summary)}`;
	return {
		origin: 'nightjar',
		data: {
			...(summary.class === ''
				? {}
				: { class: summary.class, class_score: summary.classScore, class_by: summary.classModel }),
			...(summary.reliability === null ? {} : { real: summary.reliability }),
			alerts: summary.nAlerts,
			first_seen: isoFromTaiMjd(summary.firstMjd).slice(0, 19),
			last_seen: isoFromTaiMjd(summary.lastMjd).slice(0, 19),
			...(summary.lastMag === null ? {} : { last_mag: summary.lastMag, last_band: summary.lastBand }),
			...(summary.magMin === null ? {} : { brightest_mag: summary.magMin }),
			page,
		},
	};
}
