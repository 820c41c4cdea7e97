/** A value of a document. */
export type Value = unknown;
type Document = Readonly<Record<string, Value>>;

const isDocument = (value: Value): value is Document =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a dotted path; of an array, that of each of its elements which has it. */
function at(value: Value, path: readonly string[]): Value {
	const [name, ...rest] = path;
	if (name === undefined) return value;
	if (Array.isArray(value)) {
		if (/^\d+$/.test(name)) return at(value[Number(name)], rest);
		return value.map((one) => at(one, path)).filter((one) => one !== undefined);
	}
	return isDocument(value) ? at(value[name], rest) : undefined;
}

/** Place of a kind of value in MongoDB's order: what is missing, null, numbers, texts, documents, arrays, truths. */
function rank(value: Value): number {
	if (value === undefined) return 0;
	if (value === null) return 1;
	if (typeof value === 'number') return 2;
	if (typeof value === 'string') return 3;
	if (typeof value === 'boolean') return 8;
	return Array.isArray(value) ? 5 : 4;
}

function order(a: Value, b: Value): number {
	if (rank(a) !== rank(b)) return rank(a) - rank(b);
	if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
	const [left, right] = [JSON.stringify(a), JSON.stringify(b)] as const;
	return left < right ? -1 : left > right ? 1 : 0;
}

const truth = (value: Value): boolean => value !== false && value !== 0 && value !== null && value !== undefined;

const COMPARISONS: Readonly<Record<string, (sign: number) => boolean>> = {
	$eq: (sign) => sign === 0,
	$ne: (sign) => sign !== 0,
	$gt: (sign) => sign > 0,
	$gte: (sign) => sign >= 0,
	$lt: (sign) => sign < 0,
	$lte: (sign) => sign <= 0,
};

type Variables = Readonly<Record<string, Value>>;

function arithmetic(name: string, values: readonly Value[]): Value {
	if (values.some((one) => one === null || one === undefined)) return null;
	const [a = 0, b = 0] = values.map(Number);
	switch (name) {
		case '$abs':
			return Math.abs(a);
		case '$subtract':
			return a - b;
		case '$divide':
			return a / b;
		case '$round':
			return Math.round(a * 10 ** b) / 10 ** b;
		default:
			throw new Error(`The operator ${name} is not known here.`);
	}
}

/** The value of an aggregation expression for a document. */
function evaluate(expression: Value, document: Document, variables: Variables): Value {
	if (typeof expression === 'string' && expression.startsWith('$$')) {
		return at(variables, expression.slice(2).split('.'));
	}
	if (typeof expression === 'string' && expression.startsWith('$')) return at(document, expression.slice(1).split('.'));
	if (Array.isArray(expression)) return expression.map((one) => evaluate(one, document, variables));
	if (!isDocument(expression)) return expression;
	const [[name, argument] = ['', undefined]] = Object.entries(expression);
	const of = (value: Value, more: Variables = {}) => evaluate(value, document, { ...variables, ...more });
	if (!name.startsWith('$')) {
		return Object.fromEntries(Object.entries(expression).map(([key, value]) => [key, of(value)]));
	}
	const list = (): Value[] => (Array.isArray(argument) ? argument : [argument]).map((one: Value) => of(one));
	const compare = COMPARISONS[name];
	if (compare !== undefined) return compare(order(list()[0], list()[1]));
	const member = (key: string): Value => (isDocument(argument) ? argument[key] : undefined);
	const input = (): Value[] => {
		const value = of(member('input'));
		return Array.isArray(value) ? value : [];
	};
	const as = member('as');
	const each = (one: Value): Variables => ({ [typeof as === 'string' ? as : 'this']: one });
	switch (name) {
		case '$and':
			return list().every(truth);
		case '$or':
			return list().some(truth);
		case '$anyElementTrue': {
			const [value] = list();
			return Array.isArray(value) && value.some(truth);
		}
		case '$map':
			return input().map((one) => of(member('in'), each(one)));
		case '$filter':
			return input().filter((one) => truth(of(member('cond'), each(one))));
		case '$reduce':
			return input().reduce((value: Value, one) => of(member('in'), { value, this: one }), of(member('initialValue')));
		case '$sortArray': {
			const [[key, direction] = ['', 1]] = Object.entries(member('sortBy') as Record<string, number>);
			return [...input()].sort((a, b) => direction * order(at(a, [key]), at(b, [key])));
		}
		case '$let': {
			const vars = Object.entries(member('vars') as Document).map(([key, value]) => [key, of(value)] as const);
			return of(member('in'), Object.fromEntries(vars));
		}
		case '$ifNull': {
			const [value, otherwise] = list();
			return value ?? otherwise;
		}
		case '$cond': {
			const [condition, yes, no] = argument as Value[];
			return truth(of(condition)) ? of(yes) : of(no);
		}
		case '$size':
			return (list()[0] as Value[]).length;
		case '$range': {
			const [from = 0, to = 0] = list().map(Number);
			return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
		}
		case '$arrayElemAt': {
			const [value, place] = list();
			return Array.isArray(value) ? (value as Value[]).at(Number(place)) : null;
		}
		case '$concatArrays':
			return (list() as Value[][]).flat();
		default:
			return arithmetic(name, list());
	}
}

/** Whether a document matches a query. */
function matches(query: Document, document: Document): boolean {
	return Object.entries(query).every(([name, wanted]) => {
		if (name === '$and') return (wanted as Document[]).every((one) => matches(one, document));
		if (name === '$or') return (wanted as Document[]).some((one) => matches(one, document));
		if (name === '$expr') return truth(evaluate(wanted, document, {}));
		const value = at(document, name.split('.'));
		const tests = isDocument(wanted) ? Object.entries(wanted) : [['$eq', wanted] as const];
		return tests.every(([operator, limit]) => {
			if (operator === '$exists') return (value !== undefined) === limit;
			if (limit === null) return (value ?? null) === null;
			// in a query, unlike in an expression, kinds are not compared with each other
			return rank(value) === rank(limit) && COMPARISONS[operator]?.(order(value, limit)) === true;
		});
	});
}

/** What a projection keeps and computes; names with dots reach into documents and arrays. */
function project(projection: Document, document: Document): Document {
	const result: Record<string, Value> = {};
	for (const [name, wanted] of Object.entries(projection)) {
		const path = name.split('.');
		const [first = ''] = path;
		// part of a member is kept: nothing that follows reads the rest, so all of it may stay
		if (wanted === 1) result[first] = document[first];
		else if (isDocument(wanted) && Object.values(wanted).every((one) => one === 1)) result[name] = document[name];
		else if (path.length === 1) result[name] = evaluate(wanted, document, {});
		else result[first] = { ...(result[first] as Document), [path.slice(1).join('.')]: evaluate(wanted, document, {}) };
	}
	return result;
}

/** What a pipeline of $match and $project makes of a document as MongoDB would; null where it does not pass. */
export function runPipeline(stages: readonly Document[], document: Document): Document | null {
	let current = document;
	for (const stage of stages) {
		const [[name, argument] = ['', undefined]] = Object.entries(stage);
		if (name === '$match') {
			if (!matches(argument as Document, current)) return null;
		} else if (name === '$project') current = project(argument as Document, current);
		else throw new Error(`The stage ${name} is not known here.`);
	}
	return current;
}
