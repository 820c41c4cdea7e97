import type { FilterField } from './catalogue.ts';
import { finite } from './catalogue.ts';
import type {
	AggregateFn, Facts, FitFn, IdNode, ListNode, MathFn, Node, NumNode, Pool, RefNode, SourceName, TextNode, TruthNode,
} from './core.ts'; // prettier-ignore
import { LIMITS } from './limits.ts';
import { roundHalfUp } from './numbers.ts';
import type { RecordKind } from './type.ts';

const LOOSE: ReadonlySet<string> = new Set([
	'exp', 'ln', 'log10', 'pow', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'separation',
]); // prettier-ignore

/** Elements that a list is reckoned with. */
function lengthOf(list: ListNode): number {
	switch (list.kind) {
		case 'source':
			return LIMITS.points;
		case 'matches':
		case 'associations':
			return LIMITS.matches;
		case 'take':
			return Math.min(list.count, lengthOf(list.list));
		case 'where':
		case 'sort':
		case 'map':
		case 'pairs':
			return lengthOf(list.list);
	}
}

function gather(nodes: readonly (Node | null)[], own = 1): Facts {
	let vars = 0;
	let cost = own;
	let size = 1;
	let loose = false;
	for (const node of nodes) {
		if (node === null) continue;
		vars |= node.vars;
		cost += node.cost;
		size += node.size;
		loose ||= node.loose;
	}
	return { vars, cost: Math.min(cost, 1e12), size: Math.min(size, 1e12), loose };
}

/** Facts of something done to every element of a list: the element's own variable is bound here. */
function over(list: ListNode, bodies: readonly Node[], depth: number, perElement = 1): Facts {
	const body = gather(bodies, perElement);
	return {
		vars: list.vars | (body.vars & ~(1 << depth)),
		cost: Math.min(list.cost + lengthOf(list) * body.cost, 1e12),
		size: Math.min(list.size + body.size, 1e12),
		loose: list.loose || body.loose,
	};
}

/** Makes nodes in a pool; constants are folded where that cannot change an answer. */
export class Builder {
	constructor(private readonly pool: Pool) {}

	num(value: number): NumNode {
		return this.pool.make<NumNode>({ sort: 'num', kind: 'const', value: finite(value) }, gather([], 0));
	}

	truth(value: boolean): TruthNode {
		return this.pool.make<TruthNode>({ sort: 'truth', kind: 'const', value }, gather([], 0));
	}

	text(value: string): TextNode {
		return this.pool.make<TextNode>({ sort: 'text', kind: 'const', value }, gather([], 0));
	}

	field(field: FilterField): NumNode | TruthNode | TextNode | IdNode {
		switch (field.reader.kind) {
			case 'number':
				return this.pool.make<NumNode>({ sort: 'num', kind: 'field', field }, gather([]));
			case 'truth':
				return this.pool.make<TruthNode>({ sort: 'truth', kind: 'field', field }, gather([]));
			case 'text':
				return this.pool.make<TextNode>({ sort: 'text', kind: 'field', field }, gather([]));
			case 'id':
				return this.pool.make<IdNode>({ sort: 'id', kind: 'field', field }, gather([]));
		}
	}

	numMember(of: RefNode, name: string): NumNode {
		return this.pool.make<NumNode>({ sort: 'num', kind: 'member', of, name }, gather([of]));
	}

	truthMember(of: RefNode, name: string): TruthNode {
		return this.pool.make<TruthNode>({ sort: 'truth', kind: 'member', of, name }, gather([of]));
	}

	textMember(of: RefNode, name: string): TextNode {
		return this.pool.make<TextNode>({ sort: 'text', kind: 'member', of, name }, gather([of]));
	}

	refMember(of: RefNode, name: 'before' | 'after'): RefNode {
		return this.pool.make<RefNode>({ sort: 'ref', record: 'point', kind: 'member', of, name }, gather([of]));
	}

	element(depth: number): NumNode {
		return this.pool.make<NumNode>(
			{ sort: 'num', kind: 'element', depth },
			{ vars: 1 << depth, cost: 1, size: 1, loose: false },
		);
	}

	variable(record: RecordKind, depth: number): RefNode {
		return this.pool.make<RefNode>(
			{ sort: 'ref', record, kind: 'var', depth },
			{ vars: 1 << depth, cost: 0, size: 1, loose: false },
		);
	}

	arith(op: '+' | '-' | '*' | '/' | '%', a: NumNode, b: NumNode): NumNode {
		return this.pool.make<NumNode>({ sort: 'num', kind: 'arith', op, a, b }, gather([a, b]));
	}

	negative(a: NumNode): NumNode {
		if (a.kind === 'const') return this.num(-a.value);
		return this.arith('*', this.num(-1), a);
	}

	extreme(kind: 'least' | 'greatest', args: readonly NumNode[]): NumNode | null {
		return args.reduce<NumNode | null>(
			(a, b) => (a === null ? b : this.pool.make<NumNode>({ sort: 'num', kind, a, b }, gather([a, b]))),
			null,
		);
	}

	round(a: NumNode, digits: number): NumNode {
		if (a.kind === 'const') return this.num(roundHalfUp(a.value, digits));
		return this.pool.make<NumNode>({ sort: 'num', kind: 'round', a, digits }, gather([a], 3));
	}

	math(fn: MathFn, args: readonly NumNode[]): NumNode {
		const facts = gather(args, fn === 'separation' ? 20 : 3);
		return this.pool.make<NumNode>(
			{ sort: 'num', kind: 'math', fn, args },
			{ ...facts, loose: facts.loose || LOOSE.has(fn) },
		);
	}

	chooseNum(test: TruthNode, then: NumNode, otherwise: NumNode): NumNode {
		return this.pool.make<NumNode>(
			{ sort: 'num', kind: 'choose', test, then, otherwise },
			gather([test, test, then, otherwise]),
		);
	}

	chooseText(test: TruthNode, then: TextNode, otherwise: TextNode): TextNode {
		return this.pool.make<TextNode>(
			{ sort: 'text', kind: 'choose', test, then, otherwise },
			gather([test, test, then, otherwise]),
		);
	}

	coalesceNum(args: readonly NumNode[]): NumNode {
		return this.pool.make<NumNode>({ sort: 'num', kind: 'coalesce', args }, gather(args));
	}

	coalesceText(args: readonly TextNode[]): TextNode {
		return this.pool.make<TextNode>({ sort: 'text', kind: 'coalesce', args }, gather(args));
	}

	lower(a: TextNode): TextNode {
		return this.pool.make<TextNode>({ sort: 'text', kind: 'lower', a }, gather([a], 5));
	}

	matchState(catalog: string): TextNode {
		return this.pool.make<TextNode>({ sort: 'text', kind: 'matchState', catalog }, gather([], 10));
	}

	count(list: ListNode): NumNode {
		return this.pool.make<NumNode>({ sort: 'num', kind: 'count', list }, gather([list]));
	}

	aggregate(fn: AggregateFn, list: ListNode, value: NumNode, depth: number): NumNode {
		return this.pool.make<NumNode>(
			{ sort: 'num', kind: 'aggregate', fn, list, value, depth },
			over(list, [value], depth, fn === 'median' ? 10 : 1),
		);
	}

	fit(fn: FitFn, list: ListNode, [x, y, err]: readonly [NumNode, NumNode, NumNode], depth: number): NumNode {
		return this.pool.make<NumNode>(
			{ sort: 'num', kind: 'fit', fn, list, x, y, err, depth },
			over(list, [x, y, err], depth, 10),
		);
	}

	score(model: string, label: string | null): NumNode {
		return this.pool.make<NumNode>({ sort: 'num', kind: 'score', model, label }, gather([], 10));
	}

	modulo(of: IdNode, divisor: number): NumNode {
		return this.pool.make<NumNode>({ sort: 'num', kind: 'modulo', of, divisor }, gather([of], 10));
	}

	compare(op: '==' | '<' | '<=', a: NumNode, b: NumNode): TruthNode {
		return this.pool.make<TruthNode>({ sort: 'truth', kind: 'compare', op, a, b }, gather([a, b]));
	}

	sameText(a: TextNode, b: TextNode): TruthNode {
		return this.pool.make<TruthNode>({ sort: 'truth', kind: 'sameText', a, b }, gather([a, b]));
	}

	textTest(op: 'contains' | 'startsWith' | 'endsWith', a: TextNode, b: TextNode): TruthNode {
		return this.pool.make<TruthNode>({ sort: 'truth', kind: 'textTest', op, a, b }, gather([a, b], 5));
	}

	sameId(a: IdNode, values: readonly bigint[]): TruthNode {
		const texts = [...new Set(values.map(String))];
		return this.pool.make<TruthNode>({ sort: 'truth', kind: 'sameId', a, values: texts }, gather([a], 5));
	}

	oneOfNumbers(a: NumNode, values: readonly number[]): TruthNode {
		const sorted = [...new Set(values)].sort((x, y) => x - y);
		return this.pool.make<TruthNode>({ sort: 'truth', kind: 'oneOfNumbers', a, values: sorted }, gather([a], 5));
	}

	oneOfTexts(a: TextNode, values: readonly string[]): TruthNode {
		const sorted = [...new Set(values)].sort();
		return this.pool.make<TruthNode>({ sort: 'truth', kind: 'oneOfTexts', a, values: sorted }, gather([a], 5));
	}

	logic(kind: 'and' | 'or', terms: readonly TruthNode[]): TruthNode {
		// (a and b) and c is a and b and c
		const flat = terms.flatMap((term) => (term.kind === kind ? term.terms : [term]));
		const [only] = flat;
		if (flat.length === 1 && only !== undefined) return only;
		return this.pool.make<TruthNode>({ sort: 'truth', kind, terms: flat }, gather(flat));
	}

	not(a: TruthNode): TruthNode {
		if (a.kind === 'not') return a.a;
		if (a.kind === 'const') return this.truth(!a.value);
		return this.pool.make<TruthNode>({ sort: 'truth', kind: 'not', a }, gather([a]));
	}

	present(of: NumNode | TextNode | IdNode | RefNode | TruthNode): TruthNode {
		return this.pool.make<TruthNode>(
			{ sort: 'truth', kind: 'present', of },
			gather([of, of.sort === 'truth' ? of : null]),
		);
	}

	quantifier(kind: 'any' | 'all', list: ListNode, test: TruthNode, depth: number): TruthNode {
		return this.pool.make<TruthNode>({ sort: 'truth', kind, list, test, depth }, over(list, [test], depth));
	}

	sample(fraction: number, seed: number): TruthNode {
		return this.pool.make<TruthNode>({ sort: 'truth', kind: 'sample', fraction, seed }, gather([], 10));
	}

	inRegion(order: number, ranges: readonly (readonly [number, number])[]): TruthNode {
		return this.pool.make<TruthNode>({ sort: 'truth', kind: 'inRegion', order, ranges }, gather([], 20));
	}

	inCircles(circles: readonly number[]): TruthNode {
		return this.pool.make<TruthNode>(
			{ sort: 'truth', kind: 'inCircles', circles },
			{ vars: 0, cost: 5 + circles.length, size: 1, loose: true },
		);
	}

	source(name: SourceName, of: RefNode | null): ListNode {
		return this.pool.make<ListNode>({ sort: 'list', record: 'point', kind: 'source', name, of }, gather([of], 2));
	}

	matches(catalog: string): ListNode {
		return this.pool.make<ListNode>(
			{ sort: 'list', record: 'match', kind: 'matches', catalog },
			gather([], LIMITS.matches),
		);
	}

	associations(survey: string): ListNode {
		return this.pool.make<ListNode>(
			{ sort: 'list', record: 'association', kind: 'associations', survey },
			gather([], 5),
		);
	}

	where(list: ListNode, test: TruthNode, depth: number): ListNode {
		return this.pool.make<ListNode>(
			{ sort: 'list', record: list.record, kind: 'where', list, test, depth },
			over(list, [test], depth, 2),
		);
	}

	sort(list: ListNode, by: NumNode, depth: number): ListNode {
		return this.pool.make<ListNode>(
			{ sort: 'list', record: list.record, kind: 'sort', list, by, depth },
			over(list, [by], depth, 12),
		);
	}

	map(list: ListNode, value: NumNode, depth: number): ListNode {
		return this.pool.make<ListNode>(
			{ sort: 'list', record: 'number', kind: 'map', list, value, depth },
			over(list, [value], depth, 2),
		);
	}

	take(list: ListNode, count: number, end: 'first' | 'last'): ListNode {
		return this.pool.make<ListNode>(
			{ sort: 'list', record: list.record, kind: 'take', list, count, end },
			gather([list], 5),
		);
	}

	pairs(list: ListNode): ListNode {
		return this.pool.make<ListNode>(
			{ sort: 'list', record: 'pair', kind: 'pairs', list },
			{
				...gather([list]),
				cost: list.cost + 10 * lengthOf(list),
			},
		);
	}

	pick(end: 'first' | 'last', list: ListNode): RefNode | null {
		if (list.record === 'number') return null;
		return this.pool.make<RefNode>({ sort: 'ref', record: list.record, kind: 'pick', end, list }, gather([list]));
	}
}
