import { separationArcsec } from '#lib/astro/sphere.ts';
import { Arena } from './arena.ts';
import type { AssociationTable, Batch, Lists, Table } from './batch.ts';
import { finite } from './catalogue.ts';
import type { IdNode, ListNode, MathFn, Node, NumNode, Pool, RefNode, TextNode, TruthNode } from './core.ts';
import { comparison, select, type Column, type NumberColumn } from './columns.ts';
import { fitOf, medianOf } from './fit.ts';
import { rest, roundHalfUp } from './numbers.ts';

// Evaluation by columns: every node is computed for a selection of rows at once, in tight loops over typed arrays. A condition has two
// questions, "for which rows is it true" and "for which is it false"; rows in neither answer are those where it is unknown (design
// rule 5), so no third value is ever stored. What is asked of the elements of lists opens a frame whose rows are those elements.

/** Rows of a frame, ascending. */
export type Rows = Int32Array;

/** Rows of one level: the alerts, or elements of their lists. */
class Frame {
	private readonly rowsAt = new Map<number, Int32Array>();
	/** Columns of enclosing frames, as they were needed here. */
	readonly outer = new Map<number, Column | Lists | RefColumn | Uint8Array>();

	constructor(
		readonly size: number,
		readonly depth: number,
		/** The frame whose lists were opened, which of its rows, and the row there of each row here. */
		readonly parent: { readonly frame: Frame; readonly rows: Rows; readonly rowOf: Int32Array } | null,
		/** Elements: rows of the table. */
		readonly refs: Int32Array,
		readonly table: Table | null,
	) {}

	/** The enclosing frame of a depth, and the rows of it that matter here. */
	enclosing(depth: number): { frame: Frame; rows: Rows } {
		let { parent } = this;
		while (parent !== null && parent.frame.depth > depth) ({ parent } = parent.frame);
		if (parent?.frame.depth !== depth) throw new Error('An expression left the list that it is about');
		return parent;
	}

	/** The row in the enclosing frame of a depth for each row here. */
	rowOf(depth: number): Int32Array {
		const known = this.rowsAt.get(depth);
		if (known !== undefined) return known;
		if (this.parent === null) throw new Error('An expression left the list that it is about');
		let found = this.parent.rowOf;
		if (this.parent.frame.depth !== depth) {
			const above = this.parent.frame.rowOf(depth);
			found = found.map((row) => above[row] as number);
		}
		this.rowsAt.set(depth, found);
		return found;
	}
}

interface RefColumn {
	readonly table: Table;
	/** -1 for none. */
	readonly refs: Int32Array;
	/** None of the rows asked for is -1. */
	readonly complete: boolean;
}

/** Pairs of neighbours; a pair has no members of its own. */
class PairTable implements Table {
	constructor(
		readonly of: Table,
		readonly before: Int32Array,
		readonly after: Int32Array,
	) {}
	get size(): number {
		return this.before.length;
	}
	number(): Float64Array {
		throw new Error('A pair has no numbers of its own');
	}
	text(): Int32Array {
		throw new Error('A pair has no texts');
	}
	truth(): Int8Array {
		throw new Error('A pair has no truths');
	}
}

/** Numbers that a list was mapped to. */
class NumberTable implements Table {
	constructor(readonly values: Float64Array) {}
	get size(): number {
		return this.values.length;
	}
	number(): Float64Array {
		return this.values;
	}
	text(): Int32Array {
		throw new Error('Numbers have no texts');
	}
	truth(): Int8Array {
		throw new Error('Numbers have no truths');
	}
}

const NO_REFS = new Int32Array(0);

/** Answers kept for rows of the batch: 1 and 2 for yes and no, 0 for not asked yet. */
interface Memo {
	readonly yes: Uint8Array;
	readonly no: Uint8Array;
}

/** Operations from which an answer about an alert is worth keeping for other filters. */
const WORTH_KEEPING = 50;

/** Evaluates nodes of one pool on one batch; what filters have in common is computed once. */
export class Evaluation {
	private readonly arena: Arena;
	private readonly root: Frame;
	private readonly memos = new Map<number, Memo>();
	private readonly numbers = new Map<number, { readonly values: Float64Array; readonly known: Uint8Array }>();
	private readonly lists = new Map<number, Lists>();
	/** Elements and rows looked at, for the measure of cost. */
	visited = 0;

	constructor(
		readonly batch: Batch,
		private readonly pool: Pool,
		arena = new Arena(),
	) {
		this.arena = arena;
		this.root = new Frame(batch.size, 0, null, NO_REFS, null);
	}

	/** Those of the rows for which the condition is true (or, if asked, false); never those where it is unknown. */
	rowsWhere(node: TruthNode, rows: Rows, isTrue = true): Rows {
		return this.arena.within(() => this.pick(node, isTrue, this.root, rows).slice());
	}

	/** Values for some rows; NaN elsewhere where absent, undefined content for other rows. */
	numbersOf(node: NumNode, rows: Rows): Float64Array {
		return this.arena.within(() => {
			const column = this.number(node, this.root, rows);
			return Float64Array.from(rows, (row) => column.at(row));
		});
	}

	textsOf(node: TextNode, rows: Rows): (string | null)[] {
		return this.arena.within(() => {
			const column = this.text(node, this.root, rows);
			return Array.from(rows, (row) => this.batch.texts.textOf(column.at(row)));
		});
	}

	idsOf(node: IdNode, rows: Rows): (bigint | null)[] {
		const column = this.batch.id(node.field);
		return Array.from(rows, (row) => column[row] ?? null);
	}

	// --- truth

	private pick(node: TruthNode, yes: boolean, frame: Frame, rows: Rows): Rows {
		if (rows.length === 0) return rows;
		this.visited += rows.length;
		if (node.kind === 'const') return node.value === yes ? rows : rows.subarray(0, 0);
		if (node.level < frame.depth) return this.pickOuter(node, yes, frame, rows);
		if (frame.depth === 0 && node.cost >= WORTH_KEEPING && this.pool.isShared(node)) {
			return this.pickKept(node, yes, rows);
		}
		return this.pickHere(node, yes, frame, rows);
	}

	/** A condition that does not depend on the elements of this frame is asked once of each row that they belong to. */
	private pickOuter(node: TruthNode, yes: boolean, frame: Frame, rows: Rows): Rows {
		const key = -1 - 2 * node.id - (yes ? 1 : 0);
		let passed = frame.outer.get(key) as Uint8Array | undefined;
		if (passed === undefined) {
			const { frame: above, rows: rowsAbove } = frame.enclosing(node.level);
			passed = new Uint8Array(above.size);
			for (const row of this.pick(node, yes, above, rowsAbove)) passed[row] = 1;
			frame.outer.set(key, passed);
		}
		const rowOf = frame.rowOf(node.level);
		const out = this.arena.int32(rows.length);
		let count = 0;
		for (const row of rows) {
			out[count] = row;
			count += passed[rowOf[row] as number] as number;
		}
		return out.subarray(0, count);
	}

	private pickKept(node: TruthNode, yes: boolean, rows: Rows): Rows {
		let memo = this.memos.get(node.id);
		if (memo === undefined) {
			memo = { yes: new Uint8Array(this.root.size), no: new Uint8Array(this.root.size) };
			this.memos.set(node.id, memo);
		}
		const kept = yes ? memo.yes : memo.no;
		const open = this.arena.int32(rows.length);
		let count = 0;
		for (const row of rows) {
			open[count] = row;
			count += kept[row] === 0 ? 1 : 0;
		}
		if (count > 0) {
			const asked = open.subarray(0, count);
			for (const row of asked) kept[row] = 2;
			this.arena.within(() => {
				for (const row of this.pickHere(node, yes, this.root, asked)) kept[row] = 1;
			});
		}
		return this.selectRows(rows, (row) => kept[row] === 1);
	}

	private selectRows(rows: Rows, test: (row: number) => boolean): Rows {
		const out = this.arena.int32(rows.length);
		let count = 0;
		for (const row of rows) {
			out[count] = row;
			count += test(row) ? 1 : 0;
		}
		return out.subarray(0, count);
	}

	private pickHere(node: TruthNode, yes: boolean, frame: Frame, rows: Rows): Rows {
		switch (node.kind) {
			case 'const':
				return node.value === yes ? rows : rows.subarray(0, 0);
			case 'field': {
				const column = this.batch.truth(node.field);
				const wanted = yes ? 1 : 0;
				return this.selectRows(rows, (row) => column[row] === wanted);
			}
			case 'member': {
				const { table, refs } = this.ref(node.of, frame, rows);
				const column = table.truth(node.name);
				const wanted = yes ? 1 : 0;
				return this.selectRows(rows, (row) => column[refs[row] as number] === wanted);
			}
			case 'compare': {
				const a = this.number(node.a, frame, rows);
				const b = this.number(node.b, frame, rows);
				return select(comparison(node.op, yes), a, b, rows, this.arena.int32(rows.length));
			}
			case 'sameText': {
				const a = this.text(node.a, frame, rows);
				const b = this.text(node.b, frame, rows);
				return this.selectRows(rows, (row) => {
					const [x, y] = [a.at(row), b.at(row)];
					return x >= 0 && y >= 0 && (x === y) === yes;
				});
			}
			case 'oneOfTexts': {
				const a = this.text(node.a, frame, rows);
				const { texts } = this.batch;
				const [first = '', ...others] = node.values;
				const code = texts.codeOf(first);
				if (others.length === 0) {
					return yes
						? this.selectRows(rows, (row) => a.at(row) === code)
						: this.selectRows(rows, (row) => a.at(row) !== code && a.at(row) >= 0);
				}
				const codes = new Set(node.values.map((value) => texts.codeOf(value)));
				return this.selectRows(rows, (row) => a.at(row) >= 0 && codes.has(a.at(row)) === yes);
			}
			case 'oneOfNumbers': {
				const a = this.number(node.a, frame, rows);
				const values = new Set(node.values);
				return this.selectRows(rows, (row) => {
					const x = a.at(row);
					return x === x && values.has(x) === yes;
				});
			}
			case 'sameId': {
				const column = this.batch.id(node.a.field);
				const values = new Set(node.values.map(BigInt));
				return this.selectRows(rows, (row) => {
					const id = column[row] ?? null;
					return id !== null && values.has(id) === yes;
				});
			}
			case 'textTest':
				return this.pickTextTest(node, yes, frame, rows);
			case 'not':
				return this.pick(node.a, !yes, frame, rows);
			case 'and':
				return yes ? this.everyTerm(node.terms, true, frame, rows) : this.someTerm(node.terms, false, frame, rows);
			case 'or':
				return yes ? this.someTerm(node.terms, true, frame, rows) : this.everyTerm(node.terms, false, frame, rows);
			case 'present':
				return this.pickPresent(node.of, yes, frame, rows);
			case 'any':
			case 'all':
				return this.pickQuantifier(node, yes, frame, rows);
			case 'sample': {
				const column = this.batch.sample(node.seed);
				return this.selectRows(rows, (row) => (column[row] as number) < node.fraction === yes);
			}
			case 'inRegion': {
				const pixels = this.batch.pixel(node.order);
				return this.selectRows(rows, (row) => isInRanges(node.ranges, pixels[row] as number) === yes);
			}
			case 'inCircles': {
				const { alerts } = this.batch;
				return this.selectRows(rows, (row) => {
					const alert = alerts[row]?.alert;
					return alert !== undefined && isInCircles(node.circles, alert.ra, alert.dec) === yes;
				});
			}
		}
	}

	/** Rows that pass (or fail) every term: what is left after the cheap ones is asked of the dear ones. */
	private everyTerm(terms: readonly TruthNode[], yes: boolean, frame: Frame, rows: Rows): Rows {
		let left = rows;
		for (const term of byCost(terms)) {
			if (left.length === 0) return left;
			left = this.pick(term, yes, frame, left);
		}
		return left;
	}

	private someTerm(terms: readonly TruthNode[], yes: boolean, frame: Frame, rows: Rows): Rows {
		const found = new Uint8Array(frame.size);
		let left = rows;
		for (const term of byCost(terms)) {
			const some = this.pick(term, yes, frame, left);
			if (some.length === 0) continue;
			for (const row of some) found[row] = 1;
			left = this.selectRows(left, (row) => found[row] === 0);
			if (left.length === 0) break;
		}
		return this.selectRows(rows, (row) => found[row] === 1);
	}

	private pickTextTest(node: TruthNode & { kind: 'textTest' }, yes: boolean, frame: Frame, rows: Rows): Rows {
		const a = this.text(node.a, frame, rows);
		const b = this.text(node.b, frame, rows);
		const { texts } = this.batch;
		const known = new Map<string, boolean>();
		return this.selectRows(rows, (row) => {
			const [x, y] = [a.at(row), b.at(row)];
			if (x < 0 || y < 0) return false;
			const key = `${x} ${y}`;
			let passes = known.get(key);
			if (passes === undefined) {
				passes = textTest(node.op, texts.textOf(x) ?? '', texts.textOf(y) ?? '');
				known.set(key, passes);
			}
			return passes === yes;
		});
	}

	private pickPresent(
		of: NumNode | TextNode | IdNode | RefNode | TruthNode,
		yes: boolean,
		frame: Frame,
		rows: Rows,
	): Rows {
		switch (of.sort) {
			case 'num': {
				const column = this.number(of, frame, rows);
				return this.selectRows(rows, (row) => !Number.isNaN(column.at(row)) === yes);
			}
			case 'text': {
				const column = this.text(of, frame, rows);
				return this.selectRows(rows, (row) => column.at(row) >= 0 === yes);
			}
			case 'id': {
				const column = this.batch.id(of.field);
				return this.selectRows(rows, (row) => ((column[row] ?? null) !== null) === yes);
			}
			case 'ref': {
				const { refs } = this.ref(of, frame, rows);
				return this.selectRows(rows, (row) => (refs[row] as number) >= 0 === yes);
			}
			case 'truth': {
				const known = new Uint8Array(frame.size);
				for (const row of this.pick(of, true, frame, rows)) known[row] = 1;
				for (const row of this.pick(of, false, frame, rows)) known[row] = 1;
				return this.selectRows(rows, (row) => (known[row] === 1) === yes);
			}
		}
	}

	private pickQuantifier(node: TruthNode & { kind: 'any' | 'all' }, yes: boolean, frame: Frame, rows: Rows): Rows {
		const lists = this.list(node.list, frame, rows);
		// any is true, or all false, where one element decides it; else every element must
		const byOne = (node.kind === 'any') === yes;
		const inner = this.open(lists, frame, rows, node.depth);
		const passing = this.pick(node.test, yes, inner.frame, inner.rows);
		const { rowOf } = inner;
		if (byOne) {
			// rows come in the order of their elements
			const out = this.arena.int32(rows.length);
			let count = 0;
			let last = -1;
			for (const element of passing) {
				const row = rowOf[element] as number;
				if (row === last) continue;
				last = row;
				out[count] = row;
				count += 1;
			}
			return out.subarray(0, count);
		}
		const counts = new Int32Array(frame.size);
		for (const element of passing) {
			const row = rowOf[element] as number;
			counts[row] = (counts[row] as number) + 1;
		}
		const { start, end } = lists;
		return this.selectRows(rows, (row) => counts[row] === (end[row] as number) - (start[row] as number));
	}

	/** A frame of the elements of the rows' lists. */
	private open(
		{ table, start, end, items }: Lists,
		frame: Frame,
		rows: Rows,
		depth: number,
	): { frame: Frame; rows: Rows; rowOf: Int32Array } {
		let total = 0;
		for (const row of rows) total += (end[row] as number) - (start[row] as number);
		const rowOf = this.arena.int32(total);
		const refs = this.arena.int32(total);
		const all = this.arena.int32(total);
		let count = 0;
		for (const row of rows) {
			const stop = end[row] as number;
			for (let i = start[row] as number; i < stop; i += 1) {
				rowOf[count] = row;
				refs[count] = items[i] as number;
				all[count] = count;
				count += 1;
			}
		}
		return { frame: new Frame(total, depth, { frame, rows, rowOf }, refs, table), rows: all, rowOf };
	}

	// --- numbers

	private number(node: NumNode, frame: Frame, rows: Rows): NumberColumn {
		if (node.kind === 'const') return { kind: 'const', value: node.value, at: () => node.value };
		if (node.level < frame.depth) {
			return this.lifted(node, frame, (above, rowsAbove) => this.number(node, above, rowsAbove)) as NumberColumn;
		}
		switch (node.kind) {
			case 'field':
				return plain(this.batch.number(node.field));
			case 'score':
				return plain(this.batch.score(node.model, node.label));
			case 'element':
				return mapped(numbersOf(frame), frame.refs);
			case 'member':
				return this.numberMember(node, frame, rows);
			default:
				break;
		}
		if (frame.depth === 0 && node.cost >= WORTH_KEEPING && this.pool.isShared(node)) return this.keptNumber(node, rows);
		const out = this.arena.float64(frame.size);
		this.compute(node, frame, rows, out);
		return plain(out);
	}

	private keptNumber(node: NumNode, rows: Rows): NumberColumn {
		let kept = this.numbers.get(node.id);
		if (kept === undefined) {
			kept = { values: new Float64Array(this.root.size), known: new Uint8Array(this.root.size) };
			this.numbers.set(node.id, kept);
		}
		const { values, known } = kept;
		const open = this.selectRows(rows, (row) => known[row] === 0);
		if (open.length > 0) {
			this.compute(node, this.root, open, values);
			for (const row of open) known[row] = 1;
		}
		return plain(values);
	}

	/** A column of an enclosing frame, seen from this one's rows. */
	private lifted(
		node: Node,
		frame: Frame,
		make: (above: Frame, rows: Rows) => NumberColumn | Column,
	): NumberColumn | Column {
		const known = frame.outer.get(node.id) as Column | undefined;
		if (known !== undefined) return known;
		const { frame: above, rows } = frame.enclosing(node.level);
		const column = make(above, rows);
		const rowOf = frame.rowOf(node.level);
		let lifted: Column;
		if (column.kind === 'const') lifted = column;
		else if (column.kind === 'plain') lifted = mapped(column.values, rowOf);
		else {
			const { map } = column;
			lifted = mapped(
				column.values,
				rowOf.map((row) => map[row] as number),
			);
		}
		frame.outer.set(node.id, lifted);
		return lifted;
	}

	private numberMember(node: NumNode & { kind: 'member' }, frame: Frame, rows: Rows): NumberColumn {
		const { table, refs, complete } = this.ref(node.of, frame, rows);
		const values = table.number(node.name);
		if (complete) return mapped(values, refs);
		const out = this.arena.float64(frame.size);
		for (const row of rows) {
			const ref = refs[row] as number;
			out[row] = ref < 0 ? Number.NaN : (values[ref] as number);
		}
		return plain(out);
	}

	private compute(node: NumNode, frame: Frame, rows: Rows, out: Float64Array): void {
		switch (node.kind) {
			case 'arith':
				this.arithmetic(node, frame, rows, out);
				return;
			case 'least':
			case 'greatest': {
				const a = this.number(node.a, frame, rows);
				const b = this.number(node.b, frame, rows);
				const pick = node.kind === 'least' ? Math.min : Math.max;
				for (const row of rows) out[row] = pick(a.at(row), b.at(row));
				return;
			}
			case 'round': {
				const a = this.number(node.a, frame, rows);
				for (const row of rows) out[row] = finite(roundHalfUp(a.at(row), node.digits));
				return;
			}
			case 'math':
				this.math(node.fn, node.args, frame, rows, out);
				return;
			case 'choose': {
				for (const row of rows) out[row] = Number.NaN;
				const yes = this.pick(node.test, true, frame, rows);
				copy(this.number(node.then, frame, yes), yes, out);
				const no = this.pick(node.test, false, frame, rows);
				copy(this.number(node.otherwise, frame, no), no, out);
				return;
			}
			case 'coalesce': {
				for (const row of rows) out[row] = Number.NaN;
				let left = rows;
				for (const arg of node.args) {
					copy(this.number(arg, frame, left), left, out);
					left = this.selectRows(left, (row) => Number.isNaN(out[row]));
				}
				return;
			}
			case 'count': {
				const { start, end } = this.list(node.list, frame, rows);
				for (const row of rows) out[row] = (end[row] as number) - (start[row] as number);
				return;
			}
			case 'aggregate':
				this.aggregate(node, frame, rows, out);
				return;
			case 'fit':
				this.fit(node, frame, rows, out);
				return;
			case 'modulo': {
				const ids = this.batch.id(node.of.field);
				const divisor = BigInt(node.divisor);
				for (const row of rows) {
					const id = ids[row] ?? null;
					out[row] = id === null ? Number.NaN : Number(((id % divisor) + divisor) % divisor);
				}
				return;
			}
			case 'const':
			case 'field':
			case 'member':
			case 'element':
			case 'score':
				copy(this.number(node, frame, rows), rows, out);
		}
	}

	private arithmetic(node: NumNode & { kind: 'arith' }, frame: Frame, rows: Rows, out: Float64Array): void {
		const a = this.number(node.a, frame, rows);
		const b = this.number(node.b, frame, rows);
		switch (node.op) {
			case '+':
				for (const row of rows) out[row] = finite(a.at(row) + b.at(row));
				return;
			case '-':
				for (const row of rows) out[row] = finite(a.at(row) - b.at(row));
				return;
			case '*':
				for (const row of rows) out[row] = finite(a.at(row) * b.at(row));
				return;
			case '/':
				for (const row of rows) out[row] = finite(a.at(row) / b.at(row));
				return;
			case '%':
				for (const row of rows) out[row] = finite(rest(a.at(row), b.at(row)));
		}
	}

	private math(fn: MathFn, args: readonly NumNode[], frame: Frame, rows: Rows, out: Float64Array): void {
		const [a, b, c, d] = args.map((arg) => this.number(arg, frame, rows));
		if (a === undefined) return;
		if (fn === 'separation') {
			if (b === undefined || c === undefined || d === undefined) return;
			for (const row of rows) out[row] = finite(separationArcsec(a.at(row), b.at(row), c.at(row), d.at(row)));
			return;
		}
		if (fn === 'pow' || fn === 'atan2') {
			if (b === undefined) return;
			const of = fn === 'pow' ? Math.pow : Math.atan2;
			for (const row of rows) {
				// 1 to the power of an absent number is absent
				const [x, y] = [a.at(row), b.at(row)];
				out[row] = x !== x || y !== y ? Number.NaN : finite(of(x, y));
			}
			return;
		}
		const of = MATH[fn];
		for (const row of rows) out[row] = finite(of(a.at(row)));
	}

	private aggregate(node: NumNode & { kind: 'aggregate' }, frame: Frame, rows: Rows, out: Float64Array): void {
		this.overElements(node.list, frame, rows, node.depth, [node.value], ([value], from, to, row) => {
			if (value === undefined) return;
			let count = 0;
			let sum = 0;
			let least = Number.POSITIVE_INFINITY;
			let greatest = Number.NEGATIVE_INFINITY;
			if (node.fn === 'median') {
				out[row] = medianOf(value, from, to);
				return;
			}
			for (let i = from; i < to; i += 1) {
				const x = value.at(i);
				if (x !== x) continue;
				count += 1;
				sum += x;
				if (x < least) least = x;
				if (x > greatest) greatest = x;
			}
			switch (node.fn) {
				case 'sum':
					out[row] = finite(sum);
					return;
				case 'mean':
					out[row] = finite(sum / count);
					return;
				case 'min':
					out[row] = finite(least);
					return;
				case 'max':
					out[row] = finite(greatest);
			}
		});
	}

	private fit(node: NumNode & { kind: 'fit' }, frame: Frame, rows: Rows, out: Float64Array): void {
		this.overElements(node.list, frame, rows, node.depth, [node.x, node.y, node.err], ([x, y, err], from, to, row) => {
			if (x !== undefined && y !== undefined && err !== undefined) out[row] = fitOf(node.fn, x, y, err, from, to);
		});
	}

	/** Columns of numbers over the elements of lists, handed on row by row. */
	private overElements(
		list: ListNode,
		frame: Frame,
		rows: Rows,
		depth: number,
		values: readonly NumNode[],
		use: (columns: readonly NumberColumn[], from: number, to: number, row: number) => void,
	): void {
		const lists = this.list(list, frame, rows);
		const inner = this.open(lists, frame, rows, depth);
		const columns = values.map((value) => this.number(value, inner.frame, inner.rows));
		let at = 0;
		for (const row of rows) {
			const next = at + (lists.end[row] as number) - (lists.start[row] as number);
			use(columns, at, next, row);
			at = next;
		}
	}

	// --- texts

	private text(node: TextNode, frame: Frame, rows: Rows): Column {
		if (node.kind === 'const') {
			const code = this.batch.texts.codeOf(node.value);
			return { kind: 'const', value: code, at: () => code };
		}
		if (node.level < frame.depth) {
			return this.lifted(node, frame, (above, rowsAbove) => this.text(node, above, rowsAbove));
		}
		switch (node.kind) {
			case 'field':
				return plain(this.batch.text(node.field));
			case 'matchState':
				return plain(this.batch.matchState(node.catalog));
			case 'member': {
				const { table, refs, complete } = this.ref(node.of, frame, rows);
				const values = table.text(node.name);
				if (complete) return mapped(values, refs);
				const out = this.arena.int32(frame.size);
				for (const row of rows) {
					const ref = refs[row] as number;
					out[row] = ref < 0 ? -1 : (values[ref] as number);
				}
				return plain(out);
			}
			case 'lower': {
				const a = this.text(node.a, frame, rows);
				const { texts } = this.batch;
				const out = this.arena.int32(frame.size);
				const known = new Map<number, number>();
				for (const row of rows) {
					const code = a.at(row);
					let lower = known.get(code);
					if (lower === undefined) {
						lower = texts.codeOf(asciiLower(texts.textOf(code)));
						known.set(code, lower);
					}
					out[row] = lower;
				}
				return plain(out);
			}
			case 'choose': {
				const out = this.arena.int32(frame.size);
				for (const row of rows) out[row] = -1;
				const yes = this.pick(node.test, true, frame, rows);
				copy(this.text(node.then, frame, yes), yes, out);
				const no = this.pick(node.test, false, frame, rows);
				copy(this.text(node.otherwise, frame, no), no, out);
				return plain(out);
			}
			case 'coalesce': {
				const out = this.arena.int32(frame.size);
				for (const row of rows) out[row] = -1;
				let left = rows;
				for (const arg of node.args) {
					copy(this.text(arg, frame, left), left, out);
					left = this.selectRows(left, (row) => (out[row] as number) < 0);
				}
				return plain(out);
			}
		}
	}

	// --- records and lists

	private ref(node: RefNode, frame: Frame, rows: Rows): RefColumn {
		if (node.level < frame.depth) {
			const known = frame.outer.get(node.id) as RefColumn | undefined;
			if (known !== undefined) return known;
			const { frame: above, rows: rowsAbove } = frame.enclosing(node.level);
			const column = this.ref(node, above, rowsAbove);
			const refs = frame.rowOf(node.level).map((row) => column.refs[row] as number);
			const lifted = { ...column, refs };
			frame.outer.set(node.id, lifted);
			return lifted;
		}
		switch (node.kind) {
			case 'var':
				if (frame.table === null) throw new Error('An element without a list');
				return { table: frame.table, refs: frame.refs, complete: true };
			case 'pick': {
				const { table, start, end, items } = this.list(node.list, frame, rows);
				const refs = this.arena.int32(frame.size);
				const isFirst = node.end === 'first';
				for (const row of rows) {
					const [from, to] = [start[row] as number, end[row] as number];
					refs[row] = from === to ? -1 : (items[isFirst ? from : to - 1] as number);
				}
				return { table, refs, complete: false };
			}
			case 'member': {
				const { table, refs, complete } = this.ref(node.of, frame, rows);
				if (!(table instanceof PairTable)) throw new Error('Only pairs hold points');
				const ends = node.name === 'before' ? table.before : table.after;
				const out = this.arena.int32(frame.size);
				for (const row of rows) {
					const ref = refs[row] as number;
					out[row] = ref < 0 ? -1 : (ends[ref] as number);
				}
				return { table: table.of, refs: out, complete };
			}
		}
	}

	private list(node: ListNode, frame: Frame, rows: Rows): Lists {
		if (node.level < frame.depth) {
			const known = frame.outer.get(node.id) as Lists | undefined;
			if (known !== undefined) return known;
			const { frame: above, rows: rowsAbove } = frame.enclosing(node.level);
			const { table, start, end, items } = this.list(node, above, rowsAbove);
			const rowOf = frame.rowOf(node.level);
			const lifted = {
				table,
				items,
				start: rowOf.map((row) => start[row] as number),
				end: rowOf.map((row) => end[row] as number),
			};
			frame.outer.set(node.id, lifted);
			return lifted;
		}
		if (frame.depth === 0 && node.kind !== 'source' && this.pool.isShared(node)) {
			let kept = this.lists.get(node.id);
			if (kept === undefined) {
				const all = Int32Array.from({ length: this.root.size }, (_, row) => row);
				kept = this.arena.within(() => keepLists(this.makeList(node, frame, all)));
				this.lists.set(node.id, kept);
			}
			return kept;
		}
		return this.makeList(node, frame, rows);
	}

	private makeList(node: ListNode, frame: Frame, rows: Rows): Lists {
		switch (node.kind) {
			case 'source':
				return node.of === null ? this.batch.points(node.name) : this.pointsOf(node.name, node.of, frame, rows);
			case 'matches':
				return this.batch.matches(node.catalog);
			case 'associations':
				return this.batch.associations(node.survey);
			case 'where': {
				const lists = this.list(node.list, frame, rows);
				const inner = this.open(lists, frame, rows, node.depth);
				const chosen = this.pick(node.test, true, inner.frame, inner.rows);
				const items = this.arena.int32(chosen.length);
				const { start, end } = this.emptyLists(frame, rows);
				let i = 0;
				for (const row of rows) {
					start[row] = i;
					while (i < chosen.length && inner.rowOf[chosen[i] as number] === row) {
						items[i] = inner.frame.refs[chosen[i] as number] as number;
						i += 1;
					}
					end[row] = i;
				}
				return { table: lists.table, start, end, items };
			}
			case 'sort':
				return this.sorted(node, frame, rows);
			case 'map':
				return this.mappedList(node, frame, rows);
			case 'take': {
				const lists = this.list(node.list, frame, rows);
				const { start, end } = this.emptyLists(frame, rows);
				for (const row of rows) {
					const [from, to] = [lists.start[row] as number, lists.end[row] as number];
					start[row] = node.end === 'first' ? from : Math.max(from, to - node.count);
					end[row] = node.end === 'first' ? Math.min(to, from + node.count) : to;
				}
				return { ...lists, start, end };
			}
			case 'pairs':
				return this.pairs(node, frame, rows);
		}
	}

	private emptyLists(frame: Frame, _rows: Rows): { start: Int32Array; end: Int32Array } {
		return { start: this.arena.int32(frame.size), end: this.arena.int32(frame.size) };
	}

	private pointsOf(
		name: 'detections' | 'forcedPhotometry' | 'upperLimits',
		of: RefNode,
		frame: Frame,
		rows: Rows,
	): Lists {
		const { table, refs } = this.ref(of, frame, rows);
		const lists = (table as AssociationTable).points(name);
		const { start, end } = this.emptyLists(frame, rows);
		for (const row of rows) {
			const ref = refs[row] as number;
			start[row] = ref < 0 ? 0 : (lists.start[ref] as number);
			end[row] = ref < 0 ? 0 : (lists.end[ref] as number);
		}
		return { table: lists.table, start, end, items: lists.items };
	}

	private sorted(node: ListNode & { kind: 'sort' }, frame: Frame, rows: Rows): Lists {
		const lists = this.list(node.list, frame, rows);
		const inner = this.open(lists, frame, rows, node.depth);
		const key = this.number(node.by, inner.frame, inner.rows);
		const items = this.arena.int32(inner.rows.length);
		const { start, end } = this.emptyLists(frame, rows);
		let at = 0;
		for (const row of rows) {
			const length = (lists.end[row] as number) - (lists.start[row] as number);
			start[row] = at;
			end[row] = at + length;
			const order = Array.from(inner.rows.subarray(at, at + length)).sort((i, j) => {
				const [x, y] = [key.at(i), key.at(j)];
				if (x !== x || y !== y) return (x !== x ? 1 : 0) - (y !== y ? 1 : 0) || i - j;
				return x - y || i - j;
			});
			for (const element of order) {
				items[at] = inner.frame.refs[element] as number;
				at += 1;
			}
		}
		return { table: lists.table, start, end, items };
	}

	private mappedList(node: ListNode & { kind: 'map' }, frame: Frame, rows: Rows): Lists {
		const lists = this.list(node.list, frame, rows);
		const inner = this.open(lists, frame, rows, node.depth);
		const value = this.number(node.value, inner.frame, inner.rows);
		const values = new Float64Array(inner.rows.length);
		const { start, end } = this.emptyLists(frame, rows);
		let from = 0;
		let count = 0;
		for (const row of rows) {
			const to = from + (lists.end[row] as number) - (lists.start[row] as number);
			start[row] = count;
			for (let i = from; i < to; i += 1) {
				const x = value.at(i);
				if (x === x) {
					values[count] = x;
					count += 1;
				}
			}
			end[row] = count;
			from = to;
		}
		return { table: new NumberTable(values), start, end, items: inner.rows };
	}

	/** Neighbours of the same band, band by band in alphabetical order. */
	private pairs(node: ListNode & { kind: 'pairs' }, frame: Frame, rows: Rows): Lists {
		const lists = this.list(node.list, frame, rows);
		const bands = lists.table.text('band');
		const names = (ref: number) => this.batch.texts.textOf(bands[ref] as number) ?? '';
		const before: number[] = [];
		const after: number[] = [];
		const { start, end } = this.emptyLists(frame, rows);
		for (const row of rows) {
			start[row] = before.length;
			const refs = Array.from(lists.items.subarray(lists.start[row], lists.end[row])).filter(
				(ref) => (bands[ref] as number) >= 0,
			);
			const found = [...new Set(refs.map((ref) => bands[ref] as number))];
			if (found.length > 1) {
				// Array.prototype.sort keeps the order of equals
				refs.sort((x, y) => (names(x) < names(y) ? -1 : names(x) > names(y) ? 1 : 0));
			}
			for (let i = 1; i < refs.length; i += 1) {
				const [x, y] = [refs[i - 1] as number, refs[i] as number];
				if (bands[x] !== bands[y]) continue;
				before.push(x);
				after.push(y);
			}
			end[row] = before.length;
		}
		const table = new PairTable(lists.table, Int32Array.from(before), Int32Array.from(after));
		return { table, start, end, items: Int32Array.from(before, (_, i) => i) };
	}
}

const MATH: Readonly<Record<Exclude<MathFn, 'pow' | 'atan2' | 'separation'>, (x: number) => number>> = {
	abs: Math.abs,
	sqrt: Math.sqrt,
	floor: Math.floor,
	ceil: Math.ceil,
	sign: Math.sign,
	exp: Math.exp,
	ln: Math.log,
	log10: Math.log10,
	sin: Math.sin,
	cos: Math.cos,
	tan: Math.tan,
	asin: Math.asin,
	acos: Math.acos,
	atan: Math.atan,
};

function plain<A extends Float64Array | Int32Array>(
	values: A,
): { kind: 'plain'; values: A; at: (row: number) => number } {
	return { kind: 'plain', values, at: (row) => values[row] as number };
}

function mapped<A extends Float64Array | Int32Array>(
	values: A,
	map: Int32Array,
): { kind: 'mapped'; values: A; map: Int32Array; at: (row: number) => number } {
	return { kind: 'mapped', values, map, at: (row) => values[map[row] as number] as number };
}

function numbersOf(frame: Frame): Float64Array {
	if (frame.table === null) throw new Error('An element without a list');
	return frame.table.number('');
}

function copy(column: Column, rows: Rows, out: Float64Array | Int32Array): void {
	for (const row of rows) out[row] = column.at(row);
}

/** Lists whose columns outlive the arena. */
function keepLists({ table, start, end, items }: Lists): Lists {
	return { table, start: start.slice(), end: end.slice(), items: items.slice() };
}

const costs = new WeakMap<readonly TruthNode[], readonly TruthNode[]>();

/** Terms, cheapest first: the order does not change an answer. */
function byCost(terms: readonly TruthNode[]): readonly TruthNode[] {
	let sorted = costs.get(terms);
	if (sorted === undefined) {
		sorted = [...terms].sort((a, b) => a.cost - b.cost);
		costs.set(terms, sorted);
	}
	return sorted;
}

function textTest(op: 'contains' | 'startsWith' | 'endsWith', text: string, part: string): boolean {
	switch (op) {
		case 'contains':
			return text.includes(part);
		case 'startsWith':
			return text.startsWith(part);
		case 'endsWith':
			return text.endsWith(part);
	}
}

function asciiLower(text: string | null): string | null {
	return text === null ? null : text.replace(/[A-Z]/g, (char) => char.toLowerCase());
}

function isInRanges(ranges: readonly (readonly [number, number])[], pixel: number): boolean {
	let low = 0;
	let high = ranges.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		const [from, to] = ranges[middle] ?? [0, 0];
		if (pixel < from) high = middle;
		else if (pixel >= to) low = middle + 1;
		else return true;
	}
	return false;
}

function isInCircles(circles: readonly number[], ra: number, dec: number): boolean {
	for (let i = 0; i + 2 < circles.length; i += 3) {
		const [cra = 0, cdec = 0, radius = 0] = [circles[i], circles[i + 1], circles[i + 2]];
		if (Math.abs(dec - cdec) * 3600 <= radius + 1e-3 && separationArcsec(ra, dec, cra, cdec) <= radius) return true;
	}
	return false;
}
