import { galacticFromIcrs } from '../astro/sphere.ts';
import type { ShownPoint } from './lightCurve.ts';
import { nameOf, type ObjectMatches, type ShownMatch } from './matches.ts';
import type { ObjectSummary } from './object.ts';
import { findSurvey } from './surveys.ts';
import { nightlyMeans, swingsOf, type Swing } from './swings.ts';

/** One thing that is known of an object, in words, and the place on its page that shows where it comes from. */
export interface Fact {
	readonly kind: 'brightness' | 'onset' | 'match' | 'mover' | 'star' | 'plane' | 'survey';
	readonly text: string;
	/** Fragment of the page. */
	readonly at: string;
}

/** A short word for the head of the page, with what it says in full. */
export interface Tag {
	readonly word: string;
	readonly meaning: string;
}

/** What the facts are drawn from. */
export interface Known {
	readonly summary: ObjectSummary;
	readonly points: readonly ShownPoint[];
	readonly matches: ObjectMatches;
	/** Surveys that see an object at the same place. */
	readonly twins: readonly string[];
}

/** Days before the last detection over which a change is told. */
const WINDOW_DAYS = 30;
/** A match nearer than this in arcsec is worth the sentence. */
const NEAR_ARCSEC = 30;
/** Error of a magnitude that came without one. */
const UNKNOWN_ERR = 0.2;

const seenIn = (points: readonly ShownPoint[]): ShownPoint[] =>
	points
		.filter((point) => point.kind === 'detection' && point.positive !== false && point.mag !== null)
		.sort((a, b) => a.mjd - b.mjd);

/** The newest detection with a magnitude, above the template or below. */
function newestOf(points: readonly ShownPoint[]): ShownPoint | null {
	const seen = points.filter((point) => point.kind === 'detection' && point.mag !== null);
	return seen.reduce<ShownPoint | null>((best, point) => (!best || point.mjd > best.mjd ? point : best), null);
}

function days(value: number): string {
	if (value < 1 / 24) return `${(value * 1440).toFixed(0)} min`;
	return value < 1 ? `${(value * 24).toFixed(1)} h` : `${value.toFixed(1)} d`;
}

function swingWords({ from, to }: Swing): string {
	const change = to.mag - from.mag;
	return `${change < 0 ? 'brightened' : 'faded'} ${Math.abs(change).toFixed(1)} mag in ${days(to.mjd - from.mjd)}`;
}

/** How the last band went within thirty days up to the newest detection, by nightly means: up and down as far as it is above three sigma. */
function brightness(points: readonly ShownPoint[]): Fact | null {
	const seen = seenIn(points);
	const last = seen.at(-1);
	if (!last) return null;
	const series = nightlyMeans(
		seen
			.filter(({ band, mjd }) => band === last.band && last.mjd - mjd <= WINDOW_DAYS)
			.map(({ mjd, mag, magErr }) => ({ mjd, mag: mag ?? 0, err: magErr ?? UNKNOWN_ERR })),
	);
	const [begin, end] = [series[0], series.at(-1)];
	if (!begin || !end || end.mjd - begin.mjd <= 0.02) return null;
	const swings = swingsOf(series);
	const [newest, before] = [swings.at(-1), swings.at(-2)];
	let text: string;
	if (newest === undefined) {
		text = `No change above 3σ in ${days(end.mjd - begin.mjd)} (${last.band})`;
	} else if (swings.length > 2) {
		const mags = swings.flatMap(({ from, to }) => [from.mag, to.mag]);
		text = `Varied between ${Math.min(...mags).toFixed(1)} and ${Math.max(...mags).toFixed(1)} mag in ${days(end.mjd - begin.mjd)} (${last.band})`;
	} else {
		const since = end.mjd - newest.to.mjd;
		const steady = since >= 1 ? `, no change above 3σ in the ${days(since)} since` : '';
		const words = before === undefined ? swingWords(newest) : `${swingWords(before)}, then ${swingWords(newest)}`;
		text = `${words.charAt(0).toUpperCase()}${words.slice(1)} (${last.band})${steady}`;
	}
	const since = newestOf(points.filter(({ band }) => band === last.band));
	return {
		kind: 'brightness',
		text: since?.positive === false ? `${text}, below the template since` : text,
		at: '#points',
	};
}

/** How soon before the first detection the place was empty, by the last limit of that band; what was seen before with negative flux was no empty place. */
function onset(points: readonly ShownPoint[]): Fact | null {
	const [first] = seenIn(points);
	if (!first) return null;
	if (points.some((point) => point.kind === 'detection' && point.mjd < first.mjd)) return null;
	const limits = points.filter(
		(point) =>
			point.mjd < first.mjd &&
			point.band === first.band &&
			point.limitMag !== null &&
			(point.mag === null || point.kind === 'upperLimit'),
	);
	const last = limits.reduce<ShownPoint | null>((best, point) => (!best || point.mjd > best.mjd ? point : best), null);
	if (!last || first.mjd - last.mjd > 10 || (last.limitMag ?? 0) < (first.mag ?? 99)) return null;
	return {
		kind: 'onset',
		text: `not seen to ${(last.limitMag ?? 0).toFixed(1)} mag ${days(first.mjd - last.mjd)} before its first detection`,
		at: '#points',
	};
}

function matchFact(match: ShownMatch | undefined): Fact | null {
	if (!match || match.sepArcsec > NEAR_ARCSEC) return null;
	const redshift = match.redshift !== null && match.redshift > 0 ? ` at z ${match.redshift.toPrecision(3)}` : '';
	return {
		kind: 'match',
		text: `${match.sepArcsec.toFixed(1)}″ from ${nameOf(match)} (${match.catalog})${redshift}`,
		at: '#crossmatches',
	};
}

/** One sentence of facts: each is computed from the numbers of the page, nothing is guessed. */
export function contextFacts({ summary, points, matches, twins }: Known): Fact[] {
	const facts: (Fact | null)[] = [];
	if (summary.ssoName !== null) {
		facts.push({
			kind: 'mover',
			text: `The survey takes it for the solar-system object ${summary.ssoName}`,
			at: '#fields',
		});
		facts.push(brightness(points));
		return facts.filter((fact) => fact !== null);
	}
	facts.push(brightness(points) ?? onset(points));
	if (facts[0]?.kind === 'brightness') facts.push(onset(points));
	facts.push(matchFact(matches.matches[0]));
	if (summary.starScore !== null && summary.starScore > 0.5) {
		facts.push({
			kind: 'star',
			text: `on or near a source that looks like a star (score ${summary.starScore.toFixed(2)})`,
			at: '#crossmatches',
		});
	}
	const { lat } = galacticFromIcrs(summary.ra, summary.dec);
	if (Math.abs(lat) < 10) {
		facts.push({ kind: 'plane', text: `${Math.abs(lat).toFixed(0)}° from the Galactic plane`, at: '#where' });
	}
	if (twins.length > 0) {
		facts.push({
			kind: 'survey',
			text: `also seen by ${twins.map((survey) => findSurvey(survey)?.label ?? survey).join(' and ')}`,
			at: '#neighbours',
		});
	}
	facts.push({ kind: 'mover', text: 'not a known asteroid', at: '#fields' });
	return facts.filter((fact) => fact !== null);
}

/** The facts as one sentence's pieces: the first begins with a capital, the separators stand between. */
export function sentencePieces(
	facts: readonly Fact[],
): { readonly fact: Fact; readonly text: string; readonly before: string }[] {
	return facts.map((fact, i) => ({
		fact,
		text: i === 0 ? fact.text.charAt(0).toUpperCase() + fact.text.slice(1) : fact.text,
		before: i === 0 ? '' : '; ',
	}));
}

/** Words for the head of the page. `trendPerDay` in magnitudes a day, positive = fading; null where there is none. */
export function tagsOf({ summary, points, matches, twins }: Known, trendPerDay: number | null): Tag[] {
	const tags: Tag[] = [];
	const detections = points.filter((point) => point.kind === 'detection' && point.survey === summary.survey);
	if (summary.lastMjd - summary.firstMjd < 5 && summary.ssoName === null) {
		tags.push({ word: 'young', meaning: 'less than five days between its first and last detection' });
	}
	if (trendPerDay !== null && trendPerDay < -0.05)
		tags.push({ word: 'rising', meaning: 'brightening by more than 0.05 mag a day' });
	if (trendPerDay !== null && trendPerDay > 0.05)
		tags.push({ word: 'fading', meaning: 'fading by more than 0.05 mag a day' });
	if (twins.length > 0) tags.push({ word: 'two surveys', meaning: 'another survey has an object within 2 arcsec' });
	if (matches.matches.some((match) => match.redshift !== null && match.redshift > 0.0005)) {
		tags.push({ word: 'redshift known', meaning: 'a catalogue match has a redshift' });
	}
	if (detections.length > 0 && detections.every((point) => point.positive === false)) {
		tags.push({ word: 'only negative', meaning: 'every detection is fainter than the template' });
	}
	if (detections.length === 1) tags.push({ word: 'one detection', meaning: 'nothing but one detection is known' });
	return tags;
}
