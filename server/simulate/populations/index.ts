import { makeResidualStar, makeTemplateArtefact } from '../bogus.ts';
import type { Birth, SimObject } from '../object.ts';
import type { SurveyName } from '../schedule/visit.ts';
import { makeActive } from './active.ts';
import { makeDwarfNova, makeFlareStar, makeNova } from './cataclysmic.ts';
import { makeEclipsing } from './eclipsing.ts';
import { makeLensing } from './lensing.ts';
import { makePulsator } from './pulsating.ts';
import { makeExplosion } from './supernovae.ts';
import { makeYoung } from './young.ts';

/** How many objects of a kind there are: alerts wanted per alert of the survey, and objects (or births a day) needed for one alert a night. */
export interface Abundance {
	readonly share: number;
	readonly perAlert: number;
}

/** A kind of object and how it is made. */
export interface Population {
	readonly kind: string;
	/** Number of the kind in names: never reused. */
	readonly code: number;
	/** Days around birth in which an object may be seen; null for persistent objects. */
	readonly span: { readonly before: number; readonly after: number } | null;
	readonly abundance: Readonly<Record<SurveyName, Abundance>>;
	readonly make: (birth: Birth) => SimObject | null;
}

function persistent(kind: string, code: number, ztf: Abundance, lsst: Abundance, make: Population['make']): Population {
	return { kind, code, span: null, abundance: { ztf, lsst }, make };
}

function transient(
	kind: string,
	code: number,
	before: number,
	after: number,
	ztf: Abundance,
	lsst: Abundance,
	make = (birth: Birth) => makeExplosion(kind, birth),
): Population {
	return { kind, code, span: { before, after }, abundance: { ztf, lsst }, make };
}

const of = (share: number, perAlert: number): Abundance => ({ share, perAlert });

/**
 * The sky of the demonstration: shares of the alerts of a night by kind (true mix with extragalactic transients doubled)
 * and objects per alert and night, measured with bench/simulator.ts.
 */
export const POPULATIONS: readonly Population[] = [
	persistent('RRab', 1, of(0.095, 4.2), of(0.05, 2.13), (b) => makePulsator('RRab', b)),
	persistent('RRc', 2, of(0.03, 4.41), of(0.015, 3.06), (b) => makePulsator('RRc', b)),
	persistent('CEP', 3, of(0.02, 2.09), of(0.005, 2.89), (b) => makePulsator('CEP', b)),
	persistent('DSCT', 4, of(0.025, 4.48), of(0.01, 5.8), (b) => makePulsator('DSCT', b)),
	persistent('EW', 5, of(0.09, 3.51), of(0.045, 3.87), (b) => makeEclipsing('EW', b)),
	persistent('EA', 6, of(0.035, 5.44), of(0.02, 5.3), (b) => makeEclipsing('EA', b)),
	persistent('LPV', 7, of(0.13, 2.17), of(0.03, 4.18), (b) => makePulsator('LPV', b)),
	persistent('IRR', 8, of(0.03, 3.16), of(0.01, 5.03), (b) => makePulsator('IRR', b)),
	persistent('AGN', 9, of(0.06, 7.23), of(0.08, 2.92), (b) => makeActive('AGN', b)),
	persistent('BLZ', 10, of(0.02, 3.87), of(0.01, 1.65), (b) => makeActive('BLZ', b)),
	persistent('CV', 11, of(0.011, 4.06), of(0.004, 3.48), makeDwarfNova),
	persistent('YSO', 12, of(0.008, 3.19), of(0.003, 3.9), makeYoung),
	persistent('BOGUS:template', 14, of(0.012, 5.8), of(0.02, 11), makeTemplateArtefact),
	transient('BOGUS:star', 13, 0, 31, of(0.16, 0.46), of(0.14, 0.8), makeResidualStar),
	transient('SNIa', 20, 25, 150, of(0.032, 0.0728), of(0.06, 0.0229)),
	transient('SNII', 21, 20, 190, of(0.009, 0.0484), of(0.025, 0.0288)),
	transient('SNIbc', 22, 25, 120, of(0.0045, 0.0692), of(0.01, 0.0264)),
	transient('SNIIn', 23, 160, 500, of(0.003, 0.0242), of(0.007, 0.00921)),
	transient('SNIbn', 24, 15, 60, of(0.0005, 0.129), of(0.001, 0.084)),
	transient('SLSN', 25, 160, 500, of(0.0012, 0.0284), of(0.004, 0.0126)),
	transient('TDE', 26, 90, 400, of(0.002, 0.0176), of(0.004, 0.0128)),
	transient('KN', 27, 2, 12, of(0.0003, 2.9), of(0.0006, 1.26)),
	transient('FBOT', 28, 10, 40, of(0.0005, 0.191), of(0.002, 0.165)),
	transient('Nova', 29, 5, 150, of(0.002, 0.0103), of(0.0005, 0.028), makeNova),
	transient('FLARE', 30, 1, 1, of(0.004, 149), of(0.006, 118), makeFlareStar),
	transient('ULENS', 31, 80, 80, of(0.003, 0.031), of(0.003, 0.0326), makeLensing),
];

/** Kinds made anew in each exposure or moved between them; abundances as above (bogus and satellites: per exposure). */
export const ASTEROIDS: Readonly<Record<SurveyName, Abundance & { readonly unknownShare: number }>> = {
	ztf: { share: 0.135, perAlert: 16, unknownShare: 0.09 },
	lsst: { share: 0.3, perAlert: 29, unknownShare: 0.22 },
};
/** Shares of the alerts of a night that are one exposure's own false detections. */
export const ONE_OFF_BOGUS: Readonly<Record<SurveyName, number>> = { ztf: 0.08, lsst: 0.17 };
/** Shares of the alerts of a night that are satellites. */
export const SATELLITES: Readonly<Record<SurveyName, number>> = { ztf: 0.003, lsst: 0.003 };
