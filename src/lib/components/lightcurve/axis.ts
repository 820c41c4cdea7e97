import { isoFromTaiMjd, taiMjdFromUnixMs, unixMsFromTaiMjd } from '#lib/astro/time.ts';
import { scaleLinear, scaleUtc } from 'd3-scale';

/** Days before now, days since `zero`, MJD or UTC dates. */
export type TimeAxis = 'ago' | 'days' | 'mjd' | 'utc';

/** A tick: where it stands (in the data's own unit) and what it says. */
export interface Tick {
	readonly at: number;
	readonly text: string;
}

const MINUS = '\u2212';

/** Texts of ticks with the decimals that their step needs, all alike, thousands apart. */
function texts(ticks: readonly number[], grouped: boolean): string[] {
	const step = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0));
	const decimals = step >= 1 ? 0 : Math.min(6, Math.ceil(-Math.log10(step) - 1e-9));
	const form = { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: grouped };
	// one for all: making it takes longer than using it
	const words = new Intl.NumberFormat('en-US', form);
	return ticks.map((at) => words.format(at).replace('-', MINUS));
}

/** Ticks of a brightness axis, magnitudes or nJy. */
export function brightnessTicks(domain: readonly [number, number], about: number): Tick[] {
	const ticks = scaleLinear([Math.min(...domain), Math.max(...domain)], [0, 1]).ticks(about);
	const words = texts(ticks, true);
	return ticks.map((at, i) => ({ at, text: words[i] ?? '' }));
}

/** Ticks of the time axis over MJD (TAI): the same instants told as days from `zeroMjd` (now, or the first detection), as MJD or as UTC dates. */
export function timeTicks(domain: readonly [number, number], axis: TimeAxis, about: number, zeroMjd: number): Tick[] {
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
	const offset = axis === 'mjd' ? 0 : zeroMjd;
	const ticks = scaleLinear([from - offset, to - offset], [0, 1]).ticks(about);
	const words = texts(ticks, axis !== 'mjd');
	return ticks.map((at, i) => ({ at: at + offset, text: words[i] ?? '' }));
}

/** Width of a letter of a tick, px, and the least gap between two texts. */
const LETTER = 7.3;
const GAP = 8;

/** As many ticks as asked for, or fewer, so that no text runs into the next; `placeOf` gives the pixel of a tick. */
export function roomyTicks(
	make: (about: number) => readonly Tick[],
	about: number,
	placeOf: (at: number) => number,
): readonly Tick[] {
	for (let asked = about; asked > 1; asked -= 1) {
		const ticks = make(asked);
		const clear = ticks.every((tick, i) => {
			const before = ticks[i - 1];
			if (before === undefined) return true;
			const texts = ((tick.text.length + before.text.length) / 2) * LETTER;
			return placeOf(tick.at) - placeOf(before.at) >= texts + GAP;
		});
		if (clear) return ticks;
	}
	return make(1);
}

/** Ticks of the phase axis, 0 to 2. */
export function phaseTicks(domain: readonly [number, number], about: number): Tick[] {
	const ticks = scaleLinear([...domain], [0, 1]).ticks(about);
	const words = texts(ticks, false);
	return ticks.map((at, i) => ({ at, text: words[i] ?? '' }));
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function dayMonth(iso: string): string {
	return `${Number(iso.slice(8, 10))} ${MONTHS[Number(iso.slice(5, 7)) - 1] ?? ''}`;
}

/** A moment (MJD TAI) in the words of the axis, for read-outs. */
export function momentText(mjd: number, axis: TimeAxis, zeroMjd: number): string {
	switch (axis) {
		case 'mjd':
			return mjd.toFixed(3);
		case 'ago':
			return `${(zeroMjd - mjd).toFixed(3)} d ago`;
		case 'days':
			return `day ${(mjd - zeroMjd).toFixed(3).replace('-', MINUS)}`;
		case 'utc':
			return `${isoFromTaiMjd(mjd).slice(0, 16).replace('T', ' ')} UTC`;
	}
}
