import type { Catalog, CatalogSource } from '#lib/alert/catalog.ts';
import { ipixOf } from '#lib/astro/healpix.ts';
import {
	ASSOCIATION_COLUMNS,
	CATALOG_COLUMNS,
	MATCH_COLUMNS,
	RUN_COLUMNS,
	SOURCE_COLUMNS,
	writeAssociation,
	writeCatalog,
	writeMatch,
	writeRun,
	writeSource,
	type AssociationRow,
} from '../crossmatchRecords.ts';
import type { BatchStamp } from '../records.ts';
import { RowBinaryWriter } from '../rowBinary.ts';
import type { Store } from '../store.ts';

/** Inserts one row per catalogue and alert: what was found, or that nothing was, or why it was not done. */
export async function insertRuns(
	store: Store,
	batch: BatchStamp,
	rows: readonly Parameters<typeof writeRun>[1][],
): Promise<void> {
	if (rows.length === 0) return;
	const writer = new RowBinaryWriter(rows.length * 96);
	for (const row of rows) writeRun(writer, row, batch);
	await store.insert('crossmatch_runs', RUN_COLUMNS, writer.finish(), `${batch.writer}:${batch.number}:runs`);
}

/** Inserts the sources that were found. */
export async function insertMatches(
	store: Store,
	batch: BatchStamp,
	rows: readonly Parameters<typeof writeMatch>[1][],
): Promise<void> {
	if (rows.length === 0) return;
	const writer = new RowBinaryWriter(rows.length * 256);
	for (const row of rows) writeMatch(writer, row, batch);
	await store.insert('crossmatches', MATCH_COLUMNS, writer.finish(), `${batch.writer}:${batch.number}:matches`);
}

/** Inserts pairs of objects of different surveys. */
export async function insertAssociations(
	store: Store,
	batch: BatchStamp,
	rows: readonly AssociationRow[],
	codeVersion: string,
): Promise<void> {
	if (rows.length === 0) return;
	const writer = new RowBinaryWriter(rows.length * 160);
	for (const row of rows) writeAssociation(writer, row, codeVersion, batch);
	const token = `${batch.writer}:${batch.number}:associations`;
	await store.insert('associations', ASSOCIATION_COLUMNS, writer.finish(), token);
}

/** Inserts sources of a catalogue; `part` numbers the inserts of one load, so that a repeated one is stored once. */
export async function insertSources(
	store: Store,
	catalog: Pick<Catalog, 'name' | 'release' | 'origin'>,
	sources: readonly CatalogSource[],
	part: string,
): Promise<void> {
	if (sources.length === 0) return;
	const writer = new RowBinaryWriter(sources.length * 160);
	for (const source of sources) writeSource(writer, catalog, source, ipixOf(29, source.ra, source.dec));
	const token = `catalog:${catalog.name}:${catalog.release}:${part}`;
	await store.insert('catalog_sources', SOURCE_COLUMNS, writer.finish(), token);
}

/** Makes a loaded release the one that is matched, or says that the catalogue is matched no more. */
export async function insertCatalog(
	store: Store,
	catalog: Omit<Catalog, 'addedAt'>,
	addedAtMs: number,
	removed = false,
): Promise<void> {
	const writer = new RowBinaryWriter(4096);
	writeCatalog(writer, catalog, addedAtMs, removed);
	const token = `catalog:${catalog.name}:${catalog.release}:${addedAtMs}`;
	await store.insert('catalogs', CATALOG_COLUMNS, writer.finish(), token);
}

/** Drops the sources of a release; nothing of what was matched with it. */
export async function dropRelease(store: Store, catalog: string, release: string): Promise<void> {
	const target =
		store.cluster === null
			? 'catalog_sources'
			: `catalog_sources_local ON CLUSTER '${store.cluster.replace(/[^\w-]/g, '')}'`;
	await store.command(`ALTER TABLE ${target} DROP PARTITION ({catalog:String}, {release:String})`, {
		catalog,
		release,
	});
}
