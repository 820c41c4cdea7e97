import fc from 'fast-check';
import { Builder } from '#lib/filter/build.ts';
import { findField } from '#lib/filter/catalogue.ts';
import { ipixOf } from '#lib/astro/healpix.ts';
import type {
	AggregateFn,
	ExactFn,
	ListNode,
	LooseFn,
	NumNode,
	Pool,
	RefNode,
	SourceName,
	TextNode,
	TruthNode,
} from '#lib/filter/core.ts';

// Random typed trees: first as plain data that fast-check can make, show and make smaller, then as nodes of a pool.

export type NumSpec =
	| { k: 'const'; pick: number }
	| { k: 'field'; name: string }
	| { k: 'score'; model: string; label: string | null }
	| { k: 'member'; of: RefSpec; name: string }
	| { k: 'arith'; op: '+' | '-' | '*' | '/' | '%'; a: NumSpec; b: NumSpec }
	| { k: 'extreme'; op: 'least' | 'greatest'; a: NumSpec; b: NumSpec }
	| { k: 'exact'; fn: ExactFn; a: NumSpec }
	| { k: 'round'; a: NumSpec; digits: number }
	| { k: 'choose'; test: TruthSpec; a: NumSpec; b: NumSpec }
	| { k: 'coalesce'; a: NumSpec; b: NumSpec }
	| { k: 'count'; list: ListSpec }
	| { k: 'aggregate'; fn: AggregateFn; list: ListSpec; value: NumSpec }
	| { k: 'fit'; fn: 'slope' | 'slopeError' | 'slopeChi2'; list: ListSpec; y: string; err: string }
	| { k: 'mod'; divisor: number };

/** Points, matches and associations; `up` names the element of the innermost list (0) or of one around it. */
export type RefSpec =
	| { k: 'var'; up: number }
	| { k: 'pick'; end: 'first' | 'last'; list: ListSpec }
	| { k: 'nearest'; catalog: string }
	| { k: 'associated' };

export type ListSpec =
	| { k: 'source'; name: SourceName; other: boolean }
	| { k: 'where'; list: ListSpec; test: TruthSpec }
	| { k: 'sort'; list: ListSpec; by: NumSpec }
	| { k: 'take'; list: ListSpec; count: number; end: 'first' | 'last' };

export type TextSpec =
	| { k: 'field'; name: string }
	| { k: 'lower'; a: TextSpec }
	| { k: 'run' }
	| { k: 'coalesce'; a: TextSpec; b: TextSpec };

export type TruthSpec =
	| { k: 'threshold'; op: '<' | '<=' | '=='; a: NumSpec; pick: number; nudge: number }
	| { k: 'compare'; op: '<' | '<=' | '=='; a: NumSpec; b: NumSpec }
	| { k: 'field'; name: string }
	| { k: 'positive'; up: number }
	| { k: 'band'; up: number; band: string }
	| { k: 'sameBand'; up: number }
	| { k: 'text'; a: TextSpec; op: 'oneOf' | 'contains' | 'startsWith' | 'endsWith'; values: string[] }
	| { k: 'and' | 'or'; terms: TruthSpec[] }
	| { k: 'not'; a: TruthSpec }
	| { k: 'present'; a: NumSpec }
	| { k: 'presentTruth'; a: TruthSpec }
	| { k: 'any' | 'all'; list: ListSpec; test: TruthSpec }
	| { k: 'pairs'; list: ListSpec; member: 'mjd' | 'mag'; pick: number }
	| { k: 'sample'; fraction: number; seed: number }
	| { k: 'ids'; picks: number[] }
	| { k: 'region'; order: number; picks: number[] }
	| { k: 'circles'; picks: { place: number; radius: number }[] }
	| { k: 'loose'; fn: LooseFn; a: NumSpec; b: NumSpec; pick: number };

const NUMBER_FIELDS = [
	'mag', 'magErr', 'psfFlux', 'psfFluxErr', 'limitMag', 'snr', 'mjd', 'age', 'ra', 'dec', 'galacticLat', 'reliability', 'starScore',
	'nDetections', 'night', 'firstMjd', 'classScore', 'ztf.drb', 'ztf.magap', 'ztf.scorr', 'ztf.nbad', 'ztf.jd', 'lsst.psfFlux',
	'lsst.midpointMjdTai', 'lsst.psfNdata', 'g.riseRate', 'r.peakMag', 'g.peakMjd', 'r.fluxSkew', 'peakMag', 'combined.g.peakMag',
]; // prettier-ignore
const TEXT_FIELDS = [
	'survey',
	'band',
	'ssoName',
	'class',
	'objectId',
	'ztf.pdiffimfilename',
	'ztf.drbversion',
	'lsst.band',
];
const TRUTH_FIELDS = ['positive', 'exposureAssumed', 'lsst.isDipole', 'lsst.shape_flag', 'stationary', 'rock'];
const POINT_NUMBERS = ['mjd', 'mag', 'magErr', 'psfFlux', 'psfFluxErr', 'limitMag', 'ra', 'dec'];
const WORDS = ['Ceres', 'ceres', '(1) Ceres', 'A', "it's", 'ünï', '日本', 'g', 'ztf', 'sso', 'd6_m7', 'ZTF26'];

const SOURCES: readonly SourceName[] = ['detections', 'forcedPhotometry', 'upperLimits'];

/** Trees of a depth: `lambdas` counts the lists whose elements may be named, up to two. */
function arbitraries(lambdas: number, depth: number): { num: fc.Arbitrary<NumSpec>; truth: fc.Arbitrary<TruthSpec> } {
	const pick = fc.nat(1000);
	const up = fc.nat(Math.max(0, lambdas - 1));
	const op = fc.constantFrom('<', '<=', '==' as const);
	const list = listArbitrary(lambdas, depth);
	const refs: fc.Arbitrary<NumSpec>[] = [
		fc.record({
			k: fc.constant('member' as const),
			of: fc.record({ k: fc.constant('pick' as const), end: fc.constantFrom('first', 'last' as const), list }),
			name: fc.constantFrom(...POINT_NUMBERS),
		}),
		fc.record({
			k: fc.constant('member' as const),
			of: fc.record({ k: fc.constant('nearest' as const), catalog: fc.constantFrom('NED', 'Gaia', 'none') }),
			name: fc.constantFrom('sepArcsec', 'mag', 'redshift', 'ra', 'w1', 'w2'),
		}),
		fc.constant({ k: 'member', of: { k: 'associated' }, name: 'sepArcsec' }),
	];
	const leaves: fc.Arbitrary<NumSpec>[] = [
		fc.record({ k: fc.constant('const' as const), pick }),
		fc.record({ k: fc.constant('field' as const), name: fc.constantFrom(...NUMBER_FIELDS) }),
		fc.constantFrom<NumSpec>(
			{ k: 'score', model: 'acai_h', label: null },
			{ k: 'score', model: 'classes', label: 'sn' },
			{ k: 'score', model: 'classes', label: null },
		),
		...refs,
	];
	if (lambdas > 0) {
		const own = fc.record({
			k: fc.constant('member' as const),
			of: fc.record({ k: fc.constant('var' as const), up }),
			name: fc.constantFrom(...POINT_NUMBERS),
		});
		leaves.push(own, own, own, own);
	}
	const truthLeaves: fc.Arbitrary<TruthSpec>[] = [
		fc.record({ k: fc.constant('field' as const), name: fc.constantFrom(...TRUTH_FIELDS) }),
		fc.record({
			k: fc.constant('text' as const),
			a: fc.oneof(
				fc.record({ k: fc.constant('field' as const), name: fc.constantFrom(...TEXT_FIELDS) }),
				fc.constantFrom<TextSpec>(
					{ k: 'lower', a: { k: 'field', name: 'ssoName' } },
					{ k: 'run' },
					{ k: 'coalesce', a: { k: 'field', name: 'ssoName' }, b: { k: 'field', name: 'class' } },
				),
			),
			op: fc.constantFrom('oneOf', 'contains', 'startsWith', 'endsWith' as const),
			values: fc.uniqueArray(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }),
		}),
		fc.record({ k: fc.constant('sample' as const), fraction: fc.constantFrom(0.1, 0.5, 1), seed: fc.nat(3) }),
		fc.record({ k: fc.constant('ids' as const), picks: fc.array(pick, { minLength: 1, maxLength: 2 }) }),
		fc.record({
			k: fc.constant('region' as const),
			order: fc.nat(13),
			picks: fc.array(pick, { minLength: 1, maxLength: 8 }),
		}),
	];
	if (lambdas > 0) {
		truthLeaves.push(
			fc.record({ k: fc.constant('positive' as const), up }),
			fc.record({ k: fc.constant('band' as const), up, band: fc.constantFrom('g', 'r', 'i', 'z') }),
			fc.record({ k: fc.constant('sameBand' as const), up }),
		);
	}
	if (depth <= 0) {
		const num = fc.oneof(...leaves);
		const threshold = fc.record({
			k: fc.constant('threshold' as const),
			op,
			a: num,
			pick,
			nudge: fc.integer({ min: -1, max: 1 }),
		});
		return { num, truth: fc.oneof(threshold, ...truthLeaves) };
	}
	const inner = arbitraries(lambdas, depth - 1);
	const within = lambdas < 2 ? arbitraries(lambdas + 1, depth - 2) : null;
	const { num: n, truth: t } = inner;
	const nums: fc.Arbitrary<NumSpec>[] = [
		fc.record({ k: fc.constant('arith' as const), op: fc.constantFrom('+', '-', '*', '/', '%' as const), a: n, b: n }),
		fc.record({ k: fc.constant('arith' as const), op: fc.constantFrom('+', '-', '*', '/' as const), a: n, b: n }),
		fc.record({ k: fc.constant('extreme' as const), op: fc.constantFrom('least', 'greatest' as const), a: n, b: n }),
		fc.record({
			k: fc.constant('exact' as const),
			fn: fc.constantFrom<ExactFn>('abs', 'sqrt', 'floor', 'ceil', 'sign'),
			a: n,
		}),
		fc.record({ k: fc.constant('round' as const), a: n, digits: fc.nat(4) }),
		fc.record({ k: fc.constant('choose' as const), test: t, a: n, b: n }),
		fc.record({ k: fc.constant('coalesce' as const), a: n, b: n }),
		fc.record({ k: fc.constant('count' as const), list }),
		fc.record({
			k: fc.constant('fit' as const),
			fn: fc.constantFrom('slope', 'slopeError', 'slopeChi2' as const),
			list,
			y: fc.constantFrom('mag', 'psfFlux'),
			err: fc.constantFrom('magErr', 'psfFluxErr'),
		}),
		fc.record({ k: fc.constant('mod' as const), divisor: fc.constantFrom(1, 2, 113, 1_000_000_000) }),
	];
	const truths: fc.Arbitrary<TruthSpec>[] = [
		fc.record({ k: fc.constant('threshold' as const), op, a: n, pick, nudge: fc.integer({ min: -1, max: 1 }) }),
		fc.record({ k: fc.constant('compare' as const), op, a: n, b: n }),
		fc.record({ k: fc.constantFrom('and', 'or' as const), terms: fc.array(t, { minLength: 2, maxLength: 3 }) }),
		fc.record({ k: fc.constant('not' as const), a: t }),
		fc.record({ k: fc.constant('present' as const), a: n }),
		fc.record({ k: fc.constant('presentTruth' as const), a: t }),
		fc.record({ k: fc.constant('pairs' as const), list, member: fc.constantFrom('mjd', 'mag' as const), pick }),
	];
	if (within !== null) {
		nums.push(
			fc.record({
				k: fc.constant('aggregate' as const),
				fn: fc.constantFrom<AggregateFn>('sum', 'mean', 'min', 'max', 'median'),
				list,
				value: within.num,
			}),
		);
		const quantified = fc.record({ k: fc.constantFrom('any', 'all' as const), list, test: within.truth });
		truths.push(quantified, quantified);
	}
	return { num: fc.oneof(...leaves, ...nums), truth: fc.oneof(...truthLeaves, ...truths) };
}

function listArbitrary(lambdas: number, depth: number): fc.Arbitrary<ListSpec> {
	const source: fc.Arbitrary<ListSpec> = fc.record({
		k: fc.constant('source' as const),
		name: fc.constantFrom(...SOURCES),
		other: fc.constantFrom(false, false, false, true),
	});
	if (depth <= 0 || lambdas >= 2) return source;
	const within = arbitraries(lambdas + 1, depth - 2);
	return fc.oneof(
		source,
		fc.record({ k: fc.constant('where' as const), list: source, test: within.truth }),
		fc.record({ k: fc.constant('sort' as const), list: source, by: within.num }),
		fc.record({
			k: fc.constant('take' as const),
			list: source,
			count: fc.integer({ min: 1, max: 5 }),
			end: fc.constantFrom('first', 'last' as const),
		}),
	);
}

const exact = arbitraries(0, 3);

/** Conditions of functions that are alike to the bit. */
export const exactTruth: fc.Arbitrary<TruthSpec> = exact.truth;
/** Numbers of functions that are alike to the bit. */
export const exactNumber: fc.Arbitrary<NumSpec> = exact.num;

/** Conditions on logarithms, powers and angles of exact numbers, and on circles, whose thresholds keep away from the values. */
export const looseTruth: fc.Arbitrary<TruthSpec> = fc.oneof(
	{
		weight: 3,
		arbitrary: fc.record({
			k: fc.constant('loose' as const),
			fn: fc.constantFrom<LooseFn>(
				'exp',
				'ln',
				'log10',
				'pow',
				'sin',
				'cos',
				'tan',
				'asin',
				'acos',
				'atan',
				'atan2',
				'separation',
			),
			a: arbitraries(0, 1).num,
			b: arbitraries(0, 1).num,
			pick: fc.nat(1000),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			k: fc.constant('circles' as const),
			picks: fc.array(fc.record({ place: fc.nat(1000), radius: fc.nat(1000) }), { minLength: 1, maxLength: 3 }),
		}),
	},
);

/** What a tree needs of the data: numbers that occur there, and the values of a node for all alerts. */
export interface Data {
	readonly constants: readonly number[];
	readonly ids: readonly bigint[];
	readonly places: readonly { readonly ra: number; readonly dec: number }[];
	valuesOf(node: NumNode): Float64Array;
}

/** Makes nodes of a tree. */
export class TreeBuilder {
	private readonly build: Builder;
	private depth = 0;

	constructor(
		pool: Pool,
		private readonly data: Data,
	) {
		this.build = new Builder(pool);
	}

	private constant(pick: number): number {
		return this.data.constants[pick % this.data.constants.length] ?? 0;
	}

	private inside<T>(make: (depth: number) => T): T {
		this.depth += 1;
		const made = make(this.depth);
		this.depth -= 1;
		return made;
	}

	private field(name: string) {
		const field = findField(name);
		if (field === undefined) throw new Error(`no field ${name}`);
		return this.build.field(field);
	}

	num(spec: NumSpec): NumNode {
		const { build } = this;
		switch (spec.k) {
			case 'const':
				return build.num(this.constant(spec.pick));
			case 'field': {
				const node = this.field(spec.name);
				if (node.sort !== 'num') throw new Error(`${spec.name} is not a number`);
				return node;
			}
			case 'score':
				return build.score(spec.model, spec.label);
			case 'member':
				return build.numMember(this.ref(spec.of), spec.name);
			case 'arith':
				return build.arith(spec.op, this.num(spec.a), this.num(spec.b));
			case 'extreme':
				return build.extreme(spec.op, [this.num(spec.a), this.num(spec.b)]) ?? build.num(0);
			case 'exact':
				return build.math(spec.fn, [this.num(spec.a)]);
			case 'round':
				return build.round(this.num(spec.a), spec.digits);
			case 'choose':
				return build.chooseNum(this.truth(spec.test), this.num(spec.a), this.num(spec.b));
			case 'coalesce':
				return build.coalesceNum([this.num(spec.a), this.num(spec.b)]);
			case 'count':
				return build.count(this.list(spec.list));
			case 'aggregate': {
				const list = this.list(spec.list);
				return this.inside((depth) => build.aggregate(spec.fn, list, this.num(spec.value), depth));
			}
			case 'fit': {
				const list = this.list(spec.list);
				return this.inside((depth) => {
					const point = build.variable('point', depth);
					const of = (name: string) => build.numMember(point, name);
					return build.fit(spec.fn, list, [of('mjd'), of(spec.y), of(spec.err)], depth);
				});
			}
			case 'mod': {
				const id = this.field('alertId');
				if (id.sort !== 'id') throw new Error('alertId is an id');
				return build.modulo(id, spec.divisor);
			}
		}
	}

	private ref(spec: RefSpec): RefNode {
		const { build } = this;
		switch (spec.k) {
			case 'var':
				return build.variable('point', Math.max(1, this.depth - spec.up));
			case 'pick':
				return this.picked(spec.end, this.list(spec.list));
			case 'nearest':
				return this.picked('first', build.matches(spec.catalog));
			case 'associated':
				return this.picked('first', build.associations('lsst'));
		}
	}

	private picked(end: 'first' | 'last', list: ListNode): RefNode {
		const node = this.build.pick(end, list);
		if (node === null) throw new Error('numbers have no first');
		return node;
	}

	private list(spec: ListSpec): ListNode {
		const { build } = this;
		switch (spec.k) {
			case 'source':
				return build.source(spec.name, spec.other ? this.picked('first', build.associations('lsst')) : null);
			case 'where': {
				const list = this.list(spec.list);
				return this.inside((depth) => build.where(list, this.truth(spec.test), depth));
			}
			case 'sort': {
				const list = this.list(spec.list);
				return this.inside((depth) => build.sort(list, this.num(spec.by), depth));
			}
			case 'take':
				return build.take(this.list(spec.list), spec.count, spec.end);
		}
	}

	private text(spec: TextSpec): TextNode {
		const { build } = this;
		switch (spec.k) {
			case 'field': {
				const node = this.field(spec.name);
				if (node.sort !== 'text') throw new Error(`${spec.name} is not a text`);
				return node;
			}
			case 'lower':
				return build.lower(this.text(spec.a));
			case 'run':
				return build.matchState('NED');
			case 'coalesce':
				return build.coalesceText([this.text(spec.a), this.text(spec.b)]);
		}
	}

	truth(spec: TruthSpec): TruthNode {
		const { build } = this;
		switch (spec.k) {
			case 'threshold': {
				const a = this.num(spec.a);
				// on a value that occurs, or one place beside it; about an element, a number of the data
				const value = a.level === 0 ? valueNear(this.data.valuesOf(a), spec.pick) : this.constant(spec.pick);
				return build.compare(spec.op, a, build.num(nudged(value, spec.nudge)));
			}
			case 'compare':
				return build.compare(spec.op, this.num(spec.a), this.num(spec.b));
			case 'field': {
				const node = this.field(spec.name);
				if (node.sort !== 'truth') throw new Error(`${spec.name} is not a truth`);
				return node;
			}
			case 'positive':
				return build.truthMember(this.ref({ k: 'var', up: spec.up }), 'positive');
			case 'band':
				return build.oneOfTexts(build.textMember(this.ref({ k: 'var', up: spec.up }), 'band'), [spec.band]);
			case 'sameBand':
				return build.sameText(
					build.textMember(this.ref({ k: 'var', up: spec.up }), 'band'),
					this.text({ k: 'field', name: 'band' }),
				);
			case 'text': {
				const a = this.text(spec.a);
				return spec.op === 'oneOf'
					? build.oneOfTexts(a, spec.values)
					: build.textTest(spec.op, a, build.text(spec.values[0] ?? 'x'));
			}
			case 'and':
			case 'or':
				return build.logic(
					spec.k,
					spec.terms.map((term) => this.truth(term)),
				);
			case 'not':
				return build.not(this.truth(spec.a));
			case 'present':
				return build.present(this.num(spec.a));
			case 'presentTruth':
				return build.present(this.truth(spec.a));
			case 'any':
			case 'all': {
				const list = this.list(spec.list);
				return this.inside((depth) => build.quantifier(spec.k, list, this.truth(spec.test), depth));
			}
			case 'pairs': {
				const list = build.pairs(this.list(spec.list));
				return this.inside((depth) => {
					const pair = build.variable('pair', depth);
					const of = (end: 'before' | 'after') => build.numMember(build.refMember(pair, end), spec.member);
					const change = build.arith('-', of('after'), of('before'));
					return build.quantifier('any', list, build.compare('<', change, build.num(this.constant(spec.pick))), depth);
				});
			}
			case 'sample':
				return build.sample(spec.fraction, spec.seed);
			case 'ids': {
				const id = this.field('alertId');
				if (id.sort !== 'id') throw new Error('alertId is an id');
				return build.sameId(
					id,
					spec.picks.map((pick) => this.data.ids[pick % this.data.ids.length] ?? 0n),
				);
			}
			case 'region': {
				const places = spec.picks.map((pick) => this.place(pick));
				return build.inRegion(spec.order, rangesBetween(places.map(({ ra, dec }) => ipixOf(spec.order, ra, dec))));
			}
			case 'circles':
				return build.inCircles(spec.picks.flatMap((picks) => this.circle(picks)));
			case 'loose':
				return this.loose(spec);
		}
	}

	private place(pick: number): { readonly ra: number; readonly dec: number } {
		return this.data.places[pick % this.data.places.length] ?? { ra: 0, dec: 0 };
	}

	private circle({ place, radius }: { place: number; radius: number }): number[] {
		const { build } = this;
		const { ra, dec } = this.place(place);
		const own = [this.num({ k: 'field', name: 'ra' }), this.num({ k: 'field', name: 'dec' })];
		const separation = build.math('separation', [...own, build.num(ra), build.num(dec)]);
		return [ra, dec, awayFrom(this.data.valuesOf(separation), radius)];
	}

	private loose({ fn, a, b, pick }: TruthSpec & { k: 'loose' }): TruthNode {
		const { build } = this;
		const [x, y] = [this.num(a), this.num(b)];
		const value = build.math(fn, looseArgs(build, fn, x, y));
		return build.compare('<', value, build.num(awayFrom(this.data.valuesOf(value), pick)));
	}
}

function looseArgs(build: Builder, fn: LooseFn, x: NumNode, y: NumNode): NumNode[] {
	switch (fn) {
		case 'pow':
			return [build.math('abs', [x]), y];
		case 'atan2':
			return [x, y];
		case 'separation':
			return [x, y, build.num(30), build.num(-20)];
		default:
			return [x];
	}
}

/** Ranges that begin and end at pixels, by turns: of those in order the first is in, the second out, and so on. */
function rangesBetween(pixels: readonly bigint[]): [number, number][] {
	const sorted = [...new Set(pixels.map(Number))].sort((a, b) => a - b);
	return sorted.flatMap((from, i): [number, number][] => (i % 2 === 0 ? [[from, sorted[i + 1] ?? from + 1]] : []));
}

/** A value that occurs; 0 where none does. */
function valueNear(values: Float64Array, pick: number): number {
	const value = values[pick % Math.max(1, values.length)] ?? 0;
	return Number.isFinite(value) ? value : 0;
}

const view = new DataView(new ArrayBuffer(8));

/** The double some places above or below. */
function nudged(value: number, places: number): number {
	if (places === 0) return value;
	if (value === 0) return places * 5e-324;
	view.setFloat64(0, value);
	view.setBigInt64(0, view.getBigInt64(0) + BigInt(value > 0 ? places : -places));
	const moved = view.getFloat64(0);
	return Number.isFinite(moved) ? moved : value;
}

/** A threshold at least 1e-9 (relative, and absolute near 0) from every value: angles of huge numbers lose digits, hence the reserve. */
function awayFrom(values: Float64Array, pick: number): number {
	const known = [...values].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
	const start = known.length === 0 ? 0 : pick % known.length;
	for (let i = 0; i < known.length; i += 1) {
		const low = known[(start + i) % known.length] ?? 0;
		const high = known[((start + i) % known.length) + 1] ?? low + Math.max(1, Math.abs(low));
		const middle = low + (high - low) / 2;
		if (high - low > 4e-9 * Math.max(1, Math.abs(low), Math.abs(high)) && Number.isFinite(middle)) return middle;
	}
	return 1e308;
}
