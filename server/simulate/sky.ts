import { makeAsteroid, type Asteroid } from './populations/asteroids.ts';
import { ASTEROIDS, POPULATIONS, type Population } from './populations/index.ts';
import type { Birth, SimObject } from './object.ts';
import { mix, PURPOSE, Stream } from './random.ts';
import { lsstSpots } from './schedule/lsst.ts';
import type { Spot, SurveyName } from './schedule/visit.ts';
import { ztfSpots } from './schedule/ztf.ts';

/** An object and the detectors of each survey that it can fall on. */
export interface Placed {
	readonly object: SimObject;
	readonly spots: Readonly<Record<SurveyName, readonly Spot[]>>;
}

const SURVEYS: readonly SurveyName[] = ['ztf', 'lsst'];
/** Year in the names of objects that existed when the surveys began. */
const FIRST_YEAR = 2018;

/** All objects of a simulation: the persistent ones, those born on each day, and the bodies of the solar system. */
export class Sky {
	private readonly populations: readonly Population[];
	private persistent: Placed[] | null = null;
	private bodies: Asteroid[] | null = null;
	private readonly born = new Map<number, Placed[]>();

	constructor(
		private readonly seed: number,
		private readonly perNight: Readonly<Record<SurveyName, number>>,
		/** Kinds that are made, no bodies of the solar system among them; everything unless said. */
		kinds: ReadonlySet<string> | null = null,
	) {
		this.populations = POPULATIONS.filter(({ kind }) => kinds === null || kinds.has(kind));
		if (kinds !== null) this.bodies = [];
	}

	/** Persistent objects, in a fixed order. */
	persistentObjects(): readonly Placed[] {
		if (this.persistent) return this.persistent;
		const made: Placed[] = [];
		for (const population of this.populations) {
			if (population.span) continue;
			for (const survey of SURVEYS) {
				const count = expected(population, survey, this.perNight[survey]);
				for (let n = 0; n < count; n++) {
					const object = population.make(this.birth(population, survey, 0, n));
					if (object) made.push(place(object));
				}
			}
		}
		this.persistent = made;
		return made;
	}

	/** Objects born on other days that can be seen on a night (days since 1970). */
	transientsOf(night: number): readonly Placed[] {
		const found: Placed[] = [];
		for (const population of this.populations) {
			if (!population.span) continue;
			for (let day = night - population.span.after; day <= night + population.span.before; day++) {
				for (const placed of this.bornOn(population, day)) found.push(placed);
			}
		}
		return found;
	}

	private bornOn(population: Population, day: number): readonly Placed[] {
		const name = day * 64 + population.code;
		const known = this.born.get(name);
		if (known) return known;
		const made: Placed[] = [];
		for (const survey of SURVEYS) {
			const rate = population.abundance[survey].share * population.abundance[survey].perAlert * this.perNight[survey];
			const count = new Stream(this.seed, day, PURPOSE.birth, population.code * 2 + SURVEYS.indexOf(survey)).poisson(
				rate,
			);
			for (let n = 0; n < count; n++) {
				const object = population.make(this.birth(population, survey, day, n));
				if (object) made.push(place(object));
			}
		}
		this.born.set(name, made);
		return made;
	}

	/** Forgets births that no night from `night` on needs, so that a long run stays small. */
	forgetBefore(night: number): void {
		for (const name of this.born.keys()) if (Math.floor(name / 64) < night - 520) this.born.delete(name);
	}

	private birth(population: Population, survey: SurveyName, day: number, n: number): Birth {
		const deep = survey === 'lsst' ? 1 : 0;
		const key = mix(this.seed, mix(population.code * 2 + deep, day, n), PURPOSE.birth);
		if (!population.span) {
			return {
				seed: this.seed,
				key,
				serial: population.code * 2 ** 26 + deep * 2 ** 25 + n,
				year: FIRST_YEAR,
				depth: survey,
				day: 61_000,
			};
		}
		const date = new Date(day * 86_400_000);
		const year = date.getUTCFullYear();
		const dayOfYear = Math.round(
			(Date.UTC(year, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000,
		);
		const serial = population.code * 2 ** 26 + dayOfYear * 2 ** 17 + deep * 2 ** 16 + n;
		return { seed: this.seed, key, serial, year, depth: survey, day: day + 40_587 };
	}

	/** Bodies of the solar system, in a fixed order. */
	asteroids(): readonly Asteroid[] {
		if (this.bodies) return this.bodies;
		const made: Asteroid[] = [];
		for (const survey of SURVEYS) {
			const { share, perAlert, unknownShare } = ASTEROIDS[survey];
			const count = Math.round(share * perAlert * this.perNight[survey]);
			for (let n = 0; n < count; n++) {
				const deep = survey === 'lsst' ? 1 : 0;
				const key = mix(this.seed, 900 + deep, n, PURPOSE.birth);
				const birth: Birth = {
					seed: this.seed,
					key,
					serial: deep * 500_000 + n,
					year: FIRST_YEAR,
					depth: survey,
					day: 61_000,
				};
				made.push(makeAsteroid(birth, unknownShare));
			}
		}
		this.bodies = made;
		return made;
	}
}

function expected(population: Population, survey: SurveyName, perNight: number): number {
	const { share, perAlert } = population.abundance[survey];
	return Math.round(share * perAlert * perNight);
}

/** Finds the detectors that an object can fall on. */
export function place(object: SimObject): Placed {
	return { object, spots: { ztf: ztfSpots(object.ra, object.dec), lsst: lsstSpots(object.ra, object.dec) } };
}
