import type { FilterField } from './catalogue.ts';
import type { RecordKind } from './type.ts';

// The checked tree. Equal expressions are one node (hash-consing), also across the filters of a pool, so that both back ends
// can compute them once. What is asked of each element of a list binds a variable that is known by its `depth`: how many such
// questions stood around it where it was written. Sugar is gone: `between`, `-x`, `nearest(...)`, derived members and blocks stand in these few nodes.

/** Functions of numbers that both engines compute alike to the bit. */
export type ExactFn = 'abs' | 'sqrt' | 'floor' | 'ceil' | 'sign';
/** Functions that differ between the engines by about 1e-15. */
export type LooseFn =
	| 'exp' | 'ln' | 'log10' | 'pow' | 'sin' | 'cos' | 'tan' | 'asin' | 'acos' | 'atan' | 'atan2' | 'separation'; // prettier-ignore
export type MathFn = ExactFn | LooseFn;
export type AggregateFn = 'sum' | 'mean' | 'min' | 'max' | 'median';
export type FitFn = 'slope' | 'slopeError' | 'slopeChi2';
export type SourceName = 'detections' | 'forcedPhotometry' | 'upperLimits';

/** What every node has: its number in the pool, the lambdas whose elements it depends on as bits (bit d = depth d), and the innermost of them (0 = the alert alone). */
interface Base {
	readonly id: number;
	readonly vars: number;
	readonly level: number;
	/** Operations on one alert with long lists, for the static bound. */
	readonly cost: number;
	/** Nodes below it, each counted as often as it stands there: how long its SQL is. */
	readonly size: number;
	/** Whether a function is within that the engines compute with different last digits. */
	readonly loose: boolean;
}

export type NumNode = Base & { readonly sort: 'num' } & (
		| { readonly kind: 'const'; readonly value: number }
		| { readonly kind: 'field'; readonly field: FilterField }
		| { readonly kind: 'member'; readonly of: RefNode; readonly name: string }
		| { readonly kind: 'element'; readonly depth: number }
		| { readonly kind: 'arith'; readonly op: '+' | '-' | '*' | '/' | '%'; readonly a: NumNode; readonly b: NumNode }
		| { readonly kind: 'least' | 'greatest'; readonly a: NumNode; readonly b: NumNode }
		| { readonly kind: 'round'; readonly a: NumNode; readonly digits: number }
		| { readonly kind: 'math'; readonly fn: MathFn; readonly args: readonly NumNode[] }
		| { readonly kind: 'choose'; readonly test: TruthNode; readonly then: NumNode; readonly otherwise: NumNode }
		| { readonly kind: 'coalesce'; readonly args: readonly NumNode[] }
		| { readonly kind: 'count'; readonly list: ListNode }
		| {
				readonly kind: 'aggregate';
				readonly fn: AggregateFn;
				readonly list: ListNode;
				readonly value: NumNode;
				readonly depth: number;
		  }
		| {
				readonly kind: 'fit';
				readonly fn: FitFn;
				readonly list: ListNode;
				readonly x: NumNode;
				readonly y: NumNode;
				readonly err: NumNode;
				readonly depth: number;
		  }
		| { readonly kind: 'score'; readonly model: string; readonly label: string | null }
		| { readonly kind: 'modulo'; readonly of: IdNode; readonly divisor: number }
	);

export type TruthNode = Base & { readonly sort: 'truth' } & (
		| { readonly kind: 'const'; readonly value: boolean }
		| { readonly kind: 'field'; readonly field: FilterField }
		| { readonly kind: 'member'; readonly of: RefNode; readonly name: string }
		| { readonly kind: 'compare'; readonly op: '==' | '<' | '<='; readonly a: NumNode; readonly b: NumNode }
		| { readonly kind: 'sameText'; readonly a: TextNode; readonly b: TextNode }
		| {
				readonly kind: 'textTest';
				readonly op: 'contains' | 'startsWith' | 'endsWith';
				readonly a: TextNode;
				readonly b: TextNode;
		  }
		| { readonly kind: 'sameId'; readonly a: IdNode; readonly values: readonly string[] }
		| { readonly kind: 'oneOfNumbers'; readonly a: NumNode; readonly values: readonly number[] }
		| { readonly kind: 'oneOfTexts'; readonly a: TextNode; readonly values: readonly string[] }
		| { readonly kind: 'and' | 'or'; readonly terms: readonly TruthNode[] }
		| { readonly kind: 'not'; readonly a: TruthNode }
		/** Never unknown: whether the value is there. */
		| { readonly kind: 'present'; readonly of: NumNode | TextNode | IdNode | RefNode | TruthNode }
		| { readonly kind: 'any' | 'all'; readonly list: ListNode; readonly test: TruthNode; readonly depth: number }
		| { readonly kind: 'sample'; readonly fraction: number; readonly seed: number }
		/** The alert's pixel, nested, of an order up to 13, in one of the ranges (end excluded, sorted). */
		| { readonly kind: 'inRegion'; readonly order: number; readonly ranges: readonly (readonly [number, number])[] }
		/** The alert within one of the circles: flat triples of ra, dec in degrees and radius in arcsec. */
		| { readonly kind: 'inCircles'; readonly circles: readonly number[] }
	);

export type TextNode = Base & { readonly sort: 'text' } & (
		| { readonly kind: 'const'; readonly value: string }
		| { readonly kind: 'field'; readonly field: FilterField }
		| { readonly kind: 'member'; readonly of: RefNode; readonly name: string }
		| { readonly kind: 'choose'; readonly test: TruthNode; readonly then: TextNode; readonly otherwise: TextNode }
		| { readonly kind: 'coalesce'; readonly args: readonly TextNode[] }
		| { readonly kind: 'lower'; readonly a: TextNode }
		| { readonly kind: 'matchState'; readonly catalog: string }
	);

export type IdNode = Base & { readonly sort: 'id'; readonly kind: 'field'; readonly field: FilterField };

/** One record, or none. */
export type RefNode = Base & { readonly sort: 'ref'; readonly record: RecordKind } & (
		| { readonly kind: 'var'; readonly depth: number }
		| { readonly kind: 'pick'; readonly end: 'first' | 'last'; readonly list: ListNode }
		| { readonly kind: 'member'; readonly of: RefNode; readonly name: 'before' | 'after' }
	);

export type ListNode = Base & { readonly sort: 'list'; readonly record: RecordKind | 'number' } & (
		| { readonly kind: 'source'; readonly name: SourceName; readonly of: RefNode | null }
		| { readonly kind: 'matches'; readonly catalog: string }
		| { readonly kind: 'associations'; readonly survey: string }
		| { readonly kind: 'where'; readonly list: ListNode; readonly test: TruthNode; readonly depth: number }
		| { readonly kind: 'sort'; readonly list: ListNode; readonly by: NumNode; readonly depth: number }
		| { readonly kind: 'map'; readonly list: ListNode; readonly value: NumNode; readonly depth: number }
		| { readonly kind: 'take'; readonly list: ListNode; readonly count: number; readonly end: 'first' | 'last' }
		| { readonly kind: 'pairs'; readonly list: ListNode }
	);

export type Node = NumNode | TruthNode | TextNode | IdNode | RefNode | ListNode;

type Shape<N extends Node> = N extends Node ? Omit<N, 'id' | 'cost' | 'size' | 'loose' | 'level' | 'vars'> : never;

/** What a node inherits from those within it. */
export interface Facts {
	readonly vars: number;
	readonly cost: number;
	readonly size: number;
	readonly loose: boolean;
}

/** Nodes by what they say; the same text of a node is the same object. */
export class Pool {
	private readonly nodes = new Map<string, Node>();
	private readonly uses = new Map<number, number>();

	/** The node of that shape: a new one, or the one that stands for the same already. */
	make<N extends Node>(shape: Shape<N>, facts: Facts): N {
		const key = keyOf(shape);
		const found = this.nodes.get(key);
		if (found !== undefined) {
			this.uses.set(found.id, (this.uses.get(found.id) ?? 1) + 1);
			return found as N;
		}
		const level = facts.vars === 0 ? 0 : 31 - Math.clz32(facts.vars);
		const node = { ...shape, ...facts, level, id: this.nodes.size } as unknown as N;
		this.nodes.set(key, node);
		return node;
	}

	/** Whether a node was asked for more than once: worth remembering what it gives. */
	isShared(node: Node): boolean {
		return (this.uses.get(node.id) ?? 1) > 1;
	}

	get size(): number {
		return this.nodes.size;
	}
}

/** A node's content with its children as their numbers; a node within is known by its sort and number. */
function keyOf(shape: object): string {
	return JSON.stringify(shape, function replace(this: unknown, name: string, value: unknown) {
		if (name === 'field' && typeof value === 'object' && value !== null && 'name' in value) return value.name;
		if (typeof value === 'object' && value !== null && 'id' in value && 'sort' in value) return { n: value.id };
		if (typeof value === 'number' && Object.is(value, -0)) return '-0';
		return value;
	});
}
