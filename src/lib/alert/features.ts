import { columnName, type FieldType } from './fields.ts';
import { SURVEYS } from './surveys.ts';

/** Version of the formulas below; a change of any of them raises it. */
export const FEATURE_VERSION = '1';

/** What a feature is computed from: the object's own light curve and packet, one band of it, or the curves of all surveys that saw the object. */
export type FeatureScope = 'object' | 'band' | 'combined';

/** A number computed from an alert's light curve as it was known then. */
export interface Feature {
	/** In the language and in JSON: `nRising`, `g.riseRate`, `combined.peakMag`, `combined.g.riseRate`. */
	readonly name: string;
	/** In tables and files: `n_rising`, `g_rise_rate`, `combined_g_rise_rate`. */
	readonly column: string;
	/** The array column of its band that holds it at `index` (from 1); '' = a column of its own. */
	readonly array: string;
	readonly index: number;
	readonly scope: FeatureScope;
	/** '' for those of no single band. */
	readonly band: string;
	/** Counts are floats too: absent is NaN. */
	readonly type: Extract<FieldType, 'float32' | 'float64' | 'truth'>;
	/** VOUnits string, or '' for none. */
	readonly unit: string;
	readonly meaning: string;
	readonly formula: string;
	/** Where the formula comes from; '' = ours. */
	readonly source: string;
	/** The only surveys whose alerts have it; null = all. */
	readonly surveys: readonly string[] | null;
}

/** A feature before its band is known. */
export type FeatureKind = Pick<Feature, 'name' | 'type' | 'unit' | 'meaning' | 'formula' | 'source' | 'surveys'>;

/** Points within this many days of each other give a colour. */
export const COLOUR_DAYS = 0.5;

const BOOM = 'BOOM';
const LIGHT_CURVE = 'light-curve, arXiv:2012.01419';

/** Lines `name type unit | meaning | formula`; unit `-` is none. */
function kinds(source: string, lines: string, surveys: readonly string[] | null = null): FeatureKind[] {
	return lines
		.trim()
		.split('\n')
		.map((line) => {
			const [head = '', meaning = '', formula = ''] = line.trim().split(/\s+\|\s+/);
			const [name = '', type = '', unit = ''] = head.split(/\s+/);
			if (formula === '' || !/^(?:float32|float64|truth)$/.test(type)) throw new Error(`Not a feature: "${line}".`);
			return { name, type: type as Feature['type'], unit: unit === '-' ? '' : unit, meaning, formula, source, surveys };
		});
}

// Positive points: detections brighter than the template, and forced photometry of at least +3 sigma. Flux points: detections and
// forced photometry of either sign whose error is above 0. Of a detection and a forced point of one exposure the detection counts.

const EVOLUTION = kinds(
	BOOM,
	`
	nPositive float32 - | Positive points in the band | count of detections brighter than the template and forced photometry >= +3 sigma
	peakMag float32 mag | Brightest magnitude of positive points | min m
	peakMagErr float32 mag | 1 sigma error of peakMag | error of that point
	peakMjd float64 d | Time of peakMag, MJD in TAI; the earliest of equals | mjd of that point
	sincePeak float32 d | Time from the peak to the alert | mjd - peakMjd
	duration float32 d | From the first to the last positive point | t_last - t_first
	riseRate float32 mag/d | Slope of the rise, negative while it brightens | weighted linear fit of m(t) from the first point to the peak, both included; needs 2 points, > 0.01 d and max(m) - its error > min(m) + its error
	riseRateErr float32 mag/d | 1 sigma error of riseRate | 1 / sqrt(sum (t - <t>)^2 / e^2)
	riseChi2 float32 - | Reduced chi-square of the fit of the rise | sum((m - fit)^2 / e^2) / (n - 2); absent for 2 points
	riseN float32 - | Points in the fit of the rise | n
	riseDays float32 d | Span of the fit of the rise | t_peak - t_first
	fadeRate float32 mag/d | Slope of the fade, positive while it fades | as riseRate from the peak to the last point
	fadeRateErr float32 mag/d | 1 sigma error of fadeRate | as riseRateErr
	fadeChi2 float32 - | Reduced chi-square of the fit of the fade | as riseChi2
	fadeN float32 - | Points in the fit of the fade | n
	fadeDays float32 d | Span of the fit of the fade | t_last - t_peak
`,
);

const CHANGE = kinds(
	'',
	`
	nNegative float32 - | Detections fainter than the template in the band | count of negative detections
	lastRate float32 mag/d | Change between the two newest positive points | (m_n - m_(n-1)) / (t_n - t_(n-1))
	lastRateErr float32 mag/d | 1 sigma error of lastRate | sqrt(e_n^2 + e_(n-1)^2) / (t_n - t_(n-1))
	limitDays float32 d | From the last upper limit before the first positive point to that point | t_first - t_limit
	limitRate float32 mag/d | Slope from that limit to the first positive point; the rise was at least as steep where it is negative | (m_first - m_limit) / limitDays
`,
);

const STATISTICS = kinds(
	LIGHT_CURVE,
	`
	nFlux float32 - | Flux points in the band | n
	fluxMean float32 nJy | Mean flux | <f> = sum f / n
	fluxWeightedMean float32 nJy | Weighted mean flux | f_w = sum(f / e^2) / sum(1 / e^2)
	fluxSd float32 nJy | Standard deviation | s = sqrt(sum (f - <f>)^2 / (n - 1)); n >= 2
	fluxMedian float32 nJy | Median flux | Q(1/2); Q = quantiles of Hazen
	fluxAmplitude float32 nJy | Half amplitude | (max f - min f) / 2
	fluxBeyondSd float32 - | Share of points beyond one standard deviation | count(abs(f - <f>) > s) / n; n >= 2
	fluxCusum float32 - | Range of cumulative sums | max S - min S, S_j = sum_(i<=j) (f_i - <f>) / (n s); n >= 2
	fluxRange10 float32 nJy | Interdecile range | Q(0.9) - Q(0.1)
	fluxRange25 float32 nJy | Interquartile range | Q(0.75) - Q(0.25)
	fluxSkew float32 - | Skewness G1 | n / ((n - 1)(n - 2)) sum((f - <f>)^3) / s^3; n >= 3
	fluxKurtosis float32 - | Excess kurtosis G2 | n (n + 1) / ((n - 1)(n - 2)(n - 3)) sum((f - <f>)^4) / s^4 - 3 (n - 1)^2 / ((n - 2)(n - 3)); n >= 4
	fluxTrend float32 nJy/d | Slope of the linear trend, errors ignored | least squares of f(t); n >= 3
	fluxTrendErr float32 nJy/d | 1 sigma error of fluxTrend | fluxTrendNoise / sqrt(sum (t - <t>)^2)
	fluxTrendNoise float32 nJy | Scatter about the linear trend | sqrt(sum (f - fit)^2 / (n - 2)); n >= 3
	fluxSlope float32 nJy/d | Slope of the weighted linear fit | least squares of f(t) with weights 1/e^2; n >= 3
	fluxSlopeErr float32 nJy/d | 1 sigma error of fluxSlope | 1 / sqrt(sum (t - <t>)^2 / e^2)
	fluxSlopeChi2 float32 - | Reduced chi-square of the weighted linear fit | sum((f - fit)^2 / e^2) / (n - 2); n >= 3
	fluxRatio40 float32 - | Central 20 % range over 90 % range | (Q(0.6) - Q(0.4)) / (Q(0.95) - Q(0.05))
	fluxRatio20 float32 - | Central 60 % range over 80 % range | (Q(0.8) - Q(0.2)) / (Q(0.9) - Q(0.1))
	fluxMaxSlope float32 nJy/d | Steepest change between neighbours in time | max abs((f_(i+1) - f_i) / (t_(i+1) - t_i)); n >= 2
	fluxMad float32 nJy | Median absolute deviation | Q(1/2) of abs(f - fluxMedian)
	fluxNearMedian float32 - | Share of points near the median | count(abs(f - fluxMedian) < 0.1 fluxAmplitude) / n
	fluxMaxDeviation float32 nJy | Greatest deviation from the median | max abs(f - fluxMedian)
	fluxRelativeSd float32 - | Standard deviation over mean | s / <f>; n >= 2
	fluxNormality float32 - | Anderson-Darling statistic against a normal distribution | (1 + 4/n - 25/n^2) (-n - (1/n) sum ((2i - 1) ln F_i + (2(n - i) + 1) ln(1 - F_i))), i = 1..n in order of f; n >= 4
	fluxChi2 float32 - | Reduced chi-square against a constant | sum((f - f_w)^2 / e^2) / (n - 1); n >= 2
	fluxStetsonK float32 - | Stetson K | sum abs((f - f_w) / e) / sqrt(n sum((f - f_w)^2 / e^2)); n >= 2
	fluxEta float32 - | Von Neumann ratio | sum (f_(i+1) - f_i)^2 / ((n - 1) s^2); n >= 2
	fluxExcessVariance float32 - | Variance beyond the errors, relative | (s^2 - <e^2>) / <f>^2; n >= 2
`,
);

/** Pairs of neighbouring bands, bluer first, that colours are made of. */
export const COLOURS = [
	['u', 'g'],
	['g', 'r'],
	['r', 'i'],
	['i', 'z'],
	['z', 'y'],
] as const;

const colourKinds = COLOURS.flatMap(([blue, red]) => {
	const name = `colour${blue.toUpperCase()}${red.toUpperCase()}`;
	const pairs = `pairs of positive points, each the other's nearest in time and within ${COLOUR_DAYS} d`;
	return kinds(
		'',
		`
		${name} float32 mag | Newest colour ${blue} - ${red} | m_${blue} - m_${red} of the newest of the ${pairs}
		${name}Err float32 mag | 1 sigma error of ${name} | sqrt(e_${blue}^2 + e_${red}^2)
		${name}Rate float32 mag/d | Change of the colour ${blue} - ${red}, positive while it reddens | weighted linear fit over all ${pairs}; needs 2 pairs over > 0.01 d
	`,
	);
});

const COMMON = `
	nPositive float32 - | Positive points in all bands | sum of nPositive over bands
	nRising float32 - | Bands that still rise | count of bands with a riseRate below 0 whose peak is the newest point
	nFading float32 - | Bands that fade | count of bands with a fadeRate above 0
	peakMag float32 mag | Brightest magnitude of positive points in any band | min m
	peakMjd float64 d | Time of peakMag, MJD in TAI | mjd of that point
	sincePeak float32 d | Time from the peak to the alert | mjd - peakMjd
	duration float32 d | From the first to the last positive point in any band | t_last - t_first
`;

const OBJECT = [
	...kinds(BOOM, COMMON),
	...kinds(
		'',
		`
		nNegative float32 - | Detections fainter than the template in all bands | sum of nNegative over bands
		faintMag float32 mag | Faintest magnitude of positive points in any band | max m
		faintMjd float64 d | Time of faintMag, MJD in TAI | mjd of that point
		stationary truth - | Positive detections lie more than 0.01 d apart: what moves leaves the place | t_last - t_first > 0.01 d over positive detections
		centroidScatter float32 arcsec | Scatter of the positions of positive detections | sqrt(sum (dx^2 + dy^2) / n) about their mean; n >= 2
		centroidShift float32 arcsec | Distance between the first and the last position of positive detections | great circle; n >= 2
		rock truth - | A known solar system object explains the alert | a name in the packet; ZTF besides: predicted magnitude given and separation < 12 arcsec, or < 30 arcsec with predicted and measured magnitude within 1 mag
	`,
	),
	...kinds(
		BOOM,
		`
		star truth - | On a star | ZTF: sgscore1 > 0.76 within 2 arcsec, or sgscore1 > 0.2 within 1 arcsec and r - z or r - i > 3; Rubin: an LSPSC source within 1 arcsec with score > 0.5
		nearBrightStar truth - | Near a bright star | ZTF: Gaia <= 12 mag or PS1 star (score > 0.49) with r <= 15 within 20 arcsec, or PS1 source of score 0.5 brighter than 17 within 0.5 arcsec; Rubin: LSPSC star <= 15 mag within 20 arcsec
	`,
		['ztf', 'lsst'],
	),
	...kinds(
		'Fink',
		`
		nPacketDetections float32 - | Detections in the packet, its own included (Fink nalerthist) | 1 + detections in the history of the packet
		roid float32 - | Solar system label of Fink: 0 none, 1 first detection, 2 candidate, 3 known | 0; ndethist = 1: 1; sgscore1 < 0.76, ndethist <= 2: 2; distpsnr1 < 5 arcsec: 0; nPacketDetections = 2 more than 30 min apart: 0; ndethist = 2, nPacketDetections = 1: 0; ssdistnr < 5 arcsec < ... distpsnr1, ndethist <= 5, nPacketDetections <= 5: 3
	`.replace('ssdistnr < 5 arcsec < ... distpsnr1', 'ssdistnr < 5 arcsec and < distpsnr1'),
		['ztf'],
	),
	...colourKinds,
];

const COMBINED = [
	...kinds(BOOM, COMMON),
	...kinds('', 'nSurveys float32 - | Surveys in the combined light curve, the own one included | count'),
];

// Every column costs an insert its share, used or not. Features that filters ask for most have one each in the bands that most
// alerts are of; the others, and those of other bands, stand in one array a band.
const IN_ARRAY: ReadonlySet<string> = new Set([
	...['peakMagErr', 'riseChi2', 'riseN', 'riseDays', 'fadeChi2', 'fadeN', 'fadeDays'],
	...STATISTICS.map(({ name }) => name),
]);
const COLUMN_BANDS: ReadonlySet<string> = new Set(['g', 'r', 'i']);

const COMBINED_BAND_NAMES: ReadonlySet<string> = new Set(['peakMag', 'riseRate', 'fadeRate']);

/** The band under which features of a band are kept: ELAsTiCC's and WINTER's Y stands with y, for columns know no case. */
export function featureBand(band: string): string {
	return band === 'Y' ? 'y' : band;
}

const ORDER = ['u', 'g', 'r', 'i', 'z', 'y'];

/** Bands with features: those of all surveys. */
export const FEATURE_BANDS: readonly string[] = [
	...ORDER,
	...[...new Set(SURVEYS.flatMap(({ bands }) => bands.map(featureBand)))]
		.filter((band) => !ORDER.includes(band))
		.sort(),
];

export const OBJECT_FEATURES: readonly FeatureKind[] = OBJECT;
export const BAND_FEATURES: readonly FeatureKind[] = [...EVOLUTION, ...CHANGE, ...STATISTICS];
export const COMBINED_FEATURES: readonly FeatureKind[] = COMBINED;
export const COMBINED_BAND_FEATURES: readonly FeatureKind[] = EVOLUTION.filter(({ name }) =>
	COMBINED_BAND_NAMES.has(name),
);

// An array ends with what came last: stores of older versions have shorter ones.
const ARRAY_ORDER: readonly string[] = BAND_FEATURES.flatMap(({ name }) => (IN_ARRAY.has(name) ? [name] : []));
const OTHER_BANDS_ORDER: readonly string[] = [
	...ARRAY_ORDER,
	...BAND_FEATURES.flatMap(({ name, type }) => (IN_ARRAY.has(name) || type !== 'float32' ? [] : [name])),
	...COMBINED_BAND_FEATURES.map(({ name }) => `combined.${name}`),
];

/** Place (from 1) of a feature in the array of its band; 0 = a column of its own. */
function arrayIndex(name: string, scope: FeatureScope, band: string): number {
	if (band === '') return 0;
	const order = COLUMN_BANDS.has(band) ? ARRAY_ORDER : OTHER_BANDS_ORDER;
	return order.indexOf(scope === 'combined' ? `combined.${name}` : name) + 1;
}

/** The array column of a band's further features. */
function arrayColumn(band: string): string {
	return `${band.toLowerCase()}_statistics`;
}

function named(kind: FeatureKind, scope: FeatureScope, band: string): Feature {
	const path = [scope === 'combined' ? 'combined' : '', band].filter((part) => part !== '');
	const prefix = path.length === 0 ? undefined : path.join('_').toLowerCase();
	const column = columnName(kind.name, prefix);
	const index = arrayIndex(kind.name, scope, band);
	const meaning =
		band === '' ? kind.meaning : `${kind.meaning.replace(/ in the band$/, '')}, ${band === 'y' ? 'y or Y' : band} band`;
	return {
		...kind,
		name: [...path, kind.name].join('.'),
		column,
		array: index > 0 ? arrayColumn(band) : '',
		index,
		scope,
		band,
		meaning: scope === 'combined' ? `${meaning}, all surveys` : meaning,
	};
}

/** Every feature in the order of `EnrichedAlert.features`: the object's, then band by band, then those of all surveys. */
export const FEATURES: readonly Feature[] = [
	...OBJECT_FEATURES.map((kind) => named(kind, 'object', '')),
	...FEATURE_BANDS.flatMap((band) => BAND_FEATURES.map((kind) => named(kind, 'band', band))),
	...COMBINED_FEATURES.map((kind) => named(kind, 'combined', '')),
	...FEATURE_BANDS.flatMap((band) => COMBINED_BAND_FEATURES.map((kind) => named(kind, 'combined', band))),
];

const places = new Map(FEATURES.map(({ name }, place) => [name, place]));

/** Place of a feature in `EnrichedAlert.features`; -1 for a name that is none. */
export function featurePlace(name: string): number {
	return places.get(name) ?? -1;
}

const applicable = new Map<string, readonly number[]>();

/** Places of the features that alerts of a survey can have; the others are absent. */
export function featurePlacesOf(survey: string): readonly number[] {
	let found = applicable.get(survey);
	if (found === undefined) {
		const bands = new Set((SURVEYS.find(({ name }) => name === survey)?.bands ?? []).map(featureBand));
		found = FEATURES.flatMap((feature, place) => {
			const has = feature.surveys === null || feature.surveys.includes(survey);
			return has && (feature.scope !== 'band' || bands.has(feature.band)) ? [place] : [];
		});
		applicable.set(survey, found);
	}
	return found;
}
