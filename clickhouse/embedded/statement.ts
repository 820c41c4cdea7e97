/** A word, sign or quoted text of a statement; comments and blanks are left out. */
export interface Token {
	readonly kind: 'word' | 'quotedName' | 'string' | 'number' | 'sign';
	/** As written, quotes included. */
	readonly text: string;
	readonly start: number;
	readonly end: number;
}

const WORD = /[A-Za-z_][A-Za-z0-9_$]*/y;
const NUMBER = /[0-9][0-9A-Za-z_.]*/y;
const HEREDOC = /\$[A-Za-z0-9_]*\$/y;
const BLANK = /\s+/y;
const COMMENT = /--[^\n]*|#[ !][^\n]*|\/\*[^]*?\*\//y;

function match(pattern: RegExp, sql: string, at: number): number {
	pattern.lastIndex = at;
	const found = pattern.exec(sql);
	return found === null ? 0 : found[0].length;
}

function quotedEnd(sql: string, start: number): number {
	const quote = sql[start];
	for (let at = start + 1; at < sql.length; at++) {
		if (sql[at] === '\\') at++;
		else if (sql[at] === quote) {
			if (sql[at + 1] !== quote) return at + 1;
			at++;
		}
	}
	throw new StatementError('A quote is not closed.');
}

/** Why a statement is not run, in a sentence. */
export class StatementError extends Error {
	override readonly name = 'StatementError';
}

/** The next token at or after `from`, or null at the end. */
export function nextToken(sql: string, from: number): Token | null {
	let at = from;
	for (;;) {
		const skip = match(BLANK, sql, at) || match(COMMENT, sql, at);
		if (skip === 0) break;
		at += skip;
	}
	if (at >= sql.length) return null;
	const sign = sql.charAt(at);
	const token = (kind: Token['kind'], end: number): Token => ({ kind, text: sql.slice(at, end), start: at, end });
	if (sign === "'") return token('string', quotedEnd(sql, at));
	if (sign === '`' || sign === '"') return token('quotedName', quotedEnd(sql, at));
	const word = match(WORD, sql, at);
	if (word > 0) return token('word', at + word);
	const number = match(NUMBER, sql, at);
	if (number > 0) return token('number', at + number);
	const tag = match(HEREDOC, sql, at);
	if (tag > 0) {
		const mark = sql.slice(at, at + tag);
		const close = sql.indexOf(mark, at + tag);
		if (close < 0) throw new StatementError('A quote is not closed.');
		return token('string', close + tag);
	}
	return token('sign', at + 1);
}

/** All tokens of a statement. */
export function tokensOf(sql: string): Token[] {
	const tokens: Token[] = [];
	for (let token = nextToken(sql, 0); token !== null; token = nextToken(sql, token.end)) tokens.push(token);
	return tokens;
}

const upper = (token: Token | undefined): string => (token?.kind === 'word' ? token.text.toUpperCase() : '');

/** An INSERT whose data follow the statement, cut before the data. */
export interface InsertHead {
	/** `INSERT INTO t (a, b)`, and its SETTINGS clause or nothing. */
	readonly target: string;
	readonly settings: string;
	readonly format: string;
	/** Index in the text at which inline data begin. */
	readonly dataStart: number;
}

/** Reads the head of an INSERT with data after it; null for any other statement (INSERT ... SELECT included). */
export function insertHead(sql: string): InsertHead | null {
	let token = nextToken(sql, 0);
	if (upper(token ?? undefined) !== 'INSERT') return null;
	let depth = 0;
	let settingsStart: number | null = null;
	const headUntil = (end: number) => ({
		target: sql.slice(0, settingsStart ?? end),
		settings: settingsStart === null ? '' : sql.slice(settingsStart, end),
	});
	for (token = nextToken(sql, 0); token !== null; token = nextToken(sql, token.end)) {
		if (token.text === '(') depth++;
		else if (token.text === ')') depth--;
		else if (depth === 0) {
			const word = upper(token);
			if (word === 'SELECT' || word === 'WITH' || word === 'INFILE') return null;
			if (word === 'SETTINGS') settingsStart = token.start;
			if (word === 'VALUES') return { ...headUntil(token.start), format: 'Values', dataStart: token.end };
			if (word === 'FORMAT') {
				const format = nextToken(sql, token.end);
				if (format?.kind !== 'word') throw new StatementError('FORMAT needs the name of a format.');
				// the line end after the name belongs to the statement
				const lineEnd = match(/[ \t]*\r?\n/y, sql, format.end);
				return { ...headUntil(token.start), format: format.text, dataStart: format.end + lineEnd };
			}
		}
	}
	return null;
}

/** One statement, parted from its FORMAT clause. */
export interface Statement {
	/** The statement without FORMAT and final semicolon. */
	readonly sql: string;
	readonly format: string | null;
	readonly tokens: readonly Token[];
	/** First word in upper case: SELECT, WITH, ALTER ... */
	readonly verb: string;
}

/** Reads one statement that carries no data; several statements in one text are refused. */
export function parseStatement(text: string): Statement {
	let tokens = tokensOf(text);
	while (tokens.at(-1)?.text === ';') tokens = tokens.slice(0, -1);
	const first = tokens[0];
	const last = tokens.at(-1);
	if (first === undefined || last === undefined) throw new StatementError('The statement is empty.');
	if (tokens.some((token) => token.text === ';')) throw new StatementError('One statement at a time.');
	let verb = tokens.find((token) => token.text !== '(');
	verb ??= first;
	let depth = 0;
	for (const [index, token] of tokens.entries()) {
		if (token.text === '(') depth++;
		else if (token.text === ')') depth--;
		else if (depth === 0 && upper(token) === 'FORMAT' && tokens[index + 1]?.kind === 'word' && index > 0) {
			const name = tokens[index + 1];
			const after = tokens[index + 2];
			// `format` can be a column or function too: the clause stands at the end or before SETTINGS
			if (name === undefined || (after !== undefined && upper(after) !== 'SETTINGS')) continue;
			return {
				sql: `${text.slice(0, token.start)}${text.slice(name.end, last.end)}`,
				format: name.text,
				tokens: [...tokens.slice(0, index), ...tokens.slice(index + 2)],
				verb: upper(verb),
			};
		}
	}
	return { sql: text.slice(0, last.end), format: null, tokens, verb: upper(verb) };
}

/** True for a statement whose answer is a table that can stand in brackets. */
export function isSelect(statement: Statement): boolean {
	return statement.verb === 'SELECT' || statement.verb === 'WITH';
}

const BEFORE_TABLE_SUBQUERY = new Set(['IN', 'FROM', 'JOIN', 'AS', 'VIEW']);

/** True when a sub-query may be evaluated while the query is prepared (a scalar one): such a query must not be started as a stream. */
export function hasScalarSubquery(tokens: readonly Token[]): boolean {
	return tokens.some((token, index) => {
		if (token.text !== '(') return false;
		const inner = upper(tokens[index + 1]);
		if (inner !== 'SELECT' && inner !== 'WITH') return false;
		return index > 0 && !BEFORE_TABLE_SUBQUERY.has(upper(tokens[index - 1]));
	});
}
