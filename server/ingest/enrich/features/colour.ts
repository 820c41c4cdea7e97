import { COLOUR_DAYS } from '#lib/alert/features.ts';
import { fitLine } from './fit.ts';
import type { BandPoints } from './points.ts';

/** Colour of an object: the newest, its error, and its change per day (NaN where there is one pair only). */
export interface Colour {
	readonly value: number;
	readonly err: number;
	readonly rate: number;
}

/** Place of the time nearest to `time` in ascending times, searched from `from` on; the earlier of two equally near. */
function nearest(times: readonly number[], time: number, from: number): number {
	let i = from;
	while (i + 1 < times.length && Math.abs((times[i + 1] ?? 0) - time) < Math.abs((times[i] ?? 0) - time)) i += 1;
	return i;
}

/** Colour blue - red from pairs of positive points that are each other's nearest and within COLOUR_DAYS; null without a pair. */
export function colourOf(blue: BandPoints, red: BandPoints): Colour | null {
	if (blue.time.length === 0 || red.time.length === 0) return null;
	const time: number[] = [];
	const colour: number[] = [];
	const err: number[] = [];
	let toRed = 0;
	let toBlue = 0;
	for (let i = 0; i < blue.time.length; i += 1) {
		const t = blue.time[i] ?? 0;
		toRed = nearest(red.time, t, toRed);
		const other = red.time[toRed] ?? 0;
		toBlue = nearest(blue.time, other, toBlue);
		if (toBlue !== i || Math.abs(other - t) > COLOUR_DAYS) continue;
		time.push((t + other) / 2);
		colour.push((blue.mag[i] ?? 0) - (red.mag[toRed] ?? 0));
		err.push(Math.hypot(blue.magErr[i] ?? Number.NaN, red.magErr[toRed] ?? Number.NaN));
	}
	const n = time.length;
	if (n === 0) return null;
	const span = (time[n - 1] ?? 0) - (time[0] ?? 0);
	const fit = span > 0.01 ? fitLine(time, colour, err) : null;
	return { value: colour[n - 1] ?? Number.NaN, err: err[n - 1] ?? Number.NaN, rate: fit?.rate ?? Number.NaN };
}
