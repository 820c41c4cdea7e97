import { createHash } from 'node:crypto';
import type { Catalog, CatalogColumn, CatalogSource } from '#lib/alert/catalog.ts';
import { nightText } from '#lib/astro/time.ts';
import { CsvReader } from '#lib/format/csvRead.ts';
import type { TableColumn } from '#lib/format/tableColumn.ts';
import { readStoredReleases } from '#clickhouse/read/catalogs.ts';
import { readKnownReleases } from '#clickhouse/read/crossmatch.ts';
import type { Store } from '#clickhouse/store.ts';
import { dropRelease, insertCatalog, insertSources } from '#clickhouse/write/crossmatch.ts';
import type { Simulation } from '#server/simulate/index.ts';
import { SIMULATION_VERSION } from '#server/simulate/version.ts';
import { dropReplaced } from './load.ts';
import { mapColumns, parseMap, sourceOf } from './mapping.ts';
import brightStars from './shipped/brightStars.csv?raw';
import deepSky from './shipped/deepSky.csv?raw';

const D3_CELESTIAL = {
	origin: 'real',
	release: 'd3-celestial 0.7.35',
	licence: 'BSD-3-Clause',
	citation: '',
	sourceUrl: 'https://github.com/ofrohn/d3-celestial',
	radiusKpc: 0,
	nearRadiusArcsec: 0,
} as const;

/** A small catalogue that comes with Nightjar: real sky, made by scripts/shipped-catalogs.mjs. */
interface Shipped {
	readonly head: Omit<Catalog, 'addedAt' | 'columns' | 'rows' | 'sha256'>;
	readonly columns: readonly (CatalogColumn & { readonly role?: string })[];
	readonly text: string;
}

const column = (name: string, kind: CatalogColumn['kind'], unit: string, meaning: string): CatalogColumn => ({
	name,
	kind,
	unit,
	meaning,
});

const SHIPPED: readonly Shipped[] = [
	{
		head: {
			...D3_CELESTIAL,
			name: 'BrightStars',
			description: 'Stars to magnitude 6, from the Extended Hipparcos Compilation (XHIP)',
			// their light reaches far
			radiusArcsec: 30,
		},
		columns: [
			column('mag', 'number', 'mag', 'V magnitude'),
			column('bv', 'number', 'mag', 'Colour B-V'),
			column('name', 'text', '', 'Proper name'),
			column('bayer', 'text', '', 'Bayer or Flamsteed designation'),
		],
		text: brightStars,
	},
	{
		head: {
			...D3_CELESTIAL,
			name: 'DeepSky',
			description:
				'Galaxies, star clusters, planetary nebulae and supernova remnants to magnitude 14, Messier, NGC and IC among them (Saguaro Astronomy Club)',
			// places are good to an arcsecond, most of the objects an arcminute wide
			radiusArcsec: 60,
		},
		columns: [
			column('mag', 'number', 'mag', 'Visual magnitude'),
			column('type', 'text', '', 'Kind of object'),
			column('size_arcmin', 'number', 'arcmin', 'Greater diameter'),
			column('other', 'text', '', 'Another designation'),
		],
		text: deepSky,
	},
];

/** Sources of a shipped file. */
export function shippedSources({ text, columns }: Pick<Shipped, 'text' | 'columns'>): CatalogSource[] {
	const reader = new CsvReader(',');
	const [header, ...records] = [...reader.push(text), ...reader.end()];
	const described = new Map(columns.map((entry) => [entry.name, entry]));
	const table = (header?.cells ?? []).map((name): TableColumn => {
		const known = described.get(name);
		const kind = name === 'id' ? 'text' : (known?.kind ?? 'number');
		return { name, kind, unit: '', ucd: '', meaning: '' };
	});
	const mapping = mapColumns(table, parseMap([]));
	const kept = mapping.kept.flatMap((i) => described.get(table[i]?.name ?? '') ?? []);
	return records.map(({ cells }, i) => {
		const row = table.map(({ kind }, j) => {
			const cell = cells[j] ?? '';
			return cell === '' ? null : kind === 'number' ? Number(cell) : cell;
		});
		const source = sourceOf(row, mapping, kept, i + 1);
		if (typeof source === 'string') throw new Error(`A shipped catalogue is damaged, row ${i + 1}: ${source}`);
		return source;
	});
}

/** The catalogues that come with Nightjar, with their sources. */
export function shippedCatalogs(): { catalog: Omit<Catalog, 'addedAt'>; sources: CatalogSource[] }[] {
	return SHIPPED.map((entry) => {
		const sources = shippedSources(entry);
		const sha256 = createHash('sha256').update(entry.text).digest('hex');
		return { catalog: { ...entry.head, columns: entry.columns, rows: sources.length, sha256 }, sources };
	});
}

const PART = 20_000;

/** Loads sources and makes the release the one that is matched, at once: for a store that no ingest writes to yet. */
async function writeBuiltIn(
	store: Store,
	catalog: Omit<Catalog, 'addedAt'>,
	sources: readonly CatalogSource[],
	addedAtMs: number,
): Promise<void> {
	const left = (await readStoredReleases(store)).find(
		(entry) => entry.catalog === catalog.name && entry.release === catalog.release,
	);
	if (left !== undefined) await dropRelease(store, catalog.name, catalog.release);
	const load = Date.now();
	for (let at = 0; at < sources.length; at += PART) {
		await insertSources(store, catalog, sources.slice(at, at + PART), `${load}:${at}`);
	}
	await insertCatalog(store, catalog, addedAtMs);
}

/** Long enough ago that the first batch of an ingest is matched with it. */
const BACKDATED_MS = 60_000;

/** Loads the catalogues that come with Nightjar where they never were; one that the operator removed stays away. Answers the names. */
export async function ensureShipped(store: Store): Promise<string[]> {
	const known = await readKnownReleases(store);
	const missing = shippedCatalogs().filter(({ catalog }) => {
		const releases = known.get(catalog.name) ?? [];
		return (
			releases.length === 0 ||
			(!releases.some(({ release }) => release === catalog.release) && releases.every(({ removed }) => !removed))
		);
	});
	for (const { catalog, sources } of missing) {
		const first = !known.has(catalog.name);
		await writeBuiltIn(store, catalog, sources, Date.now() - (first ? BACKDATED_MS : 0));
	}
	return missing.map(({ catalog }) => catalog.name);
}

/** Nights that the simulator's catalogues reach ahead. */
const AHEAD = 45;
/** They are made anew when fewer are left. */
const LEAST_AHEAD = 3;
const BEHIND = 22;

const SIMULATED = {
	origin: 'simulated',
	licence: 'GPL-3.0-or-later',
	citation: '',
	sourceUrl: '',
} as const;
const MAGNITUDES = ['u', 'g', 'r', 'i', 'z', 'y'].map((band) =>
	column(`mag_${band}`, 'number', 'mag', `AB magnitude in ${band}`),
);

/** Writes the simulator's own galaxies and stars as catalogues that match its alerts only, for the nights around now; again when these run out. */
export async function ensureSimulated(store: Store, simulation: Simulation, nowMs: number): Promise<boolean> {
	const today = Math.floor(nowMs / 86_400_000);
	const known = await readKnownReleases(store);
	const prefix = `simulation ${SIMULATION_VERSION}, seed ${simulation.seed}, to `;
	const newest = known.get('SimGalaxies')?.at(-1);
	if (
		newest !== undefined &&
		!newest.removed &&
		newest.release >= `${prefix}${nightText(today + LEAST_AHEAD)}` &&
		newest.release.startsWith(prefix)
	) {
		return false;
	}
	const release = `${prefix}${nightText(today + AHEAD)}`;
	const { galaxies, stars } = simulation.catalogs(today - BEHIND, today + AHEAD);
	const addedAtMs = Date.now() - (newest === undefined ? BACKDATED_MS : 0);
	const base = { ...SIMULATED, release, sha256: '' };
	await writeBuiltIn(
		store,
		{
			...base,
			name: 'SimStars',
			description: 'Stars of the simulated sky',
			radiusArcsec: 2,
			radiusKpc: 0,
			nearRadiusArcsec: 0,
			columns: MAGNITUDES,
			rows: stars.length,
		},
		stars,
		addedAtMs,
	);
	await writeBuiltIn(
		store,
		{
			...base,
			name: 'SimGalaxies',
			description: 'Galaxies of the simulated sky, with redshifts from spectra (r < 19) or colours',
			radiusArcsec: 3,
			radiusKpc: 30,
			nearRadiusArcsec: 120,
			columns: [
				...MAGNITUDES,
				column('radius_arcsec', 'number', 'arcsec', 'Half-light radius'),
				column('redshift_type', 'text', '', 'Where the redshift is from'),
			],
			rows: galaxies.length,
		},
		galaxies,
		addedAtMs,
	);
	await dropReplaced(store);
	return true;
}
