import type { Birth, SimObject } from '../object.ts';
import { type Stream, uniformOf } from '../random.ts';
import { RandomWalk } from '../shapes.ts';
import { makeVariable, starMag, type Variation } from './star.ts';

/** Young stars near dark clouds: dippers with the colour of dust, and bursters (Cody et al. 2014, 2018). */
function young(stream: Stream, birth: Birth): Variation {
	const dipper = stream.uniform() < 0.6;
	const period = stream.between(3, 12);
	const width = stream.between(0.08, 0.2);
	const depth = stream.between(0.3, 1.5);
	const t0 = 61_000 + stream.uniform() * period;
	const key = birth.key ^ 0xd1;
	const walk = new RandomWalk(birth.key ^ 0x6b, dipper ? 8 : stream.between(2, 10));
	const size = dipper ? 0.1 : stream.between(0.3, 1);
	const dust = [1.2, 1, 0.7, 0.5, 0.38, 0.32];
	return {
		mag: starMag(stream, birth.depth, 0.12),
		colours: [3, 1.2, 0, -0.7, -1.1, -1.3],
		change: (band, mjd) => {
			const phase = (mjd - t0) / period;
			const turn = Math.round(phase);
			const dip = dipper ? depth * (0.3 + uniformOf(key, turn)) * Math.exp(-0.5 * ((phase - turn) / width) ** 2) : 0;
			const burst = dipper ? size * walk.at(mjd) : -size * Math.exp(0.7 * walk.at(mjd) - 0.25);
			return (dust[band] ?? 0.6) * (dip + burst);
		},
		t0,
		parameters: { type: dipper ? 'dipper' : 'burster', period, depth },
	};
}

/** Makes a young stellar object. */
export function makeYoung(birth: Birth): SimObject | null {
	return makeVariable({ kind: 'YSO', group: 'OTHER', spread: 'clouds', draw: young, least: 0.3 }, birth);
}
