import type { Alert } from '#lib/alert/alert.ts';
import { FEATURES } from '#lib/alert/features.ts';
import type { NumbersInput } from '#lib/alert/model.ts';
import { findSurvey, SURVEYS } from '#lib/alert/surveys.ts';
import { eclipticFromIcrs, galacticFromIcrs } from '#lib/astro/sphere.ts';
import type { Subject } from '../subject.ts';
import { historyOf, type History } from './history.ts';

type Getter = (subject: Subject, history: () => History) => number;

const truth = (value: boolean | null): number => (value === null ? Number.NaN : value ? 1 : -1);
const count = (value: number | null): number => value ?? Number.NaN;

/** Numbers of an alert that every survey has, by the name a manifest uses. */
const CORE: Readonly<Record<string, (alert: Alert) => number>> = {
	mjd: (alert) => alert.mjd,
	exposureSeconds: (alert) => alert.exposureSeconds,
	ra: (alert) => alert.ra,
	dec: (alert) => alert.dec,
	galacticLat: (alert) => galacticFromIcrs(alert.ra, alert.dec).lat,
	eclipticLat: (alert) => eclipticFromIcrs(alert.ra, alert.dec).lat,
	psfFlux: (alert) => alert.psfFlux,
	psfFluxErr: (alert) => alert.psfFluxErr,
	mag: (alert) => alert.mag,
	magErr: (alert) => alert.magErr,
	limitMag: (alert) => alert.limitMag,
	snr: (alert) => alert.snr,
	/** 1 or -1. */
	positive: (alert) => truth(alert.positive),
	reliability: (alert) => alert.reliability,
	starScore: (alert) => alert.starScore,
	starSepArcsec: (alert) => alert.starSepArcsec,
	nDetections: (alert) => count(alert.nDetections),
	age: (alert) => alert.mjd - alert.firstMjd,
};

const HISTORY: readonly (keyof History)[] = ['ageDays', 'daysSincePeak', 'daysToPeak', 'peakMag', 'faintestMag'];

/** Of the nearest crossmatch that has it. */
const MATCH: Readonly<Record<string, (subject: Subject) => number>> = {
	redshift: ({ matches }) =>
		Math.fround(matches.find(({ redshift }) => !Number.isNaN(redshift))?.redshift ?? Number.NaN),
	sepArcsec: ({ matches }) => Math.fround(matches[0]?.sepArcsec ?? Number.NaN),
	count: ({ matches }) => matches.length,
};

function surveyGetter(survey: string, field: string): Getter | null {
	const at = findSurvey(survey)?.fields.findIndex(({ name }) => name === field) ?? -1;
	if (at < 0) return null;
	return ({ alert }) => {
		if (alert.survey !== survey) return Number.NaN;
		const value = alert.fields[at];
		if (typeof value === 'number') return value;
		if (typeof value === 'bigint') return Number(value);
		return typeof value === 'boolean' ? truth(value) : Number.NaN;
	};
}

/** A difference of two fields is written `a - b`: the counts of non-detections, a magnitude above the limit. */
function getterOf(name: string): Getter {
	const [left, right, ...more] = name.split(' - ');
	if (left !== undefined && right !== undefined && more.length === 0) {
		const minuend = getterOf(left);
		const subtrahend = getterOf(right);
		return (subject, history) => minuend(subject, history) - subtrahend(subject, history);
	}
	const found = plainGetter(name);
	if (found !== null) return found;
	throw new RangeError(
		`There is no number "${name}": write one of ${Object.keys(CORE).join(', ')}, ${HISTORY.map((key) => `history.${key}`).join(', ')}, ` +
			`${Object.keys(MATCH)
				.map((key) => `match.${key}`)
				.join(', ')}, feature.NAME, or a survey's own (${SURVEYS.map((survey) => `${survey.name}.NAME`).join(', ')}).`,
	);
}

function plainGetter(name: string): Getter | null {
	const core = Object.hasOwn(CORE, name) ? CORE[name] : undefined;
	if (core !== undefined) return ({ alert }) => core(alert);
	const [space = '', ...rest] = name.split('.');
	const field = rest.join('.');
	if (space === 'history') {
		const key = HISTORY.find((entry) => entry === field);
		return key === undefined ? null : (_, history) => history()[key];
	}
	if (space === 'match') {
		const match = Object.hasOwn(MATCH, field) ? MATCH[field] : undefined;
		return match ?? null;
	}
	if (space === 'feature') {
		const at = FEATURES.findIndex((feature) => feature.name === field);
		if (at < 0) return null;
		return ({ features }) => features[at] ?? Number.NaN;
	}
	return surveyGetter(space, field);
}

const TRANSFORM: Readonly<Record<'log10' | 'log1p' | 'asinh', (value: number) => number>> = {
	log10: (value) => (value > 0 ? Math.log10(value) : Number.NaN),
	log1p: (value) => Math.sign(value) * Math.log1p(Math.abs(value)),
	asinh: Math.asinh,
};

/** Writes the numbers of one alert at `at`; answers the name of the first that is absent and has no stand-in, else null. */
export type NumbersWriter = (subject: Subject, out: Float32Array, at: number) => string | null;

/** Compiles the numbers that an input takes; throws RangeError for a name that does not exist. */
export function numbersWriter(input: NumbersInput): NumbersWriter {
	const columns = input.features.map((feature) => {
		const getters = [feature.from, ...feature.else].map((name) => getterOf(name));
		const transform = feature.transform === undefined ? (value: number) => value : TRANSFORM[feature.transform];
		const { mean, scale } = feature;
		const [low, high] = feature.clip ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
		const read = (subject: Subject, history: () => History): number => {
			for (const getter of getters) {
				const value = (transform(getter(subject, history)) - mean) / scale;
				if (!Number.isNaN(value)) return Math.min(high, Math.max(low, value));
			}
			return feature.absent ?? Number.NaN;
		};
		return { name: feature.from, read };
	});
	return (subject, out, at) => {
		let known: History | undefined;
		const history = (): History => (known ??= historyOf(subject));
		let missing: string | null = null;
		for (const [i, column] of columns.entries()) {
			const value = column.read(subject, history);
			if (Number.isNaN(value)) missing ??= column.name;
			out[at + i] = value;
		}
		return missing;
	};
}
