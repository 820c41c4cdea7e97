import type { FilterField } from './catalogue.ts';
import type { FitFn, IdNode, ListNode, MathFn, NumNode, RefNode, TextNode, TruthNode } from './core.ts';
import type { RecordKind } from './type.ts';

// A node as a ClickHouse expression. Numbers are Float64 with NaN for absent; texts are Nullable(String); a condition is written in two
// ways, where it is true and where it is false, each 0 or 1, so that unknown (neither) needs no third value. Values of the user stand
// only in parameters. Records are tuples, whose places are named below; a record that is not there is a tuple that says so.

/** A value bound to a placeholder. */
export type SqlParam = string | number | bigint | readonly string[] | readonly number[] | readonly bigint[];

/** Places in the tuple of a point; its first four order the points of a light curve. */
export const POINT_PLACE = {
	mjd: 1,
	kind: 2,
	band: 3,
	key: 4,
	psfFlux: 5,
	psfFluxErr: 6,
	mag: 7,
	magErr: 8,
	limitMag: 9,
	positive: 10,
	ra: 11,
	dec: 12,
	programme: 13,
} as const;
export const POINT_TYPE =
	'Tuple(Float64, Int8, String, UInt64, Float64, Float64, Float64, Float64, Float64, Int8, Float64, Float64, String)';
const ABSENT_POINT = `CAST((nan, 0, '', 0, nan, nan, nan, nan, nan, -1, nan, nan, ''), '${POINT_TYPE}')`;

const MATCH_PLACE = {
	sepArcsec: 1,
	rank: 2,
	catalog: 3,
	release: 4,
	sourceId: 5,
	ra: 6,
	dec: 7,
	mag: 8,
	redshift: 9,
	numbers: 10,
	texts: 11,
} as const;
export const MATCH_TYPE =
	'Tuple(Float64, UInt16, String, String, String, Float64, Float64, Float64, Float64, Map(String, Float64), Map(String, String))';
const ABSENT_MATCH = `CAST((nan, 0, '', '', '', nan, nan, nan, nan, map(), map()), '${MATCH_TYPE}')`;

const ASSOCIATION_PLACE = { rank: 1, sepArcsec: 2, survey: 3, objectId: 4, points: 5 } as const;
export const ASSOCIATION_TYPE = `Tuple(UInt16, Float64, String, String, Array(${POINT_TYPE}), String)`;
const ABSENT_ASSOCIATION = `CAST((0, nan, '', '', [], ''), '${ASSOCIATION_TYPE}')`;

const ABSENT: Readonly<Record<RecordKind, string>> = {
	point: ABSENT_POINT,
	match: ABSENT_MATCH,
	association: ABSENT_ASSOCIATION,
	pair: `(${ABSENT_POINT}, ${ABSENT_POINT})`,
};

const KIND_CODE = { detections: 1, upperLimits: 2, forcedPhotometry: 3 } as const;

/** What a query needs beside the alerts' own columns. */
export interface Needs {
	readonly fields: Map<string, FilterField>;
	points: boolean;
	readonly catalogs: Set<string>;
	readonly runs: Map<string, string>;
	readonly scores: Map<string, { readonly model: string; readonly label: string | null }>;
	readonly associations: Set<string>;
	hpx29: boolean;
	position: boolean;
	alertId: boolean;
}

/** Writes nodes as SQL and collects their parameters and what they need; for one query. */
export class SqlWriter {
	readonly params: Record<string, SqlParam> = {};
	readonly needs: Needs = {
		fields: new Map(),
		points: false,
		catalogs: new Set(),
		runs: new Map(),
		scores: new Map(),
		associations: new Set(),
		hpx29: false,
		position: false,
		alertId: false,
	};
	private readonly known = new Map<string, string>();
	private bound = 0;

	/** The placeholder of a value; equal values share one. */
	param(type: string, value: SqlParam): string {
		const key = `${type} ${typeof value === 'object' ? value.map(String).join('\u0000') : Object.is(value, -0) ? '-0' : String(value)}`;
		let name = this.known.get(key);
		if (name === undefined) {
			name = `f${this.known.size}`;
			this.known.set(key, name);
			this.params[name] = value;
		}
		return `{${name}:${type}}`;
	}

	/** `body` with names for values that stand in it more than once: a lambda over one element is ClickHouse's "let". */
	private named(values: readonly string[], body: (...names: string[]) => string): string {
		const names = values.map(() => {
			this.bound += 1;
			return `v${this.bound}`;
		});
		const list = names.length === 1 ? (names[0] ?? '') : `(${names.join(', ')})`;
		return `arrayElement(arrayMap(${list} -> ${body(...names)}, ${values.map((value) => `[${value}]`).join(', ')}), 1)`;
	}

	// --- conditions

	/** 1 where the condition is true (or, if asked, false), else 0. */
	truth(node: TruthNode, yes: boolean): string {
		switch (node.kind) {
			case 'const':
				return node.value === yes ? '1' : '0';
			case 'field':
				return `ifNull(${this.column(node.field)} = ${yes ? 'true' : 'false'}, 0)`;
			case 'member':
				return `(${this.place(node.of, POINT_PLACE.positive)} = ${yes ? 1 : 0})`;
			case 'compare':
				return this.compare(node, yes);
			case 'sameText':
				return `ifNull(${this.text(node.a)} ${yes ? '=' : '!='} ${this.text(node.b)}, 0)`;
			case 'textTest':
				return this.textTest(node, yes);
			case 'oneOfTexts': {
				const [first = '', ...others] = node.values;
				if (others.length === 0) {
					return `ifNull(${this.text(node.a)} ${yes ? '=' : '!='} ${this.param('String', first)}, 0)`;
				}
				return `ifNull(${this.text(node.a)} ${yes ? 'IN' : 'NOT IN'} ${this.param('Array(String)', node.values)}, 0)`;
			}
			case 'oneOfNumbers': {
				const value = this.number(node.a);
				const list = this.param('Array(Float64)', node.values);
				return yes
					? `has(${list}, ${value})`
					: this.named([value], (x) => `(NOT isNaN(${x}) AND NOT has(${list}, ${x}))`);
			}
			case 'sameId':
				return this.sameId(node.a, node.values, yes);
			case 'not':
				return this.truth(node.a, !yes);
			case 'and':
			case 'or': {
				const terms = node.terms.map((term) => this.truth(term, yes));
				return `(${terms.join((node.kind === 'and') === yes ? ' AND ' : ' OR ')})`;
			}
			case 'present':
				return this.present(node.of, yes);
			case 'any':
			case 'all':
				return `${(node.kind === 'any') === yes ? 'arrayExists' : 'arrayAll'}(p${node.depth} -> ${this.truth(node.test, yes)}, ${this.list(node.list)})`;
			case 'sample':
				return `(${this.hash(node.seed)} ${yes ? '<' : '>='} ${this.param('Float64', node.fraction)})`;
			case 'inRegion':
				return this.inRegion(node, yes);
			case 'inCircles':
				return this.inCircles(node.circles, yes);
		}
	}

	private compare({ op, a, b }: TruthNode & { kind: 'compare' }, yes: boolean): string {
		const x = this.number(a);
		const y = this.number(b);
		switch (op) {
			case '<':
				return `(${x} ${yes ? '<' : '>='} ${y})`;
			case '<=':
				return `(${x} ${yes ? '<=' : '>'} ${y})`;
			case '==':
				// of two numbers that are there, the difference is 0 exactly where they are equal
				return yes ? `(${x} = ${y})` : `(abs(${x} - ${y}) > 0)`;
		}
	}

	private textTest({ op, a, b }: TruthNode & { kind: 'textTest' }, yes: boolean): string {
		const x = this.text(a);
		const y = this.text(b);
		switch (op) {
			case 'contains':
				return `ifNull(position(${x}, ${y}) ${yes ? '>' : '='} 0, 0)`;
			case 'startsWith':
			case 'endsWith':
				return `ifNull(${op}(${x}, ${y}) = ${yes ? 1 : 0}, 0)`;
		}
	}

	private sameId({ field }: IdNode, values: readonly string[], yes: boolean): string {
		const column = this.column(field);
		if (field.storage === 'long') {
			const ids = values.map(BigInt).filter((id) => id < 2n ** 63n);
			return `ifNull(${yes ? '' : 'NOT '}has(${this.param('Array(Int64)', ids)}, assumeNotNull(${column})) AND ${column} IS NOT NULL, 0)`;
		}
		return `(${yes ? '' : 'NOT '}has(${this.param('Array(UInt64)', values.map(BigInt))}, ${column}))`;
	}

	private present(of: NumNode | TextNode | IdNode | RefNode | TruthNode, yes: boolean): string {
		const not = yes ? 'NOT ' : '';
		switch (of.sort) {
			case 'num':
				return `(${not}isNaN(${this.number(of)}))`;
			case 'text':
				return `(${this.text(of)} IS ${yes ? 'NOT ' : ''}NULL)`;
			case 'id':
				return `(${this.column(of.field)} IS ${yes ? 'NOT ' : ''}NULL)`;
			case 'ref':
				return this.presentRecord(of, yes);
			case 'truth':
				return `((${this.truth(of, true)} OR ${this.truth(of, false)}) = ${yes ? 1 : 0})`;
		}
	}

	private presentRecord(of: RefNode, yes: boolean): string {
		const op = yes ? '!=' : '=';
		switch (of.record) {
			case 'point':
				return `(${this.place(of, POINT_PLACE.kind)} ${op} 0)`;
			case 'match':
				return `(${this.place(of, MATCH_PLACE.catalog)} ${op} '')`;
			case 'association':
				return `(${this.place(of, ASSOCIATION_PLACE.survey)} ${op} '')`;
			case 'pair':
				return `(tupleElement(${this.place(of, 1)}, ${POINT_PLACE.kind}) ${op} 0)`;
		}
	}

	/** The id hashed to [0, 1), as hashToUnit does: splitmix64; UInt64 arithmetic wraps. */
	private hash(seed: number): string {
		this.needs.alertId = true;
		const start = `a.alert_id + ${this.param('UInt64', ((BigInt(seed) + 1n) * 0x9e3779b97f4a7c15n) & (2n ** 64n - 1n))}`;
		const mix = (z: string, shift: number, factor: string) =>
			this.named(
				[z],
				(x) => `bitXor(${x}, bitShiftRight(${x}, ${shift}))${factor === '' ? '' : ` * toUInt64(${factor})`}`,
			);
		const mixed = mix(mix(mix(start, 30, '13787848793156543929'), 27, '10723151780598845931'), 31, '');
		return `toFloat64(bitShiftRight(${mixed}, 11)) * 1.1102230246251565e-16`;
	}

	private inRegion({ order, ranges }: TruthNode & { kind: 'inRegion' }, yes: boolean): string {
		this.needs.hpx29 = true;
		const from = this.param(
			'Array(UInt64)',
			ranges.map(([first]) => BigInt(first)),
		);
		const to = this.param(
			'Array(UInt64)',
			ranges.map(([, end]) => BigInt(end)),
		);
		const pixel = `bitShiftRight(a.hpx29, ${58 - 2 * order})`;
		return `(arrayExists((l, h) -> ${pixel} >= l AND ${pixel} < h, ${from}, ${to}) = ${yes ? 1 : 0})`;
	}

	private inCircles(circles: readonly number[], yes: boolean): string {
		this.needs.position = true;
		const every = (offset: number) =>
			this.param(
				'Array(Float64)',
				circles.filter((_, i) => i % 3 === offset),
			);
		const inside = `abs(a.dec - d) * 3600 <= s + 0.001 AND ${this.separation('a.ra', 'a.dec', 'r', 'd')} <= s`;
		return `(arrayExists((r, d, s) -> ${inside}, ${every(0)}, ${every(1)}, ${every(2)}) = ${yes ? 1 : 0})`;
	}

	// --- numbers

	/** A Float64; NaN where absent. */
	number(node: NumNode): string {
		switch (node.kind) {
			case 'const':
				return Number.isNaN(node.value) ? 'nan' : this.param('Float64', node.value);
			case 'field':
				return this.numberField(node.field);
			case 'member':
				return this.numberMember(node);
			case 'element':
				return `p${node.depth}`;
			case 'arith':
				return this.arithmetic(node);
			case 'least':
			case 'greatest':
				return this.named(
					[this.number(node.a), this.number(node.b)],
					(x, y) => `if(isNaN(${x}) OR isNaN(${y}), nan, ${node.kind}(${x}, ${y}))`,
				);
			case 'round': {
				const x = this.number(node.a);
				if (node.digits === 0) return finite(`floor(${x} + 0.5)`);
				const scale = 10 ** node.digits;
				return finite(`floor(${x} * ${scale} + 0.5) / ${scale}`);
			}
			case 'math':
				return this.math(
					node.fn,
					node.args.map((arg) => this.number(arg)),
				);
			case 'choose':
				return `multiIf(${this.truth(node.test, true)}, ${this.number(node.then)}, ${this.truth(node.test, false)}, ${this.number(node.otherwise)}, nan)`;
			case 'coalesce':
				return node.args
					.map((arg) => this.number(arg))
					.reduceRight((later, first) => `ifNotFinite(${first}, ${later})`);
			case 'count':
				return `toFloat64(length(${this.list(node.list)}))`;
			case 'aggregate':
				return this.aggregate(node);
			case 'fit':
				return this.fit(node);
			case 'score':
				return this.score(node.model, node.label);
			case 'modulo':
				return `ifNull(toFloat64(positiveModulo(${this.column(node.of.field)}, ${this.param('Int64', node.divisor)})), nan)`;
		}
	}

	private numberField(field: FilterField): string {
		const column = this.column(field);
		switch (field.storage) {
			case 'float32':
			case 'float64':
				return finite(`toFloat64(${column})`);
			case 'int':
				return `ifNull(toFloat64(${column}), nan)`;
			case 'night':
				return `toFloat64(toUInt16(${column}))`;
			case 'id':
			case 'long':
			case 'text':
			case 'truth':
				throw new Error(`${field.name} is not a number`);
		}
	}

	private numberMember({ of, name }: NumNode & { kind: 'member' }): string {
		switch (of.record) {
			case 'point':
				return this.place(of, placeIn(POINT_PLACE, name));
			case 'association':
				return this.place(of, placeIn(ASSOCIATION_PLACE, name));
			case 'match': {
				if (name in MATCH_PLACE) return this.place(of, placeIn(MATCH_PLACE, name));
				const key = this.param('String', name);
				return this.named([this.place(of, MATCH_PLACE.numbers)], (m) =>
					finite(`if(mapContains(${m}, ${key}), ${m}[${key}], nan)`),
				);
			}
			case 'pair':
				throw new Error('A pair has no numbers of its own');
		}
	}

	private arithmetic({ op, a, b }: NumNode & { kind: 'arith' }): string {
		const x = this.number(a);
		const y = this.number(b);
		if (op === '%') return this.named([x, y], (p, q) => finite(`${p} - ${q} * floor(${p} / ${q})`));
		return finite(`${x} ${op} ${y}`);
	}

	private math(fn: MathFn, args: readonly string[]): string {
		const [x = 'nan', y = 'nan', z = 'nan', w = 'nan'] = args;
		switch (fn) {
			case 'abs':
			case 'floor':
			case 'ceil':
				return `${fn}(${x})`;
			case 'sign':
				return this.named([x], (v) => `if(isNaN(${v}), nan, toFloat64(sign(${v})))`);
			case 'ln':
				return finite(`log(${x})`);
			case 'pow':
				// pow(1, nan) is 1
				return this.named([x, y], (v, u) => `if(isNaN(${v}) OR isNaN(${u}), nan, ${finite(`pow(${v}, ${u})`)})`);
			case 'atan2':
				return finite(`atan2(${x}, ${y})`);
			case 'separation':
				return this.named([x, y, z, w], (...names) =>
					finite(this.separation(names[0] ?? '', names[1] ?? '', names[2] ?? '', names[3] ?? '')),
				);
			case 'sqrt':
			case 'exp':
			case 'log10':
			case 'sin':
			case 'cos':
			case 'tan':
			case 'asin':
			case 'acos':
			case 'atan':
				return finite(`${fn}(${x})`);
		}
	}

	/** Arcsec between two positions in degrees, as separationArcsec (src/lib/astro/sphere.ts). */
	private separation(ra1: string, dec1: string, ra2: string, dec2: string): string {
		const rad = (degrees: string) => `(${degrees}) * 0.017453292519943295`;
		const sines = [
			`sin(${rad(dec1)})`, `cos(${rad(dec1)})`, `sin(${rad(dec2)})`, `cos(${rad(dec2)})`, rad(`${ra2} - ${ra1}`), `sin(${rad(`${dec2} - ${dec1}`)})`,
		]; // prettier-ignore
		return this.named(sines, (s1 = '', c1 = '', s2 = '', c2 = '', dRa = '', sd = '') => {
			const along = `${sd} + 2 * ${s1} * ${c2} * sin(${dRa} / 2) * sin(${dRa} / 2)`;
			return `atan2(hypot(${c2} * sin(${dRa}), ${along}), ${s1} * ${s2} + ${c1} * ${c2} * cos(${dRa})) * 57.29577951308232 * 3600`;
		});
	}

	/** Known numbers of a list, in its order. */
	private values(list: ListNode, value: NumNode, depth: number): string {
		const body = this.number(value);
		const mapped = body === `p${depth}` ? this.list(list) : `arrayMap(p${depth} -> ${body}, ${this.list(list)})`;
		return `arrayFilter(x -> NOT isNaN(x), ${mapped})`;
	}

	private aggregate({ fn, list, value, depth }: NumNode & { kind: 'aggregate' }): string {
		const values = this.values(list, value, depth);
		switch (fn) {
			case 'sum':
				return finite(`arraySum(${values})`);
			case 'mean':
				return this.named([values], (v) => finite(`arraySum(${v}) / length(${v})`));
			case 'min':
				return finite(`arrayMin(arrayPushBack(${values}, inf))`);
			case 'max':
				return finite(`arrayMax(arrayPushBack(${values}, -inf))`);
			case 'median':
				return this.named([`arraySort(${values})`], (v) => {
					const middle = `intDiv(length(${v}), 2)`;
					const even = finite(`(${v}[${middle}] + ${v}[${middle} + 1]) / 2`);
					return `multiIf(empty(${v}), nan, length(${v}) % 2 = 1, ${v}[${middle} + 1], ${even})`;
				});
		}
	}

	/** As fitOf (fit.ts), sum by sum. */
	private fit({ fn, list, x, y, err, depth }: NumNode & { kind: 'fit' }): string {
		const triple = `(${this.number(x)}, ${this.number(y)}, ${this.number(err)})`;
		const usable = 'NOT isNaN(t.1) AND NOT isNaN(t.2) AND t.3 > 0';
		const points = `arrayFilter(t -> ${usable}, arrayMap(p${depth} -> ${triple}, ${this.list(list)}))`;
		const w = '(1 / (t.3 * t.3))';
		return this.named([points], (u = '') => {
			const total = `arraySum(t -> ${w}, ${u})`;
			const means = [`arraySum(t -> ${w} * t.1, ${u}) / ${total}`, `arraySum(t -> ${w} * t.2, ${u}) / ${total}`];
			return this.named(means, (mx = '', my = '') => {
				const dx = `(t.1 - ${mx})`;
				const sums = [`arraySum(t -> ${w} * ${dx} * ${dx}, ${u})`, `arraySum(t -> ${w} * ${dx} * (t.2 - ${my}), ${u})`];
				return this.named(sums, (sxx = '', sxy = '') => this.fitted(fn, { u, mx, my, sxx, sxy, w }));
			});
		});
	}

	private fitted(
		fn: FitFn,
		{ u, mx, my, sxx, sxy, w }: Readonly<Record<'u' | 'mx' | 'my' | 'sxx' | 'sxy' | 'w', string>>,
	): string {
		const enough = (least: number, value: string) =>
			`if(length(${u}) >= ${least} AND ${sxx} > 0, ${finite(value)}, nan)`;
		switch (fn) {
			case 'slope':
				return enough(2, `${sxy} / ${sxx}`);
			case 'slopeError':
				return enough(2, `sqrt(1 / ${sxx})`);
			case 'slopeChi2': {
				const off = `(t.2 - ${my} - ${sxy} / ${sxx} * (t.1 - ${mx}))`;
				return enough(3, `arraySum(t -> ${w} * ${off} * ${off}, ${u}) / (length(${u}) - 2)`);
			}
		}
	}

	private score(model: string, label: string | null): string {
		const key = JSON.stringify([model, label]);
		const known = this.needs.scores.get(key);
		const place = known === undefined ? this.needs.scores.size : [...this.needs.scores.keys()].indexOf(key);
		if (known === undefined) this.needs.scores.set(key, { model, label });
		// labels and scores of that model; without a label named, there must be one only
		return `if(length(arrayDistinct(a.score_${place}.1)) = 1, ${finite(`a.score_${place}.2[1]`)}, nan)`;
	}

	// --- texts

	/** A Nullable(String). */
	text(node: TextNode): string {
		switch (node.kind) {
			case 'const':
				return this.param('String', node.value);
			case 'field':
				return `nullIf(toString(${this.column(node.field)}), '')`;
			case 'member':
				return this.textMember(node);
			case 'choose':
				return `multiIf(${this.truth(node.test, true)}, ${this.text(node.then)}, ${this.truth(node.test, false)}, ${this.text(node.otherwise)}, NULL)`;
			case 'coalesce':
				return `coalesce(${node.args.map((arg) => this.text(arg)).join(', ')})`;
			case 'lower':
				return `lower(${this.text(node.a)})`;
			case 'matchState': {
				let column = this.needs.runs.get(node.catalog);
				if (column === undefined) {
					column = `run_${this.needs.runs.size}`;
					this.needs.runs.set(node.catalog, column);
				}
				return `nullIf(a.${column}[1], '')`;
			}
		}
	}

	private textMember({ of, name }: TextNode & { kind: 'member' }): string {
		switch (of.record) {
			case 'point':
				return `nullIf(${this.place(of, placeIn(POINT_PLACE, name))}, '')`;
			case 'association':
				return `nullIf(${this.place(of, placeIn(ASSOCIATION_PLACE, name))}, '')`;
			case 'match':
				if (name in MATCH_PLACE) return `nullIf(${this.place(of, placeIn(MATCH_PLACE, name))}, '')`;
				return `nullIf(${this.place(of, MATCH_PLACE.texts)}[${this.param('String', name)}], '')`;
			case 'pair':
				throw new Error('A pair has no texts');
		}
	}

	/** An id as a decimal text for the reader; NULL where absent. */
	id(node: IdNode): string {
		return `toString(${this.column(node.field)})`;
	}

	// --- records and lists

	private place(of: RefNode, place: number): string {
		return `tupleElement(${this.ref(of)}, ${place})`;
	}

	private ref(node: RefNode): string {
		switch (node.kind) {
			case 'var':
				return `p${node.depth}`;
			case 'pick': {
				const list = this.list(node.list);
				const absent = ABSENT[node.record];
				return node.end === 'first'
					? `arrayElement(arrayPushBack(${list}, ${absent}), 1)`
					: `arrayElement(arrayPushFront(${list}, ${absent}), -1)`;
			}
			case 'member':
				return this.place(node.of, node.name === 'before' ? 1 : 2);
		}
	}

	private list(node: ListNode): string {
		switch (node.kind) {
			case 'source': {
				const points = node.of === null ? 'a.points' : this.place(node.of, ASSOCIATION_PLACE.points);
				if (node.of === null) this.needs.points = true;
				return `arrayFilter(k -> k.${POINT_PLACE.kind} = ${KIND_CODE[node.name]}, ${points})`;
			}
			case 'matches':
				this.needs.catalogs.add(node.catalog);
				return `arrayFilter(k -> k.${MATCH_PLACE.catalog} = ${this.param('String', node.catalog)}, a.matches)`;
			case 'associations':
				this.needs.associations.add(node.survey);
				return `arrayFilter(k -> k.${ASSOCIATION_PLACE.survey} = ${this.param('String', node.survey)}, a.associations)`;
			case 'where':
				return `arrayFilter(p${node.depth} -> ${this.truth(node.test, true)}, ${this.list(node.list)})`;
			case 'sort':
				return this.named(
					[this.list(node.list)],
					(l) =>
						`arraySort((p${node.depth}, i) -> (ifNotFinite(${this.number(node.by)}, inf), i), ${l}, arrayEnumerate(${l}))`,
				);
			case 'map':
				return this.values(node.list, node.value, node.depth);
			case 'take': {
				const list = this.list(node.list);
				return node.end === 'first'
					? `arraySlice(${list}, 1, ${node.count})`
					: `arrayReverse(arraySlice(arrayReverse(${list}), 1, ${node.count}))`;
			}
			case 'pairs':
				return this.pairs(node.list);
		}
	}

	/** Neighbours of the same band, band by band in alphabetical order. */
	private pairs(list: ListNode): string {
		const band = POINT_PLACE.band;
		return this.named([`arrayFilter(k -> k.${band} != '', ${this.list(list)})`], (l = '') =>
			this.named([`arraySort((k, i) -> (k.${band}, i), ${l}, arrayEnumerate(${l}))`], (s = '') => {
				const both = `arrayMap((x, y) -> (x, y), arrayPopBack(${s}), arrayPopFront(${s}))`;
				return `arrayFilter(q -> tupleElement(q.1, ${band}) = tupleElement(q.2, ${band}), ${both})`;
			}),
		);
	}

	private column(field: FilterField): string {
		this.needs.fields.set(field.column, field);
		return `a.${field.column}`;
	}
}

/** What is not a finite number is absent. */
function finite(sql: string): string {
	return `ifNotFinite(${sql}, nan)`;
}

function placeIn(places: Readonly<Record<string, number>>, name: string): number {
	const place = places[name];
	if (place === undefined) throw new Error(`No member ${name}`);
	return place;
}
