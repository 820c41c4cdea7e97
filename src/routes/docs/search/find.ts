/** What can be found in the documentation. */
export type DocKind = 'page' | 'word' | 'field' | 'filter' | 'route';

export interface DocEntry {
	readonly kind: DocKind;
	/** What it is called, as it is written where it is used. */
	readonly name: string;
	/** One sentence or more of what it is. */
	readonly text: string;
	/** Path with the anchor of its place. */
	readonly href: string;
	/** More words that lead there; not shown. */
	readonly also?: string;
	/** Entries of one family are one thing in several forms: the best fitting stands for them. */
	readonly family?: string;
}

/** An entry that was found, and how many more of its family fit. */
export interface Hit extends DocEntry {
	readonly alike: number;
}

/** What was found of one kind: the best first, and how many there are. */
export interface Found {
	readonly kind: DocKind;
	readonly entries: readonly Hit[];
	readonly total: number;
}

/** Entries of a kind that are shown. */
const MOST = 20;
/** Words of a question that count. */
const MOST_WORDS = 8;

/** What parts of names stand for. */
const SHORT: Readonly<Record<string, string>> = {
	...{ mag: 'magnitude', err: 'error', dec: 'declination', ra: 'ascension', snr: 'noise', sep: 'separation' },
	...{
		n: 'number',
		sso: 'asteroid',
		min: 'minimum',
		max: 'maximum',
		std: 'deviation',
		lat: 'latitude',
		lon: 'longitude',
	},
};

/** The words of a text, and of names in camelCase their parts: `g.riseRate` has g, rise, rate and riserate. */
function wordsOf(text: string): ReadonlySet<string> {
	const whole = text.split(/[^\p{L}\p{N}]+/u);
	const parts = whole.flatMap((word) => word.split(/(?<=\p{Ll}|\p{N})(?=\p{Lu})/u));
	return new Set([...whole, ...parts].map((word) => word.toLowerCase()).filter((word) => word !== ''));
}

interface Indexed {
	readonly entry: DocEntry;
	readonly name: string;
	readonly nameWords: ReadonlySet<string>;
	readonly more: string;
	readonly moreWords: ReadonlySet<string>;
}

/** A word without an English ending, `limiting` as `limit`; as it is where little would be left. */
export function stemOf(word: string): string {
	const stem = word.replace(/(?:ing|ed|es|s)$/, '');
	return stem.length >= 4 ? stem : word;
}

/** How well a word of a question, or else its stem, fits an entry; 0 = not at all. */
function fit(one: Indexed, word: string): number {
	const [whole, stem] = [fitOf(one, word), stemOf(word)];
	return whole > 0 || stem === word ? whole : fitOf(one, stem) * 0.8;
}

function fitOf({ name, nameWords, more, moreWords }: Indexed, word: string): number {
	if (name === word) return 100;
	if (nameWords.has(word)) return 70;
	if (name.startsWith(word)) return 60;
	if (name.includes(word)) return 40;
	if (moreWords.has(word)) return 20;
	// a part of a word that stands nowhere as such: its beginning counts more
	if ([...moreWords].some((one) => one.startsWith(word))) return 10;
	return word.length > 2 && more.includes(word) ? 5 : 0;
}

/** One entry of each family, the first, with the number of the others. */
function oneOfEach(entries: readonly DocEntry[]): Hit[] {
	const families = new Map<string, { entry: DocEntry; alike: number }>();
	for (const entry of entries) {
		const key = entry.family ?? entry.href;
		const known = families.get(key);
		if (known === undefined) families.set(key, { entry, alike: 0 });
		else known.alike += 1;
	}
	return [...families.values()].map(({ entry, alike }) => ({ ...entry, alike }));
}

/** A question that finds entries in which every word of it stands, in the name or in what is said of it. */
export function finderOf(entries: readonly DocEntry[]): (asked: string) => readonly Found[] {
	const indexed = entries.map((entry): Indexed => {
		const more = `${entry.text} ${entry.also ?? ''}`;
		const nameWords = wordsOf(entry.name);
		return {
			entry,
			name: entry.name.toLowerCase(),
			nameWords,
			more: more.toLowerCase(),
			moreWords: wordsOf(`${more} ${[...nameWords].map((word) => SHORT[word] ?? '').join(' ')}`),
		};
	});
	return (asked) => {
		const phrase = asked.trim().toLowerCase();
		const words = phrase
			.split(/\s+/)
			.filter((word) => word !== '')
			.slice(0, MOST_WORDS);
		if (words.length === 0) return [];
		const scored = indexed.flatMap((one) => {
			const fits = words.map((word) => fit(one, word));
			if (fits.includes(0)) return [];
			const whole = one.name === phrase ? 200 : 0;
			return [{ entry: one.entry, score: whole + fits.reduce((sum, each) => sum + each, 0) / words.length }];
		});
		// equal ones stay in the order in which they were given
		scored.sort((a, b) => b.score - a.score);
		const kinds = [...new Set(scored.map(({ entry }) => entry.kind))];
		return kinds.map((kind) => {
			const own = oneOfEach(scored.filter(({ entry }) => entry.kind === kind).map(({ entry }) => entry));
			return { kind, entries: own.slice(0, MOST), total: own.length };
		});
	};
}
