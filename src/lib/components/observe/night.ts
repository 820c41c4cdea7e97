import { separationArcsec } from '#lib/astro/sphere.ts';
import { nightFromText, nightText } from '#lib/astro/time.ts';
import {
	airmass,
	horizontal,
	moonAltitudeDeg,
	moonOfDate,
	nightNear,
	ofDate,
	sunOfDate,
	type Night,
	type Site,
} from '#lib/astro/visibility.ts';

/** One moment of a night: MJD UTC, degrees. */
export interface NightStep {
	readonly mjd: number;
	readonly altitude: number;
	readonly azimuth: number;
	/** sec z; NaN below the horizon. */
	readonly airmass: number;
	readonly sun: number;
	readonly moon: number;
	readonly moonAzimuth: number;
}

/** A place on the sky through one night of an observatory. */
export interface NightPlan {
	readonly night: Night;
	readonly steps: readonly NightStep[];
	/** Highest while the Sun is below −12 degrees (below the horizon where it never gets there); null where it is never up then. */
	readonly best: NightStep | null;
	/** Hours above 30 degrees while the Sun is below −12 degrees. */
	readonly goodHours: number;
	readonly moonLit: number;
	/** Degrees from the place to the Moon at the middle of the night. */
	readonly moonDeg: number;
}

const STEP_DAYS = 5 / 1440;
const GOOD_ALTITUDE = 30;

/** The night that is on at a moment, else the coming one; `shift` counts nights from it. */
export function nightFor(mjdUtc: number, site: Site, shift: number): Night {
	const near = nightNear(mjdUtc, site);
	const over = near.dawn.sunset ?? near.midnight + 0.5;
	const first = mjdUtc > over ? nightNear(near.midnight + 1, site) : near;
	return shift === 0 ? first : nightNear(first.midnight + shift, site);
}

/** The first and the last evening for which the places of the Sun hold (Astronomical Almanac, C5), YYYY-MM-DD. */
export const EVENINGS = { first: '1950-01-01', last: '2050-12-31' } as const;

/** The date of the evening on which a night begins, YYYY-MM-DD by the local mean time of its site. */
export function eveningOf(night: Night, site: Site): string {
	return nightText(Math.floor(night.midnight - 0.5 + site.longitude / 360) - 40_587);
}

/** Nights from the one that `nightFor` gives without a shift to that of an evening (YYYY-MM-DD); null where it is no date, or not within `EVENINGS`. */
export function shiftTo(evening: string, mjdUtc: number, site: Site): number | null {
	const wanted = nightFromText(evening);
	const first = nightFromText(eveningOf(nightFor(mjdUtc, site, 0), site));
	if (wanted === null || first === null || evening < EVENINGS.first || evening > EVENINGS.last) return null;
	return wanted - first;
}

/** How an ICRS position stands over a site through a night, every five minutes from half an hour before sunset to half an hour after sunrise. */
export function planNight(ra: number, dec: number, site: Site, night: Night): NightPlan {
	const from = (night.dusk.sunset ?? night.midnight - 0.5) - 0.02;
	const to = (night.dawn.sunset ?? night.midnight + 0.5) + 0.02;
	const place = ofDate(ra, dec, night.midnight);
	const count = Math.ceil((to - from) / STEP_DAYS);
	const steps = Array.from({ length: count + 1 }, (_, i): NightStep => {
		const mjd = from + ((to - from) * i) / count;
		const { altitude, azimuth } = horizontal(place, site, mjd);
		return {
			mjd,
			altitude,
			azimuth,
			airmass: airmass(altitude),
			sun: horizontal(sunOfDate(mjd), site, mjd).altitude,
			moon: moonAltitudeDeg(site, mjd),
			moonAzimuth: horizontal(moonOfDate(mjd), site, mjd).azimuth,
		};
	});
	const limit = night.dusk.nautical === null ? 0 : -12;
	const dark = steps.filter((step) => step.sun < limit && step.altitude > 0);
	const best = dark.reduce<NightStep | null>((top, step) => (!top || step.altitude > top.altitude ? step : top), null);
	const moon = moonOfDate(night.midnight);
	return {
		night,
		steps,
		best,
		goodHours: (dark.filter((step) => step.altitude >= GOOD_ALTITUDE).length * (to - from) * 24) / count,
		moonLit: moon.lit,
		moonDeg: separationArcsec(place.ra, place.dec, moon.ra, moon.dec) / 3600,
	};
}

/** "04:05" of an MJD UTC, to the nearest minute. */
export function clock(mjdUtc: number | null): string {
	if (mjdUtc === null) return '–';
	const minutes = Math.round((mjdUtc - Math.floor(mjdUtc)) * 1440) % 1440;
	return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** A direction on a map of the sky overhead, in units of its radius: zenith in the middle, north up, east left; x right, y down. */
export function overhead(altitude: number, azimuth: number): readonly [number, number] {
	const radius = (90 - altitude) / 90;
	const turn = (azimuth * Math.PI) / 180;
	return [-radius * Math.sin(turn), -radius * Math.cos(turn)];
}
