import { describe, expect, it, vi } from 'vitest';
import { Calendar } from '#server/simulate/calendar.ts';
import { simName, ztfNid } from '#server/simulate/ids.ts';
import { detectionsOf, type World } from '#server/simulate/night.ts';
import { normalOf, Stream } from '#server/simulate/random.ts';
import { ztfSpots, ztfVisits } from '#server/simulate/schedule/ztf.ts';
import { lsstVisits } from '#server/simulate/schedule/lsst.ts';
import { sightings } from '#server/simulate/sighting.ts';
import { Sky } from '#server/simulate/sky.ts';

// whole nights are made: a busy machine needs its time
vi.setConfig({ testTimeout: 60_000 });

const SEED = 8;
const perNight = { ztf: 400, lsst: 200 };
const world: World = { seed: SEED, perNight, sky: new Sky(SEED, perNight), calendar: new Calendar(SEED) };
const quantile = (values: number[], p: number) =>
	values.sort((a, b) => a - b)[Math.floor(p * values.length)] ?? Number.NaN;

describe('random numbers', () => {
	it('are uniform, normal and Poisson with the moments they should have', () => {
		let sum = 0;
		let square = 0;
		for (let n = 0; n < 40_000; n++) {
			const draw = normalOf(5, n);
			sum += draw;
			square += draw * draw;
		}
		expect(Math.abs(sum / 40_000)).toBeLessThan(0.02);
		expect(Math.abs(square / 40_000 - 1)).toBeLessThan(0.03);
		const stream = new Stream(1, 2, 3);
		const counts = Array.from({ length: 20_000 }, () => stream.poisson(2.5));
		expect(Math.abs(counts.reduce((a, b) => a + b, 0) / counts.length - 2.5)).toBeLessThan(0.05);
		const beta = Array.from({ length: 5000 }, () => stream.beta(0.45, 2.5));
		expect(quantile(beta, 0.5)).toBeCloseTo(0.08, 1);
		expect(quantile(beta, 0.9)).toBeCloseTo(0.42, 1);
	});
});

describe('names', () => {
	it('differ for different serials', () => {
		const names = new Set(Array.from({ length: 20_000 }, (_, n) => simName(3, 2026, n * 211_111)));
		expect(names.size).toBe(20_000);
	});

	it('number ZTF nights within the reserved range, for 223 nights without repetition', () => {
		const numbers = new Set(Array.from({ length: 223 }, (_, n) => ztfNid(20_700 + n)));
		expect(numbers.size).toBe(223);
		expect(Math.min(...numbers)).toBe(9000);
		expect(Math.max(...numbers)).toBe(9222);
	});
});

describe('schedules', () => {
	const nights = Array.from({ length: 60 }, (_, n) => 20_460 + n * 6);
	const ztf = nights.flatMap((night) => ztfVisits(SEED, night));
	const lsst = nights.flatMap((night) => lsstVisits(SEED, night));

	it('never expose twice at once and keep each night within its date', () => {
		for (const [visits, offset] of [
			[ztf, 0],
			[lsst, 0.5],
		] as const) {
			for (let n = 1; n < visits.length; n++) {
				const [before, now] = [visits[n - 1], visits[n]];
				if (!before || !now || before.night !== now.night) continue;
				expect(now.mjd - before.mjd).toBeGreaterThan(39 / 86_400);
			}
			for (const visit of visits) expect(Math.floor(visit.mjd - offset) - 40_587).toBe(visit.night);
		}
	});

	it('have the limits of real nights: median near 20, one in ten a magnitude shallower', () => {
		for (const band of [1, 2]) {
			const limits = ztf.filter((visit) => visit.band === band).map((visit) => visit.limitMag);
			const median = quantile(limits, 0.5);
			expect(Math.abs(median - 19.95)).toBeLessThan(0.35);
			const shallow = limits.filter((limit) => limit < median - 1).length / limits.length;
			expect(shallow).toBeGreaterThan(0.04);
			expect(shallow).toBeLessThan(0.18);
		}
		const rubin = lsst.filter((visit) => visit.band === 3).map((visit) => visit.limitMag);
		expect(Math.abs(quantile(rubin, 0.5) - 23.3)).toBeLessThan(0.3);
	});

	it('come back to a field after about three nights, g and r within an hour or so', () => {
		const perField = new Map<number, number[]>();
		for (let night = 20_600; night < 20_660; night++) {
			for (const visit of ztfVisits(SEED, night)) {
				const list = perField.get(visit.field.index) ?? [];
				list.push(visit.mjd);
				perField.set(visit.field.index, list);
			}
		}
		const gaps: number[] = [];
		for (const list of perField.values())
			for (let n = 1; n < list.length; n++) gaps.push((list[n] ?? 0) - (list[n - 1] ?? 0));
		const within = gaps.filter((gap) => gap < 0.3);
		const between = gaps.filter((gap) => gap >= 0.3);
		expect(quantile(within, 0.5) * 1440).toBeGreaterThan(25);
		expect(quantile(within, 0.5) * 1440).toBeLessThan(90);
		expect(Math.round(quantile(between, 0.5))).toBe(3);
	});

	it('know the quadrants of every place they look at', () => {
		const visit = ztf[50];
		if (!visit) throw new Error('no visit');
		const spots = ztfSpots(visit.field.ra + 0.4, visit.field.dec + 0.4);
		expect(spots.some((spot) => spot.field === visit.field && spot.detector >= 0 && spot.detector < 64)).toBe(true);
	});
});

describe('the sky', () => {
	it('has every kind of object', () => {
		const kinds = new Set<string>();
		for (let night = 20_770; night < 20_800; night++) {
			for (const survey of ['ztf', 'lsst'] as const)
				for (const { placed } of detectionsOf(world, survey, night)) kinds.add(placed.object.kind);
		}
		const wanted =
			'RRab RRc CEP DSCT EW EA LPV IRR AGN BLZ CV YSO SNIa SNII SNIbc SNIIn SLSN TDE FLARE ULENS Nova MBA SAT BOGUS:star BOGUS:dipole BOGUS:noise BOGUS:cosmic BOGUS:edge BOGUS:ghost BOGUS:spike BOGUS:template BOGUS:hotpixel';
		for (const kind of wanted.split(' ')) expect(kinds, kind).toContain(kind);
	});

	it('gives about as many alerts as were asked for', () => {
		let count = 0;
		for (let night = 20_460; night < 20_825; night += 26)
			count += detectionsOf(world, 'ztf', night).length + detectionsOf(world, 'lsst', night).length;
		expect(count / 15 / 600).toBeGreaterThan(0.75);
		expect(count / 15 / 600).toBeLessThan(1.35);
	});

	it('detects what is above the limit and misses what is below, half at five sigma', () => {
		const bins = { bright: [0, 0], edge: [0, 0], faint: [0, 0] };
		for (const placed of world.sky.persistentObjects()) {
			if (placed.object.bogus !== null) continue;
			for (const each of sightings(SEED, world.calendar, placed, 'ztf', 20_700, 20_760)) {
				const edge = Math.min(each.spot.x, each.spot.y, 3072 - each.spot.x, 3080 - each.spot.y);
				const reference = placed.object.referenceMag[each.visit.band] ?? 30;
				if (edge < 31 || reference < 13.5) continue;
				const snr = Math.abs(each.measured.trueSnr);
				const bin = snr > 10 ? bins.bright : snr > 4.8 && snr < 5.2 ? bins.edge : snr < 1.5 ? bins.faint : null;
				if (!bin) continue;
				bin[0] = (bin[0] ?? 0) + 1;
				if (each.detected) bin[1] = (bin[1] ?? 0) + 1;
			}
		}
		const share = ([total = 0, found = 0]: number[]) => found / total;
		expect(share(bins.bright)).toBeGreaterThan(0.98);
		expect(Math.abs(share(bins.edge) - 0.5)).toBeLessThan(0.1);
		expect(share(bins.faint)).toBeLessThan(0.02);
	});
});
