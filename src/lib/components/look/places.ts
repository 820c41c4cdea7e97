import { objectPath } from '#lib/alert/address.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { formatSexagesimal, parsePosition } from '#lib/astro/position.ts';

/** Somewhere the palette leads to: a path of this site, and what it says of it. */
export interface Place {
	readonly href: string;
	readonly word: string;
	readonly note: string;
}

interface PagePlace extends Place {
	/** More words that lead there. */
	readonly also?: string;
	/** Shown before anything is typed. */
	readonly first?: true;
	/** For operators alone. */
	readonly operator?: true;
}

/** Every page that has an address of its own. */
export const PAGES: readonly PagePlace[] = [
	{ href: '/', word: 'Tonight', note: 'the sky as it stands', first: true },
	{ href: '/sky', word: 'Sky', note: 'the whole sky, to play with', also: 'map', first: true },
	{ href: '/search', word: 'Search', note: 'objects and alerts', first: true },
	{ href: '/filters', word: 'Filters', note: 'yours, shared and those that come along', first: true },
	{ href: '/filters/new', word: 'New filter', note: 'as a form or as text' },
	{ href: '/scan', word: 'Scan', note: 'candidates, one a screen', also: 'triage', first: true },
	{ href: '/scan/practice', word: 'Practice night', note: 'a simulated night to scan' },
	{ href: '/work', word: 'Work', note: 'notes, tags, kept searches', first: true },
	{ href: '/lists', word: 'Lists', note: 'objects, watch-lists and areas', also: 'watch-lists areas moc' },
	{ href: '/notifications', word: 'Notifications', note: 'what you asked to be told' },
	{
		href: '/streams',
		word: 'Streams',
		note: 'Kafka topics and how to read them',
		also: 'kafka topics feeds',
		first: true,
	},
	{ href: '/catalogs', word: 'Catalogues', note: 'what alerts are matched with', also: 'catalogs crossmatch' },
	{ href: '/models', word: 'Models', note: 'networks that score alerts, with their cards', also: 'classifiers scores' },
	{ href: '/status', word: 'Status', note: 'the pipeline, honestly', first: true },
	{ href: '/statistics', word: 'Statistics', note: 'nights and surveys in numbers', also: 'nights' },
	{
		href: '/docs',
		word: 'Fields',
		note: 'every field with unit and meaning',
		also: 'docs documentation glossary',
		first: true,
	},
	{
		href: '/docs/search',
		word: 'Find in the docs',
		note: 'words, fields, functions, routes',
		also: 'docs documentation search',
	},
	{ href: '/docs/filters', word: 'Filter language', note: 'with a tutorial', also: 'docs tutorial language' },
	{ href: '/docs/api', word: 'API', note: 'the same numbers for programs', also: 'docs reference', first: true },
	{
		href: '/docs/data',
		word: 'Data policy',
		note: 'what may be done with it, how to cite',
		also: 'docs citing licence',
	},
	{ href: '/docs/design', word: 'Design', note: 'tokens, marks, states', also: 'docs' },
	{ href: '/account', word: 'Account', note: 'name, password, sessions', also: 'profile sign in' },
	{ href: '/account/tokens', word: 'Tokens', note: 'for programs', also: 'account' },
	{ href: '/account/groups', word: 'Groups', note: 'whom you share with', also: 'account' },
	{ href: '/account/marshals', word: 'Marshals', note: 'SkyPortal, Fritz, a TOM', also: 'account skyportal fritz tom' },
	{ href: '/operator', word: 'Operator', note: 'the portal from behind', operator: true },
	{ href: '/operator/users', word: 'Users', note: 'and their rights', also: 'operator', operator: true },
	{ href: '/operator/groups', word: 'All groups', note: 'and their programmes', also: 'operator', operator: true },
	{ href: '/operator/dead-letters', word: 'Dead letters', note: 'alerts set aside', also: 'operator', operator: true },
	{ href: '/operator/audit', word: 'Audit', note: 'who did what', also: 'operator', operator: true },
];

/** So many lines fit a screen. */
const MOST = 12;

const startsWord = (text: string, asked: string): boolean => ` ${text.toLowerCase()}`.includes(` ${asked}`);

function pagesNamed(asked: string, operator: boolean): Place[] {
	const lower = asked.toLowerCase();
	const open = PAGES.filter((page) => operator || page.operator === undefined);
	const byWord = open.filter(({ word }) => startsWord(word, lower));
	const byMore = open.filter(
		({ href, also = '' }) => startsWord(also, lower) || href === lower || href === `/${lower}`,
	);
	return [...new Set([...byWord, ...byMore])];
}

/**
 * Where a text leads, the likeliest first: objects of that id, a position, pages, then what was `found` under the name in the store, and the
 * search, which understands most. Without a text, the main pages.
 */
export function placesFor(
	text: string,
	{ operator, found }: { readonly operator: boolean; readonly found: readonly Place[] },
): readonly Place[] {
	const asked = text.trim();
	if (asked === '') return PAGES.filter(({ first }) => first);
	const search = `/search?q=${encodeURIComponent(asked)}`;
	const objects = SURVEYS.filter(({ objectIdPattern }) => objectIdPattern.test(asked)).map(({ name, label }) => ({
		href: objectPath({ survey: name, objectId: asked }),
		word: asked,
		note: `${label} object`,
	}));
	const position = parsePosition(asked);
	const around =
		position.kind === 'position'
			? [
					{
						href: search,
						word: formatSexagesimal(position.ra, position.dec, { digits: 1 }),
						note: 'objects around this position',
					},
				]
			: [];
	return [
		...[...objects, ...around, ...pagesNamed(asked, operator), ...found].slice(0, MOST),
		{ href: search, word: `Search for “${asked}”`, note: 'reads ids, names, positions, cones' },
	];
}
