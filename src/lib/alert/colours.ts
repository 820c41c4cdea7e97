import { bandOf } from './band.ts';
import type { ShownPoint } from './lightCurve.ts';

/** Two measurements so near in time (days) make a colour. */
const TOGETHER_DAYS = 0.3;

/** A colour measured in one night: the bluer band less the redder. */
export interface ColourPoint {
	/** MJD TAI, middle of the two. */
	readonly mjd: number;
	/** AB magnitudes. */
	readonly colour: number;
	readonly err: number;
	/** AB magnitude in the redder band. */
	readonly mag: number;
}

/** All colours of two bands of one survey. */
export interface ColourCurve {
	readonly survey: string;
	readonly blue: string;
	readonly red: string;
	readonly points: readonly ColourPoint[];
}

const wavelength = (band: string): number => bandOf(band).wavelengthNm;

interface Measured {
	readonly mjd: number;
	readonly mag: number;
	readonly err: number;
}

function measuredIn(points: readonly ShownPoint[], survey: string, band: string): Measured[] {
	return points
		.filter((one) => one.survey === survey && one.band === band && one.kind === 'detection' && one.positive !== false)
		.flatMap(({ mjd, mag, magErr }) => (mag === null ? [] : [{ mjd, mag, err: magErr ?? 0 }]))
		.sort((a, b) => a.mjd - b.mjd);
}

/** Each measurement in the redder band with the nearest in the bluer one, each used once; both in time order. */
function pairsOf(blue: readonly Measured[], red: readonly Measured[]): ColourPoint[] {
	const used = new Set<Measured>();
	const pairs: ColourPoint[] = [];
	// what is too early for one is too early for all that follow
	let from = 0;
	for (const one of red) {
		while (one.mjd - (blue[from]?.mjd ?? Infinity) > TOGETHER_DAYS) from += 1;
		let best: Measured | null = null;
		for (let at = from; at < blue.length; at += 1) {
			const other = blue[at];
			if (other === undefined || other.mjd - one.mjd > TOGETHER_DAYS) break;
			if (used.has(other)) continue;
			if (best === null || Math.abs(other.mjd - one.mjd) < Math.abs(best.mjd - one.mjd)) best = other;
			// later ones are further away
			if (other.mjd >= one.mjd) break;
		}
		if (best === null) continue;
		used.add(best);
		pairs.push({
			mjd: (one.mjd + best.mjd) / 2,
			colour: best.mag - one.mag,
			err: Math.hypot(one.err, best.err),
			mag: one.mag,
		});
	}
	return pairs;
}

/** Colours of an object as it changed, for every two bands of a survey that stand next to each other in wavelength among those seen. */
export function colourCurves(points: readonly ShownPoint[]): ColourCurve[] {
	const curves: ColourCurve[] = [];
	for (const survey of new Set(points.map((point) => point.survey))) {
		const bands = [...new Set(points.filter((point) => point.survey === survey).map(({ band }) => band))]
			.filter((band) => Number.isFinite(wavelength(band)))
			.sort((a, b) => wavelength(a) - wavelength(b));
		bands.slice(1).forEach((red, i) => {
			const blue = bands[i] ?? '';
			const pairs = pairsOf(measuredIn(points, survey, blue), measuredIn(points, survey, red));
			if (pairs.length > 0) curves.push({ survey, blue, red, points: pairs });
		});
	}
	return curves.sort((a, b) => b.points.length - a.points.length);
}

/** Colours and magnitude of a source of a catalogue; null where its columns do not give them. */
export interface SourceColours {
	/** Bluer colour, on the horizontal axis. */
	readonly colour: number;
	/** Redder colour; null where there is none. */
	readonly second: number | null;
	readonly mag: number;
	/** Apparent magnitude less the distance modulus, from a parallax of at least five times its error; null without one. */
	readonly absolute: number | null;
	readonly words: { readonly colour: string; readonly second: string; readonly mag: string };
}

type Columns = Readonly<Record<string, number | string>>;

function numberIn(columns: Columns, names: readonly string[]): number | null {
	for (const name of names) {
		const value = columns[name];
		if (typeof value === 'number' && Number.isFinite(value) && value > -90 && value < 90) return value;
	}
	return null;
}

/** Names that catalogues give a magnitude in a band. */
const namesOf = (band: string): string[] =>
	['mag_', 'mean_mag_', '']
		.map((before) => `${before}${band}`)
		.concat(['mag', 'MeanPSFMag', 'PSFMag', 'psfmag', '_psf', '_mag'].map((after) => `${band}${after}`));

const LEAST_PARALLAX_OVER_ERROR = 5;

function absoluteOf(columns: Columns, mag: number): number | null {
	const parallax = columns['parallax'];
	const err = columns['parallax_error'];
	if (typeof parallax !== 'number' || typeof err !== 'number' || !(err > 0)) return null;
	// milliarcseconds: M = m + 5 log10(parallax / 1000) + 5
	return parallax / err >= LEAST_PARALLAX_OVER_ERROR ? mag + 5 * Math.log10(parallax / 1000) + 5 : null;
}

/** What the columns of a catalogue say of the colours of a source: Gaia's, else g, r and i, else B - V. */
export function coloursOfSource(columns: Columns, mag: number | null): SourceColours | null {
	const [g, r, i] = [numberIn(columns, namesOf('g')), numberIn(columns, namesOf('r')), numberIn(columns, namesOf('i'))];
	const gaia = numberIn(columns, ['phot_g_mean_mag', 'Gmag']) ?? mag;
	const bp = numberIn(columns, ['bp_rp', 'BP-RP']);
	if (bp !== null && gaia !== null) {
		const words = { colour: 'BP − RP', second: '', mag: 'G' };
		return { colour: bp, second: null, mag: gaia, absolute: absoluteOf(columns, gaia), words };
	}
	if (g !== null && r !== null) {
		const words = { colour: 'g − r', second: 'r − i', mag: 'r' };
		return { colour: g - r, second: i === null ? null : r - i, mag: r, absolute: absoluteOf(columns, r), words };
	}
	const bv = numberIn(columns, ['bv', 'B-V', 'ci']);
	if (bv === null || mag === null) return null;
	return { colour: bv, second: null, mag, absolute: null, words: { colour: 'B − V', second: '', mag: 'V' } };
}
