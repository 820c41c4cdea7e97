import type { FieldValue } from '#lib/alert/alert.ts';
import type { Association, CatalogMatch, CurvePoint, EnrichedAlert, ModelScore } from '#lib/alert/enriched.ts';
import { featurePlacesOf, FEATURES } from '#lib/alert/features.ts';
import type { Survey } from '#lib/alert/survey.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { makeAlert, makePoint } from './alerts.ts';

/** Random numbers from a seed (mulberry32), the same on every run. */
export class Random {
	private state: number;

	constructor(seed: number) {
		this.state = seed >>> 0;
	}

	/** In [0, 1). */
	next(): number {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let t = this.state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	}

	between(low: number, high: number): number {
		return low + (high - low) * this.next();
	}

	whole(below: number): number {
		return Math.floor(this.next() * below);
	}

	chance(share: number): boolean {
		return this.next() < share;
	}

	of<T>(values: readonly T[]): T {
		return values[this.whole(values.length)] as T;
	}
}

/** Numbers at the edges of the two float types, and those that are absent. */
const EDGES = [
	Number.NaN, Number.NaN, 0, -0, 1, -1, 0.5, 0.1, Math.fround(0.1), 2 ** -149, -(2 ** -149), 3.4028234663852886e38, 1e-38,
	16_777_217, 2 ** 53, -999, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 5e-324, 19, 20, 0.3,
]; // prettier-ignore

/** How wild the data are: `plain` looks like a survey's, `nasty` is full of absent and extreme values. */
export type Mood = 'plain' | 'nasty';

const BANDS = ['g', 'r', 'i'];

function number(random: Random, mood: Mood, low: number, high: number): number {
	if (mood === 'nasty' && random.chance(0.25)) return random.of(EDGES);
	return random.chance(0.05) ? Number.NaN : random.between(low, high);
}

function truthOf(random: Random, mood: Mood): boolean | null {
	return random.chance(mood === 'nasty' ? 0.3 : 0.02) ? null : random.chance(0.7);
}

function point(random: Random, mood: Mood, kind: CurvePoint['kind'], mjd: number): CurvePoint {
	const mag = number(random, mood, 15, 21);
	return {
		kind,
		band: mood === 'nasty' && random.chance(0.1) ? '' : random.of(BANDS),
		mjd,
		psfFlux: kind === 'upperLimit' ? Number.NaN : Math.fround(number(random, mood, -1000, 50_000)),
		psfFluxErr: Math.fround(number(random, mood, 20, 400)),
		mag: kind === 'upperLimit' ? Number.NaN : Math.fround(mag),
		magErr: kind === 'upperLimit' ? Number.NaN : Math.fround(number(random, mood, 0.01, 0.3)),
		limitMag: Math.fround(number(random, mood, 19, 21)),
		positive: kind === 'upperLimit' ? null : truthOf(random, mood),
		ra: random.chance(0.3) ? Number.NaN : random.between(10, 10.01),
		dec: random.chance(0.3) ? Number.NaN : random.between(20, 20.01),
		programme: 'public',
	};
}

/** Order of points as the store gives them. */
const KIND_ORDER = { detection: 1, upperLimit: 2, forcedPhotometry: 3 };

/** A light curve in time order, none later than mjd. */
export function makeCurve(random: Random, mood: Mood, mjd: number, length: number): CurvePoint[] {
	const kinds: CurvePoint['kind'][] = ['detection', 'detection', 'upperLimit', 'forcedPhotometry'];
	const points = Array.from({ length }, () => {
		// some share one time, for the order of equals must be the same everywhere
		const back = mood === 'nasty' && random.chance(0.2) ? random.whole(3) : random.between(0, 60);
		return point(random, mood, random.of(kinds), mjd - back);
	});
	return points.sort(
		(a, b) =>
			a.mjd - b.mjd || KIND_ORDER[a.kind] - KIND_ORDER[b.kind] || (a.band < b.band ? -1 : a.band > b.band ? 1 : 0),
	);
}

function fieldsOf(random: Random, mood: Mood, survey: Survey): FieldValue[] {
	return survey.fields.map(({ type }): FieldValue => {
		switch (type) {
			case 'float32':
				return Math.fround(number(random, mood, 0, 25));
			case 'float64':
				return number(random, mood, 0, 25);
			case 'int':
				return random.chance(0.1) ? null : random.whole(30) - 3;
			case 'long':
				if (random.chance(0.1)) return null;
				return mood === 'nasty' ? 170_587_115_523_932_323n + BigInt(random.whole(5)) : BigInt(random.whole(1000));
			case 'text':
				return random.chance(0.2) ? null : random.of(['', 'A', 'Ceres', 'd6_m7', "it's", 'ünï', '日本']);
			case 'truth':
				return truthOf(random, mood);
		}
	});
}

function matchesOf(random: Random, mood: Mood): CatalogMatch[] {
	return ['NED', 'Gaia']
		.flatMap((catalog) =>
			Array.from({ length: random.whole(3) }, (_, i) => ({
				catalog,
				release: '1',
				sourceId: `${catalog} ${i}`,
				sepArcsec: Math.fround(random.between(0, 30)),
				ra: 10,
				dec: 20,
				mag: Math.fround(number(random, mood, 10, 22)),
				redshift: Math.fround(number(random, mood, 0, 0.3)),
				numbers: random.chance(0.5) ? { w1: number(random, mood, 8, 16), w2: number(random, mood, 8, 16) } : {},
				texts: random.chance(0.5) ? { type: random.of(['G', 'QSO', '']) } : {},
			})),
		)
		.sort((a, b) => a.sepArcsec - b.sepArcsec);
}

function associationsOf(random: Random, mood: Mood, mjd: number, index: number): Association[] {
	return (
		Array.from({ length: random.chance(0.4) ? 1 + random.whole(2) : 0 }, (_, i) => ({
			survey: 'lsst',
			objectId: `1705871155${index}${i}`,
			programme: 'public',
			sepArcsec: Math.fround(0.1 + i + random.next() / 2),
			ra: 10,
			dec: 20,
			nDetections: 0,
			firstMjd: mjd,
			lastMjd: mjd,
			curve: makeCurve(random, mood, mjd, random.whole(8)),
		}))
			// what the other survey had not detected by then does not exist yet
			.filter(({ curve }) => curve.some(({ kind }) => kind === 'detection'))
	);
}

function scoresOf(random: Random, mood: Mood): ModelScore[] {
	const score = (model: string, label: string): ModelScore => {
		const value = Math.fround(number(random, mood, 0, 1));
		return {
			model,
			version: '1',
			label,
			score: value,
			state: Number.isNaN(value) ? 'notDone' : 'done',
			reason: '',
		};
	};
	return random.chance(0.8)
		? [score('acai_h', 'h'), score('btsbot', 'bts'), score('classes', 'sn'), score('classes', 'agn')]
		: [];
}

function featuresOf(random: Random, mood: Mood, survey: string): Float64Array {
	const features = new Float64Array(FEATURES.length).fill(Number.NaN);
	for (const place of featurePlacesOf(survey)) {
		if (FEATURES[place]?.type === 'truth') features[place] = random.chance(0.2) ? Number.NaN : random.whole(2);
		else features[place] = number(random, mood, -2, 20);
	}
	return features;
}

/** An alert with all that was known of it, made of random numbers. */
export function makeEnriched(random: Random, index: number, mood: Mood = 'plain', points = 30): EnrichedAlert {
	const surveyName = mood === 'nasty' && random.chance(0.3) ? 'lsst' : 'ztf';
	const survey = findSurvey(surveyName) as Survey;
	const mjd = 61_363 + random.next();
	const length = mood === 'nasty' && random.chance(0.3) ? random.whole(2) : random.whole(2 * points + 1);
	const own = makePoint({ mjd });
	return {
		alert: {
			...makeAlert({ alertId: 170_587_115_523_932_323n + BigInt(index) * 7n, mjd }),
			survey: surveyName,
			objectId: `ZTF26${String(index).padStart(7, 'a')}`,
			night: 20_776 + random.whole(3),
			ra: random.between(0, 360),
			dec: random.between(-89, 89),
			band: random.of(BANDS),
			psfFlux: Math.fround(number(random, mood, -1000, 50_000)),
			psfFluxErr: Math.fround(number(random, mood, 20, 400)),
			mag: Math.fround(number(random, mood, 15, 21)),
			magErr: Math.fround(number(random, mood, 0.01, 0.3)),
			limitMag: Math.fround(number(random, mood, 19, 21)),
			snr: Math.fround(number(random, mood, 1, 100)),
			positive: truthOf(random, mood),
			reliability: Math.fround(number(random, mood, 0, 1)),
			starScore: Math.fround(number(random, mood, 0, 1)),
			starSepArcsec: Math.fround(number(random, mood, 0, 30)),
			nDetections: random.chance(0.1) ? null : random.whole(100),
			firstMjd: mjd - number(random, mood, 0, 100),
			ssoName: random.chance(0.9) ? null : random.of(['', 'Ceres', '(1) Ceres', 'Vesta']),
			fields: fieldsOf(random, mood, survey),
			detection: own,
		},
		curve: makeCurve(random, mood, mjd, length),
		features: featuresOf(random, mood, surveyName),
		featureVersion: '1',
		featureReason: '',
		matches: matchesOf(random, mood),
		runs: [
			{
				catalog: 'NED',
				release: '1',
				state: random.of(['matched', 'none', 'notDone'] as const),
				radiusArcsec: 30,
				reason: '',
			},
		],
		associations: associationsOf(random, mood, mjd, index),
		scores: scoresOf(random, mood),
		classification: { class: random.of(['', 'sso', 'star', 'snia']), score: Math.fround(random.next()), model: 'test' },
	};
}
