import { separationArcsec } from '#lib/astro/sphere.ts';
import type { Alert } from '#lib/alert/alert.ts';
import type { Association, CatalogMatch, CurvePoint } from '#lib/alert/enriched.ts';
import {
	BAND_FEATURES,
	COLOURS,
	COMBINED_BAND_FEATURES,
	COMBINED_FEATURES,
	FEATURE_BANDS,
	featurePlace,
	FEATURES,
	OBJECT_FEATURES,
} from '#lib/alert/features.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { colourOf } from './colour.ts';
import { evolutionOf, writeEvolution, type Evolution } from './evolution.ts';
import { isNearBrightStar, isOnStar, isRock, packetDetections, roidOf, starsByCatalog } from './packet.ts';
import { placesOf } from './places.ts';
import { pointsByBand } from './points.ts';
import { writeStatistics } from './statistics.ts';

const COMMON = ['nPositive', 'nRising', 'nFading', 'peakMag', 'peakMjd', 'sincePeak', 'duration'] as const;
const OBJECT = placesOf(OBJECT_FEATURES, [
	...COMMON, 'nNegative', 'faintMag', 'faintMjd', 'stationary', 'centroidScatter', 'centroidShift', 'rock', 'star', 'nearBrightStar',
	'nPacketDetections', 'roid',
]); // prettier-ignore
const COMBINED = placesOf(COMBINED_FEATURES, [...COMMON, 'nSurveys']);
const COMBINED_BAND = placesOf(COMBINED_BAND_FEATURES, ['peakMag', 'riseRate', 'fadeRate']);

const BANDS_BASE = OBJECT_FEATURES.length;
const COMBINED_BASE = BANDS_BASE + FEATURE_BANDS.length * BAND_FEATURES.length;
const COMBINED_BANDS_BASE = COMBINED_BASE + COMBINED_FEATURES.length;

const bandPlace = new Map(FEATURE_BANDS.map((band, place) => [band, place]));
const colourPlaces = COLOURS.map(([blue, red]) => {
	const name = `colour${blue.toUpperCase()}${red.toUpperCase()}`;
	return { blue, red, place: OBJECT_FEATURES.findIndex((kind) => kind.name === name) };
});

/** Places of the object's own features that the combined ones equal when no other survey saw the object. */
const OWN_TO_COMBINED: readonly (readonly [number, number])[] = FEATURES.flatMap(({ scope, name }, to) => {
	const from = scope === 'combined' ? featurePlace(name.replace('combined.', '')) : -1;
	return from < 0 ? [] : [[from, to] as const];
});

const truth = (value: boolean): number => (value ? 1 : 0);

/** What all bands together say, into the features that begin at `base`. */
function writeCommon(
	out: Float64Array,
	base: number,
	at: Readonly<Record<(typeof COMMON)[number], number>>,
	evolutions: readonly Evolution[],
	alertMjd: number,
): void {
	let positive = 0;
	let rising = 0;
	let fading = 0;
	let first = Infinity;
	let last = -Infinity;
	let peak: Evolution | undefined;
	for (const evolution of evolutions) {
		positive += evolution.n;
		if (evolution.rising) rising += 1;
		if (evolution.fading) fading += 1;
		first = Math.min(first, evolution.first);
		last = Math.max(last, evolution.last);
		if (
			peak === undefined ||
			evolution.peakMag < peak.peakMag ||
			(evolution.peakMag === peak.peakMag && evolution.peak < peak.peak)
		) {
			peak = evolution;
		}
	}
	out[base + at.nPositive] = positive;
	out[base + at.nRising] = rising;
	out[base + at.nFading] = fading;
	if (peak === undefined) return;
	out[base + at.peakMag] = peak.peakMag;
	out[base + at.peakMjd] = alertMjd + peak.peak;
	out[base + at.sincePeak] = -peak.peak;
	out[base + at.duration] = last - first;
}

/** Where positive detections lay: apart in time, scattered about their mean (arcsec on the tangent plane), and shifted from first to last. */
function writePositions(out: Float64Array, curve: readonly CurvePoint[]): void {
	let first: CurvePoint | undefined;
	let last: CurvePoint | undefined;
	let earliest = Infinity;
	let latest = -Infinity;
	let n = 0;
	let x = 0;
	let y = 0;
	let squares = 0;
	for (const point of curve) {
		if (point.kind !== 'detection' || point.positive !== true || !Number.isFinite(point.mjd)) continue;
		earliest = Math.min(earliest, point.mjd);
		latest = Math.max(latest, point.mjd);
		if (!Number.isFinite(point.ra) || !Number.isFinite(point.dec)) continue;
		if (first === undefined || point.mjd < first.mjd) first = point;
		if (last === undefined || point.mjd >= last.mjd) last = point;
	}
	if (latest >= earliest) out[OBJECT.stationary] = truth(latest - earliest > 0.01);
	if (first === undefined || last === undefined || first === last) return;
	const cosDec = Math.cos((first.dec * Math.PI) / 180);
	for (const point of curve) {
		if (point.kind !== 'detection' || point.positive !== true || !Number.isFinite(point.mjd)) continue;
		if (!Number.isFinite(point.ra) || !Number.isFinite(point.dec)) continue;
		let dRa = point.ra - first.ra;
		if (dRa > 180) dRa -= 360;
		else if (dRa < -180) dRa += 360;
		const east = dRa * cosDec * 3600;
		const north = (point.dec - first.dec) * 3600;
		n += 1;
		x += east;
		y += north;
		squares += east * east + north * north;
	}
	out[OBJECT.centroidScatter] = Math.sqrt(Math.max(0, squares / n - (x / n) ** 2 - (y / n) ** 2));
	out[OBJECT.centroidShift] = separationArcsec(first.ra, first.dec, last.ra, last.dec);
}

const IS_SINGLE = FEATURES.map(({ type }) => type === 'float32');

/** Absent is NaN, what a formula could not give and infinities included; the rest with the precision of its column, so that reading it back changes nothing. */
function asStored(out: Float64Array): void {
	for (let i = 0; i < out.length; i += 1) {
		const value = out[i] ?? Number.NaN;
		if (!Number.isFinite(value)) out[i] = Number.NaN;
		else if (IS_SINGLE[i] === true) out[i] = Math.fround(value);
	}
}

/** Features of an alert from its packet and its light curve as known then, in the order of FEATURES; those of all surveys are left absent. */
export function computeFeatures(alert: Alert, curve: readonly CurvePoint[]): Float64Array {
	const out = new Float64Array(FEATURES.length).fill(Number.NaN);
	const bands = pointsByBand(curve, alert.mjd);
	const evolutions: Evolution[] = [];
	let negative = 0;
	for (const [band, points] of bands) {
		const evolution = evolutionOf(points);
		if (evolution !== null) evolutions.push(evolution);
		negative += points.nNegative;
		const place = bandPlace.get(band);
		if (place === undefined) continue;
		const base = BANDS_BASE + place * BAND_FEATURES.length;
		writeEvolution(out, base, points, evolution, alert.mjd);
		writeStatistics(out, base, points.fluxTime, points.flux, points.fluxErr);
	}
	writeCommon(out, 0, OBJECT, evolutions, alert.mjd);
	out[OBJECT.nNegative] = negative;
	const faintest = evolutions.reduce<Evolution | undefined>(
		(most, evolution) => (most === undefined || evolution.faintMag > most.faintMag ? evolution : most),
		undefined,
	);
	if (faintest !== undefined) {
		out[OBJECT.faintMag] = faintest.faintMag;
		out[OBJECT.faintMjd] = alert.mjd + faintest.faint;
	}
	for (const { blue, red, place } of colourPlaces) {
		const bluer = bands.get(blue);
		const redder = bands.get(red);
		const colour = bluer === undefined || redder === undefined ? null : colourOf(bluer, redder);
		if (colour === null) continue;
		out[place] = colour.value;
		out[place + 1] = colour.err;
		out[place + 2] = colour.rate;
	}
	writePositions(out, curve);
	out[OBJECT.rock] = truth(isRock(alert));
	out[OBJECT.nPacketDetections] = packetDetections(alert);
	if (alert.survey === 'ztf') {
		out[OBJECT.star] = truth(isOnStar(alert));
		out[OBJECT.nearBrightStar] = truth(isNearBrightStar(alert));
		out[OBJECT.roid] = roidOf(alert);
	}
	asStored(out);
	return out;
}

/** Points of another survey's object that a reader of this alert may see: public ones, no later than the alert. */
function visibleOf(association: Association, alertMjd: number): CurvePoint[] {
	const open = new Set(
		findSurvey(association.survey)?.programmes.flatMap((entry) => (entry.public ? [entry.name] : [])),
	);
	return association.curve.filter((point) => open.has(point.programme) && point.mjd <= alertMjd);
}

/**
 * Writes the features that need matches and associations: stars of catalogues for Rubin, and those of the combined light curve
 * of the alert and of the nearest object of every other survey, in time order. Without such an object they are the alert's own.
 * To be called after computeFeatures, on what it gave.
 */
export function writeAssociated(
	out: Float64Array,
	alert: Alert,
	curve: readonly CurvePoint[],
	matches: readonly CatalogMatch[],
	associations: readonly Association[],
): void {
	if (alert.survey === 'lsst') {
		const stars = starsByCatalog(matches);
		if (stars !== null) {
			out[OBJECT.star] = truth(stars.star);
			out[OBJECT.nearBrightStar] = truth(stars.nearBrightStar);
		}
	}
	const nearest = new Map<string, Association>();
	for (const association of associations) {
		const other = nearest.get(association.survey);
		if (other === undefined || association.sepArcsec < other.sepArcsec) nearest.set(association.survey, association);
	}
	const others = [...nearest.values()]
		.map((association) => visibleOf(association, alert.mjd))
		.filter((points) => points.length > 0);
	out[COMBINED_BASE + COMBINED.nSurveys] = 1 + others.length;
	if (others.length === 0) {
		for (const [from, to] of OWN_TO_COMBINED) out[to] = out[from] ?? Number.NaN;
		return;
	}
	const combined = [curve, ...others].flat().sort((a, b) => a.mjd - b.mjd);
	const evolutions: Evolution[] = [];
	for (const [band, points] of pointsByBand(combined, alert.mjd)) {
		const evolution = evolutionOf(points);
		if (evolution === null) continue;
		evolutions.push(evolution);
		const place = bandPlace.get(band);
		if (place === undefined) continue;
		const base = COMBINED_BANDS_BASE + place * COMBINED_BAND_FEATURES.length;
		out[base + COMBINED_BAND.peakMag] = evolution.peakMag;
		out[base + COMBINED_BAND.riseRate] = evolution.rise?.rate ?? Number.NaN;
		out[base + COMBINED_BAND.fadeRate] = evolution.fade?.rate ?? Number.NaN;
	}
	writeCommon(out, COMBINED_BASE, COMBINED, evolutions, alert.mjd);
	asStored(out);
}
