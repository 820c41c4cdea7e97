/** Low-precision positions of the Sun, Earth and Moon (Astronomical Almanac formulas, 0.01 and 0.3 degrees) and the hour angle of the sky. */
const RAD = Math.PI / 180;
const OBLIQUITY = 23.4393 * RAD;

/** A site on Earth, degrees, east positive. */
export interface Site {
	readonly longitude: number;
	readonly latitude: number;
}

/** Ecliptic longitude (degrees) of the Sun and its distance (au) at MJD UTC. */
export function sunPosition(mjd: number): { lon: number; distanceAu: number; ra: number; dec: number } {
	const n = mjd - 51544.5;
	const g = (357.528 + 0.9856003 * n) * RAD;
	const lon = 280.46 + 0.9856474 * n + 1.915 * Math.sin(g) + 0.02 * Math.sin(2 * g);
	const distanceAu = 1.00014 - 0.01671 * Math.cos(g) - 0.00014 * Math.cos(2 * g);
	return { lon: ((lon % 360) + 360) % 360, distanceAu, ...equatorial(lon, 0) };
}

/** Position of the Moon (degrees) and its lit fraction at MJD UTC. */
export function moonPosition(mjd: number): { ra: number; dec: number; lit: number } {
	const t = (mjd - 51544.5) / 36525;
	const sine = (a: number, b: number) => Math.sin((a + b * t) * RAD);
	const lon =
		218.32 +
		481267.881 * t +
		6.29 * sine(135, 477198.87) -
		1.27 * sine(259.3, -413335.36) +
		0.66 * sine(235.7, 890534.22) +
		0.21 * sine(269.9, 954397.74) -
		0.19 * sine(357.5, 35999.05);
	const lat = 5.13 * sine(93.3, 483202.02) + 0.28 * sine(228.2, 960400.89) - 0.28 * sine(318.3, 6003.15);
	const elongation = (lon - sunPosition(mjd).lon) * RAD;
	return { ...equatorial(lon, lat), lit: (1 - Math.cos(elongation)) / 2 };
}

function equatorial(lon: number, lat: number): { ra: number; dec: number } {
	const l = lon * RAD;
	const b = lat * RAD;
	const x = Math.cos(b) * Math.cos(l);
	const y = Math.cos(b) * Math.sin(l) * Math.cos(OBLIQUITY) - Math.sin(b) * Math.sin(OBLIQUITY);
	const z = Math.cos(b) * Math.sin(l) * Math.sin(OBLIQUITY) + Math.sin(b) * Math.cos(OBLIQUITY);
	const ra = Math.atan2(y, x) / RAD;
	return { ra: ra < 0 ? ra + 360 : ra, dec: Math.asin(Math.max(-1, Math.min(1, z))) / RAD };
}

/** Local sidereal time in degrees at MJD UTC. */
export function siderealDeg(site: Site, mjd: number): number {
	const angle = 280.46061837 + 360.98564736629 * (mjd - 51544.5) + site.longitude;
	return ((angle % 360) + 360) % 360;
}

/** Sine of the altitude of ICRS degrees at MJD UTC. */
export function sineAltitude(site: Site, mjd: number, ra: number, dec: number): number {
	const hour = (siderealDeg(site, mjd) - ra) * RAD;
	const lat = site.latitude * RAD;
	return Math.sin(lat) * Math.sin(dec * RAD) + Math.cos(lat) * Math.cos(dec * RAD) * Math.cos(hour);
}

/** Start and end (MJD UTC) of the time around `middle` with the Sun below sunAltitudeDeg; null when it never is. */
export function darkHours(site: Site, middle: number, sunAltitudeDeg: number): { start: number; end: number } | null {
	const limit = Math.sin(sunAltitudeDeg * RAD);
	const step = 1 / 288;
	let start = Number.NaN;
	let end = Number.NaN;
	for (let t = middle - 0.5; t <= middle + 0.5; t += step) {
		const sun = sunPosition(t);
		if (sineAltitude(site, t, sun.ra, sun.dec) >= limit) continue;
		if (Number.isNaN(start)) start = t;
		end = t;
	}
	return Number.isNaN(start) ? null : { start, end };
}
