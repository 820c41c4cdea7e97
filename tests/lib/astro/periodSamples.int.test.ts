import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
	aliasesOf,
	bandSeries,
	frequencyGrid,
	periodCandidates,
	periodogram,
	type Measurement,
} from '#lib/astro/periodogram.ts';

const samples = process.env.NIGHTJAR_SAMPLES;
const near = (period: number, frequency: number): boolean => Math.abs(period * frequency - 1) < 1e-3;

describe.skipIf(samples === undefined)('RR Lyrae of SDSS Stripe 82 (NIGHTJAR_SAMPLES)', () => {
	it('have their period first in 80 %, and it or an alias among the five in 95 %', { timeout: 600_000 }, () => {
		const folder = `${samples ?? ''}/lightcurves`;
		const truth = new Map(
			readFileSync(`${folder}/rrlyrae_s82_periods.csv`, 'utf8')
				.trim()
				.split(/\r?\n/)
				.slice(1)
				.map((line) => line.split(','))
				.map(([name = '', , period = '']) => [name, Number(period)]),
		);
		const files = readdirSync(`${folder}/rrlyrae_s82`).filter((file) => truth.has(file.replace('.csv', '')));
		let [first, listed] = [0, 0];
		for (const file of files) {
			const points: Measurement[] = readFileSync(`${folder}/rrlyrae_s82/${file}`, 'utf8')
				.trim()
				.split(/\r?\n/)
				.slice(1)
				.map((line) => line.split(','))
				.map(([mjd, value, err, band = '']) => ({ mjd: Number(mjd), value: Number(value), err: Number(err), band }));
			const series = bandSeries(points);
			const grid = frequencyGrid(series, { shortest: 0.2, longest: 1 });
			const found = periodCandidates(series, grid, periodogram(series, grid));
			const period = truth.get(file.replace('.csv', '')) ?? NaN;
			if (near(period, found[0]?.frequency ?? 0)) first += 1;
			const names = (frequency: number): number[] => [
				frequency,
				...aliasesOf(frequency).map((alias) => alias.frequency),
			];
			if (found.some(({ frequency }) => names(frequency).some((one) => near(period, one)))) listed += 1;
		}
		console.log(`RR Lyrae: ${files.length} curves, period first in ${first}, it or an alias listed in ${listed}`);
		expect(files.length).toBeGreaterThan(50);
		expect(first / files.length).toBeGreaterThanOrEqual(0.8);
		expect(listed / files.length).toBeGreaterThanOrEqual(0.95);
	});
});
