/** How brightness becomes colour. */
export type ColourMap = 'grey' | 'inverted' | 'bone' | 'heat' | 'viridis' | 'divided';
export const COLOUR_MAPS: readonly ColourMap[] = ['grey', 'inverted', 'bone', 'heat', 'viridis', 'divided'];

type Colour = readonly [number, number, number];

/** Colours at equal steps from black to white of the picture; viridis after van der Walt and Smith (CC0). */
const STOPS: Readonly<Record<ColourMap, readonly Colour[]>> = {
	grey: [
		[0, 0, 0],
		[255, 255, 255],
	],
	inverted: [
		[255, 255, 255],
		[0, 0, 0],
	],
	bone: [
		[0, 0, 0],
		[56, 56, 77],
		[112, 123, 144],
		[167, 199, 199],
		[255, 255, 255],
	],
	heat: [
		[0, 0, 0],
		[128, 0, 0],
		[255, 64, 0],
		[255, 200, 64],
		[255, 255, 255],
	],
	viridis: [
		[68, 1, 84],
		[59, 82, 139],
		[33, 145, 140],
		[94, 201, 98],
		[253, 231, 37],
	],
	// for differences: blue below the middle, orange above it
	divided: [
		[24, 92, 190],
		[128, 170, 220],
		[245, 245, 245],
		[240, 170, 100],
		[190, 80, 0],
	],
};

const tables = new Map<ColourMap, Uint8ClampedArray>();

/** 256 colours of a map, three bytes each. */
export function colourTable(map: ColourMap): Uint8ClampedArray {
	const known = tables.get(map);
	if (known) return known;
	const stops = STOPS[map];
	const table = new Uint8ClampedArray(768);
	for (let level = 0; level < 256; level += 1) {
		const at = (level / 255) * (stops.length - 1);
		const low = Math.min(stops.length - 2, Math.floor(at));
		for (let channel = 0; channel < 3; channel += 1) {
			const a = stops[low]?.[channel] ?? 0;
			const b = stops[low + 1]?.[channel] ?? 0;
			table[3 * level + channel] = a + (b - a) * (at - low);
		}
	}
	tables.set(map, table);
	return table;
}
