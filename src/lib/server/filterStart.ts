import { readEnrichedAlerts } from '#clickhouse/read/enrichedAlerts.ts';
import { readClosedNights } from '#clickhouse/read/filterNights.ts';
import { readNewestNight, readNights } from '#clickhouse/read/nights.ts';
import { filterOfSearch, filterThatFinds } from '#lib/filter/beginnings.ts';
import { environmentFrom, LIMITS, type EnvironmentData } from '#lib/filter/index.ts';
import { readEnvironmentData } from './filterEnvironment.ts';
import { groupsOf } from './filters/groups.ts';
import { filterOf, versionOf } from './filters/library.ts';
import { belongingOf } from './filters/views.ts';
import { readerOf, type FilterLocals } from './filters/locals.ts';
import { readFilters } from '#clickhouse/read/filters.ts';
import { newestAlertOf } from './filters/newestAlert.ts';
import { exampleOf, MOST_EXAMPLES } from '#lib/filter/stored.ts';
import { readQuery, searchFrom, searchSchema } from './params.ts';
import { forPage } from './portal.ts';
import { ProblemError } from './problem.ts';

/** What a filter begins with. */
interface Beginning {
	readonly text: string;
	readonly name: string;
	/** Where the text comes from, in a sentence; '' for an empty page. */
	readonly note: string;
	/** id@version of the filter that it is made from, '' for none. */
	readonly forkedFrom: string;
	/** The filter that gets a next version; null where a new one is made. */
	readonly edits: { readonly id: string; readonly newest: number; readonly block: boolean } | null;
	/** Alerts as survey:alertId that the filter is held to, as they are stored. */
	readonly storedExamples: Examples;
}

interface Examples {
	readonly mustPass: readonly string[];
	readonly mustFail: readonly string[];
}

/** What the filter editor begins with. */
export interface FilterStart extends Beginning {
	readonly names: EnvironmentData;
	/** Those that the page begins with: chosen here before a reload, or as they are stored. */
	readonly examples: Examples;
	/** Nights with alerts, newest first. */
	readonly nights: readonly { readonly night: string; readonly alerts: number }[];
	/** Filters that one of one's own can be made from. */
	readonly library: readonly { readonly id: string; readonly name: string; readonly belonging: string }[];
	readonly maySave: boolean;
	/** Groups of whoever asks. */
	readonly groups: readonly { readonly id: string; readonly name: string }[];
	/** What the gate will ask: the largest share, 0 to 1, of the newest closed night of a survey, and those nights. */
	readonly gate: { readonly most: number; readonly closed: readonly string[] };
	/** What was really there may be known: the sky is a simulation, ours or a survey's. */
	readonly mayBeKnown: boolean;
}

const NO_EXAMPLES: Examples = { mustPass: [], mustFail: [] };
const NOTHING: Beginning = { text: '', name: '', note: '', forkedFrom: '', edits: null, storedExamples: NO_EXAMPLES };

/** What the page `/filters/new` begins with: its own address says from where. */
export function loadNewFilter(locals: FilterLocals, url: URL): Promise<FilterStart> {
	return forPage(async () => {
		const names = await readEnvironmentData(locals);
		const [nights, closed, library, beginning] = await Promise.all([
			nightsWithAlerts(locals),
			readClosedNights(locals.store, locals.scope),
			readFilters(locals.store, readerOf(locals)),
			beginningOf(locals, url, names),
		]);
		return {
			...{ names, nights, ...beginning },
			examples: examplesIn(url) ?? beginning.storedExamples,
			library: library
				.filter(({ block }) => !block)
				.map((filter) => ({ id: filter.id, name: filter.name, belonging: belongingOf(locals, filter) })),
			maySave: locals.principal !== null,
			groups: groupsOf(locals),
			gate: { most: locals.config.filterGate, closed: [...new Set(closed.map(({ night }) => night))] },
			mayBeKnown: locals.scope.origin !== 'real',
		};
	});
}

/** Examples in the address of the page, written there while they were chosen; null where it names none. */
function examplesIn({ searchParams }: URL): Examples | null {
	if (!searchParams.has('mustPass') && !searchParams.has('mustFail')) return null;
	const alerts = (name: string): string[] => [
		...new Set((searchParams.get(name) ?? '').split(',').filter((alert) => exampleOf(alert) !== null)),
	];
	const mustPass = alerts('mustPass').slice(0, MOST_EXAMPLES);
	const mustFail = alerts('mustFail').filter((alert) => !mustPass.includes(alert));
	return { mustPass, mustFail: mustFail.slice(0, MOST_EXAMPLES - mustPass.length) };
}

async function beginningOf(locals: FilterLocals, { searchParams }: URL, names: EnvironmentData): Promise<Beginning> {
	const given = (name: string): string => searchParams.get(name)?.trim() ?? '';
	const text = searchParams.get('text');
	// what was written on the page since stands before what it began with
	if (text !== null) {
		const edited = given('edit') === '' ? NOTHING : await fromFilter(locals, given('edit'), true);
		return { ...edited, text: text.slice(0, LIMITS.characters) };
	}
	const filter = given('from') || given('system') || given('edit');
	if (filter !== '') return fromFilter(locals, filter, given('edit') !== '');
	if (given('object') !== '') return fromObject(locals, given('object'), names);
	if (given('search') !== '') return fromSearch(given('search'));
	return NOTHING;
}

async function fromFilter(locals: FilterLocals, id: string, isEdit: boolean): Promise<Beginning> {
	const filter = await filterOf(locals, id);
	const { text, mustPass, mustFail } = await versionOf(locals, filter, filter.newest);
	if (isEdit) {
		const note = `Version ${filter.newest} of “${filter.name}”: what is stored here becomes its version ${filter.newest + 1}.`;
		return {
			text,
			name: filter.name,
			note,
			forkedFrom: '',
			edits: { id: filter.id, newest: filter.newest, block: filter.block },
			storedExamples: { mustPass, mustFail },
		};
	}
	return {
		text,
		name: `${filter.name.slice(0, 90)}, mine`,
		note: `Made from version ${filter.newest} of “${filter.name}”, which stays as it is.`,
		forkedFrom: `${filter.id}@${filter.newest}`,
		edits: null,
		storedExamples: NO_EXAMPLES,
	};
}

/** An object by `survey/id` or by an id that tells its survey. */
async function fromObject(locals: FilterLocals, given: string, names: EnvironmentData): Promise<Beginning> {
	const newest = await newestAlertOf(locals, given);
	const [alert] =
		newest === null ? [] : await readEnrichedAlerts(locals.store, locals.scope, [newest], Object.keys(names.catalogs));
	if (newest === null || alert === undefined) {
		throw new ProblemError(
			404,
			`There is no object “${given.slice(0, 60)}” among the alerts you may see: give its id as its page shows it, or survey/id.`,
		);
	}
	return {
		...NOTHING,
		text: filterThatFinds(alert, environmentFrom(names)),
		name: `Like ${newest.objectId}`,
		note: `Made from the newest alert of ${newest.label} ${newest.objectId}: every condition holds of it. Strike what is beside the point, and loosen the rest.`,
	};
}

function fromSearch(search: string): Beginning {
	const query = searchFrom(readQuery(searchSchema, new URL(`http://localhost/?${search}`)), 'alerts');
	const { text, left } = filterOfSearch(query);
	return {
		...NOTHING,
		text,
		note: `Made from a search.${left.length === 0 ? '' : ` A filter does not hold ${left.join('; ')}.`}`,
	};
}

/** Nights that can be chosen: those of the last hundred that have alerts, newest first. */
async function nightsWithAlerts({ store, scope }: FilterLocals): Promise<FilterStart['nights']> {
	const newest = await readNewestNight(store, scope);
	if (newest === null) return [];
	const counts = new Map<string, number>();
	for (const { night, alerts } of await readNights(store, scope, { to: newest, limit: 200 })) {
		counts.set(night, (counts.get(night) ?? 0) + alerts);
	}
	return [...counts].map(([night, alerts]) => ({ night, alerts })).slice(0, 100);
}
