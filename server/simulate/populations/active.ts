import { EXTINCTION, reddening } from '../dust.ts';
import { type Birth, type Host, nanojansky, type SimObject } from '../object.ts';
import { PURPOSE, Stream, uniformOf } from '../random.ts';
import { RandomWalk } from '../shapes.ts';
import { makeVariable, starMag, type Variation } from './star.ts';

/** Active nuclei: damped random walk in magnitude (Kelly 2009, MacLeod 2010), smaller and later in red bands; one in a hundred changes its look. */
function nucleus(stream: Stream, birth: Birth): Variation {
	const z = Math.min(3, stream.logNormal(0.6, 0.35));
	const tau = 10 ** stream.normal(2.4, 0.4) * (1 + z);
	const structure = 10 ** stream.normal(-0.62, 0.2);
	const sigma = structure / Math.SQRT2;
	const lag = stream.between(1, 3);
	const walk = new RandomWalk(birth.key ^ 0x3c91, tau);
	const step = stream.uniform() < 0.01 ? stream.between(1, 2) : 0;
	const stepAt = 61_000 + stream.between(-300, 600);
	const stepLength = stream.between(150, 1000);
	const scale = [1.15, 1, 0.8, 0.7, 0.64, 0.6];
	const gr = stream.normal(0.3, 0.15);
	return {
		mag: birth.depth === 'ztf' ? stream.normalWithin(17.8, 0.8, 15, 19.5) : starMag(stream, 'lsst', 0.3),
		colours: [gr * 0.8, gr, 0, -0.15, -0.2, -0.25],
		change: (band, mjd) =>
			sigma * (scale[band] ?? 0.8) * walk.at(mjd - lag * (band - 1)) +
			(step / 2) * Math.tanh((mjd - stepAt) / (stepLength / 2)),
		t0: 61_000,
		parameters: { z, tau, sigma, step },
	};
}

/** Blazars: a fast random walk in log flux with flares of days. */
function blazar(stream: Stream, birth: Birth): Variation {
	const tau = stream.logBetween(10, 100);
	const structure = stream.between(0.5, 1.2);
	const walk = new RandomWalk(birth.key ^ 0x51f7, tau);
	const bluer = stream.uniform() < 0.5 ? 0.05 : 0;
	const key = birth.key ^ 0x99;
	const change = (band: number, mjd: number) => {
		let brighter = 1;
		// a flare begins on one day in sixty
		for (let day = Math.floor(mjd) - 40; day <= mjd; day++) {
			if (uniformOf(key, day, 1) > 1 / 60) continue;
			const since = mjd - day - uniformOf(key, day, 2);
			if (since < 0) continue;
			const rise = 1 + 2 * uniformOf(key, day, 3);
			const fade = 2 + 8 * uniformOf(key, day, 4);
			const height = 0.5 + 4 * uniformOf(key, day, 5) ** 2;
			brighter += height * (since < rise ? since / rise : Math.exp(-(since - rise) / fade));
		}
		const slow = (structure / Math.SQRT2) * walk.at(mjd) - 2.5 * Math.log10(brighter);
		return slow * (1 + bluer * (2 - band));
	};
	return {
		mag: birth.depth === 'ztf' ? stream.normalWithin(17.6, 1, 14.5, 19.5) : starMag(stream, 'lsst', 0.25),
		colours: [0.9, 0.45, 0, -0.3, -0.5, -0.6],
		change,
		t0: 61_000,
		parameters: { tau, structure },
	};
}

/** Makes an active nucleus (with a galaxy around it when near) or a blazar. */
export function makeActive(kind: 'AGN' | 'BLZ', birth: Birth): SimObject | null {
	const made = makeVariable(
		kind === 'AGN'
			? { kind, group: 'AGN', spread: 'galaxies', draw: nucleus, least: 0.25 }
			: { kind, group: 'AGN', spread: 'galaxies', draw: blazar, least: 0.3 },
		birth,
	);
	if (!made) return null;
	const z = Number(made.parameters['z'] ?? 0.3);
	const ebv = reddening(made.ra, made.dec);
	if (z > 0.5 || kind === 'BLZ') return { ...made, ebv, z };
	const stream = new Stream(birth.seed, birth.key, PURPOSE.host);
	const bright = (made.referenceMag[2] ?? 18) + stream.normal(-0.2, 0.7);
	const colours = [1.9, 0.8, 0, -0.4, -0.6, -0.7];
	const host: Host = {
		east: 0,
		north: 0,
		radius: Math.min(8, Math.max(0.8, 2.4 * 10 ** (-0.12 * (bright - 17)))),
		axisRatio: stream.between(0.4, 1),
		angle: stream.between(0, Math.PI),
		mag: colours.map((colour, band) => bright + colour + (EXTINCTION[band] ?? 2) * ebv),
		early: stream.uniform() < 0.5,
	};
	const referenceMag = made.referenceMag.map((mag, band) => {
		const inPsf = nanojansky((host.mag[band] ?? 20) + 2.5 * Math.log10(1 + (host.radius / 1.3) ** 1.5));
		return 31.4 - 2.5 * Math.log10(nanojansky(mag) + inPsf);
	});
	return { ...made, ebv, z, host, referenceMag };
}
