import { isoFromTaiMjd, taiMjdFromUnixMs, unixMsFromTaiMjd } from '#lib/astro/time.ts';
import { scaleLinear, scaleUtc } from 'd3-scale';

export type TimeAxis = 'ago' | 'mjd' | 'utc';

/** A tick: where it stands (in the data's own unit) and what it says. */
export interface Tick {
	readonly at: number;
	readonly text: string;
}

const MINUS = '\u2212';

/** Ticks of a brightness axis: magnitudes with as many decimals as the step needs, fluxes in nJy with thousands apart. */
export function brightnessTicks(domain: readonly [number, number], about: number): Tick[] {
	const [low, high] = [Math.min(...domain), Math.max(...domain)];
	const scale = scaleLinear([low, high], [0, 1]);
	const ticks = scale.ticks(about);
	const step = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0));
	const decimals = step >= 1 ? 0 : Math.min(6, Math.ceil(-Math.log10(step) - 1e-9));
	return ticks.map((at) => ({
		at,
		text: at
			.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
			.replace('-', MINUS),
	}));
}

/** Ticks of the time axis over MJD (TAI): the same instants told as days before `nowMjd`, as MJD or as UTC dates. */
export function timeTicks(domain: readonly [number, number], axis: TimeAxis, about: number, nowMjd: number): Tick[] {
	const [from, to] = domain;
	if (axis === 'utc') {
		const scale = scaleUtc([new Date(unixMsFromTaiMjd(from)), new Date(unixMsFromTaiMjd(to))], [0, 1]);
		const days = to - from;
		return scale.ticks(about).map((date) => {
			const mjd = taiMjdFromUnixMs(date.getTime());
			const iso = isoFromTaiMjd(mjd);
			return {
				at: mjd,
				text: days > 900 ? iso.slice(0, 7) : days > 4 ? dayMonth(iso) : `${dayMonth(iso)} ${iso.slice(11, 16)}`,
			};
		});
	}
	const offset = axis === 'ago' ? nowMjd : 0;
	const scale = scaleLinear([from - offset, to - offset], [0, 1]);
	const format = scale.tickFormat(about, axis === 'ago' ? ',' : undefined);
	return scale.ticks(about).map((at) => ({
		at: at + offset,
		text: axis === 'ago' ? format(at).replace(/[-\u2212]/, MINUS) : plain(at),
	}));
}

/** A tick of MJD without thousands separators or float dust. */
function plain(value: number): string {
	return String(Math.round(value * 1e6) / 1e6);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function dayMonth(iso: string): string {
	return `${Number(iso.slice(8, 10))} ${MONTHS[Number(iso.slice(5, 7)) - 1] ?? ''}`;
}

/** A moment (MJD TAI) in the words of the axis, for read-outs. */
export function momentText(mjd: number, axis: TimeAxis, nowMjd: number): string {
	switch (axis) {
		case 'mjd':
			return mjd.toFixed(3);
		case 'ago':
			return `${(nowMjd - mjd).toFixed(3)} d ago`;
		case 'utc':
			return `${isoFromTaiMjd(mjd).slice(0, 16).replace('T', ' ')} UTC`;
	}
}
