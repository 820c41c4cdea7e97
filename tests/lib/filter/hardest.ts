import { EMPTY_ENVIRONMENT, type Area, type Environment, type NamedList } from '#lib/filter/environment.ts';

const column = (name: string, kind: 'number' | 'text') => ({ name, kind, unit: '', meaning: '' });

const AREAS = new Map<string, Area>([
	// every second pixel: alerts at the borders of pixels tell one from the other
	[
		'chequered',
		{ kind: 'region', order: 3, ranges: Array.from({ length: 384 }, (_, i) => [2 * i, 2 * i + 1] as const) },
	],
	['round', { kind: 'circle', ra: 359, dec: 10, radiusArcsec: 250_000 }],
	['square', { kind: 'box', raMin: 300, raMax: 60, decMin: -45, decMax: 45 }],
]);

// of the alerts of the tests the first are of ZTF or LSST under these names
const OBJECTS = Array.from({ length: 60 }, (_, i) => ({
	survey: i % 2 === 0 ? 'ztf' : 'lsst',
	objectId: `ZTF26${String(i).padStart(7, 'a')}`,
}));
const PLACES = [
	{ ra: 10, dec: 0, radiusArcsec: 150_000 },
	{ ra: 190, dec: 80, radiusArcsec: 40_000 },
	{ ra: 0, dec: -90, radiusArcsec: 100_000 },
];
const LISTS = new Map<string, NamedList>([
	['objects', { objects: OBJECTS, places: [] }],
	['places', { objects: [], places: PLACES }],
	['objects and places', { objects: OBJECTS, places: PLACES }],
	['nothing', { objects: [], places: [] }],
]);

/** The catalogues of the tests' alerts, and areas and lists that hold some of them. */
export const TEST_ENVIRONMENT: Environment = {
	...EMPTY_ENVIRONMENT,
	area: (name) => AREAS.get(name),
	list: (name) => LISTS.get(name),
	catalogs: new Map([
		['NED', [column('w1', 'number'), column('w2', 'number'), column('type', 'text')]],
		['Gaia', []],
	]),
};

/** The hardest expressions that the notes on other brokers' filters ask for, written in the language by hand. */
export const HARDEST: Readonly<Record<string, string>> = {
	'example of the design': `let young = mjd - first(detections).mjd < 5
ztf.drb > 0.8 and not rock and young
and any(detections, d => d.band == "g" and d.mag < 19 and d.mjd > mjd - 3)
and count(detections, d => d.positive) >= 2
and (nearest("NED").sepArcsec < 15 or associated("lsst").nDetections > 0)`,
	'not a rock, as cats150 writes it': `ztf.ssdistnr < 0 or ztf.ssdistnr >= 12 or ztf.ssmagnr <= 0 or ztf.ssmagnr is absent or abs(ztf.magpsf - ztf.ssmagnr) >= 2`,
	'a second positive detection in a window': `any(detections, d => abs(mjd - d.mjd) > 0.007 and abs(mjd - d.mjd) <= 3 and d.mag < 99 and d.positive)
or any(forcedPhotometry, d => abs(mjd - d.mjd) > 0.007 and abs(mjd - d.mjd) <= 3 and d.snr >= 4)`,
	'near a bright star': `(ztf.distpsnr1 < 20 and ztf.srmag1 < 15 and ztf.srmag1 > 0 and ztf.sgscore1 > 0.49)
or (ztf.distpsnr2 < 20 and ztf.srmag2 < 15 and ztf.srmag2 > 0 and ztf.sgscore2 > 0.49)
or (ztf.sgscore1 == 0.5 and ztf.distpsnr1 < 0.5 and (abs(ztf.sgmag1) < 17 or abs(ztf.srmag1) < 17 or abs(ztf.simag1) < 17))`,
	'fast rising or fast fading, not both': `let same = where(detections, d => d.positive and d.band == band)
let rising = any(pairs(same), p => p.days >= 0.02 and p.magRate <= -0.2)
let fading = any(pairs(same), p => p.days >= 0.02 and p.magRate >= 0.2)
count(same) >= 2 and rising != fading`,
	'AGN by colour of the nearest infrared source': `nearest("NED").w1 - nearest("NED").w2 > 0.8`,
	'weighted linear fit of one band': `let red = where(detections, d => d.band == "r")
count(red) >= 5 and abs(slope(red)) > 0.025 and slope(red) < -3 * slopeError(red) and slopeChi2(red) <= 10`,
	'three detections within ten days, declining': `let last3 = takeLast(detections, 3)
count(last3) == 3 and last(last3).mjd - first(last3).mjd < 10 and all(last3, d => d.mag > 18)
and last(last3).mag - first(last3).mag > 0`,
	'intervals between the last points': `let a = last(detections).mjd
let b = last(where(detections, d => d.mjd < last(detections).mjd)).mjd
a - b < 0.5 and b - first(takeLast(detections, 3)).mjd < 10`,
	'change against the last point of the same band': `let before = last(where(detections, d => d.band == band and d.mjd < mjd - 0.01))
(mag - before.mag) / (mjd - before.mjd) < -0.2`,
	'flux above the mean of its band': `let own = where(detections, d => d.band == band)
abs(psfFlux - mean(own, d => d.psfFlux)) > 2 * psfFluxErr and psfFlux > median(own, d => d.psfFlux)`,
	'an upper limit two sigma above the rise': `let first2 = first(detections)
any(upperLimits, u => u.mjd < first2.mjd and u.limitMag > first2.mag + 2 * first2.magErr)`,
	'stepless rise in some band': `any(pairs(detections), p => p.after.mag - p.before.mag < -2 * p.before.magErr)
and not any(pairs(detections), p => p.magChange > p.before.magErr + p.after.magErr)`,
	'faint side of the quiescent flux': `coalesce(psfFlux / median(forcedPhotometry, d => d.psfFlux), 0) >= 0.1
and not any(detections, d => mjd - d.mjd between 0.17 and 2)`,
	'detections of another survey, brighter than ours': `any(associated("lsst").detections, d => d.mag < mag)
and max(associated("lsst").detections, d => d.psfFlux) > psfFlux`,
	'points within points': `any(detections, d => count(detections, e => e.band != d.band and abs(e.mjd - d.mjd) < 1) >= 2 and d.mag < mag + 1)`,
	'brightest point of each kind': `first(sort(detections, d => d.mag)).band == "g"
and min(detections, d => d.mag) <= min(forcedPhotometry, d => d.mag) + 0.5`,
	'class of a catalogue, by name and by beginning': `any(matches("NED"), m => m.type in ["G", "QSO"] and m.redshift between 0.01 and 0.1)
or nearest("Gaia").sourceId startsWith "Gaia" or matchState("NED") == "none"`,
	'scores, an id and a sample': `(score("acai_h") > 0.5 or score("classes", "sn") > 0.7) and mod(alertId, 113) < 50
and alertId != 170587115523932323 and sample(0.5)`,
	'a list mapped and asked again': `let rates = map(pairs(detections), p => p.magRate)
median(rates) > -5 and max(rates) - min(rates) > 1 and count(rates) > 2 and any(rates, x => abs(x - mean(rates)) > 0.1)`,
	'names, texts and nights': `ssoName is present and lower(ssoName) contains "ceres" or night in ["2026-11-19", "2026-11-20"] and survey == "ztf"`,
	'rounded, rest and signs': `round(mag, 1) == round(first(detections).mag, 1) or nDetections % 7 == 3 or sign(psfFlux) == -1`,
	'if and coalesce': `if(band == "g", 19, if(band == "r", 18.5, 18)) > mag and coalesce(g.riseRate, r.riseRate, 0) <= 5
and if(positive, ssoName, reliabilityModel) is absent`,
	'an area of pixels': `in area("chequered")`,
	'areas by name': `position not in area("chequered") and (in area("round") or in area("square"))`,
	'a list of objects': `in list("objects")`,
	'a list of circles': `in list("places")`,
	'lists by name': `objectId in list("objects and places") and not (in list("objects") and in list("places")) and not in list("nothing")`,
	'places on the sky': `in box(350, 120, -30, 60) and abs(galacticLat) > 20 and separation(30, 10) < 200000 or in circle(200, -20, 100000)`,
};
