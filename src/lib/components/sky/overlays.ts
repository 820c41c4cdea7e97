/** What can be drawn over the sky map, with its words. */
export const OVERLAYS = {
	grid: 'Equatorial grid',
	galacticGrid: 'Galactic grid',
	ecliptic: 'Ecliptic',
	galaxy: 'Milky Way and Galactic plane',
	outline: 'Outline of the Milky Way',
	constellations: 'Constellations',
	horizons: 'Where each telescope sees above 30°',
	coverage: 'Where each survey has alerts',
	bodies: 'Sun and Moon',
} as const;

export type Overlay = keyof typeof OVERLAYS;
export const OVERLAY_NAMES = Object.keys(OVERLAYS) as readonly Overlay[];

/** Lines of `skyLines.json`: positions in tenths of degrees (ra, dec, ra, dec, ...), names as id, name, ra, dec and rank (1 first). */
export interface SkyLines {
	readonly lines: readonly (readonly number[])[];
	readonly names: readonly (readonly [string, string, number, number, number])[];
	readonly milkyWay: readonly (readonly number[])[];
}

/** An area of the sky as sides of its pixels. */
export interface SkyArea {
	readonly name: string;
	/** Each a line of positions, ICRS degrees. */
	readonly lines: readonly (readonly { readonly ra: number; readonly dec: number }[])[];
	readonly dashed: boolean;
}
