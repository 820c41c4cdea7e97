// Where a place on the sky, the Sun and the Moon stand over an observatory. Times are MJD UTC; UT1 is taken as UTC.

const RAD = Math.PI / 180;
const wrap = (degrees: number): number => ((degrees % 360) + 360) % 360;

/** A place on Earth, geodetic degrees, longitude east positive. */
export interface Site {
	readonly longitude: number;
	readonly latitude: number;
}

/** Equatorial degrees of the equator and equinox of date. */
export interface OfDate {
	readonly ra: number;
	readonly dec: number;
}

/** Altitude and azimuth (from north through east), degrees, no refraction. */
export interface Horizontal {
	readonly altitude: number;
	readonly azimuth: number;
}

const centuries = (mjd: number): number => (mjd - 51_544.5) / 36_525;

/** Greenwich mean sidereal time, degrees (Meeus 1998, eq. 12.4). */
export function siderealTimeDeg(mjdUtc: number): number {
	const t = centuries(mjdUtc);
	return wrap(280.46061837 + 360.98564736629 * (mjdUtc - 51_544.5) + t * t * (0.000387933 - t / 38_710_000));
}

/** Ecliptic longitude of the Sun of date, degrees, good to 0.01 degrees from 1950 to 2050 (Astronomical Almanac, C5). */
function sunLongitudeDeg(mjdUtc: number): number {
	const days = mjdUtc - 51_544.5;
	const anomaly = (357.528 + 0.9856003 * days) * RAD;
	return 280.46 + 0.9856474 * days + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly);
}

const tiltDeg = (mjdUtc: number): number => 23.439 - 4e-7 * (mjdUtc - 51_544.5);

function equatorial(lonDeg: number, latDeg: number, mjdUtc: number): OfDate {
	const [lon, lat, tilt] = [lonDeg * RAD, latDeg * RAD, tiltDeg(mjdUtc) * RAD];
	const x = Math.cos(lat) * Math.cos(lon);
	const y = Math.cos(tilt) * Math.cos(lat) * Math.sin(lon) - Math.sin(tilt) * Math.sin(lat);
	const z = Math.sin(tilt) * Math.cos(lat) * Math.sin(lon) + Math.cos(tilt) * Math.sin(lat);
	return { ra: wrap(Math.atan2(y, x) / RAD), dec: Math.atan2(z, Math.hypot(x, y)) / RAD };
}

/** The Sun, of date. */
export function sunOfDate(mjdUtc: number): OfDate {
	return equatorial(sunLongitudeDeg(mjdUtc), 0, mjdUtc);
}

/** The Moon seen from the middle of the Earth, of date, to about 0.3 degrees, with its parallax and lit share (Astronomical Almanac, D22). */
export function moonOfDate(mjdUtc: number): OfDate & { readonly parallaxDeg: number; readonly lit: number } {
	const t = centuries(mjdUtc);
	const sine = (at: number, rate: number): number => Math.sin((at + rate * t) * RAD);
	const cosine = (at: number, rate: number): number => Math.cos((at + rate * t) * RAD);
	const lon =
		218.32 +
		481_267.881 * t +
		6.29 * sine(135, 477_198.87) -
		1.27 * sine(259.3, -413_335.36) +
		0.66 * sine(235.7, 890_534.22) +
		0.21 * sine(269.9, 954_397.74) -
		0.19 * sine(357.5, 35_999.05) -
		0.11 * sine(186.5, 966_404.03);
	const lat =
		5.13 * sine(93.3, 483_202.02) +
		0.28 * sine(228.2, 960_400.89) -
		0.28 * sine(318.3, 6003.15) -
		0.17 * sine(217.6, -407_332.21);
	const parallaxDeg =
		0.9508 +
		0.0518 * cosine(135, 477_198.87) +
		0.0095 * cosine(259.3, -413_335.36) +
		0.0078 * cosine(235.7, 890_534.22) +
		0.0028 * cosine(269.9, 954_397.74);
	const apart = Math.cos((lon - sunLongitudeDeg(mjdUtc)) * RAD) * Math.cos(lat * RAD);
	return { ...equatorial(lon, lat, mjdUtc), parallaxDeg, lit: (1 - apart) / 2 };
}

/** An ICRS position (degrees) as it stands at a moment: aberration of the Earth's orbit, then precession (Meeus 1998, eq. 21.3); nutation is left out. */
export function ofDate(ra: number, dec: number, mjdUtc: number): OfDate {
	const lon = sunLongitudeDeg(mjdUtc) * RAD;
	const tilt = tiltDeg(mjdUtc) * RAD;
	const speed = 9.9365e-5;
	const x = Math.cos(dec * RAD) * Math.cos(ra * RAD) + speed * Math.sin(lon);
	const y = Math.cos(dec * RAD) * Math.sin(ra * RAD) - speed * Math.cos(lon) * Math.cos(tilt);
	const z = Math.sin(dec * RAD) - speed * Math.cos(lon) * Math.sin(tilt);
	const moved = { ra: Math.atan2(y, x) / RAD, dec: Math.atan2(z, Math.hypot(x, y)) / RAD };
	return precess(moved.ra, moved.dec, mjdUtc);
}

/** A position of the equator and equinox of J2000 (degrees) in those of another date, precession alone (Meeus 1998, eq. 21.3 and 21.4). */
export function precess(ra: number, dec: number, mjd: number): OfDate {
	const t = centuries(mjd);
	const arc = (a: number, b: number, c: number): number => ((a * t + b * t * t + c * t * t * t) / 3600) * RAD;
	const zeta = arc(2306.2181, 0.30188, 0.017998);
	const z = arc(2306.2181, 1.09468, 0.018203);
	const theta = arc(2004.3109, -0.42665, -0.041833);
	const [a, d] = [ra * RAD + zeta, dec * RAD];
	const u = Math.cos(d) * Math.sin(a);
	const v = Math.cos(theta) * Math.cos(d) * Math.cos(a) - Math.sin(theta) * Math.sin(d);
	const w = Math.sin(theta) * Math.cos(d) * Math.cos(a) + Math.cos(theta) * Math.sin(d);
	return { ra: wrap((Math.atan2(u, v) + z) / RAD), dec: Math.atan2(w, Math.hypot(u, v)) / RAD };
}

/** Altitude and azimuth of a place of date over a site. */
export function horizontal({ ra, dec }: OfDate, site: Site, mjdUtc: number): Horizontal {
	const hour = (siderealTimeDeg(mjdUtc) + site.longitude - ra) * RAD;
	const [d, phi] = [dec * RAD, site.latitude * RAD];
	const east = -Math.cos(d) * Math.sin(hour);
	const north = Math.sin(d) * Math.cos(phi) - Math.cos(d) * Math.cos(hour) * Math.sin(phi);
	const up = Math.sin(d) * Math.sin(phi) + Math.cos(d) * Math.cos(hour) * Math.cos(phi);
	return { altitude: Math.atan2(up, Math.hypot(east, north)) / RAD, azimuth: wrap(Math.atan2(east, north) / RAD) };
}

/** Air mass as sec z of an altitude in degrees, of a flat atmosphere without refraction; NaN at the horizon and below. */
export function airmass(altitudeDeg: number): number {
	return altitudeDeg > 0 ? 1 / Math.sin(altitudeDeg * RAD) : Number.NaN;
}

/** Altitude of the Moon's middle over a site, degrees, its parallax taken off. */
export function moonAltitudeDeg(site: Site, mjdUtc: number): number {
	const moon = moonOfDate(mjdUtc);
	const { altitude } = horizontal(moon, site, mjdUtc);
	return altitude - Math.asin(Math.cos(altitude * RAD) * Math.sin(moon.parallaxDeg * RAD)) / RAD;
}

/** The Sun's altitude that ends a twilight, degrees; set and rise at the upper limb with 34' of refraction. */
export const TWILIGHTS = { sunset: -0.833, civil: -6, nautical: -12, astronomical: -18 } as const;
export type Twilight = keyof typeof TWILIGHTS;

/** One night: the lowest Sun, and when the Sun goes through each altitude before and after; null where it does not. MJD UTC. */
export interface Night {
	readonly midnight: number;
	readonly dusk: Readonly<Record<Twilight, number | null>>;
	readonly dawn: Readonly<Record<Twilight, number | null>>;
}

/** The night whose middle is nearest to a moment, at a site. */
export function nightNear(mjdUtc: number, site: Site): Night {
	const sun = (at: number): number => horizontal(sunOfDate(at), site, at).altitude;
	// twice, since the Sun moves on meanwhile
	let midnight = mjdUtc;
	for (let i = 0; i < 2; i += 1) {
		const hour = siderealTimeDeg(midnight) + site.longitude - sunOfDate(midnight).ra - 180;
		midnight -= (((((hour + 180) % 360) + 360) % 360) - 180) / 360;
	}
	const crossing = (limit: number, noon: number): number | null => {
		if (sun(midnight) >= limit || sun(noon) <= limit) return null;
		let [low, high] = [midnight, noon];
		for (let i = 0; i < 24; i += 1) {
			const middle = (low + high) / 2;
			if (sun(middle) < limit) low = middle;
			else high = middle;
		}
		return (low + high) / 2;
	};
	const all = (noon: number): Record<Twilight, number | null> => ({
		sunset: crossing(TWILIGHTS.sunset, noon),
		civil: crossing(TWILIGHTS.civil, noon),
		nautical: crossing(TWILIGHTS.nautical, noon),
		astronomical: crossing(TWILIGHTS.astronomical, noon),
	});
	return { midnight, dusk: all(midnight - 0.5), dawn: all(midnight + 0.5) };
}
