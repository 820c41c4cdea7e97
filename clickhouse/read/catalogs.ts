import * as v from 'valibot';
import type { Catalog, CatalogColumn } from '#lib/alert/catalog.ts';
import type { Origin } from '#lib/alert/survey.ts';
import catalogsSql from '../queries/catalogs.sql?raw';
import coneSql from '../queries/catalog_cone.sql?raw';
import sampleSql from '../queries/catalog_sample.sql?raw';
import releasesSql from '../queries/ingest/catalog_releases.sql?raw';
import type { QueryOptions, Store } from '../store.ts';
import { inCone, SEPARATION_ARCSEC } from './conditions.ts';
import { renderAny } from './render.ts';

const columnsSchema = v.array(
	v.object({ name: v.string(), kind: v.picklist(['number', 'text']), unit: v.string(), meaning: v.string() }),
);

function columnsFrom(text: string): readonly CatalogColumn[] {
	return v.parse(columnsSchema, JSON.parse(text));
}

/** The catalogues that are loaded, by name. They are of the sky, not of alerts: every reader may see them. */
export async function readCatalogs(store: Store, options: QueryOptions = {}): Promise<Catalog[]> {
	const rows = await store.query<{
		name: string;
		release: string;
		origin: Origin;
		description: string;
		licence: string;
		citation: string;
		sourceUrl: string;
		radiusArcsec: number;
		radiusKpc: number;
		nearRadiusArcsec: number;
		columnList: string;
		sources: string;
		checksum: string;
		addedAt: string;
	}>(renderAny(catalogsSql, '', {}), {}, options);
	return rows.map((row) => ({
		name: row.name,
		release: row.release,
		origin: row.origin,
		description: row.description,
		licence: row.licence,
		citation: row.citation,
		sourceUrl: row.sourceUrl,
		radiusArcsec: row.radiusArcsec,
		radiusKpc: row.radiusKpc,
		nearRadiusArcsec: row.nearRadiusArcsec,
		columns: columnsFrom(row.columnList),
		rows: Number(row.sources),
		sha256: row.checksum,
		addedAt: row.addedAt,
	}));
}

interface SourceRow {
	source_id: string;
	ra: number;
	dec: number;
	mag: number | null;
	redshift: number | null;
	numbers: Record<string, number | null>;
	texts: Record<string, string>;
	sepArcsec?: number;
}

/** A source as readers get it; absent numbers are null. */
export interface ShownSource {
	readonly sourceId: string;
	/** ICRS degrees. */
	readonly ra: number;
	readonly dec: number;
	readonly mag: number | null;
	readonly redshift: number | null;
	readonly sepArcsec?: number;
	/** The catalogue's other columns by name, absent ones left out. */
	readonly columns: Readonly<Record<string, number | string>>;
}

function shown(row: SourceRow): ShownSource {
	const columns: Record<string, number | string> = { ...row.texts };
	for (const [name, value] of Object.entries(row.numbers)) if (value !== null) columns[name] = value;
	return {
		sourceId: row.source_id,
		ra: row.ra,
		dec: row.dec,
		mag: row.mag,
		redshift: row.redshift,
		...(row.sepArcsec === undefined ? {} : { sepArcsec: row.sepArcsec }),
		columns,
	};
}

/** Sources of a catalogue around a place, nearest first. */
export async function readCatalogCone(
	store: Store,
	catalog: Pick<Catalog, 'name' | 'release'>,
	cone: { ra: number; dec: number; radiusArcsec: number; limit: number },
	options: QueryOptions = {},
): Promise<ShownSource[]> {
	const where = inCone(cone);
	const sql = renderAny(coneSql, '', { where: where.sql, separation: SEPARATION_ARCSEC });
	const params = { ...where.params, catalog: catalog.name, release: catalog.release, limit: cone.limit };
	return (await store.query<SourceRow>(sql, params, options)).map(shown);
}

/** Some sources of a catalogue from all over the sky, the same each time. */
export async function readCatalogSample(
	store: Store,
	catalog: Pick<Catalog, 'name' | 'release'>,
	limit: number,
	options: QueryOptions = {},
): Promise<ShownSource[]> {
	const params = { catalog: catalog.name, release: catalog.release, limit };
	return (await store.query<SourceRow>(renderAny(sampleSql, '', {}), params, options)).map(shown);
}

/** A release in the store and since when it is matched no more, Unix ms: 0 = it still is; null = its load never finished. */
export interface StoredRelease {
	readonly catalog: string;
	readonly release: string;
	readonly rows: number;
	readonly endedMs: number | null;
}

/** All releases whose sources lie in the store. */
export async function readStoredReleases(store: Store): Promise<StoredRelease[]> {
	const rows = await store.query<{ catalog: string; release: string; rows: string; ended_ms: string }>(
		releasesSql,
		{},
		{ class: 'ingest' },
	);
	return rows.map((row) => ({
		catalog: row.catalog,
		release: row.release,
		rows: Number(row.rows),
		endedMs: row.ended_ms === '-1' ? null : Number(row.ended_ms),
	}));
}
