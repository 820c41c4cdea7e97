import { icrsFromEcliptic } from '#lib/astro/sphere.ts';
import { sunPosition } from '../ephemeris.ts';
import type { Birth, Motion } from '../object.ts';
import { PURPOSE, Stream } from '../random.ts';

/** A body on a Kepler orbit around the Sun; angles in radians, ecliptic of J2000. */
export interface Asteroid {
	readonly birth: Birth;
	readonly kind: 'MBA' | 'NEO' | 'TRO' | 'TNO';
	readonly a: number;
	readonly e: number;
	readonly i: number;
	readonly node: number;
	readonly peri: number;
	/** Mean anomaly at MJD 61000. */
	readonly m0: number;
	readonly h: number;
	readonly g: number;
	/** Colours of u g r i z y relative to V. */
	readonly colours: readonly number[];
	readonly rotation: { readonly amplitude: number; readonly period: number; readonly phase: number };
	/** Its name when it is catalogued. */
	readonly name: string | null;
}

const EPOCH = 61_000;
const GAUSS = 0.01720209895;
const DEG = 180 / Math.PI;

/** Draws an orbit and brightness: main belt in three zones, 3 % near-Earth, 4 % Trojans, 1 % beyond Neptune. */
export function makeAsteroid(birth: Birth, unknownShare: number): Asteroid {
	const stream = new Stream(birth.seed, birth.key, PURPOSE.physics);
	const draw = stream.uniform();
	const deep = birth.depth === 'lsst';
	const kind = draw < 0.03 ? 'NEO' : draw < 0.07 ? 'TRO' : draw < (deep ? 0.09 : 0.07) ? 'TNO' : 'MBA';
	const orbit = drawOrbit(stream, kind);
	const [low, high] = deep ? [18.5, 23.7] : [15.3, 20.3];
	const slope = 0.35;
	const u = stream.uniform();
	const atOpposition = low + Math.log10(1 + u * (10 ** (slope * (high - low)) - 1)) / slope;
	const distance = kind === 'NEO' ? 0.45 : orbit.a * (orbit.a - 1);
	const stony = stream.uniform() < 0.5;
	const gr = (stony ? 0.68 : 0.5) + stream.normal(0, 0.03);
	const ri = (stony ? 0.18 : 0.08) + stream.normal(0, 0.02);
	return {
		birth,
		kind,
		...orbit,
		h: (kind === 'TNO' ? Math.max(21.5, atOpposition) : atOpposition) - 5 * Math.log10(distance),
		g: stream.normalWithin(0.22, 0.1, 0, 0.5),
		colours: [1.7 + 0.4 * gr, 0.6 * gr, -0.4 * gr, -0.4 * gr - ri, -0.4 * gr - ri - 0.02, -0.4 * gr - ri - 0.02],
		rotation: { amplitude: stream.between(0.1, 0.6), period: stream.between(3, 15) / 24, phase: stream.uniform() },
		name: stream.uniform() < unknownShare ? null : `SIM${String(birth.serial % 1_000_000).padStart(6, '0')}`,
	};
}

function drawOrbit(stream: Stream, kind: Asteroid['kind']) {
	const zone = stream.uniform();
	let a =
		zone < 0.3 ? stream.between(2.12, 2.5) : zone < 0.65 ? stream.between(2.52, 2.81) : stream.between(2.84, 3.25);
	if (Math.abs(a - 2.955) < 0.02) a += 0.05;
	let e = Math.min(0.35, 0.1 * Math.sqrt(-2 * Math.log(stream.uniform())));
	let i = (7 / DEG) * Math.sqrt(-2 * Math.log(stream.uniform()));
	let m0 = stream.between(0, 2 * Math.PI);
	const node = stream.between(0, 2 * Math.PI);
	const peri = stream.between(0, 2 * Math.PI);
	if (kind === 'NEO') {
		a = stream.between(1.1, 2.4);
		e = Math.min(0.9, Math.max(1 - 1.25 / a, 1 - 1.02 / a + stream.between(-0.05, 0.05)));
	} else if (kind === 'TRO') {
		a = 5.2;
		// 60 degrees ahead of or behind Jupiter (mean longitude 93 degrees at the epoch)
		m0 = (93 + (stream.uniform() < 0.5 ? 60 : -60) + stream.normal(0, 9)) / DEG - node - peri;
	} else if (kind === 'TNO') {
		a = stream.between(39, 48);
		e = stream.between(0, 0.15);
		i = Math.abs(stream.normal(0, 0.12));
	}
	return { a, e, i, node, peri, m0 };
}

/** Heliocentric ecliptic position in au at MJD (Kepler's equation by five Newton steps). */
function heliocentric(body: Asteroid, mjd: number): { x: number; y: number; z: number } {
	const mean = body.m0 + (GAUSS / body.a ** 1.5) * (mjd - EPOCH);
	const m = mean - 2 * Math.PI * Math.round(mean / (2 * Math.PI));
	let eccentric = m + body.e * Math.sin(m);
	for (let step = 0; step < 5; step++) {
		eccentric -= (eccentric - body.e * Math.sin(eccentric) - m) / (1 - body.e * Math.cos(eccentric));
	}
	const px = body.a * (Math.cos(eccentric) - body.e);
	const py = body.a * Math.sqrt(1 - body.e ** 2) * Math.sin(eccentric);
	const cosW = Math.cos(body.peri);
	const sinW = Math.sin(body.peri);
	const cosO = Math.cos(body.node);
	const sinO = Math.sin(body.node);
	const cosI = Math.cos(body.i);
	const u = px * cosW - py * sinW;
	const v = px * sinW + py * cosW;
	return { x: u * cosO - v * sinO * cosI, y: u * sinO + v * cosO * cosI, z: v * Math.sin(body.i) };
}

/** Brightness lost to the phase angle in magnitudes (Bowell et al. 1989, H-G system), angle in radians. */
export function phaseDimming(angle: number, g: number): number {
	const t = Math.tan(angle / 2);
	const p1 = Math.exp(-3.33 * t ** 0.63);
	const p2 = Math.exp(-1.87 * t ** 1.22);
	return -2.5 * Math.log10((1 - g) * p1 + g * p2);
}

function sky(body: Asteroid, mjd: number) {
	const place = heliocentric(body, mjd);
	const sun = sunPosition(mjd);
	const angle = sun.lon / DEG;
	const ex = -sun.distanceAu * Math.cos(angle);
	const ey = -sun.distanceAu * Math.sin(angle);
	const x = place.x - ex;
	const y = place.y - ey;
	const delta = Math.hypot(x, y, place.z);
	const helio = Math.hypot(place.x, place.y, place.z);
	const { ra, dec } = icrsFromEcliptic(
		(((Math.atan2(y, x) * DEG) % 360) + 360) % 360,
		Math.asin(place.z / delta) * DEG,
	);
	const cosPhase = (helio ** 2 + delta ** 2 - sun.distanceAu ** 2) / (2 * helio * delta);
	return { ra, dec, delta, helio, phase: Math.acos(Math.min(1, Math.max(-1, cosPhase))) };
}

/** Where a body stands at MJD and how bright it is in V. */
export function motionOf(body: Asteroid, mjd: number): Motion {
	const now = sky(body, mjd);
	const later = sky(body, mjd + 0.05);
	const turn = ((mjd - EPOCH) / body.rotation.period + body.rotation.phase) * 4 * Math.PI;
	let dRa = later.ra - now.ra;
	if (dRa > 180) dRa -= 360;
	if (dRa < -180) dRa += 360;
	return {
		name: body.name,
		ra: now.ra,
		dec: now.dec,
		rateRa: (dRa / 0.05) * Math.cos(now.dec / DEG),
		rateDec: (later.dec - now.dec) / 0.05,
		magV:
			body.h +
			5 * Math.log10(now.helio * now.delta) +
			phaseDimming(now.phase, body.g) +
			(body.rotation.amplitude / 2) * Math.sin(turn),
		helioAu: now.helio,
		topoAu: now.delta,
		phaseDeg: now.phase * DEG,
		elements: [body.a, body.e, body.i * DEG, body.node * DEG, body.peri * DEG, body.h, body.g],
		ephemerisOffset: 0,
	};
}
