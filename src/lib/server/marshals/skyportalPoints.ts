import type { InferOutput } from 'valibot';
import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import { marshalSurvey, type MarshalAnnotation, type MarshalSpectrum } from '#lib/alert/marshal.ts';
import { taiFromUtcMjd } from '#lib/astro/time.ts';
import type { annotationShape, pointShape, spectrumShape } from './skyportalShapes.ts';

const MOST_POINTS = 5000;
const MOST_SAMPLES = 3000;

/** Letters of sncosmo's filter names after their survey (ztfg, lsstr, sdssi, atlaso, ps1::z, desy); an unknown name stays as it is. */
export function bandOfFilter(name: string): string {
	const found = /^(?:ztf|lsst|sdss|atlas|ps1::|des|panstarrs::|gotob?|uvot::)([a-z])p?$/.exec(name);
	if (found?.[1] !== undefined) return found[1];
	const infrared = /^2mass([jh])$/.exec(name)?.[1] ?? /^cspj?([jh])/.exec(name)?.[1];
	return infrared === undefined ? name : infrared.toUpperCase();
}

/** Instruments whose points our own curve has, from the survey itself. */
const OURS = new Set(['ztf', 'lsst', 'rubin', 'lsstcam']);

/**
 * A marshal's points as a light curve draws them: times from UTC to TAI, fluxes to nJy (AB = 31.4), magnitudes asked for in AB. Those
 * that the surveys gave us already are left out, with what is beyond the limit.
 */
export function pointsOf(
	rows: readonly InferOutput<typeof pointShape>[],
	{ marshal, objectId }: { marshal: string; objectId: string },
): { points: ShownPoint[]; leftOut: number } {
	const others = rows.filter((row) => !OURS.has(row.instrument_name.toLowerCase()));
	const kept = others.slice(0, MOST_POINTS);
	return { points: kept.map((row) => shownPoint(row, marshal, objectId)), leftOut: rows.length - kept.length };
}

function shownPoint(row: InferOutput<typeof pointShape>, marshal: string, objectId: string): ShownPoint {
	const scale = row.zp === null ? null : 10 ** (0.4 * (31.4 - row.zp));
	const measured = row.mag !== null;
	const mjd = taiFromUtcMjd(row.mjd);
	return {
		survey: marshalSurvey(marshal, row.instrument_name),
		objectId,
		kind: measured ? 'detection' : 'upperLimit',
		band: bandOfFilter(row.filter),
		mjd,
		psfFlux: measured && row.flux !== null && scale !== null ? row.flux * scale : null,
		psfFluxErr: measured && row.fluxerr !== null && scale !== null ? row.fluxerr * scale : null,
		mag: row.mag,
		magErr: row.magerr,
		limitMag: row.limiting_mag,
		positive: null,
		ra: row.ra,
		dec: row.dec,
		alertId: null,
		exposureAssumed: false,
		flags: '',
	};
}

/** A spectrum with at most 3,000 samples: of longer ones every second, third, ... is kept. */
export function spectrumOf(row: InferOutput<typeof spectrumShape>): MarshalSpectrum {
	const length = Math.min(row.wavelengths.length, row.fluxes.length);
	const step = Math.max(1, Math.ceil(length / MOST_SAMPLES));
	const every = <Value>(values: readonly Value[]): Value[] => values.slice(0, length).filter((_, i) => i % step === 0);
	return {
		id: row.id,
		observedAt: row.observed_at,
		instrument: row.instrument_name,
		telescope: row.telescope_name,
		type: row.type,
		units: row.units,
		wavelengths: every(row.wavelengths),
		fluxes: every(row.fluxes).map((flux) => (flux !== null && Number.isFinite(flux) ? flux : null)),
	};
}

const MOST_VALUES = 60;

/** An annotation with its values as text; what is nested stays JSON. */
export function annotationOf(row: InferOutput<typeof annotationShape>): MarshalAnnotation {
	const values = Object.entries(row.data).slice(0, MOST_VALUES);
	return {
		id: row.id,
		origin: row.origin,
		values: values.map(([name, value]) => ({ name: name.slice(0, 80), value: valueText(value).slice(0, 300) })),
	};
}

function valueText(value: unknown): string {
	if (value === null || value === undefined) return '–';
	return typeof value === 'string' ? value : JSON.stringify(value);
}
