import { countEnds, levelOfCount, type Density } from '#lib/alert/skyDensity.ts';
import { DENSITY_DARK, DENSITY_LIGHT, rampAt, VALUE_DARK, VALUE_LIGHT, type Rgb } from '#lib/format/ramp.ts';

/** How cells are coloured. */
export interface CellInks {
	readonly by: 'count' | 'class' | 'age';
	readonly light: boolean;
	/** Colour by class number; null keeps the neutral one. */
	readonly classes: readonly (Rgb | null)[];
	readonly neutral: Rgb;
	/** Days since 1970 of the range shown. */
	readonly from: number;
	readonly to: number;
}

/** RGBA of every cell. */
export function inkCells(density: Density, inks: CellInks): Uint8Array {
	const out = new Uint8Array(4 * density.ipix.length);
	const ends = countEnds(density);
	const ramp = inks.light ? DENSITY_LIGHT : DENSITY_DARK;
	const value = inks.light ? VALUE_LIGHT : VALUE_DARK;
	const span = Math.max(1, inks.to - inks.from);
	for (let i = 0; i < density.ipix.length; i += 1) {
		const level = levelOfCount(density.alerts[i] ?? 0, ends);
		let colour: Rgb;
		let opacity = 0.92;
		if (inks.by === 'count') {
			colour = rampAt(ramp, 0.12 + 0.88 * level);
		} else {
			opacity = 0.2 + 0.6 * level;
			colour =
				inks.by === 'age'
					? rampAt(value, ((density.night[i] ?? 0) - inks.from) / span)
					: (inks.classes[density.class[i] ?? 0] ?? inks.neutral);
		}
		out[4 * i] = colour[0];
		out[4 * i + 1] = colour[1];
		out[4 * i + 2] = colour[2];
		out[4 * i + 3] = Math.round(255 * opacity);
	}
	return out;
}
