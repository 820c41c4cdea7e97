import { reddening } from '../dust.ts';
import { type Birth, nanojansky, type SimObject } from '../object.ts';
import { drawPlace, type Spread } from '../places.ts';
import { PURPOSE, Stream } from '../random.ts';
import { referenceMean } from '../shapes.ts';
import { lsstSigma, nanojanskyPerCount, ztfSigma } from '../noise.ts';

/** A variable source before it is placed: mean magnitudes and the magnitude change in each band at a time. */
export interface Variation {
	/** Mean r magnitude. */
	readonly mag: number;
	/** Mean colours of u g r i z y relative to r. */
	readonly colours: readonly number[];
	/** Magnitudes fainter (positive) or brighter (negative) than the mean. */
	readonly change: (band: number, mjd: number) => number;
	readonly t0: number;
	readonly parameters: Readonly<Record<string, number | string>>;
}

/** Magnitude range of the reference source that a survey's variables are drawn from. */
export const STAR_MAG = { ztf: { low: 11.5, high: 19.5 }, lsst: { low: 17, high: 22.8 } } as const;

/** A magnitude from counts that grow by 0.25 dex per magnitude, within a survey's range. */
export function starMag(stream: Stream, depth: 'ztf' | 'lsst', slope = 0.18): number {
	const { low, high } = STAR_MAG[depth];
	const u = stream.uniform();
	return low + Math.log10(1 + u * (10 ** (slope * (high - low)) - 1)) / slope;
}

/** Colours of an ordinary star of this g - r, relative to r. */
export function stellarColours(gr: number): number[] {
	return [gr * 2.3 + 0.3, gr, 0, -0.42 * gr, -0.62 * gr, -0.75 * gr];
}

/** Error of a difference flux (nJy) of a source in an ordinary exposure of a survey. */
export function typicalSigma(depth: 'ztf' | 'lsst', flux: number, reference: number): number {
	if (depth === 'lsst') return lsstSigma(nanojansky(23.8), flux, reference);
	const scale = nanojanskyPerCount(26.2);
	return ztfSigma(10 ** (0.4 * (26.2 - 19.9)), flux / scale, reference / scale) * scale;
}

interface Recipe {
	readonly kind: string;
	readonly group: SimObject['group'];
	readonly spread: Spread;
	readonly draw: (stream: Stream, birth: Birth, lat: number) => Variation;
	/** Least fraction of ordinary exposures in which the change is noticed. */
	readonly least: number;
	/** Extra constant light under the source in nJy per band (a blend or a host), if any. */
	readonly blend?: (stream: Stream, mag: number) => number;
}

/** Makes a persistent variable that its survey notices often enough; null when none was found. */
export function makeVariable(recipe: Recipe, birth: Birth): SimObject | null {
	const places = new Stream(birth.seed, birth.key, PURPOSE.place);
	const stream = new Stream(birth.seed, birth.key, PURPOSE.physics);
	for (let attempt = 0; attempt < 60; attempt++) {
		const place = drawPlace(places, recipe.spread, birth.depth);
		if (!place) return null;
		const found = variable(recipe, birth, place, stream);
		if (found) return found;
	}
	return null;
}

function variable(
	recipe: Recipe,
	birth: Birth,
	place: { ra: number; dec: number; lat: number },
	stream: Stream,
): SimObject | null {
	const variation = recipe.draw(stream, birth, place.lat);
	const mean = variation.colours.map((colour) => nanojansky(variation.mag + colour));
	const total = (band: number, mjd: number) => (mean[band] ?? 0) * 10 ** (-0.4 * variation.change(band, mjd));
	const reference = new Float64Array(6).fill(Number.NaN);
	const referenceOf = (band: number) => {
		const known = reference[band] ?? Number.NaN;
		if (!Number.isNaN(known)) return known;
		const made = referenceMean(birth.key ^ (band * 7919), (mjd) => total(band, mjd));
		reference[band] = made;
		return made;
	};
	const blend = recipe.blend?.(stream, variation.mag) ?? 0;
	let noticed = 0;
	const bands = birth.depth === 'ztf' ? [1, 2] : [2, 3];
	for (let n = 0; n < 12; n++) {
		const mjd = 61_000 + n * 23.37;
		const band = bands[n % 2] ?? 2;
		const difference = total(band, mjd) - referenceOf(band);
		if (Math.abs(difference) > 5 * typicalSigma(birth.depth, difference, referenceOf(band) + blend)) noticed++;
	}
	// one in four is taken as it comes: stars that are rarely noticed are many
	const asked = stream.uniform();
	if (asked > 0.25 && noticed / 12 < recipe.least * asked) return null;
	return {
		...birth,
		kind: recipe.kind,
		group: recipe.group,
		ra: place.ra,
		dec: place.dec,
		ebv: reddening(place.ra, place.dec, 2),
		z: Number.NaN,
		from: Number.NEGATIVE_INFINITY,
		until: Number.POSITIVE_INFINITY,
		t0: variation.t0,
		persistent: true,
		referenceMag: mean.map((_, band) => 31.4 - 2.5 * Math.log10(referenceOf(band) + blend)),
		host: null,
		parameters: variation.parameters,
		bogus: null,
		motion: null,
		flux: (band, mjd) => total(band, mjd) - referenceOf(band),
	};
}
