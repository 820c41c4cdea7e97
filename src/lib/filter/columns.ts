/** Values of a frame's rows: one for all, one per row, or one per row by way of a map. `at` is for loops that are not hot. */
export type Column =
	| { readonly kind: 'const'; readonly value: number; readonly at: (row: number) => number }
	| { readonly kind: 'plain'; readonly values: Float64Array | Int32Array; readonly at: (row: number) => number }
	| {
			readonly kind: 'mapped';
			readonly values: Float64Array | Int32Array;
			readonly map: Int32Array;
			readonly at: (row: number) => number;
	  };

/** Numbers; NaN where absent. */
export type NumberColumn =
	| { readonly kind: 'const'; readonly value: number; readonly at: (row: number) => number }
	| { readonly kind: 'plain'; readonly values: Float64Array; readonly at: (row: number) => number }
	| {
			readonly kind: 'mapped';
			readonly values: Float64Array;
			readonly map: Int32Array;
			readonly at: (row: number) => number;
	  };

type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';

/** The comparison that holds where `a op b` is true, or where it is false; neither holds where a or b is absent. */
export function comparison(op: '<' | '<=' | '==', isTrue: boolean): Comparison {
	switch (op) {
		case '<':
			return isTrue ? '<' : '>=';
		case '<=':
			return isTrue ? '<=' : '>';
		case '==':
			return isTrue ? '==' : '!=';
	}
}

const TURNED: Readonly<Record<Comparison, Comparison>> = {
	'<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '!=': '!=',
}; // prettier-ignore

/** Rows where the comparison holds, written into `out`. */
export function select(
	op: Comparison,
	a: NumberColumn,
	b: NumberColumn,
	rows: Int32Array,
	out: Int32Array,
): Int32Array {
	if (b.kind === 'const') {
		if (a.kind === 'const') return holds(op, a.value, b.value) ? rows : rows.subarray(0, 0);
		const map = a.kind === 'mapped' ? a.map : null;
		return out.subarray(0, selectConst(op, a.values, map, b.value, rows, out));
	}
	if (a.kind === 'const') return select(TURNED[op], b, a, rows, out);
	let count = 0;
	const [x, y] = [a.values, b.values];
	const mapX = a.kind === 'mapped' ? a.map : null;
	const mapY = b.kind === 'mapped' ? b.map : null;
	for (const row of rows) {
		const left = x[mapX === null ? row : (mapX[row] as number)] as number;
		const right = y[mapY === null ? row : (mapY[row] as number)] as number;
		out[count] = row;
		count += holds(op, left, right) ? 1 : 0;
	}
	return out.subarray(0, count);
}

function holds(op: Comparison, x: number, y: number): boolean {
	switch (op) {
		case '<':
			return x < y;
		case '<=':
			return x <= y;
		case '>':
			return x > y;
		case '>=':
			return x >= y;
		case '==':
			return x === y;
		case '!=':
			// a number that is absent differs from nothing
			return x < y || x > y;
	}
}

/** The hot loop: a column against one number; the branch on the comparison stands outside. Returns how many rows were written. */
function selectConst(
	op: Comparison,
	values: Float64Array,
	map: Int32Array | null,
	c: number,
	rows: Int32Array,
	out: Int32Array,
): number {
	const n = rows.length;
	let count = 0;
	if (map === null) {
		switch (op) {
			case '<':
				for (let i = 0; i < n; i += 1) {
					const row = rows[i] as number;
					out[count] = row;
					count += (values[row] as number) < c ? 1 : 0;
				}
				return count;
			case '<=':
				for (let i = 0; i < n; i += 1) {
					const row = rows[i] as number;
					out[count] = row;
					count += (values[row] as number) <= c ? 1 : 0;
				}
				return count;
			case '>':
				for (let i = 0; i < n; i += 1) {
					const row = rows[i] as number;
					out[count] = row;
					count += (values[row] as number) > c ? 1 : 0;
				}
				return count;
			case '>=':
				for (let i = 0; i < n; i += 1) {
					const row = rows[i] as number;
					out[count] = row;
					count += (values[row] as number) >= c ? 1 : 0;
				}
				return count;
			case '==':
			case '!=':
				break;
		}
	} else {
		switch (op) {
			case '<':
				for (let i = 0; i < n; i += 1) {
					const row = rows[i] as number;
					out[count] = row;
					count += (values[map[row] as number] as number) < c ? 1 : 0;
				}
				return count;
			case '<=':
				for (let i = 0; i < n; i += 1) {
					const row = rows[i] as number;
					out[count] = row;
					count += (values[map[row] as number] as number) <= c ? 1 : 0;
				}
				return count;
			case '>':
				for (let i = 0; i < n; i += 1) {
					const row = rows[i] as number;
					out[count] = row;
					count += (values[map[row] as number] as number) > c ? 1 : 0;
				}
				return count;
			case '>=':
				for (let i = 0; i < n; i += 1) {
					const row = rows[i] as number;
					out[count] = row;
					count += (values[map[row] as number] as number) >= c ? 1 : 0;
				}
				return count;
			case '==':
			case '!=':
				break;
		}
	}
	for (let i = 0; i < n; i += 1) {
		const row = rows[i] as number;
		out[count] = row;
		count += holds(op, values[map === null ? row : (map[row] as number)] as number, c) ? 1 : 0;
	}
	return count;
}
