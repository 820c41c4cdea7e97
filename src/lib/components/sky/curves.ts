import { icrsFromEcliptic, icrsFromGalactic } from '#lib/astro/sphere.ts';
import { pathThrough } from './hammer.ts';

const RAD = Math.PI / 180;

type Position = { readonly ra: number; readonly dec: number };

function steps(from: number, to: number, step: number): number[] {
	const out: number[] = [];
	for (let value = from; value <= to + 1e-9; value += step) out.push(value);
	return out;
}

/** Path data of the equatorial grid: meridians every 2 h, parallels every 30 deg, the equator apart. */
export function gridPaths(ra0: number): { readonly grid: string; readonly equator: string } {
	const across = steps(-179.9, 179.9, 2.998);
	const parallel = (dec: number): string =>
		pathThrough(
			across.map((lon) => ({ ra: ra0 + lon, dec })),
			ra0,
		);
	const meridians = steps(0, 330, 30).map((ra) =>
		pathThrough(
			steps(-90, 90, 3).map((dec) => ({ ra, dec })),
			ra0,
		),
	);
	return { grid: [...meridians, ...[-60, -30, 30, 60].map(parallel)].join(''), equator: parallel(0) };
}

/** Path data of the ecliptic (J2000). */
export function eclipticPath(ra0: number): string {
	return pathThrough(
		steps(0, 360, 2).map((lon) => icrsFromEcliptic(lon, 0)),
		ra0,
	);
}

/** Path data of the Galactic equator. */
export function galacticPath(ra0: number): string {
	return pathThrough(
		steps(0, 360, 2).map((lon) => icrsFromGalactic(lon, 0)),
		ra0,
	);
}

/** Greenwich mean sidereal time in degrees, from MJD (UTC is near enough to UT1: 0.004 deg). Meeus, Astronomical Algorithms, 12.4. */
export function siderealDeg(mjdUtc: number): number {
	const days = mjdUtc - 51_544.5;
	return (((280.46061837 + 360.98564736629 * days) % 360) + 360) % 360;
}

/** The circle on the sky that a place (longitude east, latitude, deg) sees at the altitude given (deg) at sidereal time `gmstDeg`. */
export function horizonCircle(
	place: { readonly longitude: number; readonly latitude: number },
	gmstDeg: number,
	altitudeDeg: number,
): Position[] {
	const zenithRa = gmstDeg + place.longitude;
	const sinLat = Math.sin(place.latitude * RAD);
	const cosLat = Math.cos(place.latitude * RAD);
	const distance = (90 - altitudeDeg) * RAD;
	return steps(0, 360, 3).map((azimuth) => {
		const sinDec = sinLat * Math.cos(distance) + cosLat * Math.sin(distance) * Math.cos(azimuth * RAD);
		const dec = Math.asin(Math.max(-1, Math.min(1, sinDec)));
		const y = Math.sin(azimuth * RAD) * Math.sin(distance) * cosLat;
		const x = Math.cos(distance) - sinLat * sinDec;
		return { ra: zenithRa + Math.atan2(y, x) / RAD, dec: dec / RAD };
	});
}

/** Altitude of a position above the horizon of a place, degrees. */
export function altitudeDeg(
	position: Position,
	place: { readonly longitude: number; readonly latitude: number },
	gmstDeg: number,
): number {
	const hourAngle = (gmstDeg + place.longitude - position.ra) * RAD;
	const sine =
		Math.sin(place.latitude * RAD) * Math.sin(position.dec * RAD) +
		Math.cos(place.latitude * RAD) * Math.cos(position.dec * RAD) * Math.cos(hourAngle);
	return Math.asin(Math.max(-1, Math.min(1, sine))) / RAD;
}
