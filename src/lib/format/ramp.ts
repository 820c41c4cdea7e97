export type Rgb = readonly [number, number, number];

/** Stops of a ramp from low to high, evenly spaced. */
export type Ramp = readonly Rgb[];

/** From a dark sky over slate to starlight: how many alerts, on dark ground. Lightness grows evenly. */
export const DENSITY_DARK: Ramp = [
	[16, 24, 40],
	[31, 52, 80],
	[58, 92, 126],
	[108, 143, 173],
	[172, 196, 215],
	[240, 244, 250],
];

/** The same on light ground: more is darker. */
export const DENSITY_LIGHT: Ramp = [
	[226, 231, 239],
	[186, 200, 218],
	[134, 157, 187],
	[84, 110, 148],
	[45, 66, 103],
	[14, 24, 48],
];

/** From blue to yellow, told apart with every common colour vision (after cividis), on dark ground. */
export const VALUE_DARK: Ramp = [
	[66, 96, 170],
	[104, 118, 150],
	[138, 139, 136],
	[176, 163, 118],
	[217, 190, 90],
	[255, 224, 74],
];

/** The same ramp darkened for light ground: high is dark. */
export const VALUE_LIGHT: Ramp = [
	[176, 142, 8],
	[142, 122, 46],
	[112, 106, 78],
	[80, 88, 108],
	[46, 66, 120],
	[4, 36, 104],
];

/** Colour of the ramp at t, 0 (low) to 1 (high); beyond is the end. */
export function rampAt(ramp: Ramp, t: number): Rgb {
	const place = Math.max(0, Math.min(1, Number.isNaN(t) ? 0 : t)) * (ramp.length - 1);
	const low = Math.min(ramp.length - 2, Math.floor(place));
	const part = place - low;
	const [a, b] = [ramp[low] ?? [0, 0, 0], ramp[low + 1] ?? [0, 0, 0]];
	return [a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]), a[2] + part * (b[2] - a[2])];
}
