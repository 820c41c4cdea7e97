import type { Birth, SimObject } from '../object.ts';
import type { Stream } from '../random.ts';
import { makeVariable, starMag, stellarColours, type Variation } from './star.ts';

/** Contact binaries (EW): two nearly equal humps an orbit, the same in all bands (Rucinski 1997). */
function contact(stream: Stream, birth: Birth): Variation {
	const period = stream.logNormal(0.36, 0.09);
	const amplitude = stream.between(0.2, 0.8);
	const t0 = 61_000 + stream.uniform() * period;
	const tint = stream.normal(0, 0.05);
	return {
		mag: starMag(stream, birth.depth, 0.12),
		colours: stellarColours(stream.normal(0.55, 0.15)),
		change: (band, mjd) => {
			const phase = (mjd - t0) / period;
			return (
				amplitude *
				(1 + tint * (2 - band)) *
				(0.5 * Math.cos(4 * Math.PI * phase) + 0.05 * Math.cos(2 * Math.PI * phase))
			);
		},
		t0,
		parameters: { period, amplitude },
	};
}

/** Detached (EA) and semi-detached (EB) binaries: two dips, deeper in the blue. */
function detached(stream: Stream, birth: Birth): Variation {
	const semi = stream.uniform() < 0.4;
	const period = Math.min(20, Math.max(0.5, stream.logNormal(semi ? 1.2 : 2.5, 0.25)));
	const width = semi ? stream.between(0.06, 0.09) : stream.between(0.02, 0.06);
	const depth = stream.logBetween(0.25, 2);
	const second = depth * stream.between(0.05, 1);
	const bluer = stream.between(1, 1.3);
	const t0 = 61_000 + stream.uniform() * period;
	const dip = (phase: number) => Math.exp(-0.5 * (phase / width) ** 2);
	return {
		mag: starMag(stream, birth.depth, 0.12),
		colours: stellarColours(stream.normal(0.4, 0.25)),
		change: (band, mjd) => {
			const phase = (mjd - t0) / period;
			const main = phase - Math.round(phase);
			const half = phase - 0.5 - Math.round(phase - 0.5);
			const wave = semi ? 0.12 * depth * Math.cos(4 * Math.PI * phase) : 0;
			return (band <= 1 ? bluer : 1) * depth * dip(main) + second * dip(half) + wave;
		},
		t0,
		parameters: { period, depth, width },
	};
}

/** Makes an eclipsing binary: EW, or EA (with EB among them). */
export function makeEclipsing(kind: 'EW' | 'EA', birth: Birth): SimObject | null {
	const recipe =
		kind === 'EW'
			? ({ kind, group: 'VS', spread: 'stars', draw: contact, least: 0.3 } as const)
			: ({ kind, group: 'VS', spread: 'stars', draw: detached, least: 0.09 } as const);
	return makeVariable(recipe, birth);
}
