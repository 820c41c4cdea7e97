import type { MatchRule } from '#lib/alert/catalog.ts';
import type { Origin } from '#lib/alert/survey.ts';
import { nearOrder, nearPixels } from '#lib/astro/healpix.ts';
import { patiently } from '../patience.ts';
import catalogsSql from '../queries/ingest/catalogs_as_of.sql?raw';
import releasesSql from '../queries/ingest/known_releases.sql?raw';
import matchSql from '../queries/ingest/match_sources.sql?raw';
import wholeSql from '../queries/ingest/whole_sources.sql?raw';
import type { Param, QueryOptions, Store } from '../store.ts';

/** A catalogue as matching sees it. */
export interface MatchedCatalog extends MatchRule {
	readonly name: string;
	readonly release: string;
	readonly origin: Origin;
	/** It was replaced so long ago that its sources may be gone. */
	readonly gone: boolean;
}

/** Sources of a release that was replaced are kept for so long: batches under way and those finished after a crash still find them. */
export const KEEP_REPLACED_MS = 10 * 60_000;

/** The catalogues that a batch known at a time (Unix ms) is matched with; asked again later, the answer is the same. */
export async function readMatchedCatalogs(store: Store, asOfMs: number): Promise<MatchedCatalog[]> {
	const rows = await patiently(() =>
		store.query<{
			catalog: string;
			release: string;
			origin: Origin;
			radius_arcsec: number;
			radius_kpc: number;
			near_radius_arcsec: number;
			gone: number;
		}>(
			catalogsSql,
			// one minute of grace: the rest of it is for those who drop
			{ as_of: asOfMs, replaced_before: Date.now() - KEEP_REPLACED_MS + 60_000 },
			{ class: 'ingest' },
		),
	);
	return rows.map((row) => ({
		name: row.catalog,
		release: row.release,
		origin: row.origin,
		radiusArcsec: row.radius_arcsec,
		radiusKpc: row.radius_kpc,
		nearRadiusArcsec: row.near_radius_arcsec,
		gone: Boolean(row.gone),
	}));
}

/** Every release that each catalogue ever had, oldest first; the last one says whether the catalogue was removed. */
export async function readKnownReleases(
	store: Store,
): Promise<Map<string, { readonly release: string; readonly removed: boolean }[]>> {
	const rows = await patiently(() =>
		store.query<{ catalog: string; release: string; removed: boolean }>(releasesSql, {}, { class: 'ingest' }),
	);
	const known = new Map<string, { release: string; removed: boolean }[]>();
	for (const { catalog, release, removed } of rows) {
		known.set(catalog, [...(known.get(catalog) ?? []), { release, removed }]);
	}
	return known;
}

/** A place on the sky, ICRS degrees. */
export interface Place {
	readonly ra: number;
	readonly dec: number;
}

/** A source near a place, with the index of the place. */
export interface FoundSource {
	readonly place: number;
	readonly catalog: string;
	readonly sourceId: string;
	readonly ra: number;
	readonly dec: number;
	readonly mag: number;
	readonly redshift: number;
	readonly numbers: Readonly<Record<string, number>>;
	readonly texts: Readonly<Record<string, string>>;
}

interface SourceRow {
	catalog: string;
	hpx29: string;
	source_id: string;
	ra: number;
	dec: number;
	mag: number | null;
	redshift: number | null;
	numbers: Record<string, number | null>;
	texts: Record<string, string>;
}

const nan = (value: number | null): number => value ?? Number.NaN;

function withNaN(values: Readonly<Record<string, number | null>>): Record<string, number> {
	const kept: Record<string, number> = {};
	for (const [name, value] of Object.entries(values)) kept[name] = value ?? Number.NaN;
	return kept;
}

/** A release to look into; one per catalogue and query. */
export interface WantedCatalog {
	readonly name: string;
	readonly release: string;
	/** Greatest radius, arcsec. */
	readonly widestArcsec: number;
}

/** Decides by the exact distance whether a source matches a place. */
export type IsNear = (
	place: Place,
	catalog: string,
	source: { readonly ra: number; readonly dec: number; readonly redshift: number },
) => boolean;

/** The catalogues that are looked up at one HEALPix order, and which places lie near each of its pixels. */
interface Branch {
	readonly order: number;
	readonly catalogs: readonly WantedCatalog[];
	/** Indices of places by pixel; the orders are so low that a number holds it. */
	readonly places: ReadonlyMap<number, readonly number[]>;
}

function branchesOf(catalogs: readonly WantedCatalog[], places: readonly Place[]): Branch[] {
	const byOrder = new Map<number, WantedCatalog[]>();
	for (const catalog of catalogs) {
		const order = nearOrder(catalog.widestArcsec / 3600);
		byOrder.set(order, [...(byOrder.get(order) ?? []), catalog]);
	}
	return [...byOrder].map(([order, members]) => {
		const radiusDeg = (Math.max(...members.map(({ widestArcsec }) => widestArcsec)) * 1.000001 + 0.001) / 3600;
		const near = new Map<number, number[]>();
		places.forEach((place, index) => {
			for (const ipix of nearPixels(order, place.ra, place.dec, radiusDeg)) {
				const pixel = Number(ipix);
				const there = near.get(pixel);
				if (there === undefined) near.set(pixel, [index]);
				else there.push(index);
			}
		});
		return { order, catalogs: members, places: near };
	});
}

/** Bytes of a row of match_sources.sql in RowBinary. */
const NEAR_BYTES = 1 + 2 + 8 + 8 + 8 + 4;

/** Rows of match_sources.sql for all branches, as they come. */
async function readCandidates(store: Store, branches: readonly Branch[], options: QueryOptions): Promise<Buffer> {
	const params: Record<string, Param> = {};
	const parts = branches.map(({ order, catalogs, places }, index) => {
		params[`pixels_${order}`] = [...places.keys()];
		params[`catalogs_${order}`] = catalogs.map(({ name }) => name);
		params[`releases_${order}`] = catalogs.map(({ release }) => release);
		return matchSql
			.replace(/^--.*\n/gm, '')
			.replaceAll('_K:', `_${order}:`)
			.replaceAll('{branch}', String(index))
			.replaceAll('{divisor}', String(4n ** BigInt(29 - order)));
	});
	const chunks: Buffer[] = [];
	for await (const chunk of await store.stream(parts.join('UNION ALL\n'), 'RowBinary', params, options)) {
		chunks.push(chunk as Buffer);
	}
	return Buffer.concat(chunks);
}

/** One position of one catalogue; several sources may share it. */
const spotKey = (catalog: string, hpx29: string | bigint, ra: number, dec: number): string =>
	`${catalog} ${hpx29} ${ra} ${dec}`;

/**
 * Sources of several catalogues around places, in no order: candidates of all catalogues in one query, narrow; `isNear` keeps those that
 * match; only they are read whole, in a second one.
 */
export async function findSources(
	store: Store,
	catalogs: readonly WantedCatalog[],
	places: readonly Place[],
	isNear: IsNear,
	options: QueryOptions,
): Promise<FoundSource[]> {
	if (catalogs.length === 0 || places.length === 0) return [];
	const branches = branchesOf(catalogs, places);
	const bytes = await readCandidates(store, branches, options);
	const placesAt = new Map<string, Set<number>>();
	const pixels = new Set<bigint>();
	const members = new Set<WantedCatalog>();
	for (let at = 0; at + NEAR_BYTES <= bytes.length; at += NEAR_BYTES) {
		const branch = branches[bytes.readUInt8(at)];
		const catalog = branch?.catalogs[bytes.readUInt16LE(at + 1) - 1];
		if (branch === undefined || catalog === undefined) continue;
		const ra = bytes.readDoubleLE(at + 11);
		const dec = bytes.readDoubleLE(at + 19);
		const source = { ra, dec, redshift: bytes.readFloatLE(at + 27) };
		const hpx29 = bytes.readBigUInt64LE(at + 3);
		for (const index of branch.places.get(Number(hpx29 >> BigInt(2 * (29 - branch.order)))) ?? []) {
			const place = places[index];
			if (place === undefined || !isNear(place, catalog.name, source)) continue;
			const key = spotKey(catalog.name, hpx29, ra, dec);
			placesAt.set(key, (placesAt.get(key) ?? new Set()).add(index));
			pixels.add(hpx29);
			members.add(catalog);
		}
	}
	if (placesAt.size === 0) return [];
	const rows = await store.query<SourceRow>(
		wholeSql,
		{
			catalogs: [...members].map(({ name }) => name),
			releases: [...members].map(({ release }) => release),
			pixels: [...pixels],
		},
		options,
	);
	return rows.flatMap((row) => {
		const source = sourceOf(row);
		// sources of one place may differ in redshift, and with it in how far they reach
		return [...(placesAt.get(spotKey(row.catalog, row.hpx29, row.ra, row.dec)) ?? [])].flatMap((index) => {
			const place = places[index];
			return place !== undefined && isNear(place, row.catalog, source) ? [{ ...source, place: index }] : [];
		});
	});
}

function sourceOf(row: SourceRow): Omit<FoundSource, 'place'> {
	const { catalog, ra, dec, texts } = row;
	return {
		catalog,
		sourceId: row.source_id,
		ra,
		dec,
		mag: nan(row.mag),
		redshift: nan(row.redshift),
		numbers: withNaN(row.numbers),
		texts,
	};
}
