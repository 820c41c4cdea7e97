import type { CatalogSource } from '#lib/alert/catalog.ts';
import { formatSexagesimal } from '#lib/astro/position.ts';
import { wrapRa } from '#lib/astro/sphere.ts';
import { neighboursOf } from './neighbours.ts';
import type { SimObject } from './object.ts';
import { normalOf, PURPOSE, uniformOf } from './random.ts';
import type { Sky } from './sky.ts';

/** Galaxies and stars of the simulated sky as catalogues would list them: without a word on what they host or do. */
export interface SimulatedCatalogs {
	readonly galaxies: readonly CatalogSource[];
	readonly stars: readonly CatalogSource[];
}

/** Neighbours of an object further away than this (arcsec) match nothing. */
const NEIGHBOURS_ARCSEC = 12;
/** r magnitudes: what the catalogue reaches, and down to which galaxies have a spectrum. */
const DEPTH = 22.5;
const SPECTRA = 19;
const BANDS = ['u', 'g', 'r', 'i', 'z', 'y'] as const;

/** A name by the position, as real catalogues give them. */
function nameAt(prefix: string, ra: number, dec: number): string {
	return `${prefix} J${formatSexagesimal(ra, dec, { digits: 2 }).replaceAll(':', '').replace(' ', '')}`;
}

function placed(object: SimObject, east: number, north: number): { ra: number; dec: number } {
	const dec = Math.max(-90, Math.min(90, object.dec + north / 3600));
	const ra = wrapRa(object.ra + east / 3600 / Math.max(1e-6, Math.cos((dec * Math.PI) / 180)));
	return { ra, dec };
}

function magnitudes(mag: readonly number[]): Record<string, number> {
	const numbers: Record<string, number> = {};
	BANDS.forEach((band, i) => {
		const value = mag[i] ?? Number.NaN;
		if (Number.isFinite(value)) numbers[`mag_${band}`] = Math.round(value * 1000) / 1000;
	});
	return numbers;
}

/** A galaxy; its redshift from a spectrum where it is bright, else from colours: with an error of 0.03 (1 + z) and outliers. */
function galaxyAt(
	object: SimObject,
	place: { east: number; north: number; mag: readonly number[]; radius: number },
	z: number,
): CatalogSource | null {
	const mag = place.mag[2] ?? Number.NaN;
	if (!(mag < DEPTH)) return null;
	const { ra, dec } = placed(object, place.east, place.north);
	const spectrum = mag < SPECTRA;
	const error = 0.03 * (1 + z) * normalOf(object.key, 61, PURPOSE.place);
	const outlier = uniformOf(object.key, 62, PURPOSE.place) < 0.04;
	const redshift = spectrum ? z : Math.max(0.003, outlier ? 2.2 * z : z + error);
	return {
		sourceId: nameAt('SIMG', ra, dec),
		ra,
		dec,
		mag,
		redshift: Number.isNaN(z) ? Number.NaN : Math.round(redshift * 1e5) / 1e5,
		numbers: { ...magnitudes(place.mag), radius_arcsec: Math.round(place.radius * 100) / 100 },
		texts: Number.isNaN(z) ? {} : { redshift_type: spectrum ? 'spectrum' : 'colours' },
	};
}

function starAt(
	object: SimObject,
	place: { east: number; north: number; mag: readonly number[] },
): CatalogSource | null {
	const mag = place.mag[2] ?? Number.NaN;
	if (!(mag < DEPTH)) return null;
	const { ra, dec } = placed(object, place.east, place.north);
	return {
		sourceId: nameAt('SIMS', ra, dec),
		ra,
		dec,
		mag,
		redshift: Number.NaN,
		numbers: magnitudes(place.mag),
		texts: {},
	};
}

/**
 * Hosts and stars of everything that persists or can be seen in the nights from first to last (days since 1970), and what lies
 * around the hosts and around some of the rest. The same for the same simulation.
 */
export function simulatedCatalogs(sky: Sky, first: number, last: number): SimulatedCatalogs {
	const objects = new Map<number, SimObject>();
	for (const { object } of sky.persistentObjects()) objects.set(object.key, object);
	for (let night = first; night <= last; night += 1) {
		for (const { object } of sky.transientsOf(night)) objects.set(object.key, object);
	}
	const galaxies: CatalogSource[] = [];
	const stars: CatalogSource[] = [];
	const keep = (list: CatalogSource[], source: CatalogSource | null): void => {
		if (source !== null) list.push(source);
	};
	for (const object of objects.values()) {
		const { host } = object;
		if (host !== null) keep(galaxies, galaxyAt(object, host, object.z));
		// without a host, a source in the reference image is a star
		else if (object.bogus === null) keep(stars, starAt(object, { east: 0, north: 0, mag: object.referenceMag }));
		// drawing what lies around everything would hold up the first start for seconds
		if (host === null && object.key % 8 !== 0) continue;
		for (const neighbour of neighboursOf(object)) {
			if (Math.hypot(neighbour.east, neighbour.north) > NEIGHBOURS_ARCSEC) break;
			if (neighbour.radius > 0) keep(galaxies, galaxyAt(object, neighbour, Number.NaN));
			else keep(stars, starAt(object, neighbour));
		}
	}
	return { galaxies, stars };
}
