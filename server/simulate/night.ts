import { oneOffBogus } from './bogus.ts';
import type { Calendar } from './calendar.ts';
import { lsstSourceId, simName, ztfCandid, ztfJd } from './ids.ts';
import { EMPTY, nanojansky, type SimObject } from './object.ts';
import { lsstPacket } from './packets/lsst.ts';
import { ztfPacket } from './packets/ztf.ts';
import { motionOf, type Asteroid } from './populations/asteroids.ts';
import { ONE_OFF_BOGUS, SATELLITES } from './populations/index.ts';
import { mix, normalOf, PURPOSE, uniformOf } from './random.ts';
import { satellites } from './satellites.ts';
import { lsstSpots } from './schedule/lsst.ts';
import type { Spot, SurveyName, Visit } from './schedule/visit.ts';
import { ztfSpots } from './schedule/ztf.ts';
import { sight, type Sighting, sightings } from './sighting.ts';
import { type Placed, place, type Sky } from './sky.ts';
import { type DetectionTruth, truthOf } from './truth.ts';

/** One packet as a survey would send it, with what was really there. */
export interface SimulatedPacket {
	readonly survey: SurveyName;
	readonly bytes: Uint8Array;
	/** MJD TAI, middle of the exposure. */
	readonly mjd: number;
	readonly alertId: bigint;
	readonly objectId: string;
	readonly truth: DetectionTruth;
}

/** A detection of a night before its packet is written. */
export interface Detection {
	readonly placed: Placed;
	readonly sighting: Sighting;
}

interface World {
	readonly seed: number;
	readonly sky: Sky;
	readonly calendar: Calendar;
	readonly perNight: Readonly<Record<SurveyName, number>>;
}

/** Visits of an ordinary night, by which alerts of single exposures are shared out. */
const USUAL_VISITS = { ztf: 222, lsst: 420 } as const;
const spotsOf = { ztf: ztfSpots, lsst: lsstSpots };

/** All detections of a survey in a night, in time order. */
export function detectionsOf(world: World, survey: SurveyName, night: number): Detection[] {
	const { seed, sky, calendar } = world;
	const plan = calendar.plan(survey, night);
	if (plan.visits.length === 0) return [];
	const found: Detection[] = [];
	for (const list of [sky.persistentObjects(), sky.transientsOf(night)]) {
		for (const placed of list) {
			for (const spot of placed.spots[survey]) {
				for (const visit of plan.byField.get(spot.field.index) ?? []) {
					const sighting = sight(seed, placed.object, visit, spot);
					if (sighting.detected) found.push({ placed, sighting });
				}
			}
		}
	}
	for (const body of sky.asteroids()) addBody(world, body, survey, night, found);
	for (const visit of plan.visits) addSingles(world, visit, survey, found);
	found.sort(
		(a, b) =>
			a.sighting.visit.seq - b.sighting.visit.seq ||
			a.sighting.spot.detector - b.sighting.spot.detector ||
			a.placed.object.key - b.placed.object.key,
	);
	return unique(seed, found);
}

/** Drops the rare detection whose id another alert of the night has, and the rare body whose name another body has: an id names one alert, a name one thing. */
function unique(seed: number, list: readonly Detection[]): Detection[] {
	const taken = new Set<bigint | number>();
	return list.filter((detection) => {
		const { object } = detection.placed;
		const names = [alertIdOf(seed, detection), ...(object.motion === null ? [] : [object.serial])];
		if (names.some((name) => taken.has(name))) return false;
		for (const name of names) taken.add(name);
		return true;
	});
}

/** Day of its year, from 0. */
function dayOfYear(visit: Visit): number {
	return visit.night - Date.UTC(new Date(visit.night * 86_400_000).getUTCFullYear(), 0, 1) / 86_400_000;
}

/** Serials of a day that name things of single exposures, and those after them that name moving bodies: 366 days of both fill the names of a year (26^7). */
const SINGLES = 2 ** 21;
const BODIES = 8_112_801;

/** Serial of something that exists in one exposure only. */
function singleSerial(visit: Visit, n: number): number {
	return 2 ** 32 + dayOfYear(visit) * SINGLES + visit.seq * 2 ** 9 + (n & 511);
}

/** Serial of a moving body in one exposure, drawn by a hash of both. */
function bodySerial(visit: Visit, hash: number): number {
	return 2 ** 32 + 366 * SINGLES + dayOfYear(visit) * BODIES + (hash % BODIES);
}

function addSingles(world: World, visit: Visit, survey: SurveyName, found: Detection[]): void {
	const perVisit = world.perNight[survey] / USUAL_VISITS[survey];
	const singles = [
		...oneOffBogus(world.seed, visit, ONE_OFF_BOGUS[survey] * perVisit, (n) => singleSerial(visit, n)),
		...satellites(
			world.seed,
			visit,
			SATELLITES[survey] * perVisit,
			(n) => singleSerial(visit, 150 + n),
			spotsOf[survey],
		),
	];
	for (const { object, spot } of singles) {
		const sighting = sight(world.seed, object, visit, spot);
		if (sighting.detected) found.push({ placed: place(object), sighting });
	}
}

function addBody(world: World, body: Asteroid, survey: SurveyName, night: number, found: Detection[]): void {
	// Rubin's faint bodies outnumber these by far: of the bright ones it gets its share of the demonstration only
	if (survey === 'lsst' && body.birth.depth === 'ztf' && uniformOf(body.birth.key, 7) > 0.35) return;
	const middle = night + 40_587 + (survey === 'ztf' ? 8 : 29) / 24;
	const rough = motionOf(body, middle);
	if (rough.magV > (survey === 'ztf' ? 21.5 : 24.8)) return;
	const plan = world.calendar.plan(survey, night);
	const fields = new Set(spotsOf[survey](rough.ra, rough.dec).map((spot) => spot.field.index));
	for (const field of fields) {
		for (const visit of plan.byField.get(field) ?? []) {
			const motion = motionOf(body, visit.mjd);
			const spot = spotsOf[survey](motion.ra, motion.dec).find((each) => each.field === visit.field);
			if (!spot) continue;
			const object = bodyObject(body, visit, motion);
			const sighting = sight(world.seed, object, visit, spot);
			if (sighting.detected)
				found.push({ placed: { object, spots: spotsFor(survey, motion.ra, motion.dec) }, sighting });
		}
	}
}

function spotsFor(survey: SurveyName, ra: number, dec: number): Record<SurveyName, readonly Spot[]> {
	return { ztf: survey === 'ztf' ? ztfSpots(ra, dec) : [], lsst: survey === 'lsst' ? lsstSpots(ra, dec) : [] };
}

function bodyObject(body: Asteroid, visit: Visit, motion: ReturnType<typeof motionOf>): SimObject {
	const key = mix(body.birth.key, visit.id, PURPOSE.place);
	const offset = 0.12 * Math.abs(normalOf(key, 1));
	const direction = 2 * Math.PI * uniformOf(key, 2);
	const cos = Math.max(0.05, Math.cos((motion.dec * Math.PI) / 180));
	const flux = nanojansky(motion.magV + (body.colours[visit.band] ?? 0));
	const serial = bodySerial(visit, mix(body.birth.key, visit.id));
	return {
		key,
		serial,
		year: new Date(visit.night * 86_400_000).getUTCFullYear(),
		kind: body.kind,
		group: 'SSO',
		depth: body.birth.depth,
		ra: motion.ra + (offset * Math.sin(direction)) / 3600 / cos,
		dec: motion.dec + (offset * Math.cos(direction)) / 3600,
		ebv: 0,
		z: Number.NaN,
		from: visit.mjd - 0.001,
		until: visit.mjd + 0.001,
		t0: visit.mjd,
		persistent: false,
		referenceMag: EMPTY,
		host: null,
		parameters: { a: body.a, e: body.e, h: body.h, body: body.birth.serial + 1, known: body.name === null ? 0 : 1 },
		bogus: null,
		motion: { ...motion, ephemerisOffset: offset },
		flux: (_band, _mjd, visitId) => (visitId === visit.id ? flux : 0),
	};
}

/** The id that the alert of a detection will have. */
export function alertIdOf(seed: number, { placed, sighting }: Detection): bigint {
	const { visit, spot, measured } = sighting;
	return visit.survey === 'ztf'
		? ztfCandid(seed, visit, spot.detector, placed.object.key, measured.flux > 0)
		: lsstSourceId(seed, visit, spot.detector, placed.object.key);
}

/** Writes the packet of a detection with the history that the survey would have sent along. */
export function packetOf(world: World, { placed, sighting }: Detection): SimulatedPacket {
	const { object } = placed;
	const { visit } = sighting;
	const simId = simName(world.seed, object.year, object.serial);
	const made = visit.survey === 'ztf' ? ztfOf(world, placed, sighting) : lsstOf(world, placed, sighting);
	return {
		survey: visit.survey,
		bytes: made.bytes,
		mjd: visit.mjd,
		alertId: made.alertId,
		objectId: made.objectId,
		truth: truthOf(world.seed, object, sighting, { alertId: made.alertId, objectId: made.objectId, simId }),
	};
}

/** Whether something exists in one exposure only. */
function isSingle(object: SimObject): boolean {
	return object.until - object.from < 0.1;
}

const HISTORY_DAYS = 30;
/** Earlier history is exact from the last half-year's begin that is at least this many days ago. */
const EXACT_DAYS = 60;

/** First night from which detections are counted one by one: a 1 January or 1 July. */
function exactFrom(night: number): number {
	const date = new Date((night - EXACT_DAYS) * 86_400_000);
	return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() < 6 ? 0 : 6, 1) / 86_400_000;
}

function ztfOf(world: World, placed: Placed, sighting: Sighting) {
	const { object } = placed;
	const { visit } = sighting;
	const brief = isSingle(object);
	const born = Number.isFinite(object.from) ? Math.floor(object.from - 40_587) : Number.NEGATIVE_INFINITY;
	const first = brief
		? visit.night - HISTORY_DAYS - 1
		: Math.min(visit.night - HISTORY_DAYS - 1, Math.max(exactFrom(visit.night), born));
	const all = sightings(world.seed, world.calendar, placed, 'ztf', first, visit.night).filter(
		(each) => each.visit.mjd < visit.mjd,
	);
	const recent = all.filter((each) => ztfJd(visit) - ztfJd(each.visit) < HISTORY_DAYS);
	const seen = all.filter((each) => each.detected);
	const older = olderEpochs(world.seed, placed, first);
	const rate = all.length > 0 ? seen.length / all.length : 0;
	const share = seen.length > 0 ? rate * 0.9 : (0.5 * uniformOf(object.key, 89) ** 2) / (all.length + 1);
	const before = object.persistent ? Math.round(older * Math.min(1, share)) : 0;
	const firstSeen = seen[0];
	const firstJd =
		before > 0 ? 2_458_200 + 900 * uniformOf(object.key, 88) ** 2 : firstSeen ? ztfJd(firstSeen.visit) : ztfJd(visit);
	const made = ztfPacket(world.seed, object, sighting, {
		recent,
		detections: before + seen.length + 1,
		epochs: older + all.length + 1,
		firstJd,
	});
	return { bytes: made.bytes, alertId: made.candid, objectId: made.objectId };
}

/** Exposures of a place between the start of the survey (March 2018) and the exactly counted nights. */
function olderEpochs(seed: number, placed: Placed, first: number): number {
	const field = placed.spots.ztf[0]?.field.index ?? 0;
	const perDay = 0.22 * 10 ** (0.22 * normalOf(seed, field, 31, PURPOSE.schedule));
	return Math.round(Math.max(0, first - 17_600) * perDay * Math.max(1, placed.spots.ztf.length));
}

function lsstOf(world: World, placed: Placed, sighting: Sighting) {
	const { object } = placed;
	const { visit } = sighting;
	const brief = isSingle(object);
	if (brief) {
		const made = lsstPacket(world.seed, object, sighting, { detections: [], forced: [] });
		return { bytes: made.bytes, alertId: made.diaSourceId, objectId: made.objectId };
	}
	const born = Number.isFinite(object.from) ? Math.floor(object.from - 40_588) : Number.NEGATIVE_INFINITY;
	const all = sightings(
		world.seed,
		world.calendar,
		placed,
		'lsst',
		Math.max(visit.night - 365, born),
		visit.night,
	).filter((each) => each.visit.mjd < visit.mjd);
	const detections = all.filter((each) => each.detected);
	const firstMjd = detections[0]?.visit.mjd ?? visit.mjd;
	const forced = all.filter((each) => each.visit.mjd > Math.max(firstMjd, visit.mjd - 30));
	const made = lsstPacket(world.seed, object, sighting, { detections, forced });
	return { bytes: made.bytes, alertId: made.diaSourceId, objectId: made.objectId };
}

export type { World };
