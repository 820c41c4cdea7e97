import type { Alert, FieldValue } from '#lib/alert/alert.ts';
import type {
	Association,
	CatalogMatch,
	CatalogRun,
	CurvePoint,
	EnrichedAlert,
	ModelScore,
} from '#lib/alert/enriched.ts';
import { FEATURE_VERSION, featurePlace, FEATURES } from '#lib/alert/features.ts';
import type { PointKind } from '#lib/alert/lightCurve.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { fluxErrFromMag, fluxFromMag } from '#lib/astro/photometry.ts';

type Plain = string | number | boolean | null;

/** A point of an example: kind, band, days before the alert, and what differs from a good detection of 18.5 mag. */
interface ExamplePoint {
	readonly kind?: PointKind;
	readonly band?: string;
	readonly ago: number;
	readonly mag?: number;
	readonly magErr?: number;
	readonly limitMag?: number;
	readonly positive?: boolean;
	readonly psfFlux?: number;
}

/** An alert in plain values: what differs from a good, new, lonely detection of 18.5 mag in r. */
export interface Example {
	readonly survey: 'ztf' | 'lsst';
	/** Fields by their canonical names; null takes a value away. */
	readonly fields: Readonly<Record<string, Plain>>;
	readonly points: readonly ExamplePoint[];
	readonly matches: readonly Readonly<Record<string, string | number>>[];
	/** Catalogues that were asked in vain. */
	readonly none: readonly string[];
	/** Scores by `model/label`. */
	readonly scores: Readonly<Record<string, number>>;
	/** Surveys with an object at the same place. */
	readonly associated: readonly string[];
}

const EMPTY: Example = { survey: 'ztf', fields: {}, points: [], matches: [], none: [], scores: {}, associated: [] };

/** Reads an example from JSON; throws for what is none. */
export function readExample(json: string, where: string): Example {
	const value: unknown = JSON.parse(json);
	if (typeof value !== 'object' || value === null) throw new Error(`${where}: an example is an object, not ${json}.`);
	const strange = Object.keys(value).find((name) => !(name in EMPTY));
	if (strange !== undefined) throw new Error(`${where}: an example has no member "${strange}".`);
	return { ...EMPTY, ...value };
}

const MJD = 61_363.25;
const JD = MJD + 2_400_000.5;

/** Own fields of a good detection of each survey, beside those that follow from the core fields. */
const OWN: Readonly<Record<Example['survey'], Readonly<Record<string, Plain>>>> = {
	ztf: {
		...{ jd: JD, jdstarthist: JD - 3, jdendhist: JD, exptime: 30, rb: 0.9, drb: 0.95, classtar: 0.9, nbad: 0, fwhm: 2 },
		...{ ndethist: 3, ncovhist: 300, distnr: 5, ssdistnr: null, ssmagnr: null, ssnamenr: null, magdiff: 0.02 },
		...{ sgscore1: 0.1, distpsnr1: 3, srmag1: 19.5, simag1: 19.3, szmag1: 19.2, sgmag1: 20, neargaia: 30, maggaia: 17 },
		...{ neargaiabright: 80, maggaiabright: 13, nmtchps: 8, isdiffpos: 't' },
	},
	lsst: {
		...{ isDipole: false, pixelFlags: false, psfFlux_flag: false, shape_flag: false, centroid_flag: false },
		...{ nDiaSources: 3, extendedness: 0, reliability: 0.9, templateFlux: 500, templateFluxErr: 40 },
	},
};

function pointOf({ ago, ...point }: ExamplePoint, programme: string): CurvePoint {
	const { kind = 'detection', band = 'r', mag = 18.5, magErr = 0.05, limitMag = 20.5, positive = true } = point;
	const isLimit = kind === 'upperLimit';
	const flux = point.psfFlux ?? (positive ? fluxFromMag(mag) : -fluxFromMag(mag));
	return {
		kind,
		band,
		mjd: MJD - ago,
		psfFlux: isLimit ? Number.NaN : flux,
		psfFluxErr: isLimit ? Number.NaN : fluxErrFromMag(mag, magErr),
		mag: isLimit ? Number.NaN : mag,
		magErr: isLimit ? Number.NaN : magErr,
		limitMag,
		positive: isLimit ? null : positive,
		ra: Number.NaN,
		dec: Number.NaN,
		programme,
	};
}

function coreOf({ survey, fields }: Example): Omit<Alert, 'fields' | 'detection'> {
	const value = <T extends Plain>(name: string, otherwise: T): T => (name in fields ? (fields[name] as T) : otherwise);
	const number = (name: string, otherwise: number): number => value<number | null>(name, otherwise) ?? Number.NaN;
	const mag = number('mag', 18.5);
	const magErr = number('magErr', 0.05);
	const positive = value<boolean | null>('positive', true);
	const flux = number('psfFlux', fluxFromMag(mag));
	return {
		survey,
		alertId: BigInt(value('alertId', '8000000000000000001')),
		alertIdText: '',
		objectId: survey === 'ztf' ? 'SIM26aaaaaab' : '8000000000000000007',
		programme: value('programme', 'public'),
		origin: 'simulated',
		schemaVersion: survey === 'ztf' ? '4.02' : '10.0',
		night: Math.floor(MJD) - 40_587,
		mjd: MJD,
		timeReceived: survey === 'ztf' ? JD : MJD,
		exposureSeconds: 30,
		exposureAssumed: false,
		ra: number('ra', 180),
		dec: number('dec', 20),
		band: value('band', 'r'),
		psfFlux: positive === false ? -flux : flux,
		psfFluxErr: number('psfFluxErr', fluxErrFromMag(mag, magErr)),
		mag,
		magErr,
		limitMag: 20.5,
		snr: number('snr', 1.0857 / magErr),
		positive,
		reliability: number('reliability', 0.9),
		reliabilityModel: survey === 'ztf' ? 'drb d6_m7' : 'rubin',
		starScore: 0.1,
		starSepArcsec: 3,
		nDetections: value<number | null>('nDetections', 3),
		firstMjd: number('firstMjd', MJD - 3),
		ssoName: value<string | null>('ssoName', null),
		history: [],
		cutouts: { science: null, template: null, difference: null },
	};
}

function ownFieldsOf({ survey, fields }: Example, core: Omit<Alert, 'fields' | 'detection'>): FieldValue[] {
	const follows: Readonly<Record<string, Plain>> = {
		...{ magpsf: core.mag, sigmapsf: core.magErr, magap: core.mag, psfFlux: core.psfFlux, psfFluxErr: core.psfFluxErr },
		...{ midpointMjdTai: core.mjd, band: core.band, snr: core.snr },
	};
	return (findSurvey(survey)?.fields ?? []).map(({ name, type }): FieldValue => {
		const full = `${survey}.${name}`;
		const value = full in fields ? fields[full] : (OWN[survey][name] ?? follows[name]);
		if (value === undefined || value === null) return type.startsWith('float') ? Number.NaN : null;
		return type === 'long' ? BigInt(value) : value;
	});
}

function featuresOf({ fields }: Example): Float64Array {
	const features = new Float64Array(FEATURES.length).fill(Number.NaN);
	const set = (name: string, value: Plain) => {
		const place = featurePlace(name);
		if (place !== -1) features[place] = value === null ? Number.NaN : Number(value);
	};
	for (const name of ['rock', 'star', 'nearBrightStar', 'roid']) set(name, false);
	set('stationary', true);
	for (const [name, value] of Object.entries(fields)) set(name, value);
	return features;
}

const FIXED = ['catalog', 'sourceId', 'sepArcsec', 'ra', 'dec', 'mag', 'redshift'];

function matchOf(match: Readonly<Record<string, string | number>>): CatalogMatch {
	const own = Object.entries(match).filter(([name]) => !FIXED.includes(name));
	const number = (name: string, otherwise: number): number => Number(match[name] ?? otherwise);
	return {
		catalog: String(match['catalog']),
		release: '1',
		sourceId: String(match['sourceId'] ?? 'a source'),
		sepArcsec: number('sepArcsec', 0.3),
		ra: 180,
		dec: 20,
		mag: number('mag', Number.NaN),
		redshift: number('redshift', Number.NaN),
		numbers: Object.fromEntries(own.filter((entry): entry is [string, number] => typeof entry[1] === 'number')),
		texts: Object.fromEntries(own.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
	};
}

function runsOf({ matches, none }: Example): CatalogRun[] {
	const run = (catalog: string, state: CatalogRun['state']) => ({
		catalog,
		release: '1',
		state,
		radiusArcsec: 30,
		reason: '',
	});
	const matched = new Set(matches.map(({ catalog }) => String(catalog)));
	return [...[...matched].map((name) => run(name, 'matched')), ...none.map((name) => run(name, 'none'))];
}

function scoresOf({ scores }: Example): ModelScore[] {
	return Object.entries(scores).map(([name, score]) => {
		const [model = '', label = ''] = name.split('/');
		return { model, version: '1', label, score, state: 'done' as const, reason: '' };
	});
}

function associationOf(survey: string): Association {
	const curve = [pointOf({ ago: 1 }, 'public')];
	const mjd = MJD - 1;
	return {
		...{ survey, objectId: '8000000000000000009', programme: 'public', sepArcsec: 0.2, ra: 180, dec: 20 },
		...{ nDetections: 1, firstMjd: mjd, lastMjd: mjd, curve },
	};
}

/** The alert that an example stands for, with all that was known of it. */
export function exampleAlert(example: Example): EnrichedAlert {
	const core = coreOf(example);
	const own: CurvePoint = {
		...pointOf({ ago: 0, band: core.band, mag: core.mag, magErr: core.magErr }, core.programme),
		...{ psfFlux: core.psfFlux, psfFluxErr: core.psfFluxErr, positive: core.positive },
	};
	const points = example.points.map((point) => pointOf(point, core.programme));
	return {
		alert: {
			...core,
			fields: ownFieldsOf(example, core),
			detection: {
				...own,
				...{
					sourceId: core.alertId,
					timeReceived: core.timeReceived,
					exposureAssumed: false,
					flags: '',
					valueHash: 0,
				},
			},
		},
		curve: [...points, own].sort((a, b) => a.mjd - b.mjd),
		features: featuresOf(example),
		featureVersion: FEATURE_VERSION,
		featureReason: '',
		matches: example.matches.map(matchOf).sort((a, b) => a.sepArcsec - b.sepArcsec),
		runs: runsOf(example),
		associations: example.associated.map(associationOf),
		scores: scoresOf(example),
		classification: { class: '', score: Number.NaN, model: '' },
	};
}
