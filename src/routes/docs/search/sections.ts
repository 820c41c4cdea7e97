import type { DocEntry } from './find.ts';

const section = (href: string, name: string, text: string): DocEntry => ({ kind: 'page', name, text, href });

/** Sections of the documentation's pages, with what they answer. */
export const SECTIONS: readonly DocEntry[] = [
	section('/docs#words', 'Words', 'The glossary: what words mean in code, tables, the API and pages.'),
	section('/docs#core', 'Core fields', 'Fields common to all surveys, with unit, formula and version.'),
	section('/docs#features', 'Features', 'Numbers computed from the light curve, each with its formula and version.'),
	section(
		'/docs/filters#tutorial',
		'Filter tutorial',
		'A first filter in ten minutes: young, real, rising, near a galaxy.',
	),
	section(
		'/docs/filters#rules',
		'Rules of filters',
		'Absent and unknown values, units, names of fields, what was known when; live, after the night and sampled filters.',
	),
	section(
		'/docs/filters#lines',
		'Lines of a filter',
		'What a filter is made of: let, use, annotate, order by, limit, sample.',
	),
	section('/docs/filters#operators', 'Operators', 'Comparisons, arithmetic, between, in, is present, contains.'),
	section('/docs/filters#functions', 'Functions', 'Every function of the filter language with an example.'),
	section('/docs/filters#records', 'Records', 'What stands after a dot: points, pairs, matches, associations.'),
	section('/docs/filters#fields', 'Fields of filters', 'Fields that filters can name, with their types.'),
	section('/docs/filters#limits', 'Limits of filters', 'How long, deep and costly a filter may be; the 5 % gate.'),
	section('/docs/api#try', 'Try the API', 'Code that runs as pasted, in several languages.'),
	section('/docs/api#tokens', 'Tokens', 'Bearer tokens, their scopes, and what a wrong one is answered.'),
	section('/docs/api#limits', 'Rate limits', 'Requests at once and a second; ratelimit headers, 429 and retry-after.'),
	section('/docs/api#cone', 'Cone search', 'IVOA Simple Cone Search for TOPCAT, STILTS and pyvo.'),
	section('/docs/api#routes', 'Routes', 'Every route of the API with its parameters and answers.'),
	section('/docs/data#surveys', 'Surveys: access and citing', 'Who may see what, and what to cite for each survey.'),
	section('/docs/data#own', 'Citing Nightjar', 'Versions, data as they were known at a past time, simulated alerts.'),
	section(
		'/docs/data#about',
		'Licence and problems',
		'GPL, contact: what a report of a problem needs and whom to tell.',
	),
];
