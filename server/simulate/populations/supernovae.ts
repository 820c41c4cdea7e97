import { distanceModulus, eventDensity } from '../cosmology.ts';
import { EXTINCTION, reddening } from '../dust.ts';
import { drawHost, hostAtPlace, type HostTaste } from '../host.ts';
import { type Birth, nanojansky, type SimObject } from '../object.ts';
import { drawPlace } from '../places.ts';
import { PURPOSE, Stream } from '../random.ts';
import { type Bump, bumpFlux, makeBump, planck, WAVELENGTH } from '../shapes.ts';

/** How one explosion shines: flux relative to its peak in r, by band and rest-frame days from that peak. */
interface Light {
	/** Peak absolute AB magnitude in r, at rest. */
	readonly absolute: number;
	/** Relative flux; 1 for band r at time 0. */
	readonly shape: (band: number, days: number) => number;
	/** Rest-frame days from r peak before which it is dark, and after which it no longer matters. */
	readonly start: number;
	readonly end: number;
	readonly parameters: Readonly<Record<string, number>>;
}

interface Recipe {
	readonly draw: (stream: Stream, z: number) => Light;
	/** Bright end of the luminosity function, for the greatest redshift worth drawing. */
	readonly brightest: number;
	readonly rateSlope: number;
	readonly hostDust: number;
	readonly host: HostTaste;
	/** Sits on the nucleus. */
	readonly nuclear?: boolean;
}

const mags = (colours: readonly number[]) => colours.map((colour) => 10 ** (-0.4 * colour));

/** SN Ia after Phillips (1993) and Guy et al. (2007): stretch, colour, second bumps in r to y. */
function typeIa(stream: Stream): Light {
	const x1 = stream.normalWithin(0, 1, -2.5, 2.5);
	const c = stream.normal(-0.05, 0.05) + stream.exponential(0.07);
	const stretch = 0.98 + 0.09 * x1;
	const peakB = -19.36 - 0.14 * x1 + 3.1 * c + stream.normal(0, 0.1);
	const gr = -0.05 + c;
	const absolute = peakB - 0.05 - gr;
	const colours = [0.5 + gr, gr, 0, 0.4, 0.45, 0.45];
	const level = mags(colours);
	const rise = stream.normalWithin(9.1, 1, 6.5, 12) * stretch;
	const blue = makeBump(rise, 12.5 * stretch, -17.5 * stretch);
	const red = makeBump(rise * 1.05, 13.2 * stretch, -17.5 * stretch);
	const second = [
		[0, 1, 1],
		[0, 1, 1],
		[0.15, 22, 8],
		[0.45, 24, 8],
		[0.5, 25, 8],
		[0.6, 26, 9],
	] as const;
	const excess = stream.uniform() < 0.05 ? stream.between(0.1, 0.3) : 0;
	const shape = (band: number, days: number) => {
		const early = band <= 1;
		const t = early ? days + 2 : days;
		const bump = second[band] ?? second[2];
		const slope = early ? 0.012 : 0.015;
		const tail = 40 * stretch;
		const at = Math.min(t, tail);
		let flux =
			bumpFlux(early ? blue : red, at) +
			bump[0] * Math.exp(-0.5 * ((at / stretch - bump[1]) / bump[2]) ** 2) * (at > 0 ? 1 : 0);
		if (t > tail) flux = Math.max(flux, 0.03) * 10 ** (-0.4 * slope * (t - tail));
		if (excess > 0 && band <= 1) flux += excess * Math.exp(-0.5 * ((t + 15.5 * stretch) / 1) ** 2);
		return flux * (level[band] ?? 0);
	};
	return { absolute, shape: normalised(shape), start: -19.5 * stretch, end: 160, parameters: { x1, c, stretch } };
}

function normalised(shape: (band: number, days: number) => number): (band: number, days: number) => number {
	const unit = shape(2, 0);
	return (band, days) => shape(band, days) / unit;
}

/** A bump whose colours follow a black body that cools from one temperature to another. */
function thermal(
	bump: Bump,
	temperature: (days: number) => number,
	extra: (days: number) => number = () => 1,
	ultraviolet: (angstrom: number) => number = () => 1,
	z = 0,
): (band: number, days: number) => number {
	const reference = planck(WAVELENGTH[2], temperature(0));
	return normalised((band, days) => {
		const shine = bumpFlux(bump, days) * extra(days);
		if (shine <= 0) return 0;
		const kelvin = temperature(days);
		const rest = (WAVELENGTH[band] ?? 6220) / (1 + z);
		return (
			(shine * ultraviolet(rest) * planck(rest, kelvin) * planck(WAVELENGTH[2], temperature(0))) /
			(planck(WAVELENGTH[2], kelvin) * reference)
		);
	});
}

function stripped(stream: Stream): Light {
	const draw = stream.uniform();
	const broad = draw < 0.05;
	const twoB = draw > 0.8;
	const absolute = broad ? stream.normal(-18.6, 0.6) : twoB ? stream.normal(-17.1, 0.6) : stream.normal(-17.6, 0.7);
	const rise = stream.logNormal(broad ? 9 : 10.2, 0.08);
	const fade = stream.logNormal(broad ? 14 : 16, 0.08);
	const bump = makeBump(rise, fade, -2.1 * rise);
	const slow = makeBump(rise * 1.15, fade * 1.5, -2.1 * rise);
	const cooling = twoB && stream.uniform() < 0.3;
	const shape = (band: number, days: number) => {
		const t = Math.max(0, Math.min(days, 25));
		const gr = 0.2 + 0.032 * t - (broad ? 0.1 : 0);
		const colours = [gr + 0.7, gr, 0, -0.1, -0.15, -0.2];
		let flux = bumpFlux(band <= 1 ? bump : slow, days);
		if (cooling && days > bump.start) flux += (band <= 1 ? 0.35 : 0.2) * Math.exp(-(days - bump.start) / 1.8);
		return flux * 10 ** (-0.4 * (colours[band] ?? 0));
	};
	return { absolute, shape: normalised(shape), start: bump.start, end: 150, parameters: { rise, fade } };
}

/** Type II with a plateau (Anderson et al. 2014, Valenti et al. 2016): times from explosion, cooling to 6 kK, a fall and a tail. */
function typeII(stream: Stream): Light {
	const absolute = stream.normal(-16.9, 0.9);
	const rise = stream.normalWithin(6.5, 2, 3, 12);
	const plateau = stream.normalWithin(83, 17, 45, 130);
	const slope = stream.between(0, 2) / 100;
	const fall = stream.normalWithin(1.8, 0.5, 0.8, 3);
	const kelvin = (days: number) => {
		const t = Math.max(0.5, days);
		return t >= 20 ? 6000 : 6000 * (t / 20) ** -0.4;
	};
	const reference = planck(WAVELENGTH[2], 6000);
	const shape = (band: number, days: number) => {
		const t = days + rise + 2;
		if (t <= 0) return 0;
		const grown = 1 - Math.exp(-0.5 * (t / (0.5 * rise)) ** 2);
		const drop =
			slope * Math.min(t, plateau) + fall / (1 + Math.exp(-(t - plateau) / 3.5)) + 0.0098 * Math.max(0, t - plateau);
		const cool = kelvin(t);
		const colour = planck(WAVELENGTH[band] ?? 6220, cool) / planck(WAVELENGTH[2], cool);
		const early = planck(WAVELENGTH[2], Math.min(cool, 9000)) / reference;
		// line blanketing dims u and g more than a black body does
		const blanket =
			band === 0 ? 10 ** (-0.4 * Math.min(1.6, 0.04 * t)) : band === 1 ? 10 ** (-0.4 * Math.min(0.35, 0.006 * t)) : 1;
		return grown * 10 ** (-0.4 * drop) * colour * blanket * Math.min(1.25, early ** 0.15);
	};
	return { absolute, shape: normalised(shape), start: -rise - 2, end: 200, parameters: { rise, plateau, slope } };
}

function interacting(stream: Stream, mean: number, sigma: number, rise: number, fade: number, hot: number): Light {
	const absolute = stream.normal(mean, sigma);
	const up = Math.min(60, Math.max(2.5, stream.logNormal(rise, 0.18)));
	const down = Math.min(200, Math.max(up * 0.9, stream.logNormal(fade, 0.2)));
	const bump = makeBump(up, down, -2.6 * up);
	const wave = stream.uniform() < 0.3 ? 0.18 : 0;
	const period = stream.between(30, 60);
	const kelvin = (days: number) => Math.max(7000, Math.min(hot * 1.25, hot - ((hot - 8000) * days) / 60));
	const extra = (days: number) => 1 + (days > 0 ? wave * Math.sin((2 * Math.PI * days) / period) : 0);
	return {
		absolute,
		shape: thermal(bump, kelvin, extra),
		start: bump.start,
		end: 8 * down,
		parameters: { rise: up, fade: down, hot },
	};
}

function superluminous(stream: Stream, z: number): Light {
	const hydrogen = stream.uniform() < 0.4;
	const absolute = stream.normal(hydrogen ? -20.8 : -21.5, 0.7);
	const up = Math.min(50, Math.max(12, stream.logNormal(25, 0.15)));
	const down = Math.min(80, Math.max(20, stream.logNormal(hydrogen ? 45 : 40, 0.15)));
	const bump = makeBump(up, down, -2.6 * up);
	const bumps = stream.uniform() < 0.2 ? 0.25 : 0;
	const kelvin = (days: number) => Math.max(6500, Math.min(18_000, 15_000 - 160 * days));
	const extra = (days: number) => 1 + (days > 10 ? bumps * Math.sin(days / 7) : 0);
	const cut = (angstrom: number) => (angstrom < 3000 ? 0.3 : 1);
	return {
		absolute,
		shape: thermal(bump, kelvin, extra, cut, z),
		start: bump.start,
		end: 7 * down,
		parameters: { rise: up, fade: down },
	};
}

/** Tidal disruption: Gaussian rise, t^(-5/3) decline, constant temperature (van Velzen et al. 2021, Hammerstein et al. 2023). */
function disruption(stream: Stream, z: number): Light {
	const kelvin = stream.logBetween(13_000, 35_000);
	const up = Math.min(35, Math.max(10, stream.logNormal(18, 0.13)));
	const down = stream.logNormal(45, 0.18);
	const t0 = 1.94 * down;
	const sigma = up / 1.1774;
	const blue = planck(WAVELENGTH[1] / (1 + z), kelvin) / planck(WAVELENGTH[2] / (1 + z), kelvin);
	const absolute = stream.normal(-19.5, 0.9) + 2.5 * Math.log10(blue);
	const level = WAVELENGTH.map(
		(wavelength) => planck(wavelength / (1 + z), kelvin) / planck(WAVELENGTH[2] / (1 + z), kelvin),
	);
	const shape = (band: number, days: number) =>
		(days < 0 ? Math.exp(-0.5 * (days / sigma) ** 2) : (1 + days / t0) ** (-5 / 3)) * (level[band] ?? 0);
	return { absolute, shape, start: -3.2 * sigma, end: 400, parameters: { kelvin, rise: up, fade: down } };
}

function kilonova(stream: Stream): Light {
	const decline = [2.6, 2.0, 1.3, 1.0, 0.7, 0.6];
	const shape = (band: number, days: number) => {
		const t = days + 0.5;
		if (t <= 0) return 0;
		const grown = Math.min(1, t / 0.5) ** 1.2;
		return grown * 10 ** (-0.4 * (decline[band] ?? 1) * Math.max(0, days)) * ([0.8, 1, 1, 0.95, 0.9, 0.9][band] ?? 1);
	};
	return { absolute: stream.normal(-16.0, 0.7), shape: normalised(shape), start: -0.5, end: 12, parameters: {} };
}

function fastBlue(stream: Stream): Light {
	const absolute = stream.between(-21, -17);
	const up = stream.between(1.5, 3);
	const down = stream.between(3, 7);
	const bump = makeBump(up, down, -2.4 * up);
	const hot = stream.between(20_000, 35_000);
	const kelvin = (days: number) => Math.max(12_000, hot * Math.exp(-Math.max(0, days) / 40));
	return {
		absolute,
		shape: thermal(bump, kelvin),
		start: bump.start,
		end: 60,
		parameters: { rise: up, fade: down, hot },
	};
}

function subluminous(stream: Stream): Light {
	const bump = makeBump(8, 9, -14);
	const level = mags([1.8, 0.5, 0, -0.2, -0.3, -0.3]);
	return {
		absolute: stream.normal(-17.9, 0.5) + 0.05,
		shape: normalised(
			(band, days) =>
				(bumpFlux(bump, days) + 0.08 * Math.exp(-Math.max(0, days) / 25) * (days > 5 ? 1 : 0)) * (level[band] ?? 0),
		),
		start: -15,
		end: 90,
		parameters: {},
	};
}

const RECIPES: Readonly<Record<string, Recipe>> = {
	SNIa: {
		draw: (stream) => (stream.uniform() < 0.07 ? subluminous(stream) : typeIa(stream)),
		brightest: -19.9,
		rateSlope: 1.7,
		hostDust: 0.05,
		host: 'mass',
	},
	SNIbc: { draw: stripped, brightest: -19.2, rateSlope: 2, hostDust: 0.15, host: 'starforming' },
	SNII: { draw: typeII, brightest: -18.8, rateSlope: 2, hostDust: 0.15, host: 'starforming' },
	SNIIn: {
		draw: (s) => interacting(s, -18.9, 1.0, 18, 45, 15_000),
		brightest: -20.9,
		rateSlope: 2,
		hostDust: 0.1,
		host: 'starforming',
	},
	SNIbn: {
		draw: (s) => interacting(s, -19.0, 0.8, 4, 7, 15_000),
		brightest: -20.4,
		rateSlope: 2,
		hostDust: 0.1,
		host: 'starforming',
	},
	SLSN: { draw: superluminous, brightest: -22.7, rateSlope: 2, hostDust: 0.05, host: 'dwarf' },
	TDE: { draw: disruption, brightest: -21, rateSlope: 1, hostDust: 0.05, host: 'massive', nuclear: true },
	KN: { draw: kilonova, brightest: -17.2, rateSlope: 1.5, hostDust: 0.05, host: 'massive' },
	FBOT: { draw: fastBlue, brightest: -20.8, rateSlope: 2, hostDust: 0.03, host: 'dwarf' },
};

/** Faintest peak that a survey can still notice. */
const NOTICED = { ztf: 19.1, lsst: 23.0 } as const;

/** Makes an explosion of a kind that gets bright enough for its survey, or null when no place or distance was found. */
export function makeExplosion(kind: string, birth: Birth): SimObject | null {
	const recipe = RECIPES[kind];
	if (!recipe) return null;
	const place = drawPlace(new Stream(birth.seed, birth.key, PURPOSE.place), 'galaxies', birth.depth);
	if (!place) return null;
	const stream = new Stream(birth.seed, birth.key, PURPOSE.physics);
	const ebv = reddening(place.ra, place.dec);
	const limit = NOTICED[birth.depth];
	const zMax = greatestRedshift(recipe.brightest, limit);
	for (let attempt = 0; attempt < 120; attempt++) {
		const z = drawRedshift(stream, zMax, recipe.rateSlope);
		const light = recipe.draw(stream, z);
		const hostEbv = stream.exponential(recipe.hostDust);
		const modulus = distanceModulus(z);
		const dust = EXTINCTION.map((a) => a * (ebv + hostEbv));
		const peak = light.absolute + modulus + (dust[2] ?? 0) - 2.5 * Math.log10(1 + z);
		if (peak > limit) continue;
		const t0 = birth.day + stream.uniform();
		const host = drawHost(
			new Stream(birth.seed, birth.key, PURPOSE.host),
			recipe.host,
			z,
			ebv,
			recipe.nuclear === true,
		);
		const level = dust.map((a) => nanojansky(light.absolute + modulus + a) * (1 + z));
		return {
			...birth,
			kind,
			group: recipe.nuclear || kind === 'KN' || kind === 'FBOT' ? 'OTHER' : 'SN',
			ra: place.ra,
			dec: place.dec,
			ebv,
			z,
			from: t0 + light.start * (1 + z),
			until: t0 + light.end * (1 + z),
			t0,
			persistent: false,
			referenceMag: hostAtPlace(host),
			host,
			parameters: { ...light.parameters, absoluteMag: light.absolute, modulus, hostEbv, peakMag: peak },
			bogus: null,
			motion: null,
			flux: (band, mjd) => (level[band] ?? 0) * light.shape(band, (mjd - t0) / (1 + z)),
		};
	}
	return null;
}

function greatestRedshift(absolute: number, limit: number): number {
	let z = 0.005;
	while (z < 2.5 && distanceModulus(z) + absolute < limit) z *= 1.05;
	return z;
}

function drawRedshift(stream: Stream, zMax: number, slope: number): number {
	let top = 0;
	for (let n = 1; n <= 20; n++) top = Math.max(top, eventDensity((zMax * n) / 20, slope));
	for (;;) {
		const z = Math.max(0.002, stream.uniform() * zMax);
		if (stream.uniform() * top < eventDensity(z, slope)) return z;
	}
}
