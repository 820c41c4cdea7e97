import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { keepText, termsOf, type CatalogLayout, type CatalogRecipe, type Keep } from '#lib/alert/catalogRecipes.ts';
import { CATALOG_NAME, type Catalog, type CatalogSource, type MatchRule } from '#lib/alert/catalog.ts';
import type { Origin } from '#lib/alert/survey.ts';
import { readCatalogs, readStoredReleases } from '#clickhouse/read/catalogs.ts';
import { KEEP_REPLACED_MS } from '#clickhouse/read/crossmatch.ts';
import type { Store } from '#clickhouse/store.ts';
import { dropRelease, insertCatalog, insertSources } from '#clickhouse/write/crossmatch.ts';
import { CatalogError } from './error.ts';
import { isTns, keptColumns, mapColumns, parseMap, sourceOf, usualName, type Mapping } from './mapping.ts';
import { keeper, layoutOf, mapOfLayout } from './recipes.ts';
import { openTable, type CatalogTable } from './table.ts';

/** What is said of a catalogue that is loaded from a file. */
export interface LoadRequest extends Partial<MatchRule> {
	readonly path: string;
	readonly name: string | null;
	readonly release: string | null;
	readonly description: string;
	readonly licence: string;
	readonly citation: string;
	readonly sourceUrl: string;
	/** `role=COLUMN[:unit]`. */
	readonly map: readonly string[];
	/** Stands for what is not said above. */
	readonly recipe?: CatalogRecipe;
}

/** How far a load is. */
export interface LoadProgress {
	readonly rows: number;
	readonly bad: number;
	/** 0 to 1. */
	readonly share: number;
	readonly seconds: number;
}

/** What a load did. */
export interface LoadOutcome {
	readonly catalog: Omit<Catalog, 'addedAt'>;
	readonly mapping: Readonly<Record<string, string>>;
	readonly leftOut: readonly string[];
	readonly bad: number;
	/** Rows that the recipe does not take, and which it takes, in words; empty where it takes all. */
	readonly notTaken: number;
	readonly taken: string;
	/** The first bad rows with the reason. */
	readonly badRows: readonly string[];
	readonly warnings: readonly string[];
}

const BATCH = 25_000;
const SHOWN_BAD = 10;
/** More columns than this make every match heavy. */
const MOST_COLUMNS = 200;
const USUAL_RADIUS_ARCSEC = 2;

async function sha256Of(path: string): Promise<string> {
	const hash = createHash('sha256');
	for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
	return hash.digest('hex');
}

function nameFrom(request: LoadRequest, table: CatalogTable): string {
	const file = request.path
		.replace(/^.*\//, '')
		.replace(/(?:\.(?:csv|tsv|txt|vot|votable|xml|fits?|parquet|gz))+$/i, '');
	const name =
		request.name ?? request.recipe?.name ?? usualName(table.columns) ?? file.replace(/[^A-Za-z0-9_.-]+/g, '_');
	if (!CATALOG_NAME.test(name)) {
		throw new CatalogError(
			`A catalogue is named by a letter or digit and up to 39 letters, digits, dots, dashes or underscores; not "${name}". Say it with --name.`,
		);
	}
	return name;
}

/** Drops releases that were replaced or removed long enough ago; answers how many. */
export async function dropReplaced(store: Store, nowMs = Date.now()): Promise<number> {
	let dropped = 0;
	for (const { catalog, release, endedMs } of await readStoredReleases(store)) {
		if (endedMs === null || endedMs === 0 || nowMs - endedMs < KEEP_REPLACED_MS) continue;
		await dropRelease(store, catalog, release);
		dropped += 1;
	}
	return dropped;
}

/** Makes room for a release: sources that an earlier load of it left unfinished go; one that is or was matched is refused. */
async function makeRoom(store: Store, name: string, release: string): Promise<void> {
	await dropReplaced(store);
	const left = (await readStoredReleases(store)).find((entry) => entry.catalog === name && entry.release === release);
	if (left === undefined) return;
	if (left.endedMs === 0) {
		throw new CatalogError(
			`Release ${release} of ${name} is loaded already. Give the new one a name with --release; it then replaces the old one.`,
		);
	}
	if (left.endedMs !== null) {
		throw new CatalogError(
			`Release ${release} of ${name} was replaced only minutes ago and may still be in use: wait ten minutes, or give another --release.`,
		);
	}
	await dropRelease(store, name, release);
}

function checkRule(request: LoadRequest): MatchRule {
	const { radiusArcsec = USUAL_RADIUS_ARCSEC, radiusKpc = 0, nearRadiusArcsec = 0 } = request;
	if (radiusKpc > 0)
		return { radiusArcsec, radiusKpc, nearRadiusArcsec: nearRadiusArcsec > 0 ? nearRadiusArcsec : 300 };
	return { radiusArcsec, radiusKpc: 0, nearRadiusArcsec: 0 };
}

/** A frame that positions must not be in. */
function checkFrame(frame: string): void {
	if (/^(?:galactic|ecl|fk4|B1950|supergalactic)/i.test(frame)) {
		throw new CatalogError(`The file says its positions are ${frame}: they must be ICRS (or J2000 equatorial).`);
	}
}

function describeMapping(table: CatalogTable, mapping: Mapping): Record<string, string> {
	const name = (index: number | null): string => (index === null ? '' : (table.columns[index]?.name ?? ''));
	return {
		id: mapping.id.map(name).join(' + ') || 'row number',
		ra: `${name(mapping.ra)} (${mapping.raUnit})`,
		dec: `${name(mapping.dec)} (${mapping.decUnit})`,
		mag: name(mapping.mag) || 'none',
		redshift: name(mapping.redshift) || 'none',
	};
}

/** Loads a catalogue from a file: its sources first, then the row that makes the release the one that is matched. */
export async function loadCatalog(
	store: Store,
	request: LoadRequest,
	options: {
		readonly onColumns?: (found: Readonly<Record<string, string>>, table: CatalogTable) => void;
		readonly onProgress?: (progress: LoadProgress) => void;
		readonly signal?: AbortSignal;
	} = {},
): Promise<LoadOutcome> {
	const table = await openTable(request.path, store);
	try {
		checkFrame(table.frame);
		if (table.columns.length > MOST_COLUMNS) {
			throw new CatalogError(
				`The table has ${table.columns.length} columns; at most ${MOST_COLUMNS} are kept. Cut it down first.`,
			);
		}
		const name = nameFrom(request, table);
		const release =
			request.release ?? request.recipe?.release ?? (await stat(request.path)).mtime.toISOString().slice(0, 10);
		if (!/^[^\p{C}]{1,60}$/u.test(release)) throw new CatalogError('A release is a text of 1 to 60 characters.');
		const { recipe } = request;
		// what is asked for by hand comes later and holds
		const layout = recipe === undefined ? null : layoutOf(recipe, table.columns);
		const keep = layout?.keep ?? [];
		const map = [...(layout === null ? [] : mapOfLayout(layout)), ...request.map];
		const mapping = mapColumns(table.columns, parseMap(map));
		const found = describeMapping(table, mapping);
		options.onColumns?.(found, table);
		await makeRoom(store, name, release);
		const columns = keptColumns(table.columns, mapping);
		const head = { name, release, origin: 'real' as Origin };
		const written = await writeRows(store, head, table, { mapping, columns, keep }, options);
		const taken = keep.map(keepText).join(', ');
		if (written.rows === 0) {
			await dropRelease(store, name, release).catch(() => undefined);
			throw new CatalogError(
				written.notTaken > 0 && written.bad === 0
					? `Not one of ${written.notTaken} rows is taken: ${taken}.`
					: `Not one row could be used${written.badRows[0] === undefined ? '' : `: ${written.badRows[0]}`}. Say the columns with --map.`,
			);
		}
		const catalog = {
			...head,
			...checkRule({ ...recipe?.rule, ...request }),
			...textsOf(request, layout, taken, table),
			columns,
			rows: written.rows,
			sha256: await sha256Of(request.path),
		};
		await insertCatalog(store, catalog, Date.now());
		return {
			catalog,
			mapping: found,
			leftOut: table.leftOut,
			bad: written.bad,
			notTaken: written.notTaken,
			taken,
			badRows: written.badRows,
			warnings: written.warnings,
		};
	} finally {
		await table.close();
	}
}

/** What is said of a catalogue, by whoever loads it, else by its recipe. */
function textsOf(
	{ recipe, ...said }: LoadRequest,
	layout: CatalogLayout | null,
	taken: string,
	table: CatalogTable,
): Pick<Catalog, 'description' | 'licence' | 'citation' | 'sourceUrl'> {
	if (recipe === undefined || layout === null) {
		const usual = isTns(table.columns) ? 'Transient Name Server, public list of objects' : '';
		const { description, licence, citation, sourceUrl } = said;
		return { description: description || usual, licence, citation, sourceUrl };
	}
	return {
		description: said.description || `${recipe.description}${taken === '' ? '' : `; only rows whose ${taken}`}`,
		licence: said.licence || termsOf(recipe, layout),
		citation: said.citation || recipe.citation,
		sourceUrl: said.sourceUrl || recipe.url,
	};
}

async function writeRows(
	store: Store,
	head: Pick<Catalog, 'name' | 'release' | 'origin'>,
	table: CatalogTable,
	{
		mapping,
		columns,
		keep,
	}: { readonly mapping: Mapping; readonly columns: Catalog['columns']; readonly keep: readonly Keep[] },
	{ onProgress, signal }: { readonly onProgress?: (progress: LoadProgress) => void; readonly signal?: AbortSignal },
): Promise<{ rows: number; bad: number; notTaken: number; badRows: string[]; warnings: string[] }> {
	const startedAt = performance.now();
	const load = Date.now();
	const badRows: string[] = [];
	const isTaken = keeper(keep, table.columns);
	let bad = 0;
	let notTaken = 0;
	let rows = 0;
	let part = 0;
	let greatestRa = 0;
	let sources: CatalogSource[] = [];
	const flush = async (): Promise<void> => {
		await insertSources(store, head, sources, `${load}:${part}`);
		part += 1;
		rows += sources.length;
		sources = [];
		onProgress?.({ rows, bad, share: table.share(), seconds: (performance.now() - startedAt) / 1000 });
	};
	for await (const { place, cells } of table.rows()) {
		if (!isTaken(cells)) {
			notTaken += 1;
			continue;
		}
		const source = sourceOf(cells, mapping, columns, rows + sources.length + bad + notTaken + 1);
		if (typeof source === 'string') {
			bad += 1;
			if (badRows.length < SHOWN_BAD) badRows.push(`${place}: ${source}`);
			continue;
		}
		if (source.ra > greatestRa) greatestRa = source.ra;
		sources.push(source);
		if (sources.length >= BATCH) {
			if (signal?.aborted === true)
				throw new CatalogError('Stopped; nothing of the new release is matched. The same command begins it again.');
			await flush();
		}
	}
	await flush();
	const warnings =
		rows > 100 && greatestRa <= 24 && mapping.raUnit === 'deg'
			? ['Every right ascension lies below 24: if they are hours, load it again with --map ra=COLUMN:hours.']
			: [];
	return { rows, bad, notTaken, badRows, warnings };
}

/** Takes a catalogue out of matching; what was matched with it stays. */
export async function removeCatalog(store: Store, name: string): Promise<Catalog> {
	const catalog = (await readCatalogs(store, { class: 'ingest' })).find((entry) => entry.name === name);
	if (catalog === undefined)
		throw new CatalogError(`There is no catalogue "${name}": nightjar catalog list shows those that are loaded.`);
	await insertCatalog(store, catalog, Date.now(), true);
	await dropReplaced(store);
	return catalog;
}
