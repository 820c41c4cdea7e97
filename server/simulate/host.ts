import { comovingMpc, distanceModulus } from './cosmology.ts';
import { EXTINCTION } from './dust.ts';
import { EMPTY, type Host } from './object.ts';
import type { Stream } from './random.ts';

/** Which galaxies a kind of explosion prefers. */
export type HostTaste = 'mass' | 'starforming' | 'dwarf' | 'massive';

/** A galaxy around an object at redshift z: luminosity by taste, size 3 kpc at M_r = -20.5, the object at an exponential offset (or the nucleus). */
export function drawHost(stream: Stream, taste: HostTaste, z: number, ebv: number, nuclear: boolean): Host {
	const early = taste === 'massive' ? stream.uniform() < 0.7 : taste === 'mass' ? stream.uniform() < 0.4 : false;
	const absolute =
		taste === 'dwarf'
			? stream.normal(-17.5, 1.5)
			: taste === 'massive'
				? stream.normalWithin(-21, 0.8, -23, -19)
				: stream.normalWithin(taste === 'mass' ? -20.7 : -19.8, 1.1, -23, -15.5);
	const gr = early ? 0.75 : taste === 'dwarf' ? 0.3 : 0.5;
	const redshifted = gr + 1.6 * Math.min(z, 0.5);
	const colours = [redshifted + 1.2, redshifted, 0, -0.35 - 0.3 * z, -0.55 - 0.4 * z, -0.65 - 0.4 * z];
	const apparent = absolute + distanceModulus(z) + (early ? 1.2 : 0.6) * z;
	const kpcPerArcsec = (comovingMpc(z) * 1000) / (1 + z) / 206_265;
	const radiusKpc = stream.logNormal(3, 0.2) * 10 ** (-0.1 * (absolute + 20.5));
	const radius = Math.min(30, Math.max(0.3, radiusKpc / kpcPerArcsec));
	const offset = nuclear ? Math.abs(stream.normal(0, 0.1)) : Math.min(5, stream.exponential(1)) * radius;
	const direction = stream.between(0, 2 * Math.PI);
	return {
		east: offset * Math.sin(direction),
		north: offset * Math.cos(direction),
		radius,
		axisRatio: stream.between(0.35, 1),
		angle: stream.between(0, Math.PI),
		mag: colours.map((colour, band) => apparent + colour + (EXTINCTION[band] ?? 2) * ebv),
		early,
	};
}

/** Magnitudes of the reference source under the object: the nucleus when within 1.5 arcsec, nothing otherwise. */
export function hostAtPlace(host: Host): readonly number[] {
	if (Math.hypot(host.east, host.north) > 1.5) return EMPTY;
	// the part of the galaxy's light that a PSF on the nucleus takes
	const loss = 2.5 * Math.log10(1 + (host.radius / 1.3) ** 1.5);
	return host.mag.map((mag) => mag + loss);
}
