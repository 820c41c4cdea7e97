/** One class people see: key in tables, word, colour token, and the glyph (a path in a 12 x 12 box, even-odd) that leads. */
export interface AlertClass {
	readonly key: string;
	readonly word: string;
	/** CSS custom property; colour only repeats what glyph and word say. */
	readonly colour: string;
	readonly glyph: string;
}

export const CLASSES: readonly AlertClass[] = [
	{
		key: 'snia',
		word: 'SN Ia',
		colour: '--cls-snia',
		glyph: 'M6 .5L7.6 4.4 11.7 4.7 8.6 7.4 9.6 11.4 6 9.2 2.4 11.4 3.4 7.4.3 4.7 4.4 4.4z',
	},
	{
		key: 'sncc',
		word: 'Core-collapse SN',
		colour: '--cls-sncc',
		glyph: 'M6 0L7.5 4.5H12L8.4 7.3 9.7 12 6 9.2 2.3 12 3.6 7.3 0 4.5H4.5zM6 5.2',
	},
	{
		key: 'sn',
		word: 'Supernova',
		colour: '--cls-sncc',
		glyph: 'M5 0H7V4.3L10.7 2.1 11.7 3.9 8 6 11.7 8.1 10.7 9.9 7 7.7V12H5V7.7L1.3 9.9.3 8.1 4 6 .3 3.9 1.3 2.1 5 4.3z',
	},
	{ key: 'slsn', word: 'SLSN', colour: '--cls-slsn', glyph: 'M6 0L7.3 4.7 12 6 7.3 7.3 6 12 4.7 7.3 0 6 4.7 4.7z' },
	{ key: 'tde', word: 'TDE', colour: '--cls-tde', glyph: 'M6 1A5 5 0 1 1 1 6H3.2A2.8 2.8 0 1 0 6 3.2z' },
	{
		key: 'agn',
		word: 'AGN',
		colour: '--cls-agn',
		glyph: 'M0 6C2 2.7 10 2.7 12 6 10 9.3 2 9.3 0 6zM6 4A2 2 0 1 0 6 8 2 2 0 1 0 6 4z',
	},
	{
		key: 'star',
		word: 'Variable star',
		colour: '--cls-star',
		glyph: 'M0 6C1.5 1 3.5 1 5 6S9.5 11 12 4.5L12 7.5C9.5 13 6.5 12 4.2 6.8 2.8 3.4 2.2 4.5.8 8z',
	},
	{ key: 'cv', word: 'Cataclysmic', colour: '--cls-cv', glyph: 'M1 11L5 1 6.5 6 11 4 7 11z' },
	{
		key: 'sso',
		word: 'Solar system',
		colour: '--cls-sso',
		glyph: 'M9.5 1A2.5 2.5 0 1 1 9.4 1zM7 6L1.5 11.5.5 10.5 6 5z',
	},
	{
		key: 'bogus',
		word: 'Bogus',
		colour: '--cls-bogus',
		glyph: 'M1.5.5L6 5 10.5.5 11.5 1.5 7 6 11.5 10.5 10.5 11.5 6 7 1.5 11.5.5 10.5 5 6 .5 1.5z',
	},
	{
		key: 'none',
		word: 'Unclassified',
		colour: '--cls-none',
		glyph: 'M6 .8A5.2 5.2 0 1 1 6 11.2 5.2 5.2 0 1 1 6 .8zM6 2.2A3.8 3.8 0 1 0 6 9.8 3.8 3.8 0 1 0 6 2.2z',
	},
];

const byKey = new Map(CLASSES.map((entry) => [entry.key, entry]));
const unclassified = byKey.get('none') ?? { key: 'none', word: 'Unclassified', colour: '--cls-none', glyph: '' };

/** The class with that key; '' and unknown keys are Unclassified. */
export function classOf(key: string): AlertClass {
	return byKey.get(key) ?? unclassified;
}
