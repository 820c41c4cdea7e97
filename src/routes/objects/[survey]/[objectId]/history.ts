import type { ObjectMatches } from '#lib/alert/matches.ts';
import type { AlertRow, FilterPass, FirstScore, ObjectAssociation } from '#lib/alert/views.ts';

/** One thing that happened to an object here; ISO 8601 UTC. */
export type Happening = { readonly at: string; readonly key: string } & (
	| { readonly kind: 'alert'; readonly alert: AlertRow; readonly first: boolean }
	| { readonly kind: 'class'; readonly alert: AlertRow; readonly before: string }
	| { readonly kind: 'scores'; readonly scores: readonly FirstScore[] }
	| { readonly kind: 'passed'; readonly filters: readonly FilterPass[] }
	| { readonly kind: 'match'; readonly catalogs: readonly string[]; readonly none: number; readonly notDone: number }
	| { readonly kind: 'association'; readonly association: ObjectAssociation }
);

/** What is known of an object that has a time. */
interface Dated {
	readonly alerts: readonly AlertRow[];
	readonly matches: Pick<ObjectMatches, 'runs'>;
	readonly associations: readonly ObjectAssociation[];
	readonly firstScores: readonly FirstScore[];
	readonly passed: readonly FilterPass[];
}

/** What became known together, by its time. */
function byTime<One extends { readonly knownAt: string }>(list: readonly One[]): [string, One[]][] {
	const times = new Map<string, One[]>();
	for (const one of list) times.set(one.knownAt, [...(times.get(one.knownAt) ?? []), one]);
	return [...times];
}

/**
 * What happened, newest first: alerts, changes of class, first scores of each version of a model, filters passed for the first
 * time, newest matches of catalogues, objects of other surveys found at its place.
 */
export function historyOf({ alerts, matches: { runs }, associations, firstScores, passed }: Dated): Happening[] {
	const inOrder = [...alerts].sort((a, b) => a.knownAt.localeCompare(b.knownAt) || a.mjd - b.mjd);
	const list: Happening[] = [];
	let before = '';
	inOrder.forEach((alert, i) => {
		list.push({ kind: 'alert', at: alert.knownAt, key: `alert ${alert.alertId}`, alert, first: i === 0 });
		if (alert.class !== before && i > 0) {
			list.push({ kind: 'class', at: alert.knownAt, key: `class ${alert.alertId}`, alert, before });
		}
		before = alert.class;
	});
	for (const [at, scores] of byTime(firstScores)) list.push({ kind: 'scores', at, key: `scores ${at}`, scores });
	for (const [at, filters] of byTime(passed)) list.push({ kind: 'passed', at, key: `passed ${at}`, filters });
	for (const at of new Set(runs.flatMap((run) => run.knownAt ?? []))) {
		const own = runs.filter((run) => run.knownAt === at);
		list.push({
			kind: 'match',
			at,
			key: `match ${at}`,
			catalogs: own.filter((run) => run.state === 'matched').map((run) => `${run.catalog} ${run.release}`.trim()),
			none: own.filter((run) => run.state === 'none').length,
			notDone: own.filter((run) => run.state === 'notDone').length,
		});
	}
	for (const association of associations) {
		list.push({
			kind: 'association',
			at: association.knownAt,
			key: `association ${association.survey} ${association.objectId}`,
			association,
		});
	}
	// of one moment what was made of an alert stands above the alert
	const rank = { alert: 0, class: 1, scores: 2, match: 3, association: 4, passed: 5 } as const;
	return list.sort((a, b) => b.at.localeCompare(a.at) || rank[b.kind] - rank[a.kind]);
}
