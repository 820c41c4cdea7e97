import { neighboursOf } from './neighbours.ts';
import { nanojansky, type SimObject } from './object.ts';
import { NoisePlane } from './pixels.ts';
import { addGalaxy, addPoint, psfBox } from './psf.ts';
import { mix, normalOf, PURPOSE, uniformOf } from './random.ts';
import type { Sighting } from './sighting.ts';

const PIXEL_ARCSEC = 0.2;
const CENTRE = 15;

/** The three FITS files of an LSST alert: image, variance and PSF each, nJy. */
export interface LsstImages {
	readonly science: Uint8Array;
	readonly template: Uint8Array;
	readonly difference: Uint8Array;
}

/** Draws the cutouts of a detection: 30 pixels a side (33 around a long trail), rotated as the telescope was. */
export function drawLsst(seed: number, object: SimObject, sighting: Sighting, ra: number, dec: number): LsstImages {
	const { visit, spot, measured } = sighting;
	const key = mix(seed, object.key, visit.id, PURPOSE.stamp);
	const rotation = 360 * uniformOf(seed, visit.id, 7, PURPOSE.stamp) - 180;
	const side = trailPixels(object, visit.exposureSeconds) > 12 ? 33 : 30;
	const fwhm = visit.fwhmArcsec / PIXEL_ARCSEC;
	const templateFwhm = Math.max(3.2, 0.82 * fwhm + 0.25 * normalOf(seed, spot.field.index, visit.band, 9));
	const view = {
		object,
		band: visit.band,
		side,
		x: CENTRE + uniformOf(key, 1) - 0.5,
		y: CENTRE + uniformOf(key, 2) - 0.5,
		rotation,
	};
	const science = new Float32Array(side * side);
	const template = new Float32Array(side * side);
	const difference = new Float32Array(side * side);
	paint(view, science, fwhm);
	paint(view, template, templateFwhm);
	paintSource(view, sighting, science, template, difference, fwhm, key);
	const sigma = 10 ** (0.4 * (31.4 - measured.limitMag)) / 5 / 8;
	const planes = [
		new NoisePlane(mix(key, 41)),
		new NoisePlane(mix(key, 42)),
		new NoisePlane(mix(key, 44), true),
	] as const;
	const grain = sigma * (0.2 + 0.08 * Math.abs(normalOf(key, 45)));
	const level = 6 * normalOf(key, 46);
	const variance = {
		science: new Float32Array(side * side),
		template: new Float32Array(side * side),
		difference: new Float32Array(side * side),
	};
	for (let y = 0; y < side; y++) {
		for (let x = 0; x < side; x++) {
			const at = y * side + x;
			const light = Math.max(0, science[at] ?? 0);
			// 1 nJy of light adds about 0.9 nJy^2 of photon noise in one 30 s visit
			const s2 = sigma * sigma + 0.9 * light;
			const t2 = grain * grain + 0.02 * light;
			const a = Math.sqrt(s2) * planes[0].at(x, y);
			const b = Math.sqrt(t2) * (0.75 * planes[2].at(x, y) + 0.66 * planes[1].at(x, y));
			science[at] = (science[at] ?? 0) + level + a;
			template[at] = (template[at] ?? 0) + level * 0.7 + b;
			difference[at] = (difference[at] ?? 0) + a - b + 0.15 * level;
			variance.science[at] = s2;
			variance.template[at] = t2;
			variance.difference[at] = s2 + t2;
		}
	}
	const frame = {
		side,
		rotation,
		x: view.x,
		y: view.y,
		cutX: Math.round(spot.x - CENTRE),
		cutY: Math.round(spot.y - CENTRE),
		ra,
		dec,
	};
	const templateSide = [39, 49, 53, 77][mix(seed, spot.field.index, visit.band, 11) % 4] ?? 53;
	return {
		science: fits(science, variance.science, frame, fwhm, 41),
		template: fits(template, variance.template, frame, templateFwhm, templateSide),
		difference: fits(difference, variance.difference, frame, fwhm, 41),
	};
}

interface View {
	readonly object: SimObject;
	readonly band: number;
	readonly side: number;
	readonly x: number;
	readonly y: number;
	readonly rotation: number;
}

/** Pixel offset of sky offsets (arcsec east and north) in the rotated frame. */
function onChip(view: View, east: number, north: number): { x: number; y: number } {
	const angle = (view.rotation * Math.PI) / 180;
	const u = -east / PIXEL_ARCSEC;
	const v = north / PIXEL_ARCSEC;
	return {
		x: view.x + u * Math.cos(angle) - v * Math.sin(angle),
		y: view.y + u * Math.sin(angle) + v * Math.cos(angle),
	};
}

function paint(view: View, image: Float32Array, fwhm: number): void {
	const { object, band, side } = view;
	for (const neighbour of neighboursOf(object)) {
		if (Math.hypot(neighbour.east, neighbour.north) > 7) break;
		const flux = nanojansky(neighbour.mag[band] ?? 30);
		const { x, y } = onChip(view, neighbour.east, neighbour.north);
		if (neighbour.radius === 0) addPoint(image, side, x, y, flux, fwhm, true);
		else
			addGalaxy(
				image,
				side,
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
	const host = object.host;
	if (host) {
		const { x, y } = onChip(view, host.east, host.north);
		addGalaxy(
			image,
			side,
			{
				x,
				y,
				flux: nanojansky(host.mag[band] ?? 26),
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
	const inHost = host ? nanojansky((host.mag[band] ?? 26) + 2.5 * Math.log10(1 + (host.radius / 1.3) ** 1.5)) : 0;
	const flux = nanojansky(reference) - inHost;
	if (flux > 0) addPoint(image, side, view.x, view.y, flux, fwhm, true);
}

/** Length in pixels that a moving body draws in an exposure. */
export function trailPixels(object: SimObject, exposureSeconds: number): number {
	if (!object.motion) return 0;
	return (Math.hypot(object.motion.rateRa, object.motion.rateDec) * 3600 * exposureSeconds) / 86_400 / PIXEL_ARCSEC;
}

function paintSource(
	view: View,
	sighting: Sighting,
	science: Float32Array,
	template: Float32Array,
	difference: Float32Array,
	fwhm: number,
	key: number,
): void {
	const { object, side, x, y } = view;
	const flux = sighting.measured.trueFlux;
	const angle = 2 * Math.PI * uniformOf(key, 31);
	const point = (image: Float32Array, px: number, py: number, value: number, width = fwhm) => {
		addPoint(image, side, px, py, value, width);
	};
	switch (object.bogus) {
		case null: {
			const length =
				object.kind === 'SAT'
					? Number(object.parameters['streak'] ?? 0) * 5
					: trailPixels(object, sighting.visit.exposureSeconds);
			const steps = Math.max(1, Math.min(60, Math.ceil(length / 2)));
			const direction = object.motion
				? Math.atan2(object.motion.rateDec, -object.motion.rateRa) + (view.rotation * Math.PI) / 180
				: angle;
			for (let n = 0; n < steps; n++) {
				const along = steps === 1 ? 0 : ((n + 0.5) / steps - 0.5) * length;
				for (const image of [science, difference])
					point(image, x + along * Math.cos(direction), y + along * Math.sin(direction), flux / steps);
			}
			break;
		}
		case 'template':
			point(template, x, y, -flux);
			point(difference, x, y, flux);
			break;
		case 'star':
		case 'dipole':
			point(difference, x + 0.4 * fwhm * Math.cos(angle), y + 0.4 * fwhm * Math.sin(angle), flux * 3, fwhm * 0.85);
			point(
				difference,
				x - 0.4 * fwhm * Math.cos(angle),
				y - 0.4 * fwhm * Math.sin(angle),
				-flux * (object.bogus === 'dipole' ? 2.6 : 2),
				fwhm * 0.85,
			);
			break;
		case 'cosmic':
		case 'hotpixel':
			for (let n = -2; n <= 2; n++) {
				const px = Math.round(x + n * Math.cos(angle));
				const py = Math.round(y + n * Math.sin(angle));
				if (object.bogus === 'hotpixel' && n !== 0) continue;
				for (const image of [science, difference])
					image[py * side + px] = (image[py * side + px] ?? 0) + flux / (object.bogus === 'hotpixel' ? 3 : 8);
			}
			break;
		case 'noise':
			point(difference, x, y, flux * 0.8, fwhm * 0.6);
			break;
		default:
			for (let row = 0; row < side; row++) {
				const across = (row - y) / (object.bogus === 'spike' ? 2 : 7);
				for (let column = 0; column < side; column++) {
					const value = (flux / (object.bogus === 'spike' ? 60 : 250)) * Math.exp(-0.5 * across * across);
					difference[row * side + column] = (difference[row * side + column] ?? 0) + value;
					science[row * side + column] = (science[row * side + column] ?? 0) + value;
				}
			}
			point(difference, x, y, flux * 0.5, fwhm * 1.3);
	}
}

interface Frame {
	readonly side: number;
	readonly rotation: number;
	readonly x: number;
	readonly y: number;
	readonly cutX: number;
	readonly cutY: number;
	readonly ra: number;
	readonly dec: number;
}

const card = (text: string) => text.padEnd(80).slice(0, 80);
const value = (key: string, shown: string | number) => card(`${key.padEnd(8)}= ${String(shown).padStart(20)}`);
const block = (cards: readonly string[]) => Buffer.from([...cards, card('END')].join('').padEnd(2880), 'latin1');

function fits(image: Float32Array, variance: Float32Array, frame: Frame, fwhm: number, psfSide: number): Uint8Array {
	const angle = (frame.rotation * Math.PI) / 180;
	const scale = PIXEL_ARCSEC / 3600;
	const primary = block([
		value('SIMPLE', 'T'),
		value('BITPIX', -32),
		value('NAXIS', 2),
		value('NAXIS1', frame.side),
		value('NAXIS2', frame.side),
		value('EXTEND', 'T'),
		value('CUTMINX', frame.cutX),
		value('CUTMINY', frame.cutY),
		value('ROTPA', frame.rotation.toFixed(12)),
		card("BUNIT   = 'nJy     '"),
		value('WCSAXES', 2),
		value('CRPIX1', (frame.x + 1).toFixed(12)),
		value('CRPIX2', (frame.y + 1).toFixed(12)),
		value('PC1_1', (-scale * Math.cos(angle)).toExponential(13).toUpperCase()),
		value('PC1_2', (-scale * Math.sin(angle)).toExponential(13).toUpperCase()),
		value('PC2_1', (-scale * Math.sin(angle)).toExponential(13).toUpperCase()),
		value('PC2_2', (scale * Math.cos(angle)).toExponential(13).toUpperCase()),
		value('CDELT1', '1.0'),
		value('CDELT2', '1.0'),
		value('CRVAL1', frame.ra.toFixed(12)),
		value('CRVAL2', frame.dec.toFixed(12)),
		value('LATPOLE', '90.0'),
		value('MJDREF', '0.0'),
	]);
	return Buffer.concat([
		primary,
		floats(image),
		uncertaintyHeader(frame.side),
		floats(variance),
		...psfHdu(fwhm, psfSide),
	]);
}

function floats(image: Float32Array): Buffer {
	const bytes = Buffer.alloc(Math.ceil((image.length * 4) / 2880) * 2880);
	Buffer.from(image.buffer, image.byteOffset, image.length * 4).copy(bytes);
	bytes.subarray(0, image.length * 4).swap32();
	return bytes;
}

const blocks = new Map<number, Buffer>();

function uncertaintyHeader(side: number): Buffer {
	const known = blocks.get(side);
	if (known) return known;
	const made = block([
		card("XTENSION= 'IMAGE   '"),
		value('BITPIX', -32),
		value('NAXIS', 2),
		value('NAXIS1', side),
		value('NAXIS2', side),
		value('PCOUNT', 0),
		value('GCOUNT', 1),
		card("UTYPE   = 'VarianceUncertainty'"),
		card("EXTNAME = 'UNCERT  '"),
	]);
	blocks.set(side, made);
	return made;
}

const psfs = new Map<number, Buffer[]>();

function psfHdu(fwhm: number, side: number): Buffer[] {
	const name = Math.round(fwhm * 20) * 100 + side;
	const known = psfs.get(name);
	if (known) return known;
	const half = (side - 1) / 2;
	const box = psfBox(Math.round(fwhm * 20) / 20, 0, 0, half);
	const total = box.reduce((sum, pixel) => sum + pixel, 0);
	const pixels = new Float64Array(box.length);
	for (let n = 0; n < box.length; n++) pixels[n] = (box[n] ?? 0) / total;
	const size = pixels.length * 8;
	const bytes = Buffer.alloc(Math.ceil(size / 2880) * 2880);
	Buffer.from(pixels.buffer).copy(bytes);
	bytes.subarray(0, size).swap64();
	const made = [
		block([
			card("XTENSION= 'IMAGE   '"),
			value('BITPIX', -64),
			value('NAXIS', 2),
			value('NAXIS1', side),
			value('NAXIS2', side),
			value('PCOUNT', 0),
			value('GCOUNT', 1),
			card("EXTNAME = 'PSFIMAGE'"),
		]),
		bytes,
	];
	if (psfs.size > 400) psfs.clear();
	psfs.set(name, made);
	return made;
}
