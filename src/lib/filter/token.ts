import { LIMITS } from './limits.ts';
import type { Place, Problem } from './place.ts';

/** A word, number, text or sign of a filter. */
export interface Token {
	readonly kind: 'name' | 'number' | 'text' | 'sign' | 'end';
	/** As written; the content without quotes for texts; signs in their canonical spelling. */
	readonly text: string;
	readonly place: Place;
	/** A line break stands before it. */
	readonly newLine: boolean;
	/** Comments before it, without their marks. */
	readonly comments: readonly string[];
}

const SPACE = /[\s\uFEFF]+/y;
const COMMENT = /(?:#|\/\/)[^\n]*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const SIGN = /=>|==|!=|<>|<=|>=|&&|\|\||[-+*/%()[\],.<>=!]/y;
const SPELLING: Readonly<Record<string, string>> = { '<>': '!=', '&&': 'and', '||': 'or', '!': 'not' };
/** Words that other languages write large. */
const LARGE: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT', 'IN', 'BETWEEN', 'IS', 'TRUE', 'FALSE']);
/** Signs that text processors put in the place of plain ones. */
const TYPED: Readonly<Record<string, string>> = {
	'≤': '<=', '≥': '>=', '≠': '!=', '−': '-', '–': '-', '×': '*', '·': '*', '÷': '/', '→': '=>', '⇒': '=>',
}; // prettier-ignore
const QUOTES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”', '”': '”', '‘': '’', '’': '’' };
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '"': '"', "'": "'", '\\': '\\' };

function matchAt(pattern: RegExp, text: string, at: number): string | null {
	pattern.lastIndex = at;
	return pattern.exec(text)?.[0] ?? null;
}

/** Reads the text after an opening quote; null when it is not closed on its line. */
function readText(text: string, at: number, close: string): { value: string; end: number } | null {
	let value = '';
	for (let i = at; i < text.length; i += 1) {
		const char = text.charAt(i);
		if (char === close) return { value, end: i + 1 };
		if (char === '\n') return null;
		if (char === '\\') {
			i += 1;
			const next = text.charAt(i);
			value += ESCAPES[next] ?? `\\${next}`;
		} else value += char;
	}
	return null;
}

/** Splits a text into tokens; never throws. What is not understood is named and left out. */
export function tokenise(text: string): { tokens: Token[]; problems: Problem[]; trailing: string[] } {
	const tokens: Token[] = [];
	const problems: Problem[] = [];
	let comments: string[] = [];
	let newLine = true;
	let at = 0;
	const end = Math.min(text.length, LIMITS.characters);
	const report = (start: number, stop: number, message: string) => {
		if (problems.length < LIMITS.problems) problems.push({ severity: 'error', place: { start, end: stop }, message });
	};
	const push = (kind: Token['kind'], content: string, stop: number) => {
		tokens.push({ kind, text: content, place: { start: at, end: stop }, newLine, comments });
		comments = [];
		newLine = false;
		at = stop;
	};
	if (text.length > LIMITS.characters) {
		report(
			LIMITS.characters,
			text.length,
			`The text has ${text.length} characters; a filter may have ${LIMITS.characters}. Move long lists of names into a list and write \`in list("...")\`.`,
		);
		return { tokens: [endToken(at)], problems, trailing: [] };
	}
	while (at < end) {
		const space = matchAt(SPACE, text, at);
		if (space !== null) {
			newLine ||= space.includes('\n');
			at += space.length;
			continue;
		}
		const comment = matchAt(COMMENT, text, at);
		if (comment !== null) {
			comments.push(comment.replace(/^(?:#+|\/\/+)/, '').trim());
			at += comment.length;
			continue;
		}
		if (tokens.length >= LIMITS.tokens) {
			report(at, end, `The filter has more than ${LIMITS.tokens} words and signs. Split it into blocks.`);
			break;
		}
		const char = text.charAt(at);
		const close = QUOTES[char];
		if (close !== undefined) {
			const found = readText(text, at + 1, close);
			if (found === null) {
				const line = text.indexOf('\n', at);
				const stop = line === -1 ? end : line;
				report(at, stop, `The text that begins here has no closing ${close}.`);
				push('text', text.slice(at + 1, stop), stop);
			} else push('text', found.value, found.end);
			continue;
		}
		const name = matchAt(NAME, text, at);
		if (name !== null) {
			push('name', LARGE.has(name) ? name.toLowerCase() : name, at + name.length);
			continue;
		}
		const number = matchAt(NUMBER, text, at);
		if (number !== null) {
			push('number', number, at + number.length);
			continue;
		}
		const sign = matchAt(SIGN, text, at);
		if (sign !== null) {
			const spelt = SPELLING[sign] ?? sign;
			push(/^[a-z]/.test(spelt) ? 'name' : 'sign', spelt, at + sign.length);
			continue;
		}
		const typed = TYPED[char];
		if (typed !== undefined) {
			push('sign', typed, at + 1);
			continue;
		}
		const point = text.codePointAt(at) ?? 0;
		const width = point > 0xffff ? 2 : 1;
		report(at, at + width, `${nameOf(point)} means nothing here.`);
		at += width;
	}
	tokens.push({ ...endToken(text.length), comments: [] });
	return { tokens, problems, trailing: comments };
}

const endToken = (at: number): Token => ({
	kind: 'end',
	text: '',
	place: { start: at, end: at },
	newLine: true,
	comments: [],
});

function nameOf(point: number): string {
	const code = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
	const char = String.fromCodePoint(point);
	return point < 32 || (point >= 0x7f && point < 0xa0) || (point >= 0xd800 && point <= 0xdfff)
		? `The character ${code}`
		: `The character "${char}" (${code})`;
}
