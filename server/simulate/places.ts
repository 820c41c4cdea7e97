import { galacticFromIcrs, icrsFromGalactic } from '#lib/astro/sphere.ts';
import type { Stream } from './random.ts';
import { lsstSpots } from './schedule/lsst.ts';
import type { SurveyName } from './schedule/visit.ts';
import { ztfSpots } from './schedule/ztf.ts';

/** How a kind is spread over the sky. */
export type Spread = 'all' | 'galaxies' | 'stars' | 'disc' | 'halo' | 'bulge' | 'clouds';

/** Stars per square degree brighter than r = 20 at galactic coordinates in degrees: a plane, and a bulge on top. */
export function starDensity(lon: number, lat: number): number {
	const plane = 10 ** (4.4 - 1.3 * (1 - Math.exp(-Math.abs(lat) / 18)));
	const l = lon > 180 ? lon - 360 : lon;
	return plane * (1 + 3 * Math.exp(-((l / 15) ** 2) - (lat / 8) ** 2) + 0.25 * Math.cos((l * Math.PI) / 180));
}

/** Centres (galactic degrees) of the star-forming regions that young stars cluster around. */
const CLOUDS = [
	[209, -19],
	[206, -16],
	[172, -9],
	[159, -20],
	[353, 17],
	[301, -15],
	[339, 10],
	[31, 5],
	[81, 1],
	[109, 5],
	[134, 1],
	[203, 2],
	[110, -4],
	[85, -2],
	[17, 0],
	[267, 3],
	[287, -1],
	[120, 3],
	[173, -2],
	[192, -3],
] as const;

/** A place on the sky (ICRS degrees) of this spread that lies on a detector of the survey; null when none was hit. */
export function drawPlace(
	stream: Stream,
	spread: Spread,
	survey: SurveyName,
): { ra: number; dec: number; lat: number } | null {
	for (let attempt = 0; attempt < 400; attempt++) {
		const place = candidate(stream, spread);
		if (!place) continue;
		const spots = survey === 'ztf' ? ztfSpots(place.ra, place.dec) : lsstSpots(place.ra, place.dec);
		if (spots.length > 0) return place;
	}
	return null;
}

function candidate(stream: Stream, spread: Spread): { ra: number; dec: number; lat: number } | null {
	if (spread === 'clouds') {
		const cloud = CLOUDS[stream.below(CLOUDS.length)] ?? CLOUDS[0];
		return fromGalactic(cloud[0] + stream.normal(0, 1.3), cloud[1] + stream.normal(0, 0.9));
	}
	if (spread === 'disc') return fromGalactic(stream.between(0, 360), stream.normal(0, stream.uniform() < 0.5 ? 3 : 12));
	if (spread === 'bulge') return fromGalactic(stream.normal(0, 12), stream.normal(0, 6));
	const ra = 360 * stream.uniform();
	const dec = (Math.asin(2 * stream.uniform() - 1) * 180) / Math.PI;
	const { lon, lat } = galacticFromIcrs(ra, dec);
	if (spread === 'galaxies' && Math.abs(lat) < 7) return null;
	if (spread === 'stars' && stream.uniform() * 35_000 > starDensity(lon, lat)) return null;
	if (spread === 'halo' && stream.uniform() * 10 > 1 + 9 * Math.exp(-Math.hypot(lon > 180 ? lon - 360 : lon, lat) / 35))
		return null;
	return { ra, dec, lat };
}

function fromGalactic(lon: number, lat: number): { ra: number; dec: number; lat: number } | null {
	if (Math.abs(lat) > 89) return null;
	return { ...icrsFromGalactic(((lon % 360) + 360) % 360, lat), lat };
}
