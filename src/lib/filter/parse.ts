import { LIMITS } from './limits.ts';
import { spanning, type Place, type Problem } from './place.ts';
import type { ArithmeticOp, CompareOp, Expr, FilterSyntax, Statement, TextOp } from './syntax.ts';
import { tokenise, type Token } from './token.ts';

/** A text as a tree, with what could not be read; the tree holds whatever could. */
export interface Parsed {
	readonly syntax: FilterSyntax;
	readonly problems: readonly Problem[];
}

/** Words with a meaning of their own: no name may be one of them. */
export const KEYWORDS: ReadonlySet<string> = new Set([
	'and', 'or', 'not', 'in', 'between', 'is', 'absent', 'present', 'true', 'false', 'let', 'annotate', 'use', 'as', 'contains',
	'startsWith', 'endsWith',
]); // prettier-ignore

const STARTERS: ReadonlySet<string> = new Set(['let', 'annotate', 'use', 'order', 'limit', 'one', 'sample']);

const COMPARE: Readonly<Record<string, CompareOp>> = {
	'==': '==', '=': '==', '!=': '!=', '<': '<', '<=': '<=', '>': '>', '>=': '>=',
}; // prettier-ignore
const TEXT_OPS: Readonly<Record<string, TextOp>> = {
	contains: 'contains',
	startsWith: 'startsWith',
	endsWith: 'endsWith',
};
const ARITHMETIC: Readonly<Record<string, { readonly op: ArithmeticOp; readonly power: number }>> = {
	'+': { op: '+', power: 5 },
	'-': { op: '-', power: 5 },
	'*': { op: '*', power: 6 },
	'/': { op: '/', power: 6 },
	'%': { op: '%', power: 6 },
};
const COMPARE_POWER = 4;

/** Ends the reading of one statement; the problem has been reported. */
class Unreadable extends Error {}

/** Reads a filter; never throws and never takes long, whatever the text. */
export function parse(text: string): Parsed {
	return new Parser(text).filter();
}

class Parser {
	private readonly tokens: readonly Token[];
	private readonly trailing: string[];
	private readonly problems: Problem[];
	private comments: string[] = [];
	private at = 0;
	private depth = 0;
	private readonly depths = new WeakMap<Expr, number>();

	constructor(text: string) {
		const { tokens, problems, trailing } = tokenise(text);
		this.tokens = tokens;
		this.problems = problems;
		this.trailing = trailing;
	}

	filter(): Parsed {
		const statements: Statement[] = [];
		while (this.peek().kind !== 'end' && this.problems.length < LIMITS.problems) {
			const start = this.at;
			try {
				statements.push(this.statement());
			} catch (error) {
				if (!(error instanceof Unreadable)) throw error;
				this.skip(start);
			}
		}
		return { syntax: { statements, trailing: [...this.comments, ...this.trailing] }, problems: this.problems };
	}

	/** After an error: on to the next line that begins a statement. */
	private skip(start: number): void {
		this.depth = 0;
		if (this.at === start) this.next();
		while (this.peek().kind !== 'end') {
			const token = this.peek();
			if (token.newLine && token.kind === 'name' && STARTERS.has(token.text)) return;
			this.next();
		}
	}

	private peek(ahead = 0): Token {
		const token = this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)];
		if (token === undefined) throw new Error('A list of tokens has an end');
		return token;
	}

	private next(): Token {
		const token = this.peek();
		this.comments.push(...token.comments);
		if (this.at < this.tokens.length - 1) this.at += 1;
		return token;
	}

	private fail(place: Place, message: string, suggestion?: string): never {
		this.report(place, message, suggestion);
		throw new Unreadable(message);
	}

	private report(place: Place, message: string, suggestion?: string): void {
		if (this.problems.length >= LIMITS.problems) return;
		this.problems.push({ severity: 'error', place, message, ...(suggestion === undefined ? {} : { suggestion }) });
	}

	private isSign(text: string, ahead = 0): boolean {
		const token = this.peek(ahead);
		return token.kind === 'sign' && token.text === text;
	}

	private isWord(text: string, ahead = 0): boolean {
		const token = this.peek(ahead);
		return token.kind === 'name' && token.text === text;
	}

	private take(sign: string): boolean {
		if (!this.isSign(sign)) return false;
		this.next();
		return true;
	}

	private takeWord(word: string): boolean {
		if (!this.isWord(word)) return false;
		this.next();
		return true;
	}

	private expectSign(sign: string, why: string): Token {
		if (this.isSign(sign)) return this.next();
		return this.fail(this.peek().place, `Expected "${sign}" ${why}, found ${describe(this.peek())}.`);
	}

	private newName(what: string): Token {
		const token = this.peek();
		if (token.kind !== 'name') return this.fail(token.place, `Expected a name for ${what}, found ${describe(token)}.`);
		if (KEYWORDS.has(token.text)) {
			return this.fail(token.place, `"${token.text}" has a meaning of its own: choose another name for ${what}.`);
		}
		return this.next();
	}

	private statement(): Statement {
		this.comments = [];
		const token = this.peek();
		const body = this.statementBody(token);
		const last = this.tokens[this.at - 1] ?? token;
		const comments = this.comments;
		this.comments = [];
		return { ...body, place: spanning(token.place, last.place), comments };
	}

	private statementBody(token: Token): DistributiveOmit<Statement, 'place' | 'comments'> {
		if (token.kind === 'name') {
			switch (token.text) {
				case 'use':
					return this.useBlock();
				case 'let': {
					this.next();
					const name = this.newName('the part');
					this.expectSign('=', 'after the name of the part');
					return { kind: 'let', name: name.text, namePlace: name.place, value: this.expression() };
				}
				case 'annotate':
					return this.annotate();
				case 'order':
					if (this.isWord('by', 1)) return this.orderBy();
					break;
				case 'limit':
					if (this.peek(1).kind === 'number') return this.limit();
					break;
				case 'one':
					if (this.isWord('per', 1)) return this.onePerObject();
					break;
				case 'sample':
					if (this.peek(1).kind === 'number') {
						this.next();
						return { kind: 'sample', fraction: this.canonicalNumber(this.next()) };
					}
			}
		}
		return { kind: 'condition', value: this.expression() };
	}

	private useBlock(): DistributiveOmit<Statement, 'place' | 'comments'> {
		this.next();
		const block = this.peek();
		if (block.kind !== 'text') {
			return this.fail(
				block.place,
				`Expected the name of a block in quotes, such as "real@2", found ${describe(block)}.`,
			);
		}
		this.next();
		if (!this.takeWord('as')) {
			return this.fail(this.peek().place, `Expected "as" and a name after the block, found ${describe(this.peek())}.`);
		}
		const name = this.newName('the block');
		return { kind: 'use', block: block.text, name: name.text, namePlace: name.place };
	}

	private annotate(): DistributiveOmit<Statement, 'place' | 'comments'> {
		this.next();
		const entries: { name: string; namePlace: Place; value: Expr }[] = [];
		do {
			const name = this.newName('the annotation');
			this.expectSign('=', 'after the name of the annotation');
			entries.push({ name: name.text, namePlace: name.place, value: this.expression() });
		} while (this.take(','));
		return { kind: 'annotate', entries };
	}

	private orderBy(): DistributiveOmit<Statement, 'place' | 'comments'> {
		this.next();
		this.next();
		const value = this.expression();
		const descending = this.takeWord('descending') || this.takeWord('desc');
		if (!descending && !this.takeWord('ascending')) this.takeWord('asc');
		return { kind: 'order', value, descending };
	}

	private limit(): DistributiveOmit<Statement, 'place' | 'comments'> {
		this.next();
		const token = this.next();
		const count = Number(token.text.replaceAll('_', ''));
		if (!Number.isInteger(count) || count < 1 || count > LIMITS.rows) {
			return this.fail(token.place, `The limit must be a whole number from 1 to ${LIMITS.rows}.`);
		}
		return { kind: 'limit', count };
	}

	private onePerObject(): DistributiveOmit<Statement, 'place' | 'comments'> {
		this.next();
		this.next();
		if (!this.takeWord('object')) {
			return this.fail(this.peek().place, `Expected "one per object", found ${describe(this.peek())}.`, 'object');
		}
		return { kind: 'onePerObject' };
	}

	private expression(): Expr {
		const expression = this.logic('or');
		const token = this.peek();
		if (token.kind === 'end' || token.newLine || token.kind === 'name') return expression;
		if (this.depth === 0 && token.kind === 'sign' && (token.text === ')' || token.text === ']')) {
			return this.fail(token.place, `There is no opening bracket for this "${token.text}".`);
		}
		return expression;
	}

	private enter<T>(place: Place, read: () => T): T {
		this.depth += 1;
		if (this.depth > LIMITS.depth) {
			return this.fail(
				place,
				`The expression is nested more than ${LIMITS.depth} levels deep. Name its parts with "let".`,
			);
		}
		const value = read();
		this.depth -= 1;
		return value;
	}

	/** Notes how deep a node is, so that long chains are refused like deep brackets. */
	private node<E extends Expr>(expression: E, ...children: readonly Expr[]): E {
		let depth = 1;
		for (const child of children) depth = Math.max(depth, 1 + (this.depths.get(child) ?? 1));
		if (depth > 2 * LIMITS.depth) {
			return this.fail(
				expression.place,
				`The expression is nested more than ${2 * LIMITS.depth} levels deep. Name its parts with "let".`,
			);
		}
		this.depths.set(expression, depth);
		return expression;
	}

	private logic(op: 'and' | 'or'): Expr {
		const term = () => (op === 'or' ? this.logic('and') : this.negation());
		const first = term();
		if (!this.isWord(op)) return first;
		const terms = [first];
		while (this.takeWord(op)) terms.push(term());
		const last = terms[terms.length - 1] ?? first;
		return this.node({ kind: 'logic', op, terms, place: spanning(first.place, last.place) }, ...terms);
	}

	private negation(): Expr {
		const token = this.peek();
		if (!this.isWord('not')) return this.comparison();
		return this.enter(token.place, () => {
			this.next();
			const operand = this.negation();
			return this.node({ kind: 'not', operand, place: spanning(token.place, operand.place) }, operand);
		});
	}

	private comparison(): Expr {
		if (this.isWord('in')) return this.membership(null, false, this.peek().place);
		const left = this.arithmetic(COMPARE_POWER + 1);
		const token = this.peek();
		const negated = this.isWord('not') && !token.newLine && (this.isWord('in', 1) || this.isWord('between', 1));
		if (negated) this.next();
		if (this.isWord('in')) return this.membership(left, negated, left.place);
		if (this.isWord('between')) return this.between(left, negated);
		if (this.isWord('is')) return this.presence(left);
		const op = token.kind === 'sign' ? COMPARE[token.text] : token.kind === 'name' ? TEXT_OPS[token.text] : undefined;
		if (op === undefined && token.kind === 'name' && !token.newLine && /^i?like$/i.test(token.text)) {
			return this.fail(
				token.place,
				`There is no "${token.text}": ask with "contains", "startsWith" or "endsWith", without wildcards.`,
				'contains',
			);
		}
		if (op === undefined) return left;
		this.next();
		const right = this.arithmetic(COMPARE_POWER + 1);
		const place = spanning(left.place, right.place);
		const compared = this.node({ kind: 'compare', op, left, right, place }, left, right);
		const again = this.peek();
		if (again.kind === 'sign' && COMPARE[again.text] !== undefined) {
			return this.fail(
				again.place,
				'Two comparisons follow each other. Write "x between a and b", or join two comparisons with "and".',
			);
		}
		return compared;
	}

	private membership(value: Expr | null, negated: boolean, start: Place): Expr {
		this.next();
		const token = this.peek();
		if (!this.isSign('[') && token.kind !== 'name') {
			return this.fail(
				token.place,
				`After "in" stands a list such as ["g", "r"], area("..."), list("..."), circle(ra, dec, arcsec) or box(ra1, ra2, dec1, dec2); found ${describe(token)}.`,
			);
		}
		const set = this.postfix();
		return this.node(
			{ kind: 'in', value, set, negated, place: spanning(start, set.place) },
			set,
			...(value === null ? [] : [value]),
		);
	}

	private between(value: Expr, negated: boolean): Expr {
		this.next();
		const low = this.arithmetic(COMPARE_POWER + 1);
		if (!this.takeWord('and')) {
			return this.fail(
				this.peek().place,
				`Expected "and" and the upper end after "between", found ${describe(this.peek())}.`,
			);
		}
		const high = this.arithmetic(COMPARE_POWER + 1);
		return this.node(
			{ kind: 'between', value, low, high, negated, place: spanning(value.place, high.place) },
			value,
			low,
			high,
		);
	}

	private presence(value: Expr): Expr {
		this.next();
		const not = this.takeWord('not');
		const token = this.peek();
		const present = this.isWord('present');
		if (!present && !this.isWord('absent')) {
			const isNull = token.kind === 'name' && /^(?:null|none|nan)$/i.test(token.text);
			return this.fail(
				token.place,
				`Expected "is present" or "is absent", found ${describe(token)}.`,
				isNull ? 'absent' : undefined,
			);
		}
		this.next();
		return this.node(
			{ kind: 'presence', value, present: present !== not, place: spanning(value.place, token.place) },
			value,
		);
	}

	private arithmetic(power: number): Expr {
		let left = this.prefix();
		for (;;) {
			const token = this.peek();
			const found = token.kind === 'sign' ? ARITHMETIC[token.text] : undefined;
			if (found === undefined || found.power < power) return left;
			this.next();
			const right = this.arithmetic(found.power + 1);
			const place = spanning(left.place, right.place);
			left = this.node({ kind: 'arithmetic', op: found.op, left, right, place }, left, right);
		}
	}

	private prefix(): Expr {
		const token = this.peek();
		if (!this.isSign('-') && !this.isSign('+')) return this.postfix();
		return this.enter(token.place, () => {
			this.next();
			const operand = this.prefix();
			if (token.text === '+') return operand;
			return this.node({ kind: 'negative', operand, place: spanning(token.place, operand.place) }, operand);
		});
	}

	private postfix(): Expr {
		let object = this.primary();
		while (this.isSign('.')) {
			this.next();
			const name = this.peek();
			if (name.kind !== 'name') {
				return this.fail(name.place, `Expected the name of a member after ".", found ${describe(name)}.`);
			}
			this.next();
			const place = spanning(object.place, name.place);
			object = this.node({ kind: 'member', object, name: name.text, namePlace: name.place, place }, object);
		}
		return object;
	}

	private primary(): Expr {
		const token = this.peek();
		switch (token.kind) {
			case 'number':
				this.next();
				return { kind: 'number', text: this.canonicalNumber(token), place: token.place };
			case 'text':
				this.next();
				return { kind: 'text', value: token.text, place: token.place };
			case 'name':
				return this.nameOrCall(token);
			case 'sign':
				if (token.text === '(') return this.enter(token.place, () => this.bracketed());
				if (token.text === '[') return this.enter(token.place, () => this.list(token));
				break;
			case 'end':
		}
		return this.fail(token.place, `Expected a value, found ${describe(token)}.`);
	}

	/** One spelling per number; whole numbers keep all their digits, for ids have more than a double holds. */
	private canonicalNumber(token: Token): string {
		const plain = token.text.replaceAll('_', '');
		if (/^\d+$/.test(plain)) return plain.replace(/^0+(?=\d)/, '');
		const value = Number(plain);
		if (!Number.isFinite(value)) return this.fail(token.place, `The number ${shorten(plain)} is too large.`);
		return String(value);
	}

	private bracketed(): Expr {
		const open = this.next();
		const inner = this.expression();
		if (!this.isSign(')')) {
			return this.fail(
				this.peek().place,
				`Expected ")" to close the bracket at ${open.place.start + 1}, found ${describe(this.peek())}.`,
			);
		}
		const close = this.next();
		// the place with its brackets; the tree itself says where they are needed
		const wider = { ...inner, place: spanning(open.place, close.place) };
		return this.node(wider, inner);
	}

	private list(open: Token): Expr {
		this.next();
		const items: Expr[] = [];
		while (!this.isSign(']')) {
			items.push(this.expression());
			if (!this.take(',')) break;
		}
		const close = this.expectSign(']', 'to close the list');
		return this.node({ kind: 'list', items, place: spanning(open.place, close.place) }, ...items);
	}

	private nameOrCall(token: Token): Expr {
		if (token.text === 'true' || token.text === 'false') {
			this.next();
			return { kind: 'truth', value: token.text === 'true', place: token.place };
		}
		if (KEYWORDS.has(token.text)) {
			return this.fail(token.place, `Expected a value, found the word "${token.text}".`);
		}
		this.next();
		// a bracket on the next line begins another condition
		if (!this.isSign('(') || this.peek().newLine) return { kind: 'name', name: token.text, place: token.place };
		return this.enter(token.place, () => this.call(token));
	}

	private call(name: Token): Expr {
		this.next();
		const args: Expr[] = [];
		while (!this.isSign(')')) {
			args.push(this.argument());
			if (!this.take(',')) break;
		}
		const close = this.expectSign(')', `after the arguments of ${name.text}`);
		const place = spanning(name.place, close.place);
		return this.node({ kind: 'call', name: name.text, namePlace: name.place, args, place }, ...args);
	}

	private argument(): Expr {
		const token = this.peek();
		if (token.kind !== 'name' || !this.isSign('=>', 1)) return this.expression();
		const param = this.newName('the point');
		this.next();
		const body = this.expression();
		return this.node(
			{ kind: 'lambda', param: param.text, paramPlace: param.place, body, place: spanning(param.place, body.place) },
			body,
		);
	}
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function describe(token: Token): string {
	switch (token.kind) {
		case 'end':
			return 'the end of the filter';
		case 'text':
			return `the text "${shorten(token.text)}"`;
		case 'name':
		case 'number':
		case 'sign':
			return `"${shorten(token.text)}"`;
	}
}

/** The first characters of a text, for a message. */
export function shorten(text: string, length = 40): string {
	return text.length > length ? `${text.slice(0, length)}...` : text;
}
