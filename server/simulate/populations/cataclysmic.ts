import { EXTINCTION, reddening } from '../dust.ts';
import { type Birth, EMPTY, nanojansky, type SimObject } from '../object.ts';
import { drawPlace } from '../places.ts';
import { normalOf, PURPOSE, Stream, uniformOf } from '../random.ts';
import { makeVariable, typicalSigma, type Variation } from './star.ts';

/** Outburst of a dwarf nova at t days from its start: magnitudes above quiescence. */
function outburst(t: number, height: number, length: number, superOutburst: boolean): number {
	if (t < 0) return 0;
	if (t < 1) return height * t;
	if (t < 1 + length) return height - (superOutburst ? 0.1 * (t - 1) : 0);
	const end = height - (superOutburst ? 0.1 * length : 0);
	return Math.max(0, end - (t - 1 - length) / 1.4);
}

/** Dwarf novae: outbursts that come back after weeks to months, flickering in quiescence. */
function dwarfNova(stream: Stream, birth: Birth): Variation {
	const recurrence = Math.min(400, Math.max(15, stream.logNormal(60, 0.3)));
	const height = stream.between(2, 6);
	const key = birth.key ^ 0xa3;
	const shift = stream.uniform() * recurrence;
	const deep = birth.depth === 'lsst';
	const change = (band: number, mjd: number) => {
		const cycle = Math.floor((mjd - shift) / recurrence);
		let brighter = 0;
		for (let n = cycle - 1; n <= cycle; n++) {
			const start = shift + (n + 0.5 * uniformOf(key, n, 1)) * recurrence;
			const superOutburst = uniformOf(key, n, 2) < 0.15;
			const length = superOutburst ? 12 + 6 * uniformOf(key, n, 3) : 2 + 8 * uniformOf(key, n, 3) ** 2;
			brighter = Math.max(brighter, outburst(mjd - start, height + (superOutburst ? 1 : 0), length, superOutburst));
		}
		// in outburst the disc is white: red bands rise less above a red star
		const red = Math.max(0, band - 1) * 0.08 * Math.min(1, brighter);
		return -brighter + red * brighter * 0.5 + 0.2 * normalOf(key, Math.round(mjd * 480), 4);
	};
	return {
		mag: deep ? stream.between(21, 24.5) : stream.between(17, 21.5),
		colours: [-0.1, 0.2, 0, -0.15, -0.25, -0.3],
		change,
		t0: shift,
		parameters: { recurrence, height },
	};
}

/** Makes a dwarf nova. */
export function makeDwarfNova(birth: Birth): SimObject | null {
	return makeVariable({ kind: 'CV', group: 'OTHER', spread: 'disc', draw: dwarfNova, least: 0.08 }, birth);
}

/** Makes a classical nova of our Galaxy (della Valle and Livio 1995): fast rise, power-law decline. */
export function makeNova(birth: Birth): SimObject | null {
	const place = drawPlace(new Stream(birth.seed, birth.key, PURPOSE.place), 'disc', birth.depth);
	if (!place) return null;
	const stream = new Stream(birth.seed, birth.key, PURPOSE.physics);
	const t2 = stream.logNormal(20, 0.3);
	const absolute = -7.9 - 0.81 * Math.atan((1.32 - Math.log10(t2)) / 0.23);
	const distanceKpc = stream.between(2, 12);
	const ebv = reddening(place.ra, place.dec, distanceKpc);
	const slope = stream.between(0.7, 1.5);
	const rise = stream.between(1, 3);
	const t0 = birth.day + stream.uniform();
	const colours = [0.2, 0.1, 0, 0, 0.05, 0.1];
	const level = colours.map((colour, band) =>
		nanojansky(
			Math.max(
				birth.depth === 'ztf' ? 13 : 17.5,
				absolute + 5 * Math.log10(distanceKpc * 100) + (EXTINCTION[band] ?? 2) * ebv + colour,
			),
		),
	);
	return {
		...birth,
		kind: 'Nova',
		group: 'OTHER',
		ra: place.ra,
		dec: place.dec,
		ebv,
		z: Number.NaN,
		from: t0 - rise,
		until: t0 + 400,
		t0,
		persistent: false,
		referenceMag: EMPTY,
		host: null,
		parameters: { t2, absolute, distanceKpc },
		bogus: null,
		motion: null,
		flux: (band, mjd) => {
			const t = mjd - t0;
			if (t < -rise) return 0;
			const shape = t < 0 ? 10 ** (3.2 * (t / rise)) : (1 + t / (0.6 * t2)) ** -(slope * 1.6);
			return (level[band] ?? 0) * shape;
		},
	};
}

const FLARE_RISE = [1, 1.941, -0.175, -2.246, -1.125];

/** Flux of a flare relative to its peak, t in units of its width (Davenport et al. 2014). */
export function flareShape(t: number): number {
	if (t < -1) return 0;
	if (t < 0) return FLARE_RISE.reduce((sum, c, n) => sum + c * t ** n, 0);
	return 0.689 * Math.exp(-1.6 * t) + 0.303 * Math.exp(-0.2783 * t);
}

/** Makes an M dwarf that flares; a flare is caught when an exposure falls into one of its episodes. */
export function makeFlareStar(birth: Birth): SimObject | null {
	const place = drawPlace(new Stream(birth.seed, birth.key, PURPOSE.place), 'stars', birth.depth);
	if (!place) return null;
	const stream = new Stream(birth.seed, birth.key, PURPOSE.physics);
	const quiet = birth.depth === 'ztf' ? stream.between(15.5, 20) : stream.between(18, 22.5);
	const colours = [3.8, 1.5, 0, -1.3, -1.9, -2.2];
	const width = stream.logBetween(2, 30) / 1440;
	const u = stream.uniform();
	// dN/dA ~ A^-1.8 between 0.4 and 5 mag in g
	const height = (0.4 ** -0.8 + u * (5 ** -0.8 - 0.4 ** -0.8)) ** (-1 / 0.8);
	const t0 = birth.day + stream.uniform();
	const mean = colours.map((colour) => nanojansky(quiet + colour));
	const gFlare = (mean[1] ?? 0) * (10 ** (0.4 * height) - 1);
	const hot = [1.35, 1, 0.72, 0.58, 0.5, 0.43];
	if (gFlare < 8 * typicalSigma(birth.depth, gFlare, mean[1] ?? 0)) return null;
	return {
		...birth,
		kind: 'FLARE',
		group: 'OTHER',
		ra: place.ra,
		dec: place.dec,
		ebv: 0.01,
		z: Number.NaN,
		from: t0 - width,
		until: t0 + 12 * width,
		t0,
		persistent: false,
		referenceMag: mean.map((flux) => 31.4 - 2.5 * Math.log10(flux)),
		host: null,
		parameters: { widthMinutes: width * 1440, height, quiet },
		bogus: null,
		motion: null,
		flux: (band, mjd) => gFlare * (hot[band] ?? 0.6) * flareShape((mjd - t0) / width),
	};
}
