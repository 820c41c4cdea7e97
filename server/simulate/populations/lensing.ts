import { reddening } from '../dust.ts';
import { type Birth, nanojansky, type SimObject } from '../object.ts';
import { drawPlace } from '../places.ts';
import { PURPOSE, Stream } from '../random.ts';
import { starMag, stellarColours } from './star.ts';

/** Magnification of a point source by a point lens at separation u in Einstein radii (Paczynski 1986). */
export function magnification(u: number): number {
	return (u * u + 2) / (u * Math.sqrt(u * u + 4));
}

/** Makes a microlensing event of a star of the bulge or disc, with a blended neighbour. */
export function makeLensing(birth: Birth): SimObject | null {
	const stream = new Stream(birth.seed, birth.key, PURPOSE.physics);
	const place = drawPlace(
		new Stream(birth.seed, birth.key, PURPOSE.place),
		stream.uniform() < 0.5 ? 'disc' : 'stars',
		birth.depth,
	);
	if (!place) return null;
	const u0 = stream.between(0.01, 0.8);
	const tE = stream.logNormal(25, 0.35);
	const share = stream.between(0.2, 1);
	const mag = starMag(stream, birth.depth, 0.12);
	const colours = stellarColours(stream.normal(0.9, 0.3));
	const base = colours.map((colour) => nanojansky(mag + colour));
	const t0 = birth.day + stream.uniform();
	return {
		...birth,
		kind: 'ULENS',
		group: 'OTHER',
		ra: place.ra,
		dec: place.dec,
		ebv: reddening(place.ra, place.dec, 5),
		z: Number.NaN,
		from: t0 - 3 * tE,
		until: t0 + 3 * tE,
		t0,
		persistent: false,
		referenceMag: base.map((flux) => 31.4 - 2.5 * Math.log10(flux)),
		host: null,
		parameters: { u0, tE, blend: share },
		bogus: null,
		motion: null,
		flux: (band, mjd) => (base[band] ?? 0) * share * (magnification(Math.hypot(u0, (mjd - t0) / tE)) - 1),
	};
}
