/** A brightness at a time: MJD, AB magnitude and its error. */
export interface Brightness {
	readonly mjd: number;
	readonly mag: number;
	readonly err: number;
}

/** A change from one extreme to the next that is larger than three times its error. */
export interface Swing {
	readonly from: Brightness;
	readonly to: Brightness;
}

/** Errors below this are not believed, magnitudes. */
const LEAST_ERR = 0.02;
const SIGMAS = 3;
/** Points further apart than this are of two nights, days. */
const NIGHT_GAP = 0.4;

/** Weighted means of the points of each night, in order of time; the points themselves where all are of one night. */
export function nightlyMeans(points: readonly Brightness[]): Brightness[] {
	const sorted = [...points]
		.map(({ mjd, mag, err }) => ({ mjd, mag, err: Math.max(LEAST_ERR, err) }))
		.sort((a, b) => a.mjd - b.mjd);
	const nights: Brightness[][] = [];
	for (const point of sorted) {
		const night = nights.at(-1);
		const last = night?.at(-1);
		if (night && last && point.mjd - last.mjd <= NIGHT_GAP) night.push(point);
		else nights.push([point]);
	}
	if (nights.length < 2) return sorted;
	return nights.map((night) => {
		const weights = night.map(({ err }) => 1 / err ** 2);
		const all = weights.reduce((sum, weight) => sum + weight, 0);
		const mean = (of: (point: Brightness) => number): number =>
			night.reduce((sum, point, i) => sum + (weights[i] ?? 0) * of(point), 0) / all;
		return {
			mjd: mean(({ mjd }) => mjd),
			mag: mean(({ mag }) => mag),
			err: Math.max(LEAST_ERR, 1 / Math.sqrt(all)),
		};
	});
}

const differ = (a: Brightness, b: Brightness): boolean => Math.abs(a.mag - b.mag) > SIGMAS * Math.hypot(a.err, b.err);

/** The changes of a series in time order, from extreme to extreme: a turn counts once the series has come back by more than three sigma. */
export function swingsOf(series: readonly Brightness[]): Swing[] {
	const swings: Swing[] = [];
	const [first] = series;
	if (first === undefined) return swings;
	/** 1 = fading, -1 = brightening, 0 = not known yet; `turn` is where it began, `extreme` how far it came. */
	let direction = 0;
	let [turn, extreme, brightest, faintest] = [first, first, first, first];
	for (const here of series) {
		if (direction === 0) {
			if (here.mag < brightest.mag) brightest = here;
			if (here.mag > faintest.mag) faintest = here;
			const start = here === brightest ? faintest : here === faintest ? brightest : null;
			if (start !== null && differ(start, here)) {
				direction = here.mag > start.mag ? 1 : -1;
				[turn, extreme] = [start, here];
			}
		} else if (direction * (here.mag - extreme.mag) >= 0) {
			extreme = here;
		} else if (differ(here, extreme)) {
			swings.push({ from: turn, to: extreme });
			direction = -direction;
			[turn, extreme] = [extreme, here];
		}
	}
	if (direction !== 0) swings.push({ from: turn, to: extreme });
	return swings;
}
