import type { SkyColumns } from '#lib/alert/skyColumns.ts';
import { rampAt, VALUE_DARK, VALUE_LIGHT, type Rgb } from '#lib/format/ramp.ts';
import type { PointColumns } from './pointLayer.ts';
import type { Hidden } from '#lib/alert/skyDensity.ts';

/** What the colour of the map tells. */
export type SkyColour = 'count' | 'class' | 'age' | 'magnitude' | 'score';

/** Magnitudes at the ends of the ramp. */
export const FAINT_MAG = 22;
export const BRIGHT_MAG = 14;

export interface SkyInks {
	readonly by: SkyColour;
	readonly light: boolean;
	readonly neutral: Rgb;
	/** Colour by class number; null keeps the neutral one. */
	readonly classes: readonly (Rgb | null)[];
	/** Shape by survey number: 0 circle, 1 square, 2 diamond. */
	readonly shapes: readonly number[];
	readonly hidden: Hidden;
	/** Days that the oldest alert shown lies before the reference of the ages. */
	readonly days: number;
	/** CSS pixels of a point of middle size. */
	readonly size: number;
}

/** Place on the ramp, 0 to 1; NaN where the alert has no such value. */
export function rampPlace(
	by: SkyColour,
	alert: { readonly age: number; readonly mag: number; readonly score: number },
	days: number,
): number {
	if (by === 'age') return 1 - alert.age / Math.max(0.01, days);
	if (by === 'magnitude') return (FAINT_MAG - alert.mag) / (FAINT_MAG - BRIGHT_MAG);
	if (by === 'score') return alert.score;
	return Number.NaN;
}

/** Colours, sizes and shapes of alerts drawn one by one, into the columns given; what is left out is transparent. */
export function inkSky(sky: SkyColumns, inks: SkyInks, out: PointColumns): void {
	const ramp = inks.light ? VALUE_LIGHT : VALUE_DARK;
	const valued = inks.by === 'age' || inks.by === 'magnitude' || inks.by === 'score';
	for (let i = 0; i < sky.count; i += 1) {
		const [kind, survey] = [sky.class[i] ?? 0, sky.survey[i] ?? 0];
		const mag = sky.mag[i] ?? Number.NaN;
		const gone = inks.hidden.classes.has(kind) || inks.hidden.surveys.has(survey);
		let colour = inks.neutral;
		let opacity = 0.8;
		if (valued) {
			const t = rampPlace(inks.by, { age: sky.age[i] ?? 0, mag, score: sky.score[i] ?? Number.NaN }, inks.days);
			if (Number.isNaN(t)) opacity = 0.25;
			else colour = rampAt(ramp, t);
		} else if (inks.by === 'class') {
			const own = inks.classes[kind] ?? null;
			if (own) colour = own;
			else opacity = 0.55;
		}
		const bright = Number.isNaN(mag) ? 0 : Math.max(0, Math.min(1, (FAINT_MAG - mag) / (FAINT_MAG - BRIGHT_MAG)));
		out.colours[4 * i] = colour[0];
		out.colours[4 * i + 1] = colour[1];
		out.colours[4 * i + 2] = colour[2];
		out.colours[4 * i + 3] = gone ? 0 : Math.round(255 * opacity);
		out.sizes[i] = inks.size * (0.8 + 0.7 * bright);
		out.shapes[i] = inks.shapes[survey] ?? 0;
	}
}
