/** A filter of light: an entry of an open list. */
export interface Band {
	readonly name: string;
	/** Effective wavelength, nm. */
	readonly wavelengthNm: number;
	/** System in which magnitudes of this band are given; fluxes are nJy in both. */
	readonly system: 'AB' | 'Vega';
	/** AB magnitude minus the band's own: 0 for AB bands. */
	readonly abOffset: number;
	/** CSS custom property that holds its colour in both themes. */
	readonly colour: string;
}

const known: readonly Band[] = [
	{ name: 'u', wavelengthNm: 367, system: 'AB', abOffset: 0, colour: '--band-u' },
	{ name: 'g', wavelengthNm: 478, system: 'AB', abOffset: 0, colour: '--band-g' },
	{ name: 'r', wavelengthNm: 622, system: 'AB', abOffset: 0, colour: '--band-r' },
	{ name: 'i', wavelengthNm: 755, system: 'AB', abOffset: 0, colour: '--band-i' },
	{ name: 'z', wavelengthNm: 869, system: 'AB', abOffset: 0, colour: '--band-z' },
	{ name: 'y', wavelengthNm: 971, system: 'AB', abOffset: 0, colour: '--band-y' },
	// ATLAS: Tonry et al. 2018, PASP 130, 064505
	{ name: 'c', wavelengthNm: 533, system: 'AB', abOffset: 0, colour: '--band-g' },
	{ name: 'o', wavelengthNm: 679, system: 'AB', abOffset: 0, colour: '--band-r' },
	// near infrared; zero points of 2MASS: 1594 and 1024 Jy (Cohen, Wheaton and Megeath 2003, AJ 126, 1090)
	{ name: 'Y', wavelengthNm: 1020, system: 'AB', abOffset: 0, colour: '--band-y' },
	{ name: 'J', wavelengthNm: 1235, system: 'Vega', abOffset: 2.5 * Math.log10(3631 / 1594), colour: '--band-z' },
	{ name: 'H', wavelengthNm: 1662, system: 'Vega', abOffset: 2.5 * Math.log10(3631 / 1024), colour: '--band-u' },
];

const byName = new Map(known.map((band) => [band.name, band]));

/** The band of that name; an unknown one is kept under its own name in neutral colour, wavelength NaN. */
export function bandOf(name: string): Band {
	return byName.get(name) ?? { name, wavelengthNm: Number.NaN, system: 'AB', abOffset: 0, colour: '--ink2' };
}
