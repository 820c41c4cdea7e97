import { objectPath, solarSystemPath } from '#lib/alert/address.ts';
import { NAME } from '#lib/alert/name.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { to } from '#lib/components/look/address.ts';
import type { Place } from '#lib/components/look/places.ts';

interface Names {
	readonly sources: readonly { readonly catalog: string; readonly name: string }[];
	readonly solarSystem: readonly string[];
	readonly objects: readonly { readonly survey: string; readonly objectId: string }[];
}

async function get<Answer>(path: string, signal: AbortSignal | null = null): Promise<Answer> {
	const answer = await fetch(path, { signal });
	if (!answer.ok) throw new Error(answer.statusText);
	return (await answer.json()) as Answer;
}

async function named(text: string, signal: AbortSignal): Promise<Place[]> {
	if (!NAME.test(text)) return [];
	const { sources, solarSystem, objects } = await get<Names>(to('/api/v1/names', { name: text }), signal);
	// the search takes the first of that name and tells of the others
	const around = sources.slice(0, 1).map(({ catalog, name }) => ({
		href: `/search?q=${encodeURIComponent(text)}`,
		word: name,
		note: `objects around it, catalogue ${catalog}`,
	}));
	const bodies = solarSystem.map((name) => ({ href: solarSystemPath(name), word: name, note: 'solar-system object' }));
	// the whole id leads to its object without being looked up
	const begun = objects
		.filter(({ objectId }) => objectId.toLowerCase() !== text.toLowerCase())
		.map((object) => ({
			href: objectPath(object),
			word: object.objectId,
			note: `${findSurvey(object.survey)?.label ?? object.survey} object`,
		}));
	return [...around, ...bodies, ...begun];
}

const MOST_FILTERS = 5;
const HOLD_MS = 60_000;

interface Library {
	readonly filters: readonly { readonly id: string; readonly name: string }[];
}
/** The filters as they were a moment ago: they are not read anew for every letter. */
let library: { readonly path: string; readonly at: number; readonly read: Promise<Library> } | null = null;

async function filtersNamed(text: string): Promise<Place[]> {
	const path = to('/api/v1/filters');
	if (library?.path !== path || Date.now() - library.at > HOLD_MS) {
		const read = get<Library>(path);
		library = { path, at: Date.now(), read };
		read.catch(() => (library = null));
	}
	const { filters } = await library.read;
	const lower = text.toLowerCase();
	return filters
		.filter(({ name }) => name.toLowerCase().includes(lower))
		.slice(0, MOST_FILTERS)
		.map(({ id, name }) => ({ href: `/filters/${id}`, word: name, note: 'filter' }));
}

/** What the store has under a name, and filters that the reader may see; what cannot be asked is left out. */
export async function lookUp(text: string, signal: AbortSignal): Promise<Place[]> {
	const parts = await Promise.allSettled([named(text, signal), filtersNamed(text)]);
	return parts.flatMap((part) => (part.status === 'fulfilled' ? part.value : []));
}
