/** What a person can say of a candidate in a practice round, and what the simulator may have made it. */
export type Family = 'explosion' | 'star' | 'agn' | 'sso' | 'bogus';

/** One letter in the address of a round: a family, `r` real without a guess, `-` passed over. */
export type Judgement = 's' | 'v' | 'a' | 'm' | 'x' | 'r' | '-';

/** How many candidates a round has, to choose from. */
export const ROUND_SIZES = [15, 30, 60] as const;

/** A family as the practice shows it. */
export interface FamilyEntry {
	readonly key: Family;
	readonly judgement: Judgement;
	readonly word: string;
	/** What counts as one. */
	readonly meaning: string;
	/** Part of a round that is drawn from it where the night holds enough. */
	readonly share: number;
	/** Class whose glyph and colour stand for it (class.ts). */
	readonly glyphOf: string;
}

/** Families in the order of their keys on the page. */
export const FAMILIES: readonly FamilyEntry[] = [
	{
		key: 'explosion',
		judgement: 's',
		word: 'Supernova',
		meaning: 'a supernova of any kind, a tidal disruption, a kilonova or a fast blue transient',
		share: 0.3,
		glyphOf: 'sn',
	},
	{
		key: 'star',
		judgement: 'v',
		word: 'Variable star',
		meaning: 'a pulsating, eclipsing, young or flaring star, a nova or dwarf nova, a microlensing event',
		share: 0.2,
		glyphOf: 'star',
	},
	{ key: 'agn', judgement: 'a', word: 'AGN', meaning: 'an active nucleus or a blazar', share: 0.13, glyphOf: 'agn' },
	{
		key: 'sso',
		judgement: 'm',
		word: 'Moving',
		meaning: 'an asteroid or another body of the solar system',
		share: 0.12,
		glyphOf: 'sso',
	},
	{
		key: 'bogus',
		judgement: 'x',
		word: 'Bogus',
		meaning: 'a residual of a subtraction, a cosmic ray, noise, a ghost, or the trail of a satellite',
		share: 0.25,
		glyphOf: 'bogus',
	},
];

const EXPLOSION = /^(?:SN|SLSN|TDE|KN|FBOT)/;

/** Family of a class of the simulator, by its own names for class and group (server/simulate). */
export function familyOf(simulatedClass: string, group: string): Family {
	if (group === 'BOGUS' || simulatedClass.startsWith('BOGUS') || simulatedClass === 'SAT') return 'bogus';
	if (EXPLOSION.test(simulatedClass)) return 'explosion';
	if (group === 'AGN') return 'agn';
	if (/^(?:MBA|NEO|TRO|TNO)$/.test(simulatedClass)) return 'sso';
	return 'star';
}

/** Family of a class that people see (class.ts); null where it says nothing. */
export function familyOfClass(key: string): Family | null {
	if (/^(?:snia|sncc|sn|slsn|tde)$/.test(key)) return 'explosion';
	if (key === 'star' || key === 'cv') return 'star';
	return key === 'agn' || key === 'sso' || key === 'bogus' ? key : null;
}

const BY_JUDGEMENT = new Map(FAMILIES.map((entry) => [entry.judgement, entry]));
const JUDGEMENTS: ReadonlySet<string> = new Set([...BY_JUDGEMENT.keys(), 'r', '-']);

/** The judgements of an address; what is none of them is passed over. */
export function judgementsOf(text: string, most: number): Judgement[] {
	return Array.from(text.slice(0, most), (letter) => (JUDGEMENTS.has(letter) ? (letter as Judgement) : '-'));
}

/** A thing of a night that can be asked. */
export interface PracticeAlert {
	readonly survey: string;
	readonly alertId: string;
	readonly objectId: string;
	/** Name of the simulated thing, the same in every survey. */
	readonly simId: string;
	readonly class: string;
	readonly group: string;
}

/**
 * Draws a round: each simulated thing at most once, families in the shares above as far as the night holds them, the rest filled up
 * in turn. The alerts must come in an order that depends on the seed alone; the same order gives the same round.
 */
export function drawRound<One extends PracticeAlert>(alerts: readonly One[], count: number): One[] {
	const pools = new Map<Family, One[]>(FAMILIES.map(({ key }) => [key, []]));
	const seen = new Set<string>();
	const order = new Map<One, number>();
	for (const alert of alerts) {
		if (seen.has(alert.simId)) continue;
		seen.add(alert.simId);
		order.set(alert, order.size);
		pools.get(familyOf(alert.class, alert.group))?.push(alert);
	}
	const drawn: One[] = [];
	for (const { key, share } of FAMILIES) {
		drawn.push(...(pools.get(key)?.splice(0, Math.round(share * count)) ?? []));
	}
	const rest = [...pools.values()].flat().sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
	return [...drawn, ...rest].slice(0, count).sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
}

/** Purity and completeness of one word; null where nothing was called so, or nothing was so. */
export interface Score {
	/** How many were called so. */
	readonly called: number;
	/** How many were so. */
	readonly were: number;
	/** How many were both. */
	readonly right: number;
	readonly purity: number | null;
	readonly completeness: number | null;
}

/** What a round comes to. */
export interface RoundScore {
	/** Real against bogus, over all that were asked: what was passed over is not found. */
	readonly real: Score;
	readonly families: readonly (Score & { readonly family: Family })[];
	/** Families named right, and how many were asked. */
	readonly right: number;
	readonly asked: number;
	/** Rows: what was so; columns: the judgements in the order of FAMILIES, then real, then passed over. */
	readonly confusion: readonly { readonly family: Family; readonly counts: readonly number[] }[];
}

/** Columns of a confusion table. */
export const CONFUSION_COLUMNS: readonly Judgement[] = [...FAMILIES.map(({ judgement }) => judgement), 'r', '-'];

function scoreOf(pairs: readonly { readonly called: boolean; readonly was: boolean }[]): Score {
	const called = pairs.filter((pair) => pair.called).length;
	const were = pairs.filter((pair) => pair.was).length;
	const right = pairs.filter((pair) => pair.called && pair.was).length;
	return {
		called,
		were,
		right,
		purity: called === 0 ? null : right / called,
		completeness: were === 0 ? null : right / were,
	};
}

/** Scores judgements against what was there, in the same order; judgements that are missing count as passed over. */
export function scoreRound(truth: readonly Family[], said: readonly Judgement[]): RoundScore {
	const pairs = truth.map((family, i) => ({ family, said: said[i] ?? ('-' as const) }));
	const familySaid = (judgement: Judgement): Family | null => BY_JUDGEMENT.get(judgement)?.key ?? null;
	return {
		real: scoreOf(
			pairs.map((pair) => ({ called: pair.said !== '-' && pair.said !== 'x', was: pair.family !== 'bogus' })),
		),
		families: FAMILIES.map(({ key, judgement }) => ({
			family: key,
			...scoreOf(pairs.map((pair) => ({ called: pair.said === judgement, was: pair.family === key }))),
		})),
		right: pairs.filter((pair) => familySaid(pair.said) === pair.family).length,
		asked: pairs.length,
		confusion: FAMILIES.map(({ key }) => ({
			family: key,
			counts: CONFUSION_COLUMNS.map(
				(column) => pairs.filter((pair) => pair.family === key && pair.said === column).length,
			),
		})),
	};
}
