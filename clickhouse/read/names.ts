import type { Catalog } from '#lib/alert/catalog.ts';
import { sourceKeys, solarSystemNames } from '#lib/alert/name.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import namedSourcesSql from '../queries/named_sources.sql?raw';
import ssoNamesSql from '../queries/sso_names.sql?raw';
import type { Answer, QueryOptions, Store } from '../store.ts';
import { render, renderAny } from './render.ts';

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
