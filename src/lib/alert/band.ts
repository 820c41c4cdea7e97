/** A filter of light: an entry of an open list. */
export interface Band {
	readonly name: string;
	/** Effective wavelength, nm. */
	readonly wavelengthNm: number;
	readonly system: 'AB' | 'Vega';
	/** CSS custom property that holds its colour in both themes. */
	readonly colour: string;
}

const known: readonly Band[] = [
	{ name: 'u', wavelengthNm: 367, system: 'AB', colour: '--band-u' },
	{ name: 'g', wavelengthNm: 478, system: 'AB', colour: '--band-g' },
	{ name: 'r', wavelengthNm: 622, system: 'AB', colour: '--band-r' },
	{ name: 'i', wavelengthNm: 755, system: 'AB', colour: '--band-i' },
	{ name: 'z', wavelengthNm: 869, system: 'AB', colour: '--band-z' },
	{ name: 'y', wavelengthNm: 971, system: 'AB', colour: '--band-y' },
];

const byName = new Map(known.map((band) => [band.name, band]));

/** The band of that name; an unknown one is kept under its own name in neutral colour, wavelength NaN. */
export function bandOf(name: string): Band {
	return byName.get(name) ?? { name, wavelengthNm: Number.NaN, system: 'AB', colour: '--ink2' };
}
