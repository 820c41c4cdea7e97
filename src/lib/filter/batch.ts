import type { CurvePoint, EnrichedAlert } from '#lib/alert/enriched.ts';
import { ipixToArray } from '#lib/astro/healpix.ts';
import { filled, finite, type FilterField } from './catalogue.ts';
import type { SourceName } from './core.ts';
import { hashToUnit } from './numbers.ts';

// Columns of a batch of alerts, made when they are first asked for. Numbers are NaN where absent; texts are codes of one dictionary,
// -1 where absent; truths are 1, 0 and -1 for unknown; references are rows of a table of elements, -1 for none.

/** Texts of a batch as numbers. */
export class Texts {
	private readonly codes = new Map<string, number>();
	private readonly texts: string[] = [];

	/** The code of a text; -1 for an absent one. */
	codeOf(text: string | null): number {
		if (text === null || text === '') return -1;
		let code = this.codes.get(text);
		if (code === undefined) {
			code = this.texts.length;
			this.codes.set(text, code);
			this.texts.push(text);
		}
		return code;
	}

	textOf(code: number): string | null {
		return this.texts[code] ?? null;
	}

	/** Codes so far. */
	get size(): number {
		return this.texts.length;
	}
}

/** Elements of one kind, of all alerts of the batch together. */
export interface Table {
	readonly size: number;
	number(name: string): Float64Array;
	text(name: string): Int32Array;
	truth(name: string): Int8Array;
}

/** Lists of a frame's rows: row r has the elements items[start[r]] to items[end[r] - 1], which are rows of the table. */
export interface Lists {
	readonly table: Table;
	readonly start: Int32Array;
	readonly end: Int32Array;
	readonly items: Int32Array;
}

function remembered<T>(make: (name: string) => T): (name: string) => T {
	const made = new Map<string, T>();
	return (name) => {
		let value = made.get(name);
		if (value === undefined) {
			value = make(name);
			made.set(name, value);
		}
		return value;
	};
}

/** A table whose members are read from objects. */
class ObjectTable<T> implements Table {
	readonly number: (name: string) => Float64Array;
	readonly text: (name: string) => Int32Array;
	readonly truth: (name: string) => Int8Array;

	constructor(
		readonly rows: readonly T[],
		texts: Texts,
		read: {
			number(name: string): (row: T) => number;
			text(name: string): (row: T) => string | null;
			truth(name: string): (row: T) => boolean | null;
		},
	) {
		this.number = remembered((name) => {
			const of = read.number(name);
			const column = new Float64Array(rows.length);
			for (let i = 0; i < rows.length; i += 1) column[i] = finite(of(rows[i] as T));
			return column;
		});
		this.text = remembered((name) => {
			const of = read.text(name);
			return Int32Array.from(rows, (row) => texts.codeOf(of(row)));
		});
		this.truth = remembered((name) => {
			const of = read.truth(name);
			return Int8Array.from(rows, (row) => truthCode(of(row)));
		});
	}

	get size(): number {
		return this.rows.length;
	}
}

/** 1, 0, -1 for true, false and unknown. */
export function truthCode(value: boolean | null): number {
	return value === null ? -1 : value ? 1 : 0;
}

const KINDS = { detection: 0, forcedPhotometry: 1, upperLimit: 2 } as const;
const KIND_OF: Readonly<Record<SourceName, number>> = { detections: 0, forcedPhotometry: 1, upperLimits: 2 };
const POINT_NUMBERS = ['mjd', 'psfFlux', 'psfFluxErr', 'mag', 'magErr', 'limitMag', 'ra', 'dec'] as const;

/** Points of many light curves, one after the other; every member is read in one pass, for the points lie scattered in memory. */
class PointTable implements Table {
	readonly size: number;
	/** Of each curve, its first point and the one after its last. */
	private readonly start: Int32Array;
	private readonly kinds: Uint8Array;
	private readonly numbers: Readonly<Record<string, Float64Array>>;
	private readonly bands: Int32Array;
	private readonly programmes: Int32Array;
	private readonly positive: Int8Array;

	constructor(curves: readonly (readonly CurvePoint[])[], texts: Texts) {
		this.start = new Int32Array(curves.length + 1);
		let size = 0;
		for (let row = 0; row < curves.length; row += 1) {
			size += (curves[row] as readonly CurvePoint[]).length;
			this.start[row + 1] = size;
		}
		this.size = size;
		const column = () => new Float64Array(size);
		const [mjd, psfFlux, psfFluxErr, mag, magErr, limitMag, ra, dec] = POINT_NUMBERS.map(column) as [
			Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array,
		]; // prettier-ignore
		this.numbers = { mjd, psfFlux, psfFluxErr, mag, magErr, limitMag, ra, dec };
		this.kinds = new Uint8Array(size);
		this.bands = new Int32Array(size);
		this.programmes = new Int32Array(size);
		this.positive = new Int8Array(size);
		let i = 0;
		for (const curve of curves) {
			for (const point of curve) {
				this.kinds[i] = KINDS[point.kind];
				mjd[i] = finite(point.mjd);
				psfFlux[i] = finite(Math.fround(point.psfFlux));
				psfFluxErr[i] = finite(Math.fround(point.psfFluxErr));
				mag[i] = finite(Math.fround(point.mag));
				magErr[i] = finite(Math.fround(point.magErr));
				limitMag[i] = finite(Math.fround(point.limitMag));
				ra[i] = finite(point.ra);
				dec[i] = finite(point.dec);
				this.bands[i] = texts.codeOf(point.band);
				this.programmes[i] = texts.codeOf(point.programme);
				this.positive[i] = truthCode(point.positive);
				i += 1;
			}
		}
	}

	number(name: string): Float64Array {
		const column = this.numbers[name];
		if (column === undefined) throw new Error(`A point has no number ${name}`);
		return column;
	}

	text(name: string): Int32Array {
		return name === 'band' ? this.bands : this.programmes;
	}

	truth(): Int8Array {
		return this.positive;
	}

	/** The points of one kind of every curve. */
	ofKind(source: SourceName): Lists {
		const kind = KIND_OF[source];
		const rows = this.start.length - 1;
		const items = new Int32Array(this.size);
		const start = new Int32Array(rows);
		const end = new Int32Array(rows);
		let count = 0;
		for (let row = 0; row < rows; row += 1) {
			start[row] = count;
			const stop = this.start[row + 1] as number;
			for (let i = this.start[row] as number; i < stop; i += 1) {
				items[count] = i;
				count += this.kinds[i] === kind ? 1 : 0;
			}
			end[row] = count;
		}
		return { table: this, start, end, items: items.subarray(0, count) };
	}
}

/** Lists over rows, each with its own elements in order. */
function listsOf<T, E>(rows: readonly T[], of: (row: T) => readonly E[], table: (elements: E[]) => Table): Lists {
	const start = new Int32Array(rows.length);
	const end = new Int32Array(rows.length);
	const elements: E[] = [];
	for (const [row, value] of rows.entries()) {
		start[row] = elements.length;
		for (const element of of(value)) elements.push(element);
		end[row] = elements.length;
	}
	return { table: table(elements), start, end, items: Int32Array.from(elements, (_, i) => i) };
}

/** A table of associations, whose rows have light curves of their own. */
export interface AssociationTable extends Table {
	points(source: SourceName): Lists;
}

/** A batch of alerts as columns. */
export class Batch {
	readonly texts = new Texts();

	constructor(readonly alerts: readonly EnrichedAlert[]) {}

	get size(): number {
		return this.alerts.length;
	}

	private readonly columns = new Map<string, Float64Array | Int32Array | Int8Array | readonly (bigint | null)[]>();

	private column<T extends Float64Array | Int32Array | Int8Array | readonly (bigint | null)[]>(
		name: string,
		make: () => T,
	): T {
		const found = this.columns.get(name);
		if (found !== undefined) return found as T;
		const made = make();
		this.columns.set(name, made);
		return made;
	}

	number({ name, reader }: FilterField): Float64Array {
		return this.column(name, () => {
			const { alerts } = this;
			const column = new Float64Array(alerts.length);
			if (reader.kind !== 'number') return column.fill(Number.NaN);
			for (let i = 0; i < alerts.length; i += 1) column[i] = reader.read(alerts[i] as EnrichedAlert);
			return column;
		});
	}

	text({ name, reader }: FilterField): Int32Array {
		return this.column(name, () =>
			Int32Array.from(this.alerts, (alert) => this.texts.codeOf(reader.kind === 'text' ? reader.read(alert) : null)),
		);
	}

	truth({ name, reader }: FilterField): Int8Array {
		return this.column(name, () =>
			Int8Array.from(this.alerts, (alert) => truthCode(reader.kind === 'truth' ? reader.read(alert) : null)),
		);
	}

	id({ name, reader }: FilterField): readonly (bigint | null)[] {
		return this.column(name, () => this.alerts.map((alert) => (reader.kind === 'id' ? reader.read(alert) : null)));
	}

	score(model: string, label: string | null): Float64Array {
		return this.column(`score ${JSON.stringify([model, label])}`, () =>
			Float64Array.from(this.alerts, ({ scores }) => {
				const fitting = scores.filter((one) => one.model === model && (label === null || one.label === label));
				const [first] = fitting;
				if (first === undefined || fitting.some((one) => one.label !== first.label)) return Number.NaN;
				return finite(Math.fround(first.score));
			}),
		);
	}

	matchState(catalog: string): Int32Array {
		return this.column(`run ${catalog}`, () =>
			Int32Array.from(this.alerts, ({ runs }) =>
				this.texts.codeOf(runs.find((run) => run.catalog === catalog)?.state ?? null),
			),
		);
	}

	/** Pixel of the alert, nested, of an order up to 13. */
	pixel(order: number): Float64Array {
		return this.column(`pixel ${order}`, () => {
			const ra = Float64Array.from(this.alerts, ({ alert }) => alert.ra);
			const dec = Float64Array.from(this.alerts, ({ alert }) => alert.dec);
			const ipix = new BigUint64Array(this.size);
			ipixToArray(order, ra, dec, ipix);
			return Float64Array.from(ipix, Number);
		});
	}

	sample(seed: number): Float64Array {
		return this.column(`sample ${seed}`, () =>
			Float64Array.from(this.alerts, ({ alert }) => hashToUnit(alert.alertId, seed)),
		);
	}

	private readonly lists = new Map<string, Lists>();

	private listed(name: string, make: () => Lists): Lists {
		let lists = this.lists.get(name);
		if (lists === undefined) {
			lists = make();
			this.lists.set(name, lists);
		}
		return lists;
	}

	private pointTable: PointTable | null = null;

	points(source: SourceName): Lists {
		return this.listed(source, () => {
			this.pointTable ??= new PointTable(
				this.alerts.map(({ curve }) => curve),
				this.texts,
			);
			return this.pointTable.ofKind(source);
		});
	}

	matches(catalog: string): Lists {
		return this.listed(`matches ${catalog}`, () =>
			listsOf(
				this.alerts,
				({ matches }) => matches.filter((match) => match.catalog === catalog),
				(matches) =>
					new ObjectTable(matches, this.texts, {
						number: (name) => {
							if (name === 'sepArcsec' || name === 'mag' || name === 'redshift') {
								return (match) => Math.fround(match[name]);
							}
							if (name === 'ra' || name === 'dec') return (match) => match[name];
							return (match) => match.numbers[name] ?? Number.NaN;
						},
						text: (name) => {
							if (name === 'catalog' || name === 'release' || name === 'sourceId') return (match) => match[name];
							return (match) => filled(match.texts[name] ?? null);
						},
						truth: () => () => null,
					}),
			),
		);
	}

	associations(survey: string): Lists & { readonly table: AssociationTable } {
		const found = this.listed(`associations ${survey}`, () =>
			listsOf(
				this.alerts,
				({ associations }) => associations.filter((one) => one.survey === survey),
				(rows) => {
					const table = new ObjectTable(rows, this.texts, {
						number: () => (one) => Math.fround(one.sepArcsec),
						text: (name) => (one) => (name === 'survey' ? one.survey : one.objectId),
						truth: () => () => null,
					});
					const points = new PointTable(
						rows.map(({ curve }) => curve),
						this.texts,
					);
					const bySource = remembered((source) => points.ofKind(source as SourceName));
					return Object.assign(table, { points: (source: SourceName) => bySource(source) });
				},
			),
		);
		return found as Lists & { readonly table: AssociationTable };
	}
}
