import { findAlerts } from '#clickhouse/read/alerts.ts';
import { findObjects } from '#clickhouse/read/objects.ts';
import { alertPath, objectPath, solarSystemPath } from '#lib/alert/address.ts';
import { coneParts, UNDERSTANDS, type TextConditions, type UnderstoodText } from '#lib/alert/searchText.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import { separationArcsec } from '#lib/astro/sphere.ts';
import { findNames, MOST_SOURCES, type FoundNames } from './names.ts';
import type { PortalLocals } from './portal.ts';

/** What a text of the search box asks for, with its ids and names looked up. */
export interface ReadText {
	readonly conditions: TextConditions;
	/** What was understood, for people. */
	readonly parts: UnderstoodText['parts'];
	/** Each in a sentence; where there is one, nothing matches. */
	readonly problems: readonly string[];
	/** Path of the one thing that the text names, else null. */
	readonly goTo: string | null;
	/** False where the conditions do not say what was asked for: a body of the solar system has a page and no condition. */
	readonly hasRows: boolean;
	/** A name that nothing here has, else null. */
	readonly unknownName: string | null;
}

type Named = NonNullable<UnderstoodText['name']>;

/** The objects and alerts of an id: the conditions of an object, or of an alert where no object has it. */
async function readIds({ store, scope }: PortalLocals, text: UnderstoodText): Promise<ReadText | null> {
	const [first] = text.objects;
	const surveys = text.objects.map(({ survey }) => survey);
	const [objects, alerts] = await Promise.all([
		first === undefined ? [] : findObjects(store, scope, first.objectId, surveys),
		text.alertId === null ? [] : findAlerts(store, scope, text.alertId),
	]);
	const paths = [...objects.map(objectPath), ...alerts.map(alertPath)];
	if (paths.length === 0) return null;
	return { ...asObject(text, objects.length > 0), goTo: paths.length === 1 ? (paths[0] ?? null) : null };
}

function asObject({ conditions, parts, problems, objects, alertId }: UnderstoodText, isObject: boolean): ReadText {
	const [first] = objects;
	const id: Partial<SearchQuery> =
		first !== undefined && (isObject || alertId === null)
			? { objectId: first.objectId }
			: alertId === null
				? {}
				: { alertId };
	return { conditions: { ...conditions, ...id }, parts, problems, goTo: null, hasRows: true, unknownName: null };
}

/** Sources of the same name further apart are not the same thing. */
const SAME_ARCSEC = 60;

/** The cone around what a catalogue has under a name; others of the name are told. */
function asCone(text: UnderstoodText, { radiusArcsec }: Named, { sources, solarSystem }: FoundNames): ReadText | null {
	const [source, ...others] = sources;
	if (source === undefined) return null;
	const cone = { ra: source.ra, dec: source.dec, radiusArcsec };
	const elsewhere = others
		.filter(({ ra, dec }) => separationArcsec(ra, dec, source.ra, source.dec) > SAME_ARCSEC)
		.map(({ sourceId, catalog }) => `${sourceId} (catalogue ${catalog})`);
	const also = [...elsewhere, ...solarSystem.map((name) => `the solar-system object ${name}`)];
	return {
		conditions: { ...text.conditions, cone },
		parts: [
			{ label: 'name', value: `${source.name} (catalogue ${source.catalog})` },
			...coneParts(cone),
			...text.parts.filter(({ label }) => label !== 'id'),
			...(also.length === 0 ? [] : [{ label: 'also of that name', value: also.join(', ') }]),
		],
		problems: text.problems,
		goTo: null,
		hasRows: true,
		unknownName: null,
	};
}

/** The page of a body of the solar system, where nothing else was asked for. */
function asBody(text: UnderstoodText, { solarSystem }: FoundNames): ReadText | null {
	const [name] = solarSystem;
	if (name === undefined) return null;
	const { conditions, parts } = text;
	const alone = Object.keys(conditions).length === 0;
	const problem = `${name} is a solar-system object, and its alerts are not narrowed by conditions: search for its name alone to get to its page.`;
	return {
		conditions,
		parts,
		problems: alone ? text.problems : [...text.problems, problem],
		goTo: alone ? solarSystemPath(name) : null,
		hasRows: false,
		unknownName: null,
	};
}

function unknown({ text }: Named, { lookedIn, leftOut }: FoundNames): string {
	const catalogs = lookedIn.length === 0 ? 'no catalogue' : `the catalogues ${lookedIn.join(', ')}`;
	const large =
		leftOut.length === 0
			? ''
			: ` (not ${leftOut.join(', ')}, of more than ${MOST_SOURCES.toLocaleString('en')} sources)`;
	return `“${text}” was not understood: it is no name in what is loaded here, ${catalogs}${large} and the solar-system objects among the alerts that you may see. ${UNDERSTANDS}`;
}

/** Looks up the ids and the name of a text: an id first, then a source of a catalogue, then a body of the solar system. */
export async function readText(locals: PortalLocals, text: UnderstoodText): Promise<ReadText> {
	const { conditions, parts, problems, name } = text;
	const hasId = text.objects.length > 0 || text.alertId !== null;
	const byId = hasId ? await readIds(locals, text) : null;
	if (byId !== null) return byId;
	if (name === null || problems.length > 0) return asObject(text, false);
	const names = await findNames(locals, name.text);
	const named = asCone(text, name, names) ?? asBody(text, names);
	if (named !== null || hasId) return named ?? asObject(text, false);
	return { conditions, parts, problems: [unknown(name, names)], goTo: null, hasRows: false, unknownName: name.text };
}
