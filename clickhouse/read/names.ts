import type { Catalog } from '#lib/alert/catalog.ts';
import { idBeginnings, sourceKeys, solarSystemNames } from '#lib/alert/name.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import namedSourcesSql from '../queries/named_sources.sql?raw';
import newestAlertsSql from '../queries/newest_alerts.sql?raw';
import objectsBeginningSql from '../queries/objects_beginning.sql?raw';
import ssoNamesSql from '../queries/sso_names.sql?raw';
import type { Answer, QueryOptions, Store } from '../store.ts';
import { keyOf, type ObjectKey } from './objects.ts';
import { render, renderAny } from './render.ts';
import { publishedBy, readWatermark } from './watermark.ts';

/** A source of a catalogue and the name it was found under, as the catalogue writes it. */
export interface NamedSource {
	readonly catalog: string;
	readonly release: string;
	readonly sourceId: string;
	readonly name: string;
	/** ICRS degrees. */
	readonly ra: number;
	readonly dec: number;
}

const MOST_NAMED = 10;

/** Columns of text that hold names; others hold kinds, types and remarks, which name nothing. */
const NAME_COLUMN =
	/^(?:(?:proper|common|other|main|obj(?:ect)?|source|star|internal|alt(?:ernative)?)?(?:name|id|designation|identifier)s?|other|alias(?:es)?|desig|bayer|flamsteed|object|star)$/;

/** Sources of those catalogues that have a name, in any of its spellings; every source of them is read, so give small ones. */
export async function readNamedSources(
	store: Store,
	catalogs: readonly Pick<Catalog, 'name' | 'release' | 'columns'>[],
	text: string,
	options: QueryOptions = {},
): Promise<Answer<NamedSource>> {
	const holding = catalogs.flatMap(({ columns }) =>
		columns.filter(({ name, kind }) => kind === 'text' && NAME_COLUMN.test(name.toLowerCase().replace(/[^a-z]/g, ''))),
	);
	const names = sourceKeys(text);
	const answer = await store.ask<Omit<NamedSource, 'name'> & { foundName: string }>(
		renderAny(namedSourcesSql, '', {}),
		{
			catalogs: catalogs.map(({ name }) => name),
			releases: catalogs.map(({ release }) => release),
			columns: [...new Set(holding.map(({ name }) => name))],
			names,
			barred: names.map((name) => `|${name}|`),
			limit: MOST_NAMED,
		},
		options,
	);
	return { ...answer, rows: answer.rows.map(({ foundName, ...source }) => ({ ...source, name: foundName })) };
}

/** Names of bodies of the solar system, as surveys write them, that a text may mean and that alerts in scope carry. */
export async function readSolarSystemNames(
	store: Store,
	scope: AccessScope,
	text: string,
	options: QueryOptions = {},
): Promise<string[]> {
	const params = { names: solarSystemNames(text), limit: MOST_NAMED };
	const rows = await store.query<{ name: string }>(render(ssoNamesSql, scope), params, { ...options, light: true });
	return rows.map(({ name }) => name);
}

/** Objects given for the beginning of an id. */
const MOST_BEGINNING = 6;

/** Published objects in scope whose ids begin with a text (idBeginnings), in the order of their ids, at most six. */
export async function readObjectsBeginning(
	store: Store,
	scope: AccessScope,
	text: string,
	options: QueryOptions = {},
): Promise<ObjectKey[]> {
	const beginnings = idBeginnings(text);
	if (beginnings.length === 0) return [];
	const begins = beginnings.map((_, i) => `startsWith(object_id, {beginning${i}:String})`).join(' OR ');
	const objects = await store.query<ObjectKey>(
		render(objectsBeginningSql, scope, { begins }),
		{
			...Object.fromEntries(beginnings.map((beginning, i) => [`beginning${i}`, beginning])),
			...{ surveys: SURVEYS.map(({ name }) => name), limit: MOST_BEGINNING },
		},
		{ ...options, lookUp: true },
	);
	if (objects.length === 0) return [];
	const published = publishedBy(await readWatermark(store, options.signal));
	const there = await store.query<ObjectKey>(
		render(newestAlertsSql, scope, { published: published.sql }),
		{
			...published.params,
			...{ surveys: [...new Set(objects.map(({ survey }) => survey))], ids: objects.map(({ objectId }) => objectId) },
		},
		{ ...options, lookUp: true },
	);
	const visible = new Set(there.map(keyOf));
	return objects.filter((object) => visible.has(keyOf(object)));
}
