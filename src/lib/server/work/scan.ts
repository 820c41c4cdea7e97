import { readObjects, type ObjectKey } from '#clickhouse/read/objects.ts';
import type { Label } from '#lib/alert/label.ts';
import { readHits } from '#clickhouse/read/hits.ts';
import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import type { ObjectMatches } from '#lib/alert/matches.ts';
import type { ObjectSummary } from '#lib/alert/object.ts';
import type { AccountsDatabase } from '../accounts/database.ts';
import { filterOf } from '../filters/library.ts';
import { readObjectPage } from '../objectPage.ts';
import { loadSearch, type PortalLocals } from '../portal.ts';
import type { Principal } from '../principal.ts';
import { ProblemError } from '../problem.ts';
import { labelsOn } from './label.ts';
import { findList, listsOf, listsWith, objectsOf } from './list.ts';
import { matchesOf } from './match.ts';
import { type NoteView, notesOn, objectsTagged, type TagView, tagsOn } from './note.ts';

/** Candidates of one scan at most: more is another evening. */
const MOST_CANDIDATES = 200;

/** One to be looked at: an object by one of its alerts. */
export interface Candidate {
	readonly survey: string;
	readonly objectId: string;
	readonly alertId: string;
}

/** What is scanned. */
export interface ScanQueue {
	/** In words, for the head of the page and the labels. */
	readonly title: string;
	/** Where it comes from. */
	readonly href: string;
	readonly candidates: readonly Candidate[];
	/** How many there are in all, where it is known that there are more. */
	readonly total: number;
}

type ScanLocals = PortalLocals & { readonly principal: Principal | null };

const ofObject = (object: ObjectSummary): Candidate => ({
	survey: object.survey,
	objectId: object.objectId,
	alertId: object.lastAlertId,
});

async function ofKeys(locals: ScanLocals, keys: readonly ObjectKey[]): Promise<Candidate[]> {
	const unique = new Map(keys.map((key) => [`${key.survey}/${key.objectId}`, key]));
	return (await readObjects(locals.store, locals.scope, [...unique.values()].slice(0, MOST_CANDIDATES))).map(ofObject);
}

async function ofList(locals: ScanLocals, database: AccountsDatabase, id: string): Promise<ScanQueue> {
	const list = findList(database, locals.principal, id);
	const keys =
		list.kind === 'objects'
			? objectsOf(database, id, { limit: MOST_CANDIDATES })
			: matchesOf(database, id, { limit: MOST_CANDIDATES });
	return {
		title: list.name,
		href: `/lists/${list.id}`,
		candidates: await ofKeys(locals, keys),
		total: list.kind === 'objects' ? list.entries : list.matches,
	};
}

async function ofFilter(locals: ScanLocals, id: string): Promise<ScanQueue> {
	const filter = await filterOf(locals, id);
	const hits = await readHits(locals.store, locals.scope, filter.id, {}, { limit: MOST_CANDIDATES });
	// each object once, by its newest hit
	const newest = new Map<string, Candidate>();
	for (const { alert } of hits.rows) {
		const key = `${alert.survey}/${alert.objectId}`;
		if (!newest.has(key)) newest.set(key, { survey: alert.survey, objectId: alert.objectId, alertId: alert.alertId });
	}
	return {
		title: filter.name,
		href: `/filters/${filter.id}`,
		candidates: [...newest.values()],
		total: hits.next === null ? newest.size : hits.total,
	};
}

async function ofSearch(locals: ScanLocals, query: string): Promise<ScanQueue> {
	const params = new URLSearchParams(query.slice(0, 4000));
	for (const name of ['kind', 'cursor']) params.delete(name);
	params.set('limit', String(MOST_CANDIDATES));
	const { page, understood } = await loadSearch(locals, new URL(`http://here.invalid/search?${params.toString()}`));
	params.delete('limit');
	const text = params.toString();
	return {
		title: understood.text === '' ? 'A search' : `Search ${understood.text}`,
		href: `/search${text === '' ? '' : `?${text}`}`,
		candidates: page.rows.flatMap((row) => ('lastAlertId' in row ? [ofObject(row)] : [])),
		total: page.total,
	};
}

/** What the address of a scan asks for, in the reader's scope; null where it asks for nothing. */
export async function readQueue(
	locals: ScanLocals,
	database: AccountsDatabase,
	asked: URLSearchParams,
): Promise<ScanQueue | null> {
	const list = asked.get('list');
	if (list !== null) return ofList(locals, database, list);
	const filter = asked.get('filter');
	if (filter !== null) return ofFilter(locals, filter);
	const tag = asked.get('tag');
	if (tag !== null) {
		if (locals.principal === null) throw new ProblemError(401, 'Sign in to scan what you tagged.');
		const keys = objectsTagged(database, locals.principal, locals.scope.origin, tag);
		return {
			title: `Tagged ${tag}`,
			href: '/work',
			candidates: await ofKeys(locals, keys),
			total: keys.length,
		};
	}
	const search = asked.get('search');
	return search === null ? null : ofSearch(locals, search);
}

/** Decisions of who scans on the candidates, in their order; null where there is none. */
export function labelsOf(
	database: AccountsDatabase,
	principal: Principal | null,
	candidates: readonly Candidate[],
): (Label | null)[] {
	if (principal === null) return candidates.map(() => null);
	const known = new Map(labelsOn(database, principal, candidates).map((one) => [`${one.survey}/${one.alertId}`, one]));
	return candidates.map(({ survey, alertId }) => known.get(`${survey}/${alertId}`) ?? null);
}

/** All that one screen of a scan shows. */
export interface CandidateView {
	readonly summary: ObjectSummary;
	readonly points: readonly ShownPoint[];
	readonly matches: ObjectMatches;
	readonly twins: readonly string[];
	readonly notes: readonly NoteView[];
	readonly tags: readonly TagView[];
	/** Ids of the reader's lists that it is in. */
	readonly lists: readonly string[];
}

/** One candidate; null where the reader cannot see it. */
export async function readCandidate(
	locals: ScanLocals,
	database: AccountsDatabase,
	object: ObjectKey,
): Promise<CandidateView | null> {
	const found = await readObjectPage(locals, object);
	if (found === null) return null;
	const { summary, points, matches, associations } = found;
	const lists =
		locals.principal === null
			? []
			: listsOf(database, locals.principal, { origin: summary.origin, kind: 'objects' }).map(({ id }) => id);
	return {
		summary,
		points,
		matches,
		twins: [...new Set(associations.map(({ survey }) => survey))],
		notes: notesOn(database, locals.principal, object),
		tags: tagsOn(database, locals.principal, object),
		lists: [...listsWith(database, object, lists)],
	};
}
