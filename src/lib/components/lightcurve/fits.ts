import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import { bandOf } from '#lib/alert/band.ts';
import { bazinFlux, fitBazin, fitLine, type BazinFit, type LineFit } from '#lib/astro/fit.ts';
import { fluxFromMag } from '#lib/astro/photometry.ts';

/** A fitted curve as the plot draws it: fluxes in nJy at times (MJD TAI). */
export interface FittedCurve {
	readonly key: string;
	readonly band: string;
	readonly times: readonly number[];
	readonly fluxes: readonly number[];
}

/** A fit of one band of one survey with its curve. */
export type BandFit = { readonly survey: string; readonly band: string; readonly curve: FittedCurve } & (
	{ readonly kind: 'line'; readonly line: LineFit } | { readonly kind: 'bazin'; readonly bazin: BazinFit }
);

/** Points of a curve between two times. */
const STEPS = 240;

function times(from: number, to: number): number[] {
	return Array.from({ length: STEPS + 1 }, (_, i) => from + ((to - from) * i) / STEPS);
}

/** Points of each survey and band, in order of wavelength. */
function groups(points: readonly ShownPoint[]): ShownPoint[][] {
	const byKey = new Map<string, ShownPoint[]>();
	for (const point of points) {
		const key = `${point.survey} ${point.band}`;
		byKey.set(key, [...(byKey.get(key) ?? []), point]);
	}
	const order = (list: readonly ShownPoint[]): number => bandOf(list[0]?.band ?? '').wavelengthNm || 9e9;
	return [...byKey.values()].sort((a, b) => order(a) - order(b));
}

/** Least magnitude error that a line gives weight to, so that one bright point does not rule it. */
const LEAST_MAG_ERR = 0.01;

/** Straight lines in magnitude through the positive detections of each survey and band, with two nights or more. */
export function fitRates(points: readonly ShownPoint[]): BandFit[] {
	const seen = points.filter(
		(point) => point.kind === 'detection' && point.positive !== false && point.mag !== null && point.magErr !== null,
	);
	return groups(seen).flatMap((own) => {
		const [first] = own;
		if (!first || new Set(own.map((point) => Math.floor(point.mjd))).size < 2) return [];
		const line = fitLine(
			own.map((point) => point.mjd),
			own.map((point) => point.mag ?? NaN),
			own.map((point) => Math.max(LEAST_MAG_ERR, point.magErr ?? NaN)),
		);
		if (line === null) return [];
		const mjds = own.map((point) => point.mjd);
		const at = times(Math.min(...mjds), Math.max(...mjds));
		const offset = bandOf(first.band).abOffset;
		const fluxes = at.map((time) => fluxFromMag(line.at.value + line.slope.value * (time - line.x0) + offset));
		const { survey, band } = first;
		return [{ kind: 'line', survey, band, line, curve: { key: `line ${survey} ${band}`, band, times: at, fluxes } }];
	});
}

/** Rise and decline in flux through the detections and forced photometry of each survey and band that can hold it. */
export function fitRiseAndDecline(points: readonly ShownPoint[]): BandFit[] {
	const measured = points.filter(
		(point) => point.kind !== 'upperLimit' && point.psfFlux !== null && (point.psfFluxErr ?? 0) > 0,
	);
	return groups(measured).flatMap((own) => {
		const [first] = own;
		const mjds = own.map((point) => point.mjd);
		const bazin = fitBazin(
			mjds,
			own.map((point) => point.psfFlux ?? NaN),
			own.map((point) => point.psfFluxErr ?? NaN),
		);
		if (!first || bazin === null) return [];
		const model = {
			amplitude: bazin.amplitude.value,
			t0: bazin.t0.value,
			rise: bazin.rise.value,
			fall: bazin.fall.value,
		};
		const at = times(Math.min(...mjds), Math.max(...mjds));
		const { survey, band } = first;
		const curve = { key: `bazin ${survey} ${band}`, band, times: at, fluxes: at.map((time) => bazinFlux(model, time)) };
		return [{ kind: 'bazin', survey, band, bazin, curve }];
	});
}
