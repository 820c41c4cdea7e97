import { mayMatch, TNS, widestRadiusArcsec, type Catalog } from '#lib/alert/catalog.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { CatalogCrossmatch, ObjectAssociation, ObjectMatch } from '#lib/alert/views.ts';
import associationsSql from '../queries/object_associations.sql?raw';
import matchesSql from '../queries/object_crossmatches.sql?raw';
import runsSql from '../queries/object_crossmatch_runs.sql?raw';
import type { QueryOptions, Store } from '../store.ts';
import { readCatalogs } from './catalogs.ts';
import { knownBy } from './conditions.ts';
import type { ObjectKey } from './objects.ts';
import { render } from './render.ts';
import { accessPredicate } from './scope.ts';

type KnownOptions = QueryOptions & {
	/** UTC, ISO 8601: leaves out what became known later. */
	readonly known?: string;
};

interface RunRow {
	readonly catalog: string;
	readonly release: string;
	readonly state: CatalogCrossmatch['state'];
	readonly radiusArcsec: number;
	readonly reason: string;
	readonly alertId: string;
	readonly writer: string;
	readonly number: string;
	readonly knownAt: string;
}

interface MatchRow extends Omit<ObjectMatch, 'columns'> {
	readonly catalog: string;
	readonly numbers: Readonly<Record<string, number | null>>;
	readonly texts: Readonly<Record<string, string>>;
}

function matchOf({ sourceId, sepArcsec, ra, dec, mag, redshift, numbers, texts }: MatchRow): ObjectMatch {
	const columns: Record<string, number | string> = { ...texts };
	for (const [name, value] of Object.entries(numbers)) if (value !== null) columns[name] = value;
	return { sourceId, sepArcsec, ra, dec, mag, redshift, columns };
}

/** A catalogue that the object was never matched with, or that is not loaded at all. */
function untried(catalog: string, loaded: Catalog | undefined): CatalogCrossmatch {
	const reason =
		loaded === undefined
			? `the ${catalog} list is not loaded`
			: 'the newest alert was not matched with it: it was loaded later, or only seconds before; nightjar crossmatch looks at such objects again';
	return {
		catalog,
		release: loaded?.release ?? '',
		state: 'notDone',
		reason,
		radiusArcsec: loaded === undefined ? 0 : widestRadiusArcsec(loaded),
		knownAt: null,
		loaded: loaded !== undefined,
		matches: [],
	};
}

/**
 * The newest attempt at matching an object with every catalogue, those that found something first: matched, none and not done
 * are told apart, also for catalogues that came later and for the list of the TNS where it is not loaded.
 */
export async function readCrossmatches(
	store: Store,
	scope: AccessScope,
	object: ObjectKey,
	{ known, loadedNow, ...options }: KnownOptions & { readonly loadedNow?: Promise<readonly Catalog[]> } = {},
): Promise<CatalogCrossmatch[]> {
	const where = knownBy(known);
	const key = { survey: object.survey, objectId: object.objectId };
	const [runs, catalogs] = await Promise.all([
		store.query<RunRow>(render(runsSql, scope, { where: where.sql }), { ...key, ...where.params }, options),
		loadedNow ?? readCatalogs(store, options),
	]);
	const matched = runs.filter(({ state }) => state === 'matched');
	const rows =
		matched.length === 0
			? []
			: await store.query<MatchRow>(
					render(matchesSql, scope),
					{
						...key,
						catalogs: matched.map(({ catalog }) => catalog),
						alertIds: matched.map(({ alertId }) => BigInt(alertId)),
						writers: matched.map(({ writer }) => writer),
						batches: matched.map(({ number }) => BigInt(number)),
					},
					options,
				);
	const loaded = new Map(
		catalogs.filter(({ origin }) => mayMatch(origin, scope.origin)).map((entry) => [entry.name, entry]),
	);
	const tried = new Set(runs.map(({ catalog }) => catalog));
	const done = runs.map((run): CatalogCrossmatch => ({
		catalog: run.catalog,
		release: run.release,
		state: run.state,
		reason: run.reason,
		radiusArcsec: run.radiusArcsec,
		knownAt: run.knownAt,
		loaded: loaded.has(run.catalog),
		matches: rows.filter(({ catalog }) => catalog === run.catalog).map(matchOf),
	}));
	// of the past nobody can say which catalogues were loaded and not tried
	const others = (known === undefined ? [...new Set([...loaded.keys(), TNS])] : [])
		.filter((name) => !tried.has(name))
		.map((name) => untried(name, loaded.get(name)));
	const order = { matched: 0, none: 1, notDone: 2 } as const;
	return [...done, ...others].sort(
		(a, b) => order[a.state] - order[b.state] || a.catalog.localeCompare(b.catalog, 'en'),
	);
}

/** Objects of other surveys at an object's place, nearest first; only those that the reader may see. */
export async function readAssociations(
	store: Store,
	scope: AccessScope,
	object: ObjectKey,
	{ known, ...options }: KnownOptions = {},
): Promise<ObjectAssociation[]> {
	const where = knownBy(known);
	const sql = render(associationsSql, scope, {
		where: where.sql,
		otherScope: accessPredicate(scope, 'other'),
	});
	const rows = await store.query<{ otherSurvey: string; otherObjectId: string; sepArcsec: number; knownAt: string }>(
		sql,
		{ survey: object.survey, objectId: object.objectId, ...where.params },
		options,
	);
	return rows.map((row) => ({
		survey: row.otherSurvey,
		objectId: row.otherObjectId,
		sepArcsec: row.sepArcsec,
		knownAt: row.knownAt,
	}));
}
