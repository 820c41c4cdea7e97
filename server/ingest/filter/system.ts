import { check, type CatalogColumn, type CheckedFilter, type Environment, type Pool } from '#lib/filter/index.ts';
import { readExample, type Example } from './example.ts';

/** A filter or block that comes with Nightjar: a file of the language whose first lines say what it is. */
export interface SystemFilter {
	/** Never changes, whatever becomes of name and text. */
	readonly id: string;
	/** Raised with every change of the text: hits name it. */
	readonly version: number;
	readonly name: string;
	/** Kafka topic without prefix and origin; '' for a block. */
	readonly topic: string;
	readonly kind: 'filter' | 'block';
	/** How a block is imported: `name@version`; '' for a filter. */
	readonly reference: string;
	readonly text: string;
	readonly meaning: string;
	/** Whose rule it is, and where it differs from theirs. */
	readonly source: string;
	readonly mustPass: readonly Example[];
	readonly mustFail: readonly Example[];
}

/** A system filter that could not be read or checked: a fault of this installation. */
export class SystemFilterError extends Error {}

const LINE = /^# (id|version|name|topic|meaning|source|passes|fails): (.+)$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Reads a file: lines `# word: value` first, then the text. */
export function readSystemFilter(path: string, content: string): SystemFilter {
	const lines = content.split('\n');
	const said = new Map<string, string[]>();
	let end = 0;
	for (; end < lines.length; end += 1) {
		const [, word = '', value = ''] = LINE.exec(lines[end] ?? '') ?? [];
		if (word === '') break;
		said.set(word, [...(said.get(word) ?? []), value]);
	}
	const one = (word: string): string => {
		const [value, ...more] = said.get(word) ?? [];
		if (value === undefined || more.length > 0) throw new SystemFilterError(`${path} needs one line "# ${word}: ...".`);
		return value;
	};
	const file = path.slice(path.lastIndexOf('/') + 1).replace(/\.njf$/, '');
	const isBlock = path.includes('/blocks/');
	const version = Number(one('version'));
	if (!UUID.test(one('id'))) throw new SystemFilterError(`${path} has no id that is a UUID of version 5.`);
	if (!Number.isInteger(version) || version < 1) throw new SystemFilterError(`${path} has no version.`);
	if (isBlock && !file.endsWith(`@${version}`)) throw new SystemFilterError(`${path} is not named by its version.`);
	const examples = (word: string) => (said.get(word) ?? []).map((text) => readExample(text, path));
	return {
		id: one('id'),
		version,
		name: one('name'),
		topic: isBlock ? '' : one('topic'),
		kind: isBlock ? 'block' : 'filter',
		reference: isBlock ? file : '',
		text: lines.slice(end).join('\n').trim(),
		meaning: one('meaning'),
		source: one('source'),
		mustPass: examples('passes'),
		mustFail: examples('fails'),
	};
}

const FILES = import.meta.glob<string>('./system/**/*.njf', { query: '?raw', import: 'default', eager: true });

const ALL = Object.entries(FILES)
	.sort(([a], [b]) => (a < b ? -1 : 1))
	.map(([path, content]) => readSystemFilter(path, content));

/** Filters that come with Nightjar, in the order of their topics. */
export const SYSTEM_FILTERS: readonly SystemFilter[] = ALL.filter(({ kind }) => kind === 'filter');

/** Blocks that come with Nightjar; all versions that filters may still import. */
export const SYSTEM_BLOCKS: readonly SystemFilter[] = ALL.filter(({ kind }) => kind === 'block');

const number = (name: string, unit: string, meaning: string): CatalogColumn => ({
	name,
	kind: 'number',
	unit,
	meaning,
});
const text = (name: string, meaning: string): CatalogColumn => ({ name, kind: 'text', unit: '', meaning });

/** Catalogues that system filters ask, under the names and with the columns that they expect; one that is not loaded matches nothing. */
export const SYSTEM_CATALOGS: ReadonlyMap<string, readonly CatalogColumn[]> = new Map([
	['CatWISE', [number('w1mpro', 'mag', 'W1'), number('w2mpro', 'mag', 'W2')]],
	['DwarfAGN', [number('radiusArcsec', 'arcsec', 'Effective radius of the galaxy')]],
	['Gaia', [number('parallax', 'mas', 'Parallax'), number('parallax_error', 'mas', '1 sigma error of parallax')]],
	['lspsc', [number('score', '', 'Star/galaxy score, 1 = star')]],
	['MagneticCV', [number('radiusArcsec', 'arcsec', 'How well the position is known')]],
	['Mangrove', [number('lum_dist', 'Mpc', 'Luminosity distance'), number('ang_dist', 'Mpc', 'Angular distance')]],
	['PhotoZ', []],
	['SIMBAD', [text('otype', 'Type of object: short code or label, old or new')]],
	['SPICY', [text('class', 'Class of the young stellar object')]],
	['Symbiotic', []],
	['TDE', []],
	['TNS', [text('type', 'Class of a classified transient')]],
	['VSX', [text('type', 'Type of variability')]],
]);

/** Models that system filters ask besides those installed, with their labels; one that is not there gives no score. */
export const SYSTEM_MODELS: ReadonlyMap<string, readonly string[]> = new Map([
	['fink_anomaly', ['score']],
	['fink_cats', ['sn', 'fast', 'long', 'periodic', 'nonperiodic']],
	['fink_early_snia', ['snia']],
	['fink_elephant', ['science', 'template']],
	['fink_kn', ['kn']],
	['fink_mulens', ['mulens']],
	['fink_rf_snia', ['snia']],
	['fink_slsn', ['slsn']],
	['fink_snn', ['ia', 'sn']],
	['fink_tde', ['tde']],
]);

const BLOCK_TEXTS = new Map(SYSTEM_BLOCKS.map(({ reference, text: body }) => [reference, body]));

/** Text of a block that comes with Nightjar, by `name@version`. */
export function systemBlock(reference: string): string | undefined {
	return BLOCK_TEXTS.get(reference);
}

/** What names in system filters stand for: their own blocks, catalogues and models, whether loaded here or not. */
export const SYSTEM_ENVIRONMENT: Environment = {
	block: systemBlock,
	area: () => undefined,
	list: () => undefined,
	blockNames: [...BLOCK_TEXTS.keys()],
	areaNames: [],
	listNames: [],
	catalogs: SYSTEM_CATALOGS,
	models: SYSTEM_MODELS,
};

/** Checks a system filter into a pool; throws where it has an error. */
export function checkSystemFilter(entry: SystemFilter, pool: Pool): CheckedFilter {
	const { filter, problems } = check(entry.text, SYSTEM_ENVIRONMENT, pool);
	if (filter !== null) return filter;
	throw new SystemFilterError(`The system filter "${entry.name}" has an error: ${problems[0]?.message ?? 'unknown'}`);
}
