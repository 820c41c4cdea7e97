import { CLASSES } from '#lib/alert/class.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import {
	describeType,
	FILTER_FIELDS,
	FUNCTIONS,
	KEYWORDS,
	MEMBERS,
	type EnvironmentData,
	type Member,
	type Type,
} from '#lib/filter/index.ts';

/** A word of the language that can be offered: what to write, what it is, and what people look for it by. */
export interface Entry {
	readonly kind: 'question' | 'field' | 'function' | 'catalogue' | 'model' | 'member' | 'part' | 'word';
	/** What is shown first: the name, or the question in words. */
	readonly label: string;
	/** What is written. */
	readonly insert: string;
	/** What it is, in words: type and unit. */
	readonly detail: string;
	readonly meaning: string;
	/** Other words that find it. */
	readonly words: string;
	readonly type: Type | null;
	readonly unit: string;
}

/** Fields that most filters ask for, in the order in which they are offered. */
const COMMON = [
	'reliability', 'mag', 'age', 'nDetections', 'class', 'classScore', 'rock', 'star', 'nearBrightStar', 'stationary', 'positive', 'band',
	'nRising', 'nFading', 'g.riseRate', 'r.riseRate', 'i.riseRate', 'colourGR', 'peakMag', 'sincePeak', 'galacticLat', 'snr', 'starScore',
	'starSepArcsec', 'centroidScatter', 'survey', 'mjd', 'ra', 'dec',
]; // prettier-ignore

/** Words that people use for fields. */
const WORDS: Readonly<Record<string, string>> = {
	reliability: 'real bogus artefact drb rb score',
	age: 'young old new days since first',
	mag: 'magnitude bright faint brightness',
	rock: 'asteroid solar system known moving minor planet',
	star: 'stellar on a star variable',
	nRising: 'rising rise brightening brightens',
	nFading: 'fading fade declining',
	class: 'type classification variable supernova',
	stationary: 'moving asteroid',
	nearBrightStar: 'artefact halo ghost',
	galacticLat: 'milky way plane galaxy extragalactic',
	nDetections: 'detections number times seen history',
};

function unitWords(type: Type, unit: string): string {
	if (type.kind === 'number' && (unit === '' || type.unit === 'MJD' || type.unit === 'JD'))
		return describeType(type).replace(/^an? /, '');
	return type.kind === 'number' ? `number, ${unit}` : describeType(type).replace(/^(an?|the) /, '');
}

const places = new Map(COMMON.map((name, place) => [name, place]));

/** Every field, common ones first. */
export const FIELD_ENTRIES: readonly Entry[] = FILTER_FIELDS.map((field): Entry => {
	const whose =
		field.surveys === null
			? ''
			: ` (${field.surveys.map((name) => SURVEYS.find((one) => one.name === name)?.label ?? name).join(', ')})`;
	return {
		kind: 'field',
		label: field.name,
		insert: field.name,
		detail: unitWords(field.type, field.unit),
		meaning: `${field.meaning}${whose}`,
		words: WORDS[field.name] ?? '',
		type: field.type,
		unit: field.unit,
	};
}).sort((a, b) => (places.get(a.label) ?? 999) - (places.get(b.label) ?? 999));

/** The lists of points that an alert has. */
export const LISTS = [
	['detections', 'Detections up to the alert, its own included, in time order'],
	['forcedPhotometry', 'Forced photometry up to the alert, in time order'],
	['upperLimits', 'Exposures in which nothing was seen, in time order'],
] as const;

const LIST_ENTRIES: readonly Entry[] = LISTS.map(([name, meaning]) => ({
	...{
		kind: 'field',
		label: name,
		insert: name,
		detail: 'list of points',
		meaning,
		words: 'light curve history',
		unit: '',
	},
	type: { kind: 'list', of: { kind: 'record', record: 'point' } },
}));

const FUNCTION_ENTRIES: readonly Entry[] = FUNCTIONS.map((entry) => ({
	kind: 'function',
	label: entry.name,
	insert: `${entry.name}(`,
	detail: entry.signatures.join(' or '),
	meaning: `${entry.meaning} For example: ${entry.example}`,
	words: entry.group,
	type: null,
	unit: '',
}));

const WORD_ENTRIES: readonly Entry[] = [...KEYWORDS, 'order by', 'limit', 'one per object', 'descending'].map(
	(word) => ({
		...{
			kind: 'word',
			label: word,
			insert: word,
			detail: 'word of the language',
			meaning: '',
			words: '',
			type: null,
			unit: '',
		},
	}),
);

/** Members of a record as they are written after the name of an element. */
export function memberEntries(record: Member['record'], param: string): Entry[] {
	return MEMBERS.filter((member) => member.record === record).map((member) => ({
		kind: 'member',
		label: param === '' ? member.name : `${param}.${member.name}`,
		insert: param === '' ? member.name : `${param}.${member.name}`,
		detail: unitWords(member.type, member.unit),
		meaning: member.meaning,
		words: '',
		type: member.type,
		unit: member.unit,
	}));
}

/** Columns that only one catalogue has. */
export function catalogueEntries(environment: EnvironmentData, name: string): Entry[] {
	return (environment.catalogs[name] ?? []).map((column) => ({
		kind: 'member',
		label: column.name,
		insert: column.name,
		detail: column.kind === 'text' ? 'text' : column.unit === '' ? 'number' : `number, ${column.unit}`,
		meaning: column.meaning,
		words: '',
		type: column.kind === 'text' ? { kind: 'text', domain: 'any' } : { kind: 'number', unit: column.unit },
		unit: column.unit,
	}));
}

const GALAXIES = /gal|ned|glade|clu|deepsky|^ls/i;
const STARS = /star|gaia|vsx|variable|psc/i;

function question(label: string, insert: string, words: string): Entry {
	return { kind: 'question', label, insert, detail: insert, meaning: '', words, type: { kind: 'truth' }, unit: '' };
}

/** Questions that filters often ask, in words, for what is loaded here. */
export function questionsFor({ catalogs, models }: EnvironmentData): Entry[] {
	const names = Object.keys(catalogs);
	const galaxies = names.filter((name) => GALAXIES.test(name) && !STARS.test(name));
	return [
		question('Real, not an artefact', 'reliability > 0.8', 'bogus drb score reliable'),
		question('Young: first seen less than 5 days ago', 'age < 5', 'new days age infant'),
		question('Rising: brightens in some band', 'nRising > 0', 'rise brightening brighter increasing'),
		question('Fading in some band', 'nFading > 0', 'fade decline'),
		question('Brighter than 19 mag', 'mag < 19', 'bright magnitude'),
		question('Brighter than in the template', 'positive', 'positive subtraction'),
		question('Seen at least twice', 'nDetections >= 2', 'detections two'),
		question('Not a known asteroid', 'not rock', 'solar system object minor planet rock moving'),
		question('Not a known variable star', 'coalesce(class, "none") != "star"', 'variable class stellar'),
		question('Not on a star', 'not star', 'variable stellar point source'),
		question('Not near a bright star', 'not nearBrightStar', 'artefact halo'),
		question('Stays in place, does not move', 'stationary', 'moving asteroid'),
		question('Away from the Milky Way', 'abs(galacticLat) > 15', 'galactic plane extragalactic latitude'),
		...(galaxies.length > 1
			? [
					question(
						'Near a galaxy of any catalogue',
						galaxies.map((name) => `nearest(${JSON.stringify(name)}).sepArcsec < 15`).join(' or '),
						'host galaxy hosted catalogue match near',
					),
				]
			: []),
		...galaxies.map((name) =>
			question(
				`Near a galaxy of ${name}`,
				`nearest(${JSON.stringify(name)}).sepArcsec < 15`,
				'host galaxy hosted catalogue match near',
			),
		),
		...names
			.filter((name) => !GALAXIES.test(name) || STARS.test(name))
			.map((name) =>
				question(
					`Near a source of ${name}`,
					`nearest(${JSON.stringify(name)}).sepArcsec < 2`,
					'catalogue match crossmatch near',
				),
			),
		...names.map((name) =>
			question(
				`Nothing of ${name} at its place`,
				`matchState(${JSON.stringify(name)}) == "none"`,
				'catalogue no match orphan hostless unknown',
			),
		),
		question(
			'Some detection in g brighter than 20',
			'any(detections, d => d.band == "g" and d.mag < 20)',
			'history light curve point any',
		),
		question(
			'At least two detections brighter than the template',
			'count(detections, d => d.positive) >= 2',
			'count history positive',
		),
		question(
			'Brightened by 0.2 mag a day in one band',
			'any(pairs(detections), p => p.days >= 0.02 and p.magRate <= -0.2)',
			'rise fast pairs',
		),
		question('No detection more than 10 days ago', 'not any(detections, d => d.mjd < mjd - 10)', 'young history new'),
		question('Also seen by Rubin', 'associated("lsst").nDetections > 0', 'lsst other survey association'),
		question('Also seen by ZTF', 'associated("ztf").nDetections > 0', 'other survey association'),
		question('Within 10 arcmin of a place', 'in circle(150.1, 2.2, 600)', 'cone position region field'),
		question('A fixed share of all alerts', 'sample(0.01)', 'random hash fraction'),
		...Object.entries(models).map(([name, labels]) =>
			question(
				`Scored by ${name}`,
				labels.length > 1
					? `score(${JSON.stringify(name)}, ${JSON.stringify(labels[0] ?? '')}) > 0.5`
					: `score(${JSON.stringify(name)}) > 0.5`,
				`model classifier network ${labels.join(' ')}`,
			),
		),
	];
}

/** Values of the nearest source of each catalogue and of models, as fields of the form. */
export function derivedEntries({ catalogs, models }: EnvironmentData): Entry[] {
	return [
		...Object.keys(catalogs).flatMap((name) => {
			const common = memberEntries('match', '');
			const known = new Set(common.map(({ label }) => label));
			const own = catalogueEntries({ catalogs } as EnvironmentData, name).filter(({ label }) => !known.has(label));
			return [...common, ...own].map((entry) => ({
				...entry,
				label: `nearest(${JSON.stringify(name)}).${entry.label}`,
				insert: `nearest(${JSON.stringify(name)}).${entry.label}`,
				meaning: `${entry.meaning}, nearest source of ${name}`,
				words: 'catalogue match host galaxy star near',
			}));
		}),
		...Object.entries(models).flatMap(([name, labels]) =>
			labels.map((label): Entry => {
				const insert =
					labels.length > 1
						? `score(${JSON.stringify(name)}, ${JSON.stringify(label)})`
						: `score(${JSON.stringify(name)})`;
				return {
					kind: 'model',
					label: insert,
					insert,
					detail: 'number',
					meaning: `${label}, as ${name} scores it`,
					words: 'model classifier',
					type: { kind: 'number', unit: '' },
					unit: '',
				};
			}),
		),
		...['ztf', 'lsst'].map((survey): Entry => {
			const insert = `associated("${survey}").nDetections`;
			return {
				kind: 'field',
				label: insert,
				insert,
				detail: 'number',
				meaning: 'Detections of the object of that survey at the same place',
				words: 'association other survey',
				type: { kind: 'number', unit: '' },
				unit: '',
			};
		}),
	];
}

/** All that a text may begin with. */
export function textEntries(environment: EnvironmentData): Entry[] {
	return [
		...FIELD_ENTRIES,
		...LIST_ENTRIES,
		...FUNCTION_ENTRIES,
		...derivedEntries(environment).filter(({ kind }) => kind === 'model'),
		...WORD_ENTRIES,
	];
}

/** Entries that fit what someone typed, best first: every word of it must be found somewhere. */
export function findEntries(entries: readonly Entry[], typed: string, most = 60): Entry[] {
	const asked = typed.trim().toLowerCase();
	if (asked === '') return entries.slice(0, most);
	const words = asked.split(/[\s,]+/);
	const rated: { entry: Entry; rate: number; place: number }[] = [];
	entries.forEach((entry, place) => {
		const label = entry.label.toLowerCase();
		const bare = label.slice(label.lastIndexOf('.') + 1);
		const all = `${label} ${entry.insert.toLowerCase()} ${entry.words} ${entry.meaning.toLowerCase()}`;
		if (!words.every((word) => all.includes(word))) return;
		const rate =
			label === asked
				? 0
				: entry.kind === 'question'
					? 1
					: label.startsWith(asked)
						? 2
						: bare.startsWith(asked)
							? 3
							: label.includes(asked)
								? 4
								: entry.words.includes(asked)
									? 2.5
									: 5;
		rated.push({ entry, rate, place });
	});
	return rated
		.sort((a, b) => a.rate - b.rate || a.place - b.place)
		.slice(0, most)
		.map(({ entry }) => entry);
}

const CLASS_KEYS = CLASSES.map(({ key }) => key).filter((key) => key !== 'none');
const BANDS = [...new Set(SURVEYS.flatMap(({ bands }) => bands))];

/** Values that a text may have, where they are known. */
export function valuesOfType(type: Type | null): readonly string[] {
	if (type?.kind !== 'text') return [];
	switch (type.domain) {
		case 'band':
			return BANDS;
		case 'survey':
			return SURVEYS.map(({ name }) => name);
		case 'class':
			return CLASS_KEYS;
		case 'any':
			return [];
	}
}
