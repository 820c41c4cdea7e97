import { sampleErrorPercent, type Facet, type Facets } from '#lib/alert/facets.ts';
import { CORE_FIELDS } from '#lib/alert/fields.ts';
import { count, fixed } from '#lib/format/text.ts';

type FacetName = Facet['name'];

/** Where the bars of each facet stand, and which alerts are in none. */
const BARS: Readonly<Record<FacetName, string>> = {
	mag: 'Bars of 0.25 mag from 12 to 25; an alert outside is in none.',
	reliability: 'Bars of 0.04 from 0 to 1; an alert without a score is in none.',
	age: 'Eight bars a decade from 0.1 to 10,000 d; the first and the last hold what lies beyond. A first detection, of age 0, and an alert without an age are in none.',
	nDetections:
		'Ten bars a decade from 1 to 10,000; the last holds what lies beyond. An alert whose survey counts none is in none.',
	night: 'A bar a night, or several nights a bar where there are more than 60.',
	class: 'Every class among those alerts, that with most of them first. Chosen ones are taken together.',
	survey: 'Alerts of each survey. One can be chosen.',
};

/** What gave the values; of the others the survey's packet did. */
const GIVEN_BY: Readonly<Partial<Record<FacetName, string>>> = {
	reliability: 'each survey’s own model, named by reliabilityModel of the alert',
	class: 'rules and models, named with their version by classModel of the alert',
};

/** What the field catalogue says of a facet's field: "mag: AB magnitude of |psfFlux|; see positive. Unit: mag." */
export function fieldWords(name: FacetName): string {
	const field = CORE_FIELDS.find((one) => one.name === name);
	if (field === undefined) throw new Error(`${name} is no field.`);
	return `${field.name}: ${field.meaning}. ${field.unit === '' ? 'No unit.' : `Unit: ${field.unit}.`}`;
}

/** How the bars of a facet came about: their edges, which alerts count, and whether all of them were looked at. */
export function countWords(name: FacetName, facets: Facets | null, exactFollows: boolean): string {
	const others = `${BARS[name]} Counted are alerts that meet every condition of the search but this facet’s own.`;
	if (facets === null) return `${others} They are being counted.`;
	const { windowFrom, bars, oneIn } = facets;
	const nights =
		windowFrom !== null
			? ` Only nights since ${windowFrom} count, for the search names no night, time, place or id.`
			: name === 'night' && bars !== null
				? ` The nights from ${bars.from} to ${bars.to} are shown.`
				: '';
	const looked =
		oneIn === 1
			? ' Every one was counted, none estimated.'
			: ` One object in ${count(oneIn)} was looked at, chosen by a hash of its id, and the numbers were multiplied: an estimate${exactFollows ? ', exact counts follow' : ''}. A bar with alerts of 10,000 objects is good to ${fixed(sampleErrorPercent(oneIn, 10_000), 1)} % (1σ), one with a hundredth of them to ten times that.`;
	return `${others}${nights}${looked}`;
}

/** What gave a facet's values and what counted them. */
export function madeByWords(name: FacetName, version: string): string {
	return `${GIVEN_BY[name] ?? 'the packets of the surveys, as normalised'}; counted by Nightjar ${version}`;
}
