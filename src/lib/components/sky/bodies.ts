import { Body, EquatorFromVector, GeoVector, Illumination, MakeTime } from 'astronomy-engine';

export interface SkyBody {
	readonly name: 'Sun' | 'Moon';
	/** Degrees, J2000 equator (ICRS to the accuracy of a map). */
	readonly ra: number;
	readonly dec: number;
	/** Lit fraction of the disc, 0 to 1. */
	readonly lit: number;
}

/** Where the Sun and the Moon stand at a moment (Unix ms), seen from the middle of the Earth. */
export function bodiesAt(unixMs: number): SkyBody[] {
	const time = MakeTime(new Date(unixMs));
	return (['Sun', 'Moon'] as const).map((name) => {
		const { ra, dec } = EquatorFromVector(GeoVector(Body[name], time, true));
		return { name, ra: ra * 15, dec, lit: name === 'Sun' ? 1 : Illumination(Body.Moon, time).phase_fraction };
	});
}
