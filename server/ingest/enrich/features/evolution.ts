import { BAND_FEATURES } from '#lib/alert/features.ts';
import { fitLine, type LineFit } from './fit.ts';
import { placesOf } from './places.ts';
import type { BandPoints } from './points.ts';

const AT = placesOf(BAND_FEATURES, [
	'nPositive', 'peakMag', 'peakMagErr', 'peakMjd', 'sincePeak', 'duration', 'riseRate', 'riseRateErr', 'riseChi2', 'riseN', 'riseDays',
	'fadeRate', 'fadeRateErr', 'fadeChi2', 'fadeN', 'fadeDays', 'nNegative', 'lastRate', 'lastRateErr', 'limitDays', 'limitRate',
]); // prettier-ignore

/** Shorter rises and fades are not fitted, days. */
const MIN_FIT_DAYS = 0.01;

/** How the positive points of a band went; times in days after the alert. */
export interface Evolution {
	readonly n: number;
	readonly first: number;
	readonly last: number;
	readonly peak: number;
	readonly peakMag: number;
	readonly peakMagErr: number;
	readonly faint: number;
	readonly faintMag: number;
	readonly rise: (LineFit & { readonly n: number; readonly days: number }) | null;
	readonly fade: (LineFit & { readonly n: number; readonly days: number }) | null;
	/** The peak is the newest point and the band rose. */
	readonly rising: boolean;
	readonly fading: boolean;
}

function fitOutsideNoise({ time, mag, magErr }: BandPoints, first: number, last: number): Evolution['rise'] {
	const days = (time[last] ?? 0) - (time[first] ?? 0);
	if (last - first < 1 || !(days > MIN_FIT_DAYS)) return null;
	let brightest = first;
	let faintest = first;
	for (let i = first; i <= last; i += 1) {
		if ((mag[i] ?? 0) < (mag[brightest] ?? 0)) brightest = i;
		if ((mag[i] ?? 0) > (mag[faintest] ?? 0)) faintest = i;
	}
	const bright = (mag[brightest] ?? 0) + (magErr[brightest] ?? Number.NaN);
	const faint = (mag[faintest] ?? 0) - (magErr[faintest] ?? Number.NaN);
	if (!(bright < faint)) return null;
	const fit = fitLine(time, mag, magErr, first, last);
	return fit === null ? null : { ...fit, n: last - first + 1, days };
}

/** Peak, rise and fade of the positive points of a band; null where there are none. */
export function evolutionOf(points: BandPoints): Evolution | null {
	const { time, mag, magErr } = points;
	const n = time.length;
	if (n === 0) return null;
	let peak = 0;
	let faint = 0;
	for (let i = 1; i < n; i += 1) {
		if ((mag[i] ?? 0) < (mag[peak] ?? 0)) peak = i;
		if ((mag[i] ?? 0) > (mag[faint] ?? 0)) faint = i;
	}
	const rise = fitOutsideNoise(points, 0, peak);
	const fade = fitOutsideNoise(points, peak, n - 1);
	return {
		n,
		first: time[0] ?? Number.NaN,
		last: time[n - 1] ?? Number.NaN,
		peak: time[peak] ?? Number.NaN,
		peakMag: mag[peak] ?? Number.NaN,
		peakMagErr: magErr[peak] ?? Number.NaN,
		faint: time[faint] ?? Number.NaN,
		faintMag: mag[faint] ?? Number.NaN,
		rise,
		fade,
		rising: rise !== null && rise.rate < 0 && peak === n - 1,
		fading: fade !== null && fade.rate > 0,
	};
}

/** Writes the evolution of a band into its features, which begin at `base`. */
export function writeEvolution(
	out: Float64Array,
	base: number,
	points: BandPoints,
	evolution: Evolution | null,
	alertMjd: number,
): void {
	out[base + AT.nPositive] = points.time.length;
	out[base + AT.nNegative] = points.nNegative;
	if (evolution === null) return;
	const { rise, fade } = evolution;
	out[base + AT.peakMag] = evolution.peakMag;
	out[base + AT.peakMagErr] = evolution.peakMagErr;
	out[base + AT.peakMjd] = alertMjd + evolution.peak;
	out[base + AT.sincePeak] = -evolution.peak;
	out[base + AT.duration] = evolution.last - evolution.first;
	if (rise !== null) {
		out[base + AT.riseRate] = rise.rate;
		out[base + AT.riseRateErr] = rise.rateErr;
		out[base + AT.riseChi2] = rise.chi2;
		out[base + AT.riseN] = rise.n;
		out[base + AT.riseDays] = rise.days;
	}
	if (fade !== null) {
		out[base + AT.fadeRate] = fade.rate;
		out[base + AT.fadeRateErr] = fade.rateErr;
		out[base + AT.fadeChi2] = fade.chi2;
		out[base + AT.fadeN] = fade.n;
		out[base + AT.fadeDays] = fade.days;
	}
	writeChange(out, base, points);
}

/** Writes the newest change of a band, and how fast it came up from its last upper limit. */
function writeChange(out: Float64Array, base: number, { time, mag, magErr, limitTime, limit }: BandPoints): void {
	const n = time.length;
	if (n >= 2) {
		const days = (time[n - 1] ?? 0) - (time[n - 2] ?? 0);
		out[base + AT.lastRate] = ((mag[n - 1] ?? 0) - (mag[n - 2] ?? 0)) / days;
		out[base + AT.lastRateErr] = Math.hypot(magErr[n - 1] ?? Number.NaN, magErr[n - 2] ?? Number.NaN) / days;
	}
	const first = time[0] ?? Number.NaN;
	let before = -1;
	while (before + 1 < limitTime.length && (limitTime[before + 1] ?? Infinity) < first) before += 1;
	if (before >= 0) {
		const days = first - (limitTime[before] ?? 0);
		out[base + AT.limitDays] = days;
		out[base + AT.limitRate] = ((mag[0] ?? 0) - (limit[before] ?? 0)) / days;
	}
}
