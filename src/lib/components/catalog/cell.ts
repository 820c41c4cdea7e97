/** A source of a catalogue in a list. */
export interface ListedSource {
	readonly sourceId: string;
	/** ICRS degrees. */
	readonly ra: number;
	readonly dec: number;
	readonly mag: number | null;
	readonly redshift: number | null;
	/** Arcsec from the place that was asked for. */
	readonly sepArcsec?: number;
	readonly columns: Readonly<Record<string, number | string>>;
}

/** A catalogue's own column, as it describes it. */
export interface OwnColumn {
	readonly name: string;
	readonly kind: 'number' | 'text';
	readonly unit: string;
	readonly meaning: string;
}

/** More columns than these make a table that nobody reads; files have all. */
const MOST_COLUMNS = 12;

const COMMON = new Set(['mag', 'redshift']);

/** The columns that some of the sources have, in the order of the catalogue, without those that all tables show. */
export function columnsOf(sources: readonly ListedSource[], described: readonly OwnColumn[]): OwnColumn[] {
	const present = new Map<string, 'number' | 'text'>();
	for (const { columns } of sources) {
		for (const [name, value] of Object.entries(columns)) {
			if (!COMMON.has(name)) present.set(name, typeof value === 'number' ? 'number' : 'text');
		}
	}
	const known = described.filter(({ name }) => present.has(name));
	const names = new Set(known.map(({ name }) => name));
	const others = [...present].filter(([name]) => !names.has(name));
	return [...known, ...others.map(([name, kind]) => ({ name, kind, unit: '', meaning: '' }))].slice(0, MOST_COLUMNS);
}

/** A cell as text: numbers with six significant digits at most, absent values as a dash. */
export function shownCell(value: number | string | undefined): string {
	if (value === undefined || value === '') return '–';
	if (typeof value === 'string') return value.length > 80 ? `${value.slice(0, 79)}…` : value;
	if (Number.isInteger(value)) return String(value).replace('-', '−');
	const size = Math.abs(value);
	const text = size >= 1e6 || size < 1e-4 ? value.toExponential(3) : String(Number(value.toPrecision(6)));
	return text.replace(/^-/, '−');
}
