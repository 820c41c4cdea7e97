import { galacticFromIcrs, separationArcsec } from '#lib/astro/sphere.ts';
import { taiFromUtcMjd } from '#lib/astro/time.ts';
import { darkHours, moonPosition, type Site, sineAltitude, sunPosition } from '../ephemeris.ts';
import { mix, normalOf, PURPOSE, uniformOf } from '../random.ts';
import { type Field, type Spot, tangentOffset, type Visit } from './visit.ts';
import { cloudMag, isNightLost } from './weather.ts';

const PALOMAR: Site = { longitude: -116.8649, latitude: 33.3563 };
const RING_SPACING = 6.85;
const FIRST_RING = -26.6;
const RINGS = 17;
const QUADRANT_DEG = (3072 * 1.01) / 3600;
const GAP_DEG = 0.16;
const HALF_WIDTH = 4 * QUADRANT_DEG + 1.5 * GAP_DEG;
const SLOT_DAYS = 39.7 / 86_400;

interface Ring {
	readonly dec: number;
	readonly count: number;
	readonly first: number;
}

const rings: Ring[] = [];
/** Our own grid of square fields on rings of constant declination above -30 degrees. */
export const ZTF_FIELDS: readonly Field[] = makeFields();

function makeFields(): Field[] {
	const fields: Field[] = [];
	for (let ring = 0; ring < RINGS; ring++) {
		const dec = FIRST_RING + ring * RING_SPACING;
		const cosine = Math.cos((dec * Math.PI) / 180);
		const count = Math.max(3, Math.ceil((360 * cosine) / 7));
		rings.push({ dec, count, first: fields.length });
		const group = Math.floor(ring / 3);
		const cosGroup = Math.cos(((FIRST_RING + (group * 3 + 1) * RING_SPACING) * Math.PI) / 180);
		const blocks = Math.max(3, Math.round((360 * cosGroup) / 28));
		for (let n = 0; n < count; n++) {
			const ra = ((n + 0.5) * 360) / count;
			const column = Math.floor((ra / 360) * blocks);
			fields.push({
				index: fields.length,
				ra,
				dec,
				block: group * 100 + column,
				phase: (group + Math.floor(column / 2)) % 3,
				name: '',
			});
		}
	}
	return fields;
}

/** The quadrants of all fields that contain a position (one, or two where fields overlap; none in a gap). */
export function ztfSpots(ra: number, dec: number): Spot[] {
	const spots: Spot[] = [];
	const near = Math.round((dec - FIRST_RING) / RING_SPACING);
	for (let r = near - 1; r <= near + 1; r++) {
		const ring = rings[r];
		if (!ring) continue;
		const place = Math.floor((ra / 360) * ring.count);
		for (let n = place - 1; n <= place + 1; n++) {
			const field = ZTF_FIELDS[ring.first + ((n + ring.count) % ring.count)];
			if (!field || spots.some((spot) => spot.field === field)) continue;
			const offset = tangentOffset(field, ra, dec);
			if (!offset) continue;
			const across = ccdPixel(offset.xi);
			const up = ccdPixel(offset.eta);
			if (!across || !up) continue;
			const ccd = up.ccd * 4 + across.ccd;
			const detector = ccd * 4 + up.half * 2 + across.half;
			spots.push({ field, detector, x: across.pixel, y: up.pixel });
		}
	}
	return spots;
}

function ccdPixel(offsetDeg: number): { ccd: number; half: number; pixel: number } | null {
	const pitch = 2 * QUADRANT_DEG + GAP_DEG;
	const place = offsetDeg + HALF_WIDTH;
	const ccd = Math.floor(place / pitch);
	const inside = place - ccd * pitch;
	if (ccd < 0 || ccd > 3 || inside < 0 || inside >= 2 * QUADRANT_DEG) return null;
	const half = inside < QUADRANT_DEG ? 0 : 1;
	return { ccd, half, pixel: ((inside - half * QUADRANT_DEG) * 3600) / 1.01 };
}

/** Visits of a night, in time order; empty when the dome stays closed. */
export function ztfVisits(seed: number, night: number): Visit[] {
	if (isNightLost(seed, 0, night)) return [];
	const midnight = night + 40_587 + 8 / 24;
	const dark = darkHours(PALOMAR, midnight, -12);
	if (!dark) return [];
	const slots = Math.floor((dark.end - dark.start) / SLOT_DAYS);
	const taken = new Uint8Array(slots + 1);
	const planned: { slot: number; field: Field; band: number; programid: number }[] = [];
	const moon = moonPosition(midnight);
	for (const [block, fields] of blocksOf(seed, night)) {
		const best = bestSlot(fields, dark.start, slots);
		if (best === null) continue;
		const gap = Math.round((30 + 40 * uniformOf(seed, night, block, PURPOSE.schedule)) / (SLOT_DAYS * 1440));
		const first = Math.max(0, Math.min(best, slots - gap - fields.length - 2));
		const order = uniformOf(seed, night, block, PURPOSE.schedule + 1) < 0.5 ? [1, 2] : [2, 1];
		const partnership = uniformOf(seed, night, block, PURPOSE.schedule + 2);
		const programid = partnership < 0.012 ? 2 : partnership < 0.02 ? 3 : 1;
		order.forEach((band, pass) => {
			// one of the pair is lost now and then: a gap, a guide failure
			if (uniformOf(seed, night, block, PURPOSE.schedule + 10 + pass) < 0.12) return;
			for (const field of fields) {
				if (separationArcsec(field.ra, field.dec, moon.ra, moon.dec) < 20 * 3600) continue;
				const slot = freeSlot(taken, first + pass * gap);
				if (slot === null) continue;
				planned.push({ slot, field, band: programid === 2 && pass === 1 ? 3 : band, programid });
			}
		});
	}
	planned.sort((a, b) => a.slot - b.slot);
	const visits: Visit[] = [];
	for (const plan of planned) {
		const utc = dark.start + plan.slot * SLOT_DAYS;
		const made = expose(seed, night, visits.length, utc, plan);
		if (made) visits.push(made);
	}
	return visits;
}

function freeSlot(taken: Uint8Array, wanted: number): number | null {
	for (let slot = Math.max(0, wanted); slot < taken.length; slot++) {
		if (taken[slot] === 0) {
			taken[slot] = 1;
			return slot;
		}
	}
	return null;
}

/** The blocks of fields observed on a night: each comes back after about three nights, the galactic plane more often. */
function blocksOf(seed: number, night: number): Map<number, Field[]> {
	const blocks = new Map<number, Field[]>();
	for (const field of ZTF_FIELDS) {
		const due = (field.phase + night) % 3 === 0;
		const draw = uniformOf(seed, night, field.block, PURPOSE.schedule + 5);
		const plane = Math.abs(galacticLatitude[field.index] ?? 90) < 7;
		if (!(due ? draw > 0.1 : draw < (plane ? 0.35 : 0.1))) continue;
		const list = blocks.get(field.block);
		if (list) list.push(field);
		else blocks.set(field.block, [field]);
	}
	return blocks;
}

const galacticLatitude = ZTF_FIELDS.map((field) => galacticFromIcrs(field.ra, field.dec).lat);

/** The slot at which a block stands highest, or null when it never rises to airmass 2.2. */
function bestSlot(fields: readonly Field[], start: number, slots: number): number | null {
	const middle = fields[Math.floor(fields.length / 2)];
	if (!middle) return null;
	let best: number | null = null;
	let highest = 1 / 2.0;
	for (let slot = 0; slot < slots; slot += 20) {
		const sine = sineAltitude(PALOMAR, start + slot * SLOT_DAYS, middle.ra, middle.dec);
		if (sine <= highest) continue;
		highest = sine;
		best = slot;
	}
	return best;
}

const DARK_LIMIT = [0, 20.45, 20.25, 19.75, 0, 0];
const DARK_SKY = [0, 92, 165, 270, 0, 0];
const ABSORPTION = [0, 0.17, 0.1, 0.05, 0, 0];
const ZERO_POINT = [0, 26.45, 26.42, 25.85, 0, 0];

function expose(
	seed: number,
	night: number,
	seq: number,
	utc: number,
	plan: { field: Field; band: number; programid: number },
): Visit | null {
	const { field, band } = plan;
	const sine = sineAltitude(PALOMAR, utc, field.ra, field.dec);
	if (sine < 1 / 2.2) return null;
	const airmass = 1 / sine;
	const cloud = cloudMag(seed, 0, night, (utc - night - 40_587) * 24);
	if (!Number.isFinite(cloud)) return null;
	const id = night * 4096 + seq;
	const nightSeeing = 1.95 * Math.exp(0.17 * normalOf(seed, night, 0, PURPOSE.weather + 1));
	const colour = band === 1 ? 1.06 : 1;
	const fwhmArcsec = Math.max(
		1.3,
		nightSeeing * colour * airmass ** 0.6 * Math.exp(0.07 * normalOf(seed, id, 1, PURPOSE.weather)),
	);
	const brightening = moonlight(utc, field, band) + twilight(utc);
	const sky =
		(DARK_SKY[band] ?? 100) * 10 ** (0.4 * brightening) * Math.exp(0.12 * normalOf(seed, id, 2, PURPOSE.weather));
	const absorption = (ABSORPTION[band] ?? 0.1) * airmass + cloud;
	const limitMag =
		(DARK_LIMIT[band] ?? 20.5) -
		// the limit falls faster with sky light than photon noise alone would have it
		0.72 * brightening -
		2.5 * Math.log10(fwhmArcsec / 2) -
		(ABSORPTION[band] ?? 0.1) * (airmass - 1) -
		cloud +
		0.16 * normalOf(seed, id, 3, PURPOSE.weather);
	if (limitMag < 15) return null;
	return {
		survey: 'ztf',
		night,
		seq,
		id,
		field,
		band,
		mjd: taiFromUtcMjd(utc + 15 / 86_400),
		exposureSeconds: 30,
		programid: plan.programid,
		airmass,
		fwhmArcsec,
		limitMag,
		zeroPoint: (ZERO_POINT[band] ?? 26) - absorption + 0.02 * normalOf(seed, id, 4, PURPOSE.weather),
		sky,
		cloudMag: cloud,
		reason: '',
	};
}

/** Magnitudes by which moonlight brightens the sky at a field: 2.5 in g and 1.6 in r close to a full moon. */
function moonlight(utc: number, field: Field, band: number): number {
	const moon = moonPosition(utc);
	const altitude = sineAltitude(PALOMAR, utc, moon.ra, moon.dec);
	if (altitude <= 0) return 0;
	const distance = separationArcsec(field.ra, field.dec, moon.ra, moon.dec) / 3600;
	const most = band === 1 ? 2.5 : band === 2 ? 1.6 : 1.1;
	return (
		most * moon.lit ** 2 * Math.min(1, altitude * 2) * (distance < 60 ? 1 : Math.max(0.45, 1 - (distance - 60) / 110))
	);
}

function twilight(utc: number): number {
	const sun = sunPosition(utc);
	const altitude = (Math.asin(sineAltitude(PALOMAR, utc, sun.ra, sun.dec)) * 180) / Math.PI;
	return altitude > -18 ? ((altitude + 18) / 6) ** 2 : 0;
}

/** Limit, zero point and seeing of one quadrant of an exposure: shared by every alert and upper limit of it. */
export function ztfQuadrant(seed: number, visit: Visit, rcid: number) {
	const key = mix(seed, visit.id, rcid, PURPOSE.quadrant);
	return {
		limitMag: visit.limitMag + 0.07 * normalOf(key, 1),
		zeroPoint: visit.zeroPoint + 0.05 * normalOf(seed, rcid, 77, PURPOSE.quadrant) + 0.01 * normalOf(key, 2),
		fwhmArcsec: visit.fwhmArcsec * Math.exp(0.04 * normalOf(key, 3)),
		/** Pixel noise in counts: at the limit a flux error is some 8 of them, more in deep and crowded exposures. */
		pixelNoise: pixelNoise(visit, key),
		/** Scatter of the errors of this quadrant, dex. */
		errorDex: 0.08 * normalOf(key, 4),
		zpUncertainty: 1e-5 * 10 ** (0.7 + 0.5 * normalOf(key, 5)),
		zpRms: 0.018 + 0.03 * Math.exp(0.7 * normalOf(key, 6)) * (1 + visit.cloudMag),
		colour: (visit.band === 1 ? -0.05 : 0.09) + 0.03 * normalOf(key, 7),
		colourUncertainty: 1e-5 * 10 ** (0.6 + 0.4 * normalOf(key, 8)),
	};
}

/** Noise of one pixel of the difference in counts, from the limit as 165 real stamps have it: flatter than the limit, for shallow nights are often unsharp ones. */
function pixelNoise(visit: Visit, key: number): number {
	const x = Math.max(-0.6, visit.limitMag - 18.3);
	return 10 ** (1.265 - 0.07 * x - 0.055 * x * x + 0.08 * normalOf(key, 9));
}

/** What a quadrant of an exposure is like. */
export type Quadrant = ReturnType<typeof ztfQuadrant>;
