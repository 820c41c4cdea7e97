import { reduction, type BandSeries } from './periodogram.ts';

/** The wave of one band that a periodogram fits at one frequency, in the unit of the measurements. */
export interface HarmonicFit {
	readonly band: string;
	readonly harmonics: 1 | 2;
	readonly constant: number;
	/** Of cos and sin of phase, then of twice the phase: a, b, a2, b2. */
	readonly waves: readonly number[];
	/** Share in [0, 1] of the band's chi² about its mean that the wave takes away. */
	readonly power: number;
}

/**
 * Weighted least squares of a constant and the harmonics of one band at `frequency` (cycles per day, above 0), the model whose chi² the
 * periodogram counts; phase 0 is at `epoch` (MJD). Directions that the points do not tell stay 0.
 */
export function fitHarmonics(series: BandSeries, frequency: number, epoch: number): HarmonicFit {
	const { band, origin, mean, times, values, weights, harmonics, chiSquare } = series;
	const size = 1 + 2 * harmonics;
	const matrix = new Float64Array(size * size);
	const solved = new Float64Array(size);
	times.forEach((time, at) => {
		const row = [1, ...basis((time + origin - epoch) * frequency, harmonics)];
		const weight = weights[at] ?? 0;
		row.forEach((left, i) => {
			solved[i] = (solved[i] ?? 0) + weight * left * (values[at] ?? 0);
			for (let j = 0; j <= i; j += 1)
				matrix[i * size + j] = (matrix[i * size + j] ?? 0) + weight * left * (row[j] ?? 0);
		});
	});
	const taken = reduction(matrix, solved, size);
	for (let i = size - 1; i >= 0; i -= 1) {
		const root = matrix[i * size + i] ?? 0;
		let right = solved[i] ?? 0;
		for (let k = i + 1; k < size; k += 1) right -= (matrix[k * size + i] ?? 0) * (solved[k] ?? 0);
		solved[i] = root > 0 ? right / root : 0;
	}
	const [constant = 0, ...waves] = solved;
	return { band, harmonics, constant: constant + mean, waves, power: Math.min(1, taken / chiSquare) };
}

/** Value of a fitted wave at a phase (cycles, any number), in the unit of the measurements. */
export function harmonicsAt({ constant, waves, harmonics }: HarmonicFit, phase: number): number {
	return basis(phase, harmonics).reduce((sum, one, i) => sum + one * (waves[i] ?? 0), constant);
}

/** cos and sin of each harmonic at a number of cycles. */
function basis(cycles: number, harmonics: 1 | 2): number[] {
	const angle = 2 * Math.PI * (cycles - Math.floor(cycles));
	const first = [Math.cos(angle), Math.sin(angle)];
	return harmonics === 1 ? first : [...first, Math.cos(2 * angle), Math.sin(2 * angle)];
}
