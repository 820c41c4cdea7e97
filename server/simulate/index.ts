import { Calendar } from './calendar.ts';
import { simulatedCatalogs, type SimulatedCatalogs } from './catalog.ts';
import { type Detection, detectionsOf, packetOf, type SimulatedPacket, type World } from './night.ts';
import type { SurveyName, Visit } from './schedule/visit.ts';
import { Sky } from './sky.ts';

export type { SimulatedPacket } from './night.ts';
export type { SurveyName, Visit } from './schedule/visit.ts';
export { scheduleLine, SCHEDULE_COLUMNS } from './truth.ts';

/** What to simulate. */
export interface SimulationOptions {
	readonly seed: number;
	/** Alerts of both surveys together on an average night; two thirds of them ZTF's. */
	readonly alertsPerNight: number;
	readonly surveys?: readonly SurveyName[];
}

/** A simulated sky: any night of it can be made at any time, in any order, and is always the same. */
export interface Simulation {
	readonly seed: number;
	readonly surveys: readonly SurveyName[];
	/** Packets of a night (days since 1970-01-01, design rule 3) in time order, made one by one as they are taken. */
	night(nightDays: number, surveys?: readonly SurveyName[]): Iterable<SimulatedPacket>;
	/** How many packets a night has, and when: cheap, nothing is drawn. */
	times(survey: SurveyName, nightDays: number): readonly number[];
	/** The exposures of a night. */
	visits(survey: SurveyName, nightDays: number): readonly Visit[];
	/** Its hosts and stars as catalogues, complete for the nights from first to last. */
	catalogs(first: number, last: number): SimulatedCatalogs;
	/** Packets of one survey's night from index `first` on. */
	from(survey: SurveyName, nightDays: number, first: number): Iterable<SimulatedPacket>;
}

/** Share of the alerts that ZTF sends. */
const ZTF_SHARE = 2 / 3;

/** Nights of a survey whose detections are kept: the current two of both surveys are asked for again and again while past ones are made. */
const NIGHTS_KEPT = 8;

/** Makes a simulation; the same seed, options and version give the same packets. */
export function createSimulation(options: SimulationOptions): Simulation {
	const surveys = options.surveys ?? (['ztf', 'lsst'] as const);
	const perNight = { ztf: options.alertsPerNight * ZTF_SHARE, lsst: options.alertsPerNight * (1 - ZTF_SHARE) };
	const world: World = {
		seed: options.seed,
		perNight,
		sky: new Sky(options.seed, perNight),
		calendar: new Calendar(options.seed),
	};
	const cached = new Map<string, Detection[]>();
	const detections = (survey: SurveyName, night: number) => {
		const name = `${survey}/${night}`;
		const known = cached.get(name);
		const found = known ?? detectionsOf(world, survey, night);
		// the newest used stand last; what goes is the first
		cached.delete(name);
		cached.set(name, found);
		if (cached.size > NIGHTS_KEPT) cached.delete(cached.keys().next().value ?? name);
		return found;
	};
	function* from(survey: SurveyName, night: number, first: number): Iterable<SimulatedPacket> {
		const list = detections(survey, night);
		for (let n = first; n < list.length; n++) {
			const detection = list[n];
			if (detection) yield packetOf(world, detection);
		}
	}
	return {
		seed: options.seed,
		surveys,
		*night(nightDays, only = surveys) {
			for (const survey of only) yield* from(survey, nightDays, 0);
		},
		times: (survey, nightDays) => detections(survey, nightDays).map((each) => each.sighting.visit.mjd),
		visits: (survey, nightDays) => world.calendar.plan(survey, nightDays).visits,
		catalogs: (first, last) => simulatedCatalogs(world.sky, first, last),
		from,
	};
}
