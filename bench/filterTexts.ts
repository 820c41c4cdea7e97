import type { Random } from '../tests/support/enriched.ts';

const between = (random: Random, low: number, high: number): string => random.between(low, high).toFixed(3);

/** Comparisons of numbers of the alert, each true for about half of them, as people's filters have them. */
const PLAIN: readonly ((random: Random) => string)[] = [
	(random) => `ztf.drb > ${between(random, 2, 12)}`,
	(random) => `reliability > ${between(random, 0.1, 0.8)}`,
	(random) => `mag < ${between(random, 17, 20.5)}`,
	(random) => `magErr < ${between(random, 0.1, 0.3)}`,
	(random) => `age < ${between(random, 20, 90)}`,
	(random) => `abs(mag - ztf.magap) < ${between(random, 2, 15)}`,
	(random) => `starScore < ${between(random, 0.3, 0.9)}`,
	(random) => `(ztf.distpsnr1 > ${between(random, 2, 9)} or ztf.sgscore1 < ${between(random, 5, 20)})`,
	(random) => `not (starSepArcsec < ${between(random, 1, 9)} and starScore > 0.5)`,
	(random) => `ztf.fwhm between 1 and ${between(random, 10, 22)}`,
	(random) => `ztf.nbad < ${2 + random.whole(20)}`,
	(random) => `nDetections >= ${1 + random.whole(60)}`,
	() => 'positive',
	(random) => `g.riseRate < ${between(random, 2, 15)}`,
	(random) => `band in ["g", "${random.of(['r', 'i'])}"]`,
	(random) => `abs(galacticLat) > ${between(random, 5, 40)}`,
	() => 'ssoName is absent',
	(random) => `score("acai_h") > ${between(random, 0.1, 0.7)}`,
];

/** Questions about the light curve and matches. */
const QUANTIFIED: readonly ((random: Random) => string)[] = [
	(random) =>
		`any(detections, d => d.band == "${random.of(['g', 'r', 'i'])}" and d.mag < ${between(random, 16, 20)} and d.mjd > mjd - ${between(random, 2, 50)})`,
	(random) => `count(detections, d => d.positive and d.mag < ${between(random, 16, 20)}) >= ${1 + random.whole(4)}`,
	(random) => `min(detections, d => d.mag) < ${between(random, 15, 17)}`,
	(random) => `any(forcedPhotometry, d => d.snr >= ${between(random, 3, 90)})`,
	(random) => `mjd - first(detections).mjd < ${between(random, 30, 60)}`,
	(random) => `any(matches("NED"), m => m.sepArcsec < ${between(random, 3, 25)})`,
	(random) => `max(detections, d => d.psfFlux) > ${between(random, 5000, 45_000)}`,
];

/** A filter of 3 to 8 comparisons; every third asks about the light curve too. */
export function filterText(random: Random, index: number): string {
	const count = 3 + random.whole(6);
	const terms = Array.from({ length: count }, () => random.of(PLAIN)(random));
	if (index % 3 === 0) terms[random.whole(count)] = random.of(QUANTIFIED)(random);
	return terms.join('\nand ');
}
