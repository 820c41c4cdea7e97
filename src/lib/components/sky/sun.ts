import { altitudeDeg, siderealDeg } from './curves.ts';

const RAD = Math.PI / 180;

/** Position of the Sun, equatorial degrees of date, good to 0.01 deg from 1950 to 2050. Astronomical Almanac, page C5. */
export function sunPosition(mjdUtc: number): { readonly ra: number; readonly dec: number } {
	const days = mjdUtc - 51_544.5;
	const anomaly = (357.528 + 0.9856003 * days) * RAD;
	const lon = (280.46 + 0.9856474 * days + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RAD;
	const tilt = (23.439 - 4e-7 * days) * RAD;
	const ra = Math.atan2(Math.cos(tilt) * Math.sin(lon), Math.cos(lon)) / RAD;
	return { ra: (ra + 360) % 360, dec: Math.asin(Math.sin(tilt) * Math.sin(lon)) / RAD };
}

/** The night around a moment at a place: sunset and sunrise (altitude -0.83 deg) as MJD UTC; null where the Sun stays up or down. */
export function nightAround(
	mjdUtc: number,
	place: { readonly longitude: number; readonly latitude: number },
): { readonly sunset: number; readonly sunrise: number } | null {
	const altitude = (at: number): number => altitudeDeg(sunPosition(at), place, siderealDeg(at)) + 0.83;
	// solar midnight nearest to the moment
	const hours = (at: number): number => {
		const angle = siderealDeg(at) + place.longitude - sunPosition(at).ra - 180;
		return ((((angle + 180) % 360) + 360) % 360) - 180;
	};
	const midnight = mjdUtc - hours(mjdUtc) / 360.9856;
	if (altitude(midnight) > 0 || altitude(midnight + 0.5) < 0) return null;
	const crossing = (low: number, high: number): number => {
		// the Sun is up at one end and down at the other; 20 halvings of half a day are 0.04 s
		let [a, b] = [low, high];
		const upAtLow = altitude(a) > 0;
		for (let i = 0; i < 20; i += 1) {
			const middle = (a + b) / 2;
			if (altitude(middle) > 0 === upAtLow) a = middle;
			else b = middle;
		}
		return (a + b) / 2;
	};
	return { sunset: crossing(midnight - 0.5, midnight), sunrise: crossing(midnight, midnight + 0.5) };
}
