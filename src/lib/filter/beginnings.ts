import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import { SEARCH_FLAGS } from '#lib/alert/flags.ts';
import { SEARCH_TRENDS } from '#lib/alert/trends.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import { check } from './check.ts';
import type { Environment } from './environment.ts';
import { quoted } from './print.ts';
import { explain } from './run.ts';

// Filters made from something else: an object that they shall find, a search.

const NEAR_ARCSEC = 30;

/** A filter that finds an alert: conditions that people ask for, as far as they hold of it, with room about its values. */
export function filterThatFinds(alert: EnrichedAlert, environment: Environment): string {
	const { reliability, mag, mjd, firstMjd, nDetections } = alert.alert;
	const age = mjd - firstMjd;
	const asked = [
		...(reliability > 0.15 ? [`reliability > ${(Math.floor(reliability * 10 - 0.5) / 10).toFixed(1)}`] : []),
		'rock',
		'not rock',
		'not star',
		'not nearBrightStar',
		'positive',
		...(Number.isFinite(age) ? [`age < ${roomAbove(age)}`] : []),
		'nRising > 0',
		'nFading > 0',
		...((nDetections ?? 0) >= 2 ? ['nDetections >= 2'] : []),
		...(Number.isFinite(mag) ? [`mag < ${Math.ceil(2 * mag + 0.5) / 2}`] : []),
		...(alert.classification.class === '' ? [] : [`class == ${quoted(alert.classification.class)}`]),
		...nearestOf(alert),
		'abs(galacticLat) > 15',
	];
	const holding = asked.filter((text) => {
		const { filter } = check(text, environment);
		return filter !== null && explain(filter, [alert]).passes[0] === 1;
	});
	// one that rises in a band may fade in another: the first says enough
	const kept = holding.includes('nRising > 0') ? holding.filter((text) => text !== 'nFading > 0') : holding;
	return kept.length === 0 ? '' : `${kept.join('\nand ')}\n`;
}

/** The nearest source of the nearest catalogue, with room about its distance. */
function nearestOf({ matches }: EnrichedAlert): string[] {
	const [nearest] = [...matches]
		.filter(({ sepArcsec }) => sepArcsec < NEAR_ARCSEC)
		.sort((a, b) => a.sepArcsec - b.sepArcsec);
	return nearest === undefined
		? []
		: [`nearest(${quoted(nearest.catalog)}).sepArcsec < ${Math.max(2, Math.ceil(1.5 * nearest.sepArcsec))}`];
}

/** A round number well above a length in days. */
function roomAbove(days: number): number {
	const steps = [1, 2, 3, 5, 7, 10, 14, 20, 30, 50, 70, 100, 200, 365];
	return steps.find((step) => step > days * 1.2) ?? Math.ceil((days * 1.2) / 365) * 365;
}

/** The conditions of a search as a filter, and what of it no filter can hold. */
export function filterOfSearch(query: SearchQuery): { readonly text: string; readonly left: readonly string[] } {
	const { cone, box } = query;
	const classes = query.class ?? [];
	const named = classes.filter((key) => key !== 'none').map(quoted);
	const inClass = [
		...(named.length === 0
			? []
			: named.length === 1
				? [`class == ${named.join('')}`]
				: [`class in [${named.join(', ')}]`]),
		...(classes.includes('none') ? ['class is absent'] : []),
	];
	const range = (name: string, low: number | undefined, high: number | undefined): string[] => [
		...(low === undefined ? [] : [`${name} >= ${low}`]),
		...(high === undefined ? [] : [`${name} <= ${high}`]),
	];
	const terms = [
		...(query.survey === undefined ? [] : [`survey == ${quoted(query.survey)}`]),
		...(query.objectId === undefined ? [] : [`objectId == ${quoted(query.objectId)}`]),
		...(cone === undefined ? [] : [`in circle(${cone.ra}, ${cone.dec}, ${cone.radiusArcsec})`]),
		...(box === undefined ? [] : [`in box(${box.raMin}, ${box.raMax}, ${box.decMin}, ${box.decMax})`]),
		...range('reliability', query.reliabilityMin, query.reliabilityMax),
		...range('mag', query.magMin, query.magMax),
		...(query.band === undefined ? [] : [`band == ${quoted(query.band)}`]),
		...range('nDetections', query.nDetectionsMin, query.nDetectionsMax),
		...range('age', query.ageMin, query.ageMax),
		...SEARCH_FLAGS.flatMap(({ name }) => (query[name] === undefined ? [] : [query[name] ? name : `not ${name}`])),
		...SEARCH_TRENDS.flatMap(({ name, feature }) =>
			query[name] === undefined ? [] : [query[name] ? `${feature} > 0` : `${feature} == 0`],
		),
		...(inClass.length > 1 ? [`(${inClass.join(' or ')})`] : inClass),
	];
	const left = [
		...(query.nightFrom !== undefined ||
		query.nightTo !== undefined ||
		query.mjdFrom !== undefined ||
		query.mjdTo !== undefined
			? ['its nights: choose them below']
			: []),
		...(query.polygon !== undefined || query.cover !== undefined ? ['its outline on the sky: keep it as an area'] : []),
		...(query.alertId === undefined ? [] : ['the id of one alert']),
		...(query.filter === undefined ? [] : ['the filter that it passed: make one from that filter']),
	];
	return { text: terms.length === 0 ? '' : `${terms.join('\nand ')}\n`, left };
}
