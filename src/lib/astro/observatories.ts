import type { Site } from './visibility.ts';

/** An observatory whose night can be looked at: geodetic degrees, east positive. */
export interface ObservingSite extends Site {
	readonly key: string;
	readonly name: string;
}

/** Observatories to choose from, by longitude. */
export const OBSERVING_SITES: readonly ObservingSite[] = [
	{ key: 'maunakea', name: 'Maunakea', longitude: -155.4747, latitude: 19.8238 },
	{ key: 'lick', name: 'Lick', longitude: -121.6429, latitude: 37.3414 },
	{ key: 'palomar', name: 'Palomar', longitude: -116.8648, latitude: 33.3563 },
	{ key: 'kittpeak', name: 'Kitt Peak', longitude: -111.5967, latitude: 31.9583 },
	{ key: 'apache', name: 'Apache Point', longitude: -105.8203, latitude: 32.7803 },
	{ key: 'mcdonald', name: 'McDonald', longitude: -104.0217, latitude: 30.6717 },
	{ key: 'rubin', name: 'Cerro Pachón (Rubin, Gemini S)', longitude: -70.7494, latitude: -30.2446 },
	{ key: 'lasilla', name: 'La Silla', longitude: -70.7296, latitude: -29.2612 },
	{ key: 'lascampanas', name: 'Las Campanas', longitude: -70.692, latitude: -29.0146 },
	{ key: 'paranal', name: 'Paranal', longitude: -70.4042, latitude: -24.6272 },
	{ key: 'lapalma', name: 'La Palma', longitude: -17.8794, latitude: 28.7606 },
	{ key: 'calaralto', name: 'Calar Alto', longitude: -2.5463, latitude: 37.2236 },
	{ key: 'sutherland', name: 'Sutherland', longitude: 20.8107, latitude: -32.3783 },
	{ key: 'hanle', name: 'Hanle', longitude: 78.9642, latitude: 32.7794 },
	{ key: 'xinglong', name: 'Xinglong', longitude: 117.575, latitude: 40.3958 },
	{ key: 'sidingspring', name: 'Siding Spring', longitude: 149.0661, latitude: -31.2733 },
];
