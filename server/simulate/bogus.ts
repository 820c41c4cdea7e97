import { lsstSpots } from './schedule/lsst.ts';
import type { Spot, Visit } from './schedule/visit.ts';
import { ztfSpots } from './schedule/ztf.ts';
import { type Birth, type BogusKind, EMPTY, nanojansky, type SimObject } from './object.ts';
import { drawPlace } from './places.ts';
import { starMag, stellarColours, typicalSigma } from './populations/star.ts';
import { mix, normalOf, PURPOSE, Stream, uniformOf } from './random.ts';

/** Makes a bright star that is badly subtracted in one exposure of five for a month: most bogus detections are of this kind. */
export function makeResidualStar(birth: Birth): SimObject | null {
	const stream = new Stream(birth.seed, birth.key, PURPOSE.physics);
	const place = drawPlace(new Stream(birth.seed, birth.key, PURPOSE.place), 'stars', birth.depth);
	if (!place) return null;
	const mag = birth.depth === 'ztf' ? stream.between(12.5, 15.2) : stream.between(16.8, 19.5);
	const colours = stellarColours(stream.normal(0.6, 0.25));
	const dipole = stream.uniform() < 0.25;
	const often = stream.between(0.08, 0.3);
	const key = birth.key ^ 0x57a2;
	return {
		...skeleton(birth, place, dipole ? 'dipole' : 'star'),
		from: birth.day,
		until: birth.day + 30,
		referenceMag: colours.map((colour) => mag + colour),
		parameters: { mag },
		flux: (band, _mjd, visitId) => {
			if (uniformOf(key, visitId, 1) > often) return 0;
			const star = nanojansky(mag + (colours[band] ?? 0));
			const size = typicalSigma(birth.depth, 0, star) * (5.2 + 9 * uniformOf(key, visitId, 2) ** 2);
			return (uniformOf(key, visitId, 3) < 0.38 ? 1 : -1) * size;
		},
	};
}

/** Makes something that was in the reference image and is gone: negative in every exposure since. */
export function makeTemplateArtefact(birth: Birth): SimObject | null {
	const stream = new Stream(birth.seed, birth.key, PURPOSE.physics);
	const place = drawPlace(new Stream(birth.seed, birth.key, PURPOSE.place), 'all', birth.depth);
	if (!place) return null;
	const lost = typicalSigma(birth.depth, 0, 0) * stream.between(6, 25);
	const affected = 1 + stream.below(2);
	return {
		...skeleton(birth, place, 'template'),
		persistent: true,
		from: Number.NEGATIVE_INFINITY,
		until: Number.POSITIVE_INFINITY,
		referenceMag: EMPTY.map((_, band) => (band === affected ? 31.4 - 2.5 * Math.log10(lost) : Number.NaN)),
		flux: (band) => (band === affected ? -lost : 0),
	};
}

function skeleton(birth: Birth, place: { ra: number; dec: number }, kind: BogusKind): SimObject {
	return {
		...birth,
		kind: `BOGUS:${kind}`,
		group: 'BOGUS',
		ra: place.ra,
		dec: place.dec,
		ebv: 0,
		z: Number.NaN,
		from: birth.day,
		until: birth.day,
		t0: birth.day,
		persistent: false,
		referenceMag: EMPTY,
		host: null,
		parameters: {},
		bogus: kind,
		motion: null,
		flux: () => 0,
	};
}

const ONE_OFF: readonly { kind: BogusKind; share: number }[] = [
	{ kind: 'noise', share: 0.4 },
	{ kind: 'cosmic', share: 0.2 },
	{ kind: 'edge', share: 0.12 },
	{ kind: 'ghost', share: 0.08 },
	{ kind: 'spike', share: 0.12 },
	{ kind: 'hotpixel', share: 0.08 },
];

/** One exposure's own false detections (noise peaks, cosmic rays, edges, ghosts, spikes, hot pixels), `mean` of them on average. */
export function oneOffBogus(
	seed: number,
	visit: Visit,
	mean: number,
	serialOf: (n: number) => number,
): { object: SimObject; spot: Spot }[] {
	const stream = new Stream(seed, visit.id, PURPOSE.bogus);
	// cloud leaves residuals everywhere
	const count = stream.poisson(mean * (1 + 1.5 * Math.min(1, visit.cloudMag)));
	const found: { object: SimObject; spot: Spot }[] = [];
	for (let n = 0; n < count; n++) {
		const spot = placeInField(visit, stream);
		if (!spot) continue;
		const kind = pick(stream.uniform());
		const key = mix(seed, visit.id, n, PURPOSE.bogus);
		const birth: Birth = {
			seed,
			key,
			serial: serialOf(n),
			year: new Date(visit.night * 86_400_000).getUTCFullYear(),
			depth: visit.survey,
			day: visit.mjd,
		};
		const sigma = typicalSigma(visit.survey, 0, 0);
		const limit = nanojansky(visit.limitMag);
		const size =
			(limit / 5) * (kind === 'noise' ? 5.3 + 0.6 * Math.abs(normalOf(key, 1)) : 5.5 + 12 * uniformOf(key, 2) ** 2);
		const sign = kind === 'cosmic' || kind === 'hotpixel' ? 1 : uniformOf(key, 3) < 0.5 ? 1 : -1;
		const bright = kind === 'spike' || kind === 'ghost';
		found.push({
			spot: spot.spot,
			object: {
				...skeleton(birth, spot, kind),
				parameters: { size: size / sigma, starMag: bright ? stream.between(8, 12) : starMag(stream, visit.survey) },
				flux: (_band, _mjd, visitId) => (visitId === visit.id ? sign * size : 0),
			},
		});
	}
	return found;
}

function pick(draw: number): BogusKind {
	let sum = 0;
	for (const entry of ONE_OFF) {
		sum += entry.share;
		if (draw < sum) return entry.kind;
	}
	return 'noise';
}

/** A random place on the detectors of an exposure's field. */
export function placeInField(visit: Visit, stream: Stream): { ra: number; dec: number; spot: Spot } | null {
	const half = visit.survey === 'ztf' ? 3.7 : 1.75;
	const rad = Math.PI / 180;
	for (let attempt = 0; attempt < 20; attempt++) {
		const xi = stream.between(-half, half) * rad;
		const eta = stream.between(-half, half) * rad;
		const dec0 = visit.field.dec * rad;
		const scale = Math.cos(dec0) - eta * Math.sin(dec0);
		const ra = visit.field.ra + Math.atan2(xi, scale) / rad;
		const dec = Math.atan((Math.sin(dec0) + eta * Math.cos(dec0)) / Math.hypot(xi, scale)) / rad;
		const wrapped = ((ra % 360) + 360) % 360;
		const spots = visit.survey === 'ztf' ? ztfSpots(wrapped, dec) : lsstSpots(wrapped, dec);
		const spot = spots.find((each) => each.field === visit.field);
		if (spot) return { ra: wrapped, dec, spot };
	}
	return null;
}
