import type { MarshalSpectrum } from '#lib/alert/marshal.ts';

/** A spectrum ready to draw: means over bins, divided by the median flux, moved up by its place in the stack. */
export interface StackedSpectrum {
	readonly id: number;
	readonly shift: number;
	/** Wavelength in Å and what is drawn; null breaks the line. */
	readonly samples: readonly (readonly [number, number | null])[];
}

const BINS = 800;

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The value below which a share of them lies. */
function quantile(sorted: readonly number[], share: number): number {
	return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Spectra one above the other, the first at the top; the least step that keeps their bulk apart. */
export function stackSpectra(spectra: readonly MarshalSpectrum[]): {
	readonly stack: readonly StackedSpectrum[];
	readonly x: readonly [number, number];
	readonly y: readonly [number, number];
} {
	const scaled = spectra.map((spectrum) => ({ id: spectrum.id, samples: binned(spectrum) }));
	const ranges = scaled.map(({ samples }) => {
		const values = samples.flatMap(([, flux]) => (flux === null ? [] : [flux])).sort((a, b) => a - b);
		return [quantile(values, 0.01), quantile(values, 0.99)] as const;
	});
	const step = Math.max(0.5, ...ranges.map(([low, high]) => (Number.isFinite(high - low) ? (high - low) * 0.9 : 0)));
	const stack = scaled.map(({ id, samples }, i) => {
		const shift = (scaled.length - 1 - i) * step;
		return {
			id,
			shift,
			samples: samples.map(([wavelength, flux]) => [wavelength, flux === null ? null : flux + shift] as const),
		};
	});
	const waves = stack.flatMap(({ samples }) => samples.map(([wavelength]) => wavelength));
	const lows = stack.map(({ shift }, i) => shift + (ranges[i]?.[0] ?? 0));
	const highs = stack.map(({ shift }, i) => shift + (ranges[i]?.[1] ?? 1));
	const [low, high] = [Math.min(...lows), Math.max(...highs)];
	const air = (high - low) * 0.12 || 0.5;
	return {
		stack,
		x: [Math.min(...waves), Math.max(...waves)],
		y: [low - air, high + air],
	};
}

function binned({ wavelengths, fluxes }: MarshalSpectrum): (readonly [number, number | null])[] {
	const known = fluxes.flatMap((flux) => (flux === null ? [] : [flux]));
	const scale = Math.abs(median(known));
	const unit = scale > 0 ? scale : 1;
	const size = Math.max(1, Math.ceil(wavelengths.length / BINS));
	const samples: (readonly [number, number | null])[] = [];
	for (let from = 0; from < wavelengths.length; from += size) {
		const waves = wavelengths.slice(from, from + size);
		const part = fluxes.slice(from, from + size).flatMap((flux) => (flux === null ? [] : [flux]));
		const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
		samples.push([mean(waves), part.length === 0 ? null : mean(part) / unit]);
	}
	return samples.sort((a, b) => a[0] - b[0]);
}

/** Round wavelengths for an axis. */
export function wavelengthTicks([from, to]: readonly [number, number], most: number): number[] {
	const steps = [100, 200, 250, 500, 1000, 2000, 2500, 5000, 10_000, 50_000];
	const step = steps.find((one) => (to - from) / one <= most) ?? 100_000;
	const ticks: number[] = [];
	for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at);
	return ticks;
}

/** Lines that people look for first, rest wavelength in air, Å (NIST). */
export const REST_LINES: readonly { readonly name: string; readonly angstrom: number }[] = [
	{ name: 'Ca H&K', angstrom: 3951 },
	{ name: 'Hβ', angstrom: 4861.3 },
	{ name: '[O III]', angstrom: 5006.8 },
	{ name: 'He I', angstrom: 5875.6 },
	{ name: 'Si II', angstrom: 6355 },
	{ name: 'Hα', angstrom: 6562.8 },
];
