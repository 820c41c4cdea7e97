import type { Catalog, CatalogSource } from '#lib/alert/catalog.ts';
import type { Store } from '#clickhouse/store.ts';
import { insertCatalog, insertSources } from '#clickhouse/write/crossmatch.ts';

let state = 12_345;

/** The next of a fixed row of numbers from 0 to 1. */
export function random(): number {
	state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
	return state / 2 ** 32;
}

/** A place on the sphere, degrees, every one as likely. */
export const anywhere = () => ({ ra: 360 * random(), dec: (Math.asin(2 * random() - 1) * 180) / Math.PI });

function galaxy(i: number): CatalogSource {
	// volume filling to z = 0.2
	const redshift = 0.2 * Math.cbrt(random());
	const mag = 14 + 6 * Math.sqrt(random());
	return {
		sourceId: `WISEA J${i}`,
		...anywhere(),
		mag,
		redshift,
		numbers: { stellarMass: 9 + 2 * random(), sfr: random(), distance: 4300 * redshift },
		texts: { type: random() < 0.5 ? 'G' : 'GPair', name: `galaxy ${i}` },
	};
}

const BASE = {
	release: '1',
	origin: 'real',
	description: '',
	licence: '',
	citation: '',
	sourceUrl: '',
	columns: [],
	sha256: '',
} as const;

/** Stores a catalogue of that many generated galaxies with redshifts; `wide`: the radius follows their distance, to 300 arcsec, else it is 2 arcsec. */
export async function loadGalaxies(store: Store, name: string, rows: number, wide: boolean): Promise<void> {
	const radius = wide ? { radiusKpc: 30, nearRadiusArcsec: 300 } : { radiusKpc: 0, nearRadiusArcsec: 0 };
	const catalog: Omit<Catalog, 'addedAt'> = { ...BASE, ...radius, name, radiusArcsec: 2, rows };
	for (let at = 0; at < rows; at += 50_000) {
		const sources = Array.from({ length: Math.min(50_000, rows - at) }, (_, i) => galaxy(at + i));
		await insertSources(store, catalog, sources, String(at));
	}
	await insertCatalog(store, catalog, Date.now() - 60_000);
}
