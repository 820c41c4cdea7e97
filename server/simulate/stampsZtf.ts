import type { Neighbour } from './neighbours.ts';
import { neighboursOf } from './neighbours.ts';
import { nanojanskyPerCount } from './noise.ts';
import { nanojansky, type SimObject } from './object.ts';
import { NoisePlane } from './pixels.ts';
import { addGalaxy, addPoint } from './psf.ts';
import { mix, normalOf, PURPOSE, Stream, uniformOf } from './random.ts';
import type { Quadrant } from './schedule/ztf.ts';
import type { Sighting } from './sighting.ts';
import { ztfFits } from './stampFits.ts';

const SIDE = 63;
const PIXEL_ARCSEC = 1.01;
/** Electrons per count. */
const GAIN = 6.2;
const CENTRE = 31;

/** The three images of a ZTF alert, counts; row 0 at the bottom. */
export interface ZtfImages {
	readonly width: number;
	readonly height: number;
	readonly science: Float32Array;
	readonly template: Float32Array;
	readonly difference: Float32Array;
}

interface Scene {
	readonly object: SimObject;
	readonly band: number;
	/** nJy of a count. */
	readonly scale: number;
	readonly x: number;
	readonly y: number;
	readonly fwhm: number;
	readonly templateFwhm: number;
}

// every stamp is drawn on the same three canvases: nothing of them outlives the call that draws
const scratch = [new Float32Array(SIDE * SIDE), new Float32Array(SIDE * SIDE), new Float32Array(SIDE * SIDE)] as const;

/** Science, template and difference of a detection as gzip'd FITS. */
export function drawZtf(
	seed: number,
	object: SimObject,
	sighting: Sighting,
	quadrant: Quadrant,
): [Buffer, Buffer, Buffer] {
	const { science, template, difference, width, height } = paintZtf(seed, object, sighting, quadrant);
	return [ztfFits(science, width, height), ztfFits(template, width, height), ztfFits(difference, width, height)];
}

/** Draws the images of a detection: stars, galaxies, the source, the artefact if it is one, noise, masked pixels. They are overwritten by the next call. */
export function paintZtf(seed: number, object: SimObject, sighting: Sighting, quadrant: Quadrant): ZtfImages {
	const { visit, spot, measured } = sighting;
	const key = mix(seed, object.key, visit.id, PURPOSE.stamp);
	const scale = nanojanskyPerCount(measured.zeroPoint);
	const scene: Scene = {
		object,
		band: visit.band,
		scale,
		x: CENTRE + uniformOf(key, 1) - 0.5,
		y: CENTRE + uniformOf(key, 2) - 0.5,
		fwhm: quadrant.fwhmArcsec / PIXEL_ARCSEC,
		templateFwhm:
			(visit.band === 1 ? 2.1 : 1.95) *
			(1 + 0.08 * normalOf(seed, spot.field.index * 64 + spot.detector, visit.band, 4)),
	};
	const [science, template, difference] = scratch;
	for (const image of scratch) image.fill(0);
	paintSky(scene, science, scene.fwhm);
	paintSky(scene, template, scene.templateFwhm);
	const noise = quadrant.pixelNoise;
	residuals(science, difference, noise, key);
	const counts = measured.trueFlux / scale;
	const sign = measured.flux >= 0 ? 1 : -1;
	paintSource(scene, sighting, science, template, difference, counts, sign, key);
	addNoise(science, template, difference, noise, sign, visit.sky, key);
	return crop(maskPixels(science, template, difference, key), spot);
}

function paintSky(scene: Scene, image: Float32Array, fwhm: number): void {
	const { object, band, scale } = scene;
	for (const neighbour of neighboursOf(object)) paintNeighbour(scene, image, neighbour, fwhm);
	const host = object.host;
	if (host) {
		const flux = nanojansky(host.mag[band] ?? 25) / scale;
		addGalaxy(
			image,
			SIDE,
			{
				x: scene.x - host.east / PIXEL_ARCSEC,
				y: scene.y + host.north / PIXEL_ARCSEC,
				flux,
				radius: host.radius / PIXEL_ARCSEC,
				axisRatio: host.axisRatio,
				angle: host.angle,
				early: host.early,
			},
			fwhm,
		);
	}
	const reference = object.referenceMag[band] ?? Number.NaN;
	if (Number.isNaN(reference) || object.bogus === 'template') return;
	// with a host the reference is its nucleus, which the profile above already holds in part
	const inHost = host ? nanojansky((host.mag[band] ?? 25) + 2.5 * Math.log10(1 + (host.radius / 1.3) ** 1.5)) : 0;
	const flux = (nanojansky(reference) - inHost) / scale;
	if (flux > 0) addPoint(image, SIDE, scene.x, scene.y, flux, fwhm, flux > 3000);
}

function paintNeighbour(scene: Scene, image: Float32Array, neighbour: Neighbour, fwhm: number): void {
	const flux = nanojansky(neighbour.mag[scene.band] ?? 30) / scene.scale;
	const x = scene.x - neighbour.east / PIXEL_ARCSEC;
	const y = scene.y + neighbour.north / PIXEL_ARCSEC;
	if (neighbour.radius === 0) addPoint(image, SIDE, x, y, flux, fwhm, flux > 3000);
	else
		addGalaxy(
			image,
			SIDE,
			{
				x,
				y,
				flux,
				radius: neighbour.radius / PIXEL_ARCSEC,
				axisRatio: neighbour.axisRatio,
				angle: neighbour.angle,
				early: false,
			},
			fwhm,
		);
}

/** What imperfect subtraction leaves of the bright sources of the science image: a percent or two of their slopes. */
function residuals(science: Float32Array, difference: Float32Array, noise: number, key: number): void {
	const shiftX = 0.02 * normalOf(key, 11);
	const shiftY = 0.02 * normalOf(key, 12);
	const blur = 0.006 * normalOf(key, 13);
	for (let y = 1; y < SIDE - 1; y++) {
		for (let x = 1; x < SIDE - 1; x++) {
			const at = y * SIDE + x;
			const value = science[at] ?? 0;
			if (value < 6 * noise) continue;
			const west = science[at - 1] ?? 0;
			const east = science[at + 1] ?? 0;
			const south = science[at - SIDE] ?? 0;
			const north = science[at + SIDE] ?? 0;
			difference[at] =
				(shiftX * (west - east)) / 2 +
				(shiftY * (south - north)) / 2 +
				blur * (west + east + south + north - 4 * value);
		}
	}
}

function paintSource(
	scene: Scene,
	sighting: Sighting,
	science: Float32Array,
	template: Float32Array,
	difference: Float32Array,
	counts: number,
	sign: number,
	key: number,
): void {
	const { x, y, fwhm, object } = scene;
	switch (object.bogus) {
		case null:
			if (object.kind === 'SAT' || trail(scene, sighting) > 0.5 * fwhm)
				paintTrail(scene, sighting, [science, difference], counts);
			else {
				addPoint(science, SIDE, x, y, counts, fwhm, Math.abs(counts) > 5000);
				addPoint(difference, SIDE, x, y, counts, fwhm, Math.abs(counts) > 5000);
			}
			break;
		case 'template':
			addPoint(template, SIDE, x, y, -counts, scene.templateFwhm);
			addPoint(difference, SIDE, x, y, counts, fwhm);
			break;
		case 'star':
		case 'dipole':
			paintResidual(scene, difference, counts, object.bogus === 'dipole', key);
			break;
		default:
			paintArtefact(scene, science, difference, template, counts, key);
	}
	if (sign < 0) for (let n = 0; n < difference.length; n++) difference[n] = -(difference[n] ?? 0);
}

/** Length in pixels that a moving body draws in the exposure. */
function trail(scene: Scene, sighting: Sighting): number {
	const motion = scene.object.motion;
	if (!motion) return 0;
	return (Math.hypot(motion.rateRa, motion.rateDec) * 3600 * sighting.visit.exposureSeconds) / 86_400 / PIXEL_ARCSEC;
}

function paintTrail(scene: Scene, sighting: Sighting, images: readonly Float32Array[], counts: number): void {
	const motion = scene.object.motion;
	const streak = scene.object.parameters['streak'];
	const length = motion ? trail(scene, sighting) : typeof streak === 'number' ? streak : 0;
	const angle = motion ? Math.atan2(motion.rateDec, -motion.rateRa) : Number(scene.object.parameters['angle'] ?? 0);
	const steps = Math.max(1, Math.ceil(length * 1.5));
	for (const image of images) {
		for (let n = 0; n < steps; n++) {
			const along = steps === 1 ? 0 : ((n + 0.5) / steps - 0.5) * length;
			addPoint(
				image,
				SIDE,
				scene.x + along * Math.cos(angle),
				scene.y + along * Math.sin(angle),
				counts / steps,
				scene.fwhm,
			);
		}
	}
}

/** Rings, four leaves and dipoles left of a bright star; their sum through the PSF is the measured flux. */
function paintResidual(scene: Scene, difference: Float32Array, counts: number, dipole: boolean, key: number): void {
	const { x, y, fwhm } = scene;
	const core = counts * (dipole ? 3.2 : 2.4);
	const angle = 2 * Math.PI * uniformOf(key, 21);
	if (dipole) {
		const dx = 0.45 * fwhm * Math.cos(angle);
		const dy = 0.45 * fwhm * Math.sin(angle);
		addPoint(difference, SIDE, x + dx, y + dy, core, fwhm * 0.85);
		addPoint(difference, SIDE, x - dx, y - dy, -core * (0.72 + 0.15 * uniformOf(key, 22)), fwhm * 0.85);
		return;
	}
	addPoint(difference, SIDE, x, y, core * 0.9, fwhm * 0.55);
	for (let leaf = 0; leaf < 4; leaf++) {
		const at = angle + (leaf * Math.PI) / 2;
		const share = -0.2 * core * (0.4 + 1.2 * uniformOf(key, 23, leaf));
		addPoint(difference, SIDE, x + 0.95 * fwhm * Math.cos(at), y + 0.95 * fwhm * Math.sin(at), share, fwhm * 0.7);
	}
}

function paintArtefact(
	scene: Scene,
	science: Float32Array,
	difference: Float32Array,
	template: Float32Array,
	counts: number,
	key: number,
): void {
	const { x, y, fwhm, object } = scene;
	const both = (px: number, py: number, value: number) => {
		if (px < 0 || py < 0 || px >= SIDE || py >= SIDE) return;
		const at = py * SIDE + px;
		science[at] = (science[at] ?? 0) + value;
		difference[at] = (difference[at] ?? 0) + value;
	};
	const cx = Math.round(x);
	const cy = Math.round(y);
	const angle = Math.PI * uniformOf(key, 31);
	switch (object.bogus) {
		case 'noise':
			addPoint(difference, SIDE, x, y, counts * 0.6, 0.9);
			break;
		case 'cosmic': {
			const length = 1 + Math.floor(3 * uniformOf(key, 32) ** 2 * 4);
			for (let n = 0; n < length; n++)
				both(
					cx + Math.round((n - length / 2) * Math.cos(angle)),
					cy + Math.round((n - length / 2) * Math.sin(angle)),
					(counts * 1.4) / Math.sqrt(length),
				);
			break;
		}
		case 'hotpixel':
			both(cx, cy, counts * 1.3);
			if (uniformOf(key, 33) < 0.4) for (let row = 0; row < SIDE; row++) both(cx, row, counts * 0.08);
			break;
		case 'spike':
			for (let along = -31; along <= 31; along++) {
				const value = (counts / fwhm / 2.5) * Math.exp(-Math.abs(along) / 25);
				const px = x + along * Math.SQRT1_2;
				const py = y + along * Math.SQRT1_2 * (uniformOf(key, 34) < 0.5 ? 1 : -1);
				addPoint(science, SIDE, px, py, Math.abs(value) * 12, fwhm * 0.8);
				addPoint(template, SIDE, px + 0.6, py - 0.2, Math.abs(value) * 12, scene.templateFwhm * 0.8);
				addPoint(difference, SIDE, px, py, value, fwhm * 0.8);
				addPoint(difference, SIDE, px + 1.6, py - 1.2, -value * 0.7, fwhm * 0.8);
			}
			break;
		case 'ghost': {
			const radius = 60 + 120 * uniformOf(key, 35);
			const gx = x + radius * Math.cos(angle * 2);
			const gy = y + radius * Math.sin(angle * 2);
			for (let py = 0; py < SIDE; py++) {
				for (let px = 0; px < SIDE; px++) {
					const across = (Math.hypot(px - gx, py - gy) - radius) / 9;
					both(px, py, (counts / 60) * Math.exp(-0.5 * across * across));
				}
			}
			addPoint(difference, SIDE, x, y, counts * 0.7, fwhm * 2.2);
			break;
		}
		case 'edge': {
			const side = Math.floor(uniformOf(key, 36) * 4);
			for (let py = 0; py < SIDE; py++) {
				for (let px = 0; px < SIDE; px++) {
					const from = side === 0 ? px : side === 1 ? SIDE - 1 - px : side === 2 ? py : SIDE - 1 - py;
					both(px, py, (counts / 14) * Math.exp(-Math.abs(from - 24) / 6));
				}
			}
			addPoint(difference, SIDE, x, y, counts * 0.7, fwhm * 1.4);
			break;
		}
		default:
			break;
	}
}

/** Sky level, photon and read noise; the difference has the science image's noise, a smoother template under it. */
function addNoise(
	science: Float32Array,
	template: Float32Array,
	difference: Float32Array,
	noise: number,
	sign: number,
	sky: number,
	key: number,
): void {
	const plane = new NoisePlane(mix(key, 41));
	const extra = new NoisePlane(mix(key, 42));
	const fine = new NoisePlane(mix(key, 43));
	const smooth = new NoisePlane(mix(key, 44), true);
	const deep = 0.13 * 10 ** (0.15 * normalOf(key, 45));
	const offset = 2.5 * normalOf(key, 46);
	const tilt = 0.004 * noise;
	const tiltX = tilt * normalOf(key, 47);
	const tiltY = tilt * normalOf(key, 48);
	const photons = 1 / GAIN;
	for (let y = 0; y < SIDE; y++) {
		for (let x = 0; x < SIDE; x++) {
			const at = y * SIDE + x;
			const light = science[at] ?? 0;
			const n1 = plane.at(x, y);
			const sigma = light > 2 * noise ? Math.sqrt(noise * noise + light * photons) : noise;
			const grain = noise * deep * (0.55 * smooth.at(x, y) + 0.83 * fine.at(x, y));
			science[at] = light + sky + sigma * n1;
			template[at] = (template[at] ?? 0) + sky + offset + grain;
			difference[at] =
				(difference[at] ?? 0) +
				sign * (sigma * 0.93 * n1 - grain) +
				sigma * 0.22 * extra.at(x, y) +
				tiltX * (x - CENTRE) +
				tiltY * (y - CENTRE);
		}
	}
}

/** Masks one rectangle in one of ten stamps: the neighbourhood of a saturated star, or a band along a side; once in a thousand the template holds -3.4e38 there. */
function maskPixels(
	science: Float32Array,
	template: Float32Array,
	difference: Float32Array,
	key: number,
): [Float32Array, Float32Array, Float32Array] {
	const stream = new Stream(key, 51, PURPOSE.stamp);
	const draw = stream.uniform();
	if (draw < 0.088) {
		let x0: number, x1: number, y0: number, y1: number;
		if (draw < 0.064) {
			const wide = stream.uniform() < 0.55 ? 7 : 17 + stream.below(5);
			const tall = wide === 7 ? 7 : 17 + stream.below(12);
			do {
				x0 = stream.below(SIDE + 4) - 4;
				y0 = stream.below(SIDE + 4) - 4;
				x1 = x0 + wide;
				y1 = y0 + tall;
			} while (x0 <= CENTRE + 4 && x1 >= CENTRE - 4 && y0 <= CENTRE + 4 && y1 >= CENTRE - 4);
		} else {
			const depth = 7 + stream.below(19);
			const side = stream.below(4);
			[x0, x1, y0, y1] =
				side === 0
					? [0, depth, 0, SIDE]
					: side === 1
						? [SIDE - depth, SIDE, 0, SIDE]
						: side === 2
							? [0, SIDE, 0, depth]
							: [0, SIDE, SIDE - depth, SIDE];
		}
		const huge = stream.uniform() < 0.012;
		for (let y = Math.max(0, y0); y < Math.min(SIDE, y1); y++) {
			for (let x = Math.max(0, x0); x < Math.min(SIDE, x1); x++) {
				const at = y * SIDE + x;
				science[at] = Number.NaN;
				template[at] = huge ? -3.4e38 : Number.NaN;
				difference[at] = Number.NaN;
			}
		}
	}
	return [science, template, difference];
}

/** Cuts the images at the edge of the detector, as the survey does. */
function crop(
	[science, template, difference]: [Float32Array, Float32Array, Float32Array],
	spot: { x: number; y: number },
): ZtfImages {
	const lost = (place: number, length: number) =>
		[Math.max(0, Math.ceil(31 - place)), Math.max(0, Math.ceil(place + 32 - length))] as const;
	const [left, right] = lost(spot.x, 3072);
	const [bottom, top] = lost(spot.y, 3080);
	if (left + right + bottom + top === 0) return { width: SIDE, height: SIDE, science, template, difference };
	const width = SIDE - left - right;
	const height = SIDE - bottom - top;
	const cut = (image: Float32Array) => {
		const part = new Float32Array(width * height);
		for (let y = 0; y < height; y++)
			part.set(image.subarray((y + bottom) * SIDE + left, (y + bottom) * SIDE + left + width), y * width);
		return part;
	};
	return { width, height, science: cut(science), template: cut(template), difference: cut(difference) };
}
