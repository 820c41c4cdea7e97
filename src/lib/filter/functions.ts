/** A function of the language, for the reference page, completions and messages. */
export interface FunctionEntry {
	readonly name: string;
	/** Every way to call it. */
	readonly signatures: readonly string[];
	readonly gives: string;
	readonly meaning: string;
	readonly example: string;
	readonly group: 'lists' | 'numbers' | 'records' | 'sky' | 'other';
	/** Fewest and most arguments. */
	readonly least: number;
	readonly most: number;
}

function table(group: FunctionEntry['group'], lines: string): FunctionEntry[] {
	return lines
		.trim()
		.split('\n')
		.map((line) => {
			const [signatures = '', gives = '', meaning = '', example = ''] = line.trim().split(/ ; /);
			const forms = signatures.split(' / ');
			const counts = forms.flatMap(argumentCounts);
			return {
				name: /^\w+/.exec(signatures)?.[0] ?? '',
				signatures: forms,
				gives,
				meaning,
				example,
				group,
				least: Math.min(...counts),
				most: Math.max(...counts),
			};
		});
}

/** Numbers of arguments of a signature: `...` allows any more. */
function argumentCounts(signature: string): number[] {
	const inside = signature.slice(signature.indexOf('(') + 1, -1);
	const count = inside === '' ? 0 : inside.split(',').length;
	return inside.endsWith('...') ? [count - 1, 1000] : [count];
}

/** All functions. A signature names its arguments; `d => ...` is an expression about one element d of the list. */
export const FUNCTIONS: readonly FunctionEntry[] = [
	...table(
		'lists',
		`
		any(list, d => test) / any(list) ; truth ; Some element passes the test; without a test, the list is not empty. Unknown where none passes and a test is unknown. ; any(detections, d => d.band == "g" and d.mag < 19)
		all(list, d => test) ; truth ; Every element passes the test; true for an empty list. ; all(detections, d => d.positive)
		count(list, d => test) / count(list) ; number ; How many elements pass the test (an unknown test does not), or how many there are. ; count(detections, d => d.positive) >= 2
		where(list, d => test) ; list ; The elements that pass the test, in their order. ; where(detections, d => d.band == band)
		sort(list, d => number) ; list ; The elements by that number, smallest first; elements without it last, equal ones in their order. ; first(sort(detections, d => d.mag)).band == "g"
		map(list, d => number) ; list of numbers ; That number of every element, absent ones left out. ; median(map(detections, d => d.mag)) < 19
		take(list, n) ; list ; The first n elements. ; take(detections, 3)
		takeLast(list, n) ; list ; The last n elements. ; mean(takeLast(detections, 3), d => d.mag) < 19
		pairs(points) ; list of pairs ; Neighbours in the list that have the same band, as pairs with before, after, days, magChange and magRate. ; any(pairs(detections), p => p.days >= 0.02 and p.magRate <= -0.2)
		first(list) / first(list, d => test) ; element ; The first element (that passes the test); absent if there is none. ; mjd - first(detections).mjd < 5
		last(list) / last(list, d => test) ; element ; The last element (that passes the test); absent if there is none. ; last(upperLimits).limitMag > 20
		min(list, d => number) / min(numbers) / min(a, b, ...) ; number ; The smallest, absent values left out; absent if nothing is left. Of single numbers: absent if one is. ; min(detections, d => d.mag) < 18
		max(list, d => number) / max(numbers) / max(a, b, ...) ; number ; The greatest, as min. ; max(detections, d => d.snr) > 20
		sum(list, d => number) / sum(numbers) ; number ; The sum in the order of the list, absent values left out; 0 of nothing. ; sum(detections, d => d.psfFlux) > 0
		mean(list, d => number) / mean(numbers) ; number ; The mean, absent values left out; absent if nothing is left. ; mean(detections, d => d.mag) - mag > 1
		median(list, d => number) / median(numbers) ; number ; The median (mean of the middle two), absent values left out. ; median(forcedPhotometry, d => d.psfFlux) > 0
		slope(points) / slope(points, d => y, d => error) ; number ; Slope in time of the linear fit weighted by 1 / error^2, by default of mag with magErr; needs 2 points with errors above 0. ; slope(where(detections, d => d.band == "g")) < -0.1
		slopeError(points) / slopeError(points, d => y, d => error) ; number ; 1 sigma error of that slope. ; slope(detections) < -3 * slopeError(detections)
		slopeChi2(points) / slopeChi2(points, d => y, d => error) ; number ; Reduced chi-square of that fit; absent for fewer than 3 points. ; slopeChi2(detections) < 10
	`,
	),
	...table(
		'numbers',
		`
		abs(x) ; number ; Without its sign. ; abs(galacticLat) > 20
		sign(x) ; number ; -1, 0 or 1. ; sign(psfFlux) == 1
		sqrt(x) ; number ; Square root; absent below 0. ; sqrt(magErr) < 0.3
		floor(x) ; number ; Greatest whole number that is not above x. ; floor(mjd) == 61363
		ceil(x) ; number ; Smallest whole number that is not below x. ; ceil(age) <= 3
		round(x) / round(x, digits) ; number ; Nearest number with so many digits after the point (0 to 9); halves go up. ; round(mag, 2)
		exp(x) ; number ; e to the power of x. ; exp(-age) > 0.1
		ln(x) ; number ; Natural logarithm; absent unless above 0. ; ln(snr) > 2
		log10(x) ; number ; Logarithm to base 10; absent unless above 0. ; log10(psfFlux) > 4
		pow(x, y) ; number ; x to the power of y. ; pow(10, -0.4 * mag)
		sin(x) ; number ; Sine of an angle in radians. ; sin(radians(dec)) > 0.5
		cos(x) ; number ; Cosine of an angle in radians. ; cos(radians(dec)) > 0.5
		tan(x) ; number ; Tangent of an angle in radians. ; tan(radians(dec)) > 0.5
		asin(x) ; number ; Angle in radians; absent outside -1 to 1. ; asin(0.5)
		acos(x) ; number ; Angle in radians; absent outside -1 to 1. ; acos(0.5)
		atan(x) / atan(y, x) ; number ; Angle in radians, of y / x in the right quadrant for two arguments. ; atan(1, 2)
		radians(x) ; number ; Radians of degrees. ; radians(dec)
		degrees(x) ; number ; Degrees of radians. ; degrees(asin(0.5))
		magOf(flux) ; number ; AB magnitude of |flux| in nJy. ; magOf(lsst.templateFlux) < 22
		fluxOf(mag) ; number ; Flux in nJy of an AB magnitude. ; fluxOf(mag) + fluxOf(ztf.magnr)
	`,
	),
	...table(
		'records',
		`
		matches(catalogue) ; list of matches ; Matches of the alert with a catalogue, nearest first. ; any(matches("NED"), m => m.redshift < 0.05)
		nearest(catalogue) ; match ; The nearest match with a catalogue; absent if there is none. ; nearest("NED").sepArcsec < 15
		matchState(catalogue) ; text ; "matched", "none" (looked, nothing there) or "notDone". ; matchState("NED") == "none"
		associated(survey) ; object of that survey ; The nearest object of another survey’s public programmes at the same place; absent if there is none. ; associated("lsst").nDetections > 0
		associations(survey) ; list of objects ; All objects of another survey at the same place, nearest first. ; count(associations("lsst")) > 1
		score(model) / score(model, label) ; number ; What a model gave for the alert, 0 to 1; the label may be left out where the model has only one. Absent where it was not done. ; score("acai_h") > 0.8
	`,
	),
	...table(
		'sky',
		`
		separation(ra, dec) / separation(ra1, dec1, ra2, dec2) ; number ; Angle in arcsec from the alert to a place in degrees (ICRS), or between two places. ; separation(210.8, 54.35) < 600
		circle(ra, dec, radiusArcsec) ; area ; For "in": within so many arcsec of a place. ; in circle(210.8, 54.35, 600)
		box(raMin, raMax, decMin, decMax) ; area ; For "in": between two right ascensions (eastwards, may pass 0) and two declinations, ends included. ; in box(350, 10, -5, 5)
		area(name) ; area ; For "in": an area that has a name. ; in area("my field")
		list(name) ; list of objects ; For "in": a list of objects or places that has a name. ; in list("blazars")
	`,
	),
	...table(
		'other',
		`
		coalesce(a, b, ...) ; as its arguments ; The first that is present. ; coalesce(ztf.drb, reliability) > 0.5
		if(test, a, b) ; as a and b ; a where the test is true, b where it is false, absent where it is unknown. ; if(band == "g", 19, 18.5)
		lower(text) ; text ; In lower case (A to Z). ; lower(ssoName) contains "ceres"
		mod(id, n) ; number ; Rest of a 64-bit id divided by a whole number. ; mod(alertId, 113) == 0
		sample(fraction) / sample(fraction, seed) ; truth ; True for a fixed share of alerts, chosen by a hash of the id: always the same ones. ; sample(0.01)
		time(text) ; time ; MJD (TAI) of a UTC time in ISO 8601. ; mjd > time("2026-11-19T03:00:00Z")
	`,
	),
];

const byName = new Map(FUNCTIONS.map((entry) => [entry.name, entry]));

/** The function of that name. */
export function findFunction(name: string): FunctionEntry | undefined {
	return byName.get(name);
}
