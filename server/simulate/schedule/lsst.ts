import { galacticFromIcrs, separationArcsec } from '#lib/astro/sphere.ts';
import { taiFromUtcMjd } from '#lib/astro/time.ts';
import { darkHours, moonPosition, type Site, sineAltitude } from '../ephemeris.ts';
import { normalOf, PURPOSE, uniformOf } from '../random.ts';
import { type Field, type Spot, tangentOffset, type Visit } from './visit.ts';
import { cloudMag, isNightLost } from './weather.ts';

const RUBIN: Site = { longitude: -70.7494, latitude: -30.2446 };
const RADIUS_DEG = 1.75;
const RING_SPACING = 3.0;
const FIRST_RING = -72;
const RINGS = 29;
const SLOT_DAYS = 40 / 86_400;
/** Numbers of the visits within a night that no real visit reaches. */
const SEQUENCE_BASE = 90_000n;

const DEEP_FIELDS = [
	{ name: 'ddf_cosmos', ra: 150.1, dec: 2.2 },
	{ name: 'ddf_xmm_lss', ra: 35.6, dec: -4.8 },
	{ name: 'ddf_elaiss1', ra: 9.5, dec: -44.0 },
	{ name: 'ddf_ecdfs', ra: 53.0, dec: -28.1 },
	{ name: 'ddf_edfs_a', ra: 58.9, dec: -49.3 },
	{ name: 'ddf_edfs_b', ra: 63.6, dec: -47.6 },
] as const;

const rings: { dec: number; count: number; fields: (Field | null)[] }[] = [];
/** Pointings of the wide survey (declination -72 to +12, away from the galactic plane) and the deep fields at the end. */
export const LSST_FIELDS: readonly Field[] = makeFields();
const deepFields = LSST_FIELDS.filter((field) => field.name !== '');

function makeFields(): Field[] {
	const fields: Field[] = [];
	for (let ring = 0; ring < RINGS; ring++) {
		const dec = FIRST_RING + ring * RING_SPACING;
		const count = Math.ceil((360 * Math.cos((dec * Math.PI) / 180)) / 3.05);
		const group = Math.floor(ring / 5);
		const cosGroup = Math.cos(((FIRST_RING + (group * 5 + 2) * RING_SPACING) * Math.PI) / 180);
		const blocks = Math.max(2, Math.round((360 * cosGroup) / 18));
		const row: (Field | null)[] = [];
		for (let n = 0; n < count; n++) {
			const ra = ((n + (ring % 2) / 2 + 0.25) * 360) / count;
			const inPlane = Math.abs(galacticFromIcrs(ra, dec).lat) < 10;
			const column = Math.floor((ra / 360) * blocks);
			const field = inPlane
				? null
				: {
						index: fields.length,
						ra: ra % 360,
						dec,
						block: 10_000 + group * 100 + column,
						phase: (group + column) % 4,
						name: '',
					};
			if (field) fields.push(field);
			row.push(field);
		}
		rings.push({ dec, count, fields: row });
	}
	for (const deep of DEEP_FIELDS) {
		fields.push({
			index: fields.length,
			ra: deep.ra,
			dec: deep.dec,
			block: 20_000 + fields.length,
			phase: fields.length % 2,
			name: deep.name,
		});
	}
	return fields;
}

/** Whether a block belongs to the half of the sky that is observed often this season and has templates. */
function isActive(block: number): boolean {
	return block >= 20_000 || (Math.floor((block % 100) / 2) + Math.floor((block - 10_000) / 100)) % 2 === 0;
}

/** The detectors of all pointings that contain a position: the nearest of the wide grid, and deep fields. */
export function lsstSpots(ra: number, dec: number): Spot[] {
	const spots: Spot[] = [];
	const near = Math.round((dec - FIRST_RING) / RING_SPACING);
	for (let r = near - 1; r <= near + 1; r++) {
		const ring = rings[r];
		if (!ring) continue;
		const place = Math.floor((ra / 360) * ring.count - (r % 2) / 2);
		for (let n = place - 1; n <= place + 1; n++) {
			const field = ring.fields[(n + ring.count) % ring.count];
			if (field && isActive(field.block)) addSpot(spots, field, ra, dec);
		}
	}
	for (const field of deepFields) addSpot(spots, field, ra, dec);
	return spots;
}

function addSpot(spots: Spot[], field: Field, ra: number, dec: number): void {
	if (Math.abs(dec - field.dec) > RADIUS_DEG || spots.some((spot) => spot.field === field)) return;
	const offset = tangentOffset(field, ra, dec);
	if (!offset || Math.hypot(offset.xi, offset.eta) > RADIUS_DEG) return;
	const cell = (2 * RADIUS_DEG) / 15;
	const column = Math.floor((offset.xi + RADIUS_DEG) / cell);
	const row = Math.floor((offset.eta + RADIUS_DEG) / cell);
	const detector = DETECTORS[row * 15 + column];
	if (detector === undefined || detector < 0) return;
	const x = (((offset.xi + RADIUS_DEG) / cell) % 1) * 4072;
	const y = (((offset.eta + RADIUS_DEG) / cell) % 1) * 4000;
	spots.push({ field, detector, x, y });
}

// 15 x 15 detectors without the four corners of 3 x 3: 189
const DETECTORS: readonly number[] = (() => {
	const numbers: number[] = [];
	let next = 0;
	for (let row = 0; row < 15; row++) {
		for (let column = 0; column < 15; column++) {
			const corner = (row < 3 || row > 11) && (column < 3 || column > 11);
			numbers.push(corner ? -1 : next++);
		}
	}
	return numbers;
})();

/** The number that LSST would give a visit: date of the night and a sequence number that no real one reaches. */
export function lsstVisitNumber(visit: Visit): bigint {
	const date = new Date(visit.night * 86_400_000);
	const day = date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
	return BigInt(day) * 100_000n + SEQUENCE_BASE + BigInt(visit.seq);
}

/** Visits of a night (from noon UTC of its date to noon of the next), in time order. */
export function lsstVisits(seed: number, night: number): Visit[] {
	if (isNightLost(seed, 1, night)) return [];
	const midnight = night + 1 + 40_587 + 4.7 / 24;
	const dark = darkHours(RUBIN, midnight, -12);
	if (!dark) return [];
	const slots = Math.floor((dark.end - dark.start) / SLOT_DAYS);
	const taken = new Uint8Array(slots + 1);
	const moon = moonPosition(midnight);
	const planned: { slot: number; field: Field; band: number }[] = [];
	for (const [block, fields] of blocksOf(seed, night)) {
		const best = bestSlot(fields, dark.start, slots);
		if (best === null) continue;
		const deep = block >= 20_000;
		const gap = deep ? 8 : Math.round(33 / (SLOT_DAYS * 1440));
		const first = Math.max(0, Math.min(best, slots - gap - fields.length - 2));
		bandPair(seed, night, block, moon.lit).forEach((band, pass) => {
			for (let repeat = 0; repeat < (deep ? 4 : 1); repeat++) {
				for (const field of fields) {
					if (separationArcsec(field.ra, field.dec, moon.ra, moon.dec) < 25 * 3600) continue;
					const slot = freeSlot(taken, first + pass * gap);
					if (slot !== null) planned.push({ slot, field, band });
				}
			}
		});
	}
	planned.sort((a, b) => a.slot - b.slot);
	const visits: Visit[] = [];
	for (const plan of planned) {
		const made = expose(seed, night, visits.length, dark.start + plan.slot * SLOT_DAYS, plan.field, plan.band, moon);
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

function bandPair(seed: number, night: number, block: number, lit: number): [number, number] {
	const draw = uniformOf(seed, night, block, PURPOSE.schedule + 3);
	if (lit < 0.4) return draw < 0.5 ? [1, 2] : draw < 0.8 ? [2, 3] : [3, 4];
	return draw < 0.35 ? [2, 3] : draw < 0.85 ? [3, 4] : [1, 2];
}

function blocksOf(seed: number, night: number): Map<number, Field[]> {
	const blocks = new Map<number, Field[]>();
	for (const field of LSST_FIELDS) {
		if (!isActive(field.block)) continue;
		const deep = field.name !== '';
		const due = (field.phase + night) % (deep ? 2 : 4) === 0;
		const draw = uniformOf(seed, night, field.block, PURPOSE.schedule + 6);
		if (!(due ? draw > 0.12 : draw < 0.07)) continue;
		const list = blocks.get(field.block);
		if (list) list.push(field);
		else blocks.set(field.block, [field]);
	}
	return blocks;
}

function bestSlot(fields: readonly Field[], start: number, slots: number): number | null {
	const middle = fields[Math.floor(fields.length / 2)];
	if (!middle) return null;
	let best: number | null = null;
	let highest = 1 / 1.6;
	for (let slot = 0; slot < slots; slot += 20) {
		const sine = sineAltitude(RUBIN, start + slot * SLOT_DAYS, middle.ra, middle.dec);
		if (sine <= highest) continue;
		highest = sine;
		best = slot;
	}
	return best;
}

const ZENITH_LIMIT = [23.9, 25.0, 24.7, 24.0, 23.3, 22.1];
const ABSORPTION = [0.45, 0.17, 0.1, 0.07, 0.06, 0.1];
const MOON_LOSS = [1.2, 0.9, 0.6, 0.35, 0.2, 0.15];

function expose(
	seed: number,
	night: number,
	seq: number,
	utc: number,
	field: Field,
	band: number,
	moon: { ra: number; dec: number; lit: number },
): Visit | null {
	const sine = sineAltitude(RUBIN, utc, field.ra, field.dec);
	if (sine < 0.5) return null;
	const airmass = 1 / sine;
	const cloud = cloudMag(seed, 1, night, (utc - night - 40_587) * 24 - 20);
	if (!Number.isFinite(cloud)) return null;
	const id = 2 ** 30 + night * 4096 + seq;
	const nightSeeing = 0.88 * Math.exp(0.15 * normalOf(seed, night, 1, PURPOSE.weather + 1));
	const fwhmArcsec = Math.max(
		0.55,
		nightSeeing * airmass ** 0.6 * Math.exp(0.06 * normalOf(seed, id, 1, PURPOSE.weather)),
	);
	const moonUp = sineAltitude(RUBIN, utc, moon.ra, moon.dec) > 0 ? moon.lit ** 2 : 0;
	// the enlargement for difference imaging and a shallow template cost 0.25 mag
	const limitMag =
		(ZENITH_LIMIT[band] ?? 24) -
		0.25 -
		(MOON_LOSS[band] ?? 0) * moonUp +
		2.5 * Math.log10(0.7 / fwhmArcsec) -
		(ABSORPTION[band] ?? 0.1) * (airmass - 1) -
		cloud +
		0.05 * normalOf(seed, id, 3, PURPOSE.weather);
	return {
		survey: 'lsst',
		night,
		seq,
		id,
		field,
		band,
		mjd: taiFromUtcMjd(utc + 15 / 86_400),
		exposureSeconds: 30,
		programid: 1,
		airmass,
		fwhmArcsec,
		limitMag,
		zeroPoint: 31.4,
		sky: 0,
		cloudMag: cloud,
		reason: field.name === '' ? `blob_long_${['u', 'g', 'r', 'i', 'z', 'y'][band] ?? ''}_33.0` : field.name,
	};
}
