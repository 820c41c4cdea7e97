import type { Birth, SimObject } from '../object.ts';
import type { Stream } from '../random.ts';
import { fourierShape, quantileDraw, RandomWalk } from '../shapes.ts';
import { makeVariable, starMag, stellarColours, type Variation } from './star.ts';

/** RR Lyrae of type ab: Fourier coefficients of 49 well-covered Stripe 82 stars, amplitude against period, Blazhko effect in one of five. */
export function rrLyraeAb(stream: Stream, birth: Birth): Variation {
	const period = quantileDraw(stream, 0.49, 0.58, 0.66);
	const amplitude = Math.min(1.5, Math.max(0.35, 3.0 - 3.5 * period + stream.normal(0, 0.2)));
	const shape = fourierShape(
		[
			quantileDraw(stream, 0.33, 0.44, 0.5),
			quantileDraw(stream, 0.14, 0.3, 0.36),
			quantileDraw(stream, 0.05, 0.18, 0.24),
		],
		[quantileDraw(stream, 3.63, 3.84, 4.01), quantileDraw(stream, 1.3, 1.8, 2.1), stream.normal(6.0, 0.3)],
	);
	const blazhko = stream.uniform() < 0.2 ? 0.2 : 0;
	const cycle = stream.between(40, 100);
	const t0 = 61_000 + stream.uniform() * period;
	const scale = [1.0, 1, 0.71, 0.56, 0.52, 0.5];
	return {
		mag: starMag(stream, birth.depth, 0.12),
		colours: stellarColours(stream.normal(0.28, 0.08)),
		change: (band, mjd) => {
			const now = amplitude * (1 + blazhko * Math.sin((2 * Math.PI * (mjd - t0)) / cycle));
			return now * (scale[band] ?? 0.6) * shape((mjd - t0) / period);
		},
		t0,
		parameters: { period, amplitude, blazhko },
	};
}

function rrLyraeC(stream: Stream, birth: Birth): Variation {
	const period = quantileDraw(stream, 0.29, 0.34, 0.4);
	const amplitude = quantileDraw(stream, 0.33, 0.5, 0.66);
	const shape = fourierShape(
		[quantileDraw(stream, 0.08, 0.12, 0.24), 0.06],
		[stream.normal(4.6, 0.4), stream.normal(2.5, 0.6)],
	);
	const t0 = 61_000 + stream.uniform() * period;
	const scale = [1.0, 1, 0.7, 0.56, 0.5, 0.48];
	return {
		mag: starMag(stream, birth.depth, 0.12),
		colours: stellarColours(stream.normal(0.18, 0.06)),
		change: (band, mjd) => amplitude * (scale[band] ?? 0.6) * shape((mjd - t0) / period),
		t0,
		parameters: { period, amplitude },
	};
}

function cepheid(stream: Stream, birth: Birth): Variation {
	const period = Math.min(60, Math.max(2, stream.logNormal(5, 0.3)));
	const amplitude = stream.between(0.5, 1.4);
	const late = period > 8;
	const shape = fourierShape([late ? 0.3 : 0.4, late ? 0.15 : 0.2], [late ? 5 : 4.2, late ? 3.8 : 2.2]);
	const t0 = 61_000 + stream.uniform() * period;
	const scale = [1.3, 1, 0.7, 0.5, 0.42, 0.4];
	return {
		mag: birth.depth === 'ztf' ? stream.normalWithin(14.6, 1.1, 12.3, 18) : stream.normalWithin(19, 1, 17, 22),
		colours: stellarColours(stream.normal(1.2, 0.3)),
		change: (band, mjd) => amplitude * (scale[band] ?? 0.5) * shape((mjd - t0) / period),
		t0,
		parameters: { period, amplitude },
	};
}

function deltaScuti(stream: Stream, birth: Birth): Variation {
	const period = stream.logBetween(0.03, 0.2);
	const strong = stream.uniform() < 0.4;
	const amplitude = strong ? stream.between(0.3, 0.8) : stream.between(0.06, 0.3);
	const shape = fourierShape([strong ? 0.35 : 0.1], [4.0]);
	const second = strong ? 0 : 0.3;
	const t0 = 61_000 + stream.uniform() * period;
	const scale = [0.9, 1, 0.72, 0.55, 0.48, 0.45];
	return {
		mag: starMag(stream, birth.depth, 0.1),
		colours: stellarColours(stream.normal(0.2, 0.1)),
		change: (band, mjd) =>
			amplitude *
			(scale[band] ?? 0.6) *
			(shape((mjd - t0) / period) + second * Math.sin((2 * Math.PI * (mjd - t0)) / (period * 0.773))),
		t0,
		parameters: { period, amplitude },
	};
}

/** Miras (one large mode) and semiregular stars (two modes that drift). */
function longPeriod(stream: Stream, birth: Birth): Variation {
	const mira = stream.uniform() < 0.45;
	const period = mira ? Math.min(600, Math.max(100, stream.logNormal(280, 0.13))) : stream.logBetween(30, 200);
	const amplitude = mira ? stream.between(3, 7) : stream.logBetween(0.3, 2);
	const t0 = 61_000 + stream.uniform() * period;
	const drift = new RandomWalk(birth.key ^ 0x1f3d, 3 * period);
	const other = period * stream.between(1.6, 2.1);
	const gr = stream.between(1.3, 2);
	const ri = stream.between(1, 2.3);
	const scale = [1.1, 1, 0.75, 0.5, 0.35, 0.3];
	const change = (band: number, mjd: number) => {
		const phase = (mjd - t0) / period;
		const a = amplitude * (1 + 0.15 * drift.at(mjd)) * (scale[band] ?? 0.6);
		if (mira) return -a * (0.5 * Math.sin(2 * Math.PI * phase) + 0.1 * Math.sin(4 * Math.PI * phase + 1));
		return (
			-a *
			(0.35 * Math.sin(2 * Math.PI * phase + 0.8 * drift.at(mjd)) + 0.2 * Math.sin((2 * Math.PI * (mjd - t0)) / other))
		);
	};
	return {
		mag: birth.depth === 'ztf' ? stream.normalWithin(14.8, 1.6, 11.3, 18.5) : stream.normalWithin(18.8, 1.2, 17, 22),
		colours: [gr + 2, gr, 0, -ri, -ri * 1.5, -ri * 1.7],
		change,
		t0,
		parameters: { period, amplitude, type: mira ? 'Mira' : 'SR' },
	};
}

/** Wolf-Rayet, Be, symbiotic stars and the like: slow irregular changes. */
function irregular(stream: Stream, birth: Birth): Variation {
	const tau = stream.logBetween(50, 500);
	const sigma = stream.logBetween(0.08, 0.6);
	const walk = new RandomWalk(birth.key ^ 0x77a1, tau);
	const scale = [1.1, 1, 0.9, 0.8, 0.75, 0.7];
	return {
		mag: starMag(stream, birth.depth, 0.08),
		colours: stellarColours(stream.between(-0.2, 1.2)),
		change: (band, mjd) => sigma * (scale[band] ?? 0.8) * walk.at(mjd),
		t0: 61_000,
		parameters: { tau, sigma },
	};
}

const RECIPES = {
	RRab: { kind: 'RRab', group: 'VS', spread: 'halo', draw: rrLyraeAb, least: 0.35 },
	RRc: { kind: 'RRc', group: 'VS', spread: 'halo', draw: rrLyraeC, least: 0.3 },
	CEP: { kind: 'CEP', group: 'VS', spread: 'disc', draw: cepheid, least: 0.35 },
	DSCT: { kind: 'DSCT', group: 'VS', spread: 'stars', draw: deltaScuti, least: 0.25 },
	LPV: { kind: 'LPV', group: 'VS', spread: 'disc', draw: longPeriod, least: 0.4 },
	IRR: { kind: 'IRR', group: 'VS', spread: 'disc', draw: irregular, least: 0.35 },
} as const;

/** Makes a pulsating or irregular star of one of these kinds. */
export function makePulsator(kind: keyof typeof RECIPES, birth: Birth): SimObject | null {
	return makeVariable(RECIPES[kind], birth);
}
