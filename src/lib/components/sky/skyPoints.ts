import { findSurvey } from '#lib/alert/surveys.ts';
import type { Rgb } from '#lib/format/ramp.ts';
import type { SkyColumns } from '#lib/alert/skyColumns.ts';
import type { PointColumns } from './pointLayer.ts';

export type ColourBy = 'class' | 'age' | 'magnitude';

export interface Inks {
	/** Neutral colour of an alert. */
	readonly alert: Rgb;
	/** Colour by the class number of the columns; null keeps the neutral one. */
	readonly classes: readonly (Rgb | null)[];
	readonly light: boolean;
}

const SHAPES = { circle: 0, square: 1, diamond: 2 } as const;

/** Shape of the points of each survey of a legend, by the number in the columns; 0 = none of them. */
export function shapesOf(surveys: readonly string[]): readonly number[] {
	return [0, ...surveys.map((name) => SHAPES[findSurvey(name)?.mark ?? 'circle'])];
}

/** Columns for the GPU with room for `length` points at `positions`. */
export function emptyPoints(length: number, positions: Float32Array): PointColumns {
	return {
		length,
		positions,
		colours: new Uint8Array(4 * length),
		sizes: new Float32Array(length),
		shapes: new Uint8Array(length),
	};
}

/** Days within which an alert still glows: the last half hour. */
const FRESH_DAYS = 0.5 / 24;

/** Parses `#rrggbb` or `r, g, b`; black for anything else. */
export function rgbOf(text: string): Rgb {
	const hex = /^#([0-9a-f]{6})$/i.exec(text.trim())?.[1];
	if (hex) {
		return [parseInt(hex.slice(0, 2), 16), parseInt(hex.slice(2, 4), 16), parseInt(hex.slice(4, 6), 16)];
	}
	const [r, g, b] = text.split(',').map(Number);
	return [r ?? 0, g ?? 0, b ?? 0];
}

/** Opacity in [0, 1] of an alert that is `ageDays` old at the playhead; 0 before it arrives. */
export function opacityOf(ageDays: number, by: ColourBy, light: boolean): number {
	if (ageDays < 0) return 0;
	const base = light ? 0.38 : 0.34;
	if (by === 'age') return 0.1 + 0.9 * Math.exp(-ageDays / 0.08);
	const fresh = ageDays < FRESH_DAYS ? 0.5 : ageDays < 4 * FRESH_DAYS ? 0.16 * (1 - ageDays / (4 * FRESH_DAYS)) : 0;
	return base + fresh;
}

/**
 * Colours and sizes for the playhead (days before the reference of the ages), into the columns given. Columnar: a night holds 10⁵ alerts and the
 * playhead moves.
 */
export function inkPoints(
	sky: SkyColumns,
	options: {
		readonly ageNow: number;
		readonly by: ColourBy;
		readonly inks: Inks;
		readonly scale: number;
		readonly strength?: number;
	},
	out: PointColumns,
): void {
	const { ageNow, by, inks, scale, strength = 1 } = options;
	for (let i = 0; i < sky.count; i += 1) {
		const ageDays = (sky.age[i] ?? 0) - ageNow;
		const ink = (by === 'class' ? inks.classes[sky.class[i] ?? 0] : null) ?? inks.alert;
		let opacity = Math.min(1, strength * opacityOf(ageDays, by, inks.light));
		let size = 1.25;
		if (by === 'magnitude') {
			const mag = sky.mag[i] ?? Number.NaN;
			const bright = Number.isNaN(mag) ? 0 : Math.max(0, Math.min(1, (21.5 - mag) / 6));
			size = 1 + 3 * bright * bright;
			if (opacity > 0) opacity = 0.22 + 0.7 * bright;
		}
		out.colours[4 * i] = ink[0];
		out.colours[4 * i + 1] = ink[1];
		out.colours[4 * i + 2] = ink[2];
		out.colours[4 * i + 3] = Math.round(255 * Math.min(1, opacity));
		out.sizes[i] = size * scale;
	}
}

/** Columns with more alerts at the end: what arrived since. */
export function joined(first: SkyColumns, then: SkyColumns): SkyColumns {
	const floats = (a: Float32Array, b: Float32Array): Float32Array => {
		const out = new Float32Array(a.length + b.length);
		out.set(a);
		out.set(b, a.length);
		return out;
	};
	const small = (a: Uint8Array, b: Uint8Array): Uint8Array => {
		const out = new Uint8Array(a.length + b.length);
		out.set(a);
		out.set(b, a.length);
		return out;
	};
	return {
		count: first.count + then.count,
		ra: floats(first.ra, then.ra),
		dec: floats(first.dec, then.dec),
		age: floats(first.age, then.age),
		mag: floats(first.mag, then.mag),
		score: floats(first.score, then.score),
		band: small(first.band, then.band),
		class: small(first.class, then.class),
		survey: small(first.survey, then.survey),
	};
}
