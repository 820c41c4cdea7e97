import { FEATURE_BANDS } from '#lib/alert/features.ts';
import { fieldCatalogue } from '#lib/alert/fieldCatalogue.ts';
import { fieldAnchor } from '#lib/alert/fields.ts';
import { PAGES } from '#lib/components/look/places.ts';
import { FUNCTIONS, MEMBERS } from '#lib/filter/index.ts';
import { apiRoutes } from '#lib/server/docs/apiRoutes.ts';
import { GLOSSARY } from '#lib/server/docs/glossary.ts';
import { version } from '#lib/server/version.ts';
import { LINES, OPERATORS, RECORDS } from '../filters/reference.ts';
import { wordAnchor } from '../wordAnchor.ts';
import { finderOf, type DocEntry } from './find.ts';
import { SECTIONS } from './sections.ts';

/** What only its page says: who may not open it does not find it. */
const pages = PAGES.filter(({ operator }) => operator === undefined).map(
	({ href, word, note, also = '' }): DocEntry => ({ kind: 'page', name: word, text: `Page: ${note}.`, href, also }),
);

const words = GLOSSARY.map(({ word, meaning }): DocEntry => ({
	kind: 'word',
	name: word,
	text: meaning,
	href: `/docs#${wordAnchor(word)}`,
}));

/** A name whose band is left out: `g.riseRate` and `r.riseRate` are one feature in two bands. */
const familyOf = (name: string): string =>
	name
		.split('.')
		.map((part) => (FEATURE_BANDS.includes(part) ? '' : part))
		.join('.');

const fields = fieldCatalogue(version).map(({ name, group, unit, meaning, formula, from }): DocEntry => ({
	kind: 'field',
	name,
	text: unit === '' ? `${meaning}.` : `${meaning}. Unit: ${unit}.`,
	href: `/docs#${fieldAnchor(name)}`,
	also: `${formula} ${from}`,
	...(group === 'features' ? { family: familyOf(name) } : {}),
}));
// of one feature in all bands that of g stands first
fields.sort((a, b) => Number(/(?:^|\.)g\./.test(b.name)) - Number(/(?:^|\.)g\./.test(a.name)));

const written = (rows: typeof LINES, anchor: string): DocEntry[] =>
	rows.map(([name, text, example], i) => ({
		kind: 'filter',
		name,
		text,
		href: `/docs/filters#${anchor}-${i + 1}`,
		also: example,
	}));

const language: readonly DocEntry[] = [
	...FUNCTIONS.map(({ name, signatures, meaning, example, gives }): DocEntry => ({
		kind: 'filter',
		name: `${name}()`,
		text: `${signatures.join(' or ')}. ${meaning}`,
		href: `/docs/filters#f-${name}`,
		also: `${name} ${gives} ${example}`,
	})),
	...written(LINES, 'line'),
	...written(OPERATORS, 'operator'),
	...MEMBERS.map(({ record, name, meaning, unit }): DocEntry => ({
		kind: 'filter',
		name: `.${name}`,
		text: `${RECORDS.find(([key]) => key === record)?.[1] ?? record}: ${meaning}.${unit === '' ? '' : ` Unit: ${unit}.`}`,
		href: `/docs/filters#m-${record}-${name}`,
		also: record,
	})),
];

const routes = apiRoutes('').map(({ method, path, summary, anchor, parameters }): DocEntry => ({
	kind: 'route',
	name: `${method} ${path}`,
	text: `${summary}.`,
	href: `/docs/api#${anchor}`,
	also: parameters.map(({ name, meaning }) => `${name} ${meaning}`).join(' '),
}));

/** Everything in the documentation that has a place of its own. */
export const DOC_ENTRIES: readonly DocEntry[] = [...SECTIONS, ...pages, ...words, ...fields, ...language, ...routes];

/** Finds in all of the documentation. */
export const findInDocs = finderOf(DOC_ENTRIES);
