import { StatementError, type Statement, type Token } from './statement.ts';

// The engine's own readonly=1 still reads files by a scalar file(), writes INTO OUTFILE and kills queries,
// so that a request marked read-only must also be one plain SELECT without any of these.

const READING_VERBS = new Set(['SELECT', 'WITH', 'EXPLAIN', 'DESCRIBE', 'DESC', 'SHOW', 'EXISTS']);

/** Table functions that read neither files nor network. */
const HARMLESS_TABLE_FUNCTIONS = new Set([
	'numbers',
	'numbers_mt',
	'zeros',
	'zeros_mt',
	'generateseries',
	'generate_series',
	'generaterandom',
	'values',
	'view',
	'primes',
	'null',
	// also the scalar function of that name
	'format',
]);

const FORBIDDEN_FUNCTIONS =
	/^(?:file|catboostevaluate|joinget.*|dict.*|sleep|sleepeachrow|executable|getserversetting)$/;

/** The names that a read-only statement may not call, given the engine's table functions. */
export function forbiddenNames(tableFunctions: readonly string[]): ReadonlySet<string> {
	return new Set(
		tableFunctions.map((name) => name.toLowerCase()).filter((name) => !HARMLESS_TABLE_FUNCTIONS.has(name)),
	);
}

function nameOf(token: Token | undefined): string | null {
	if (token?.kind === 'word') return token.text.toLowerCase();
	if (token?.kind === 'quotedName') return token.text.slice(1, -1).toLowerCase();
	return null;
}

/** Refuses what a read-only request may not do; throws StatementError. */
export function checkReading(statement: Statement, forbidden: ReadonlySet<string>): void {
	const { tokens, verb } = statement;
	if (!READING_VERBS.has(verb)) throw new StatementError(`A read-only request cannot run ${verb || 'this statement'}.`);
	for (const [index, token] of tokens.entries()) {
		const word = token.kind === 'word' ? token.text.toUpperCase() : '';
		const name = nameOf(token);
		const next = tokens[index + 1];
		if (word === 'INTO') throw new StatementError('A read-only request cannot write (INTO).');
		if (word === 'SETTINGS' && tokens[index + 2]?.text === '=') {
			throw new StatementError('A read-only request cannot change settings.');
		}
		if ((word === 'FROM' || word === 'JOIN') && next?.kind === 'string') {
			throw new StatementError('A read-only request reads tables, not files.');
		}
		if (name === null) continue;
		if (name === 'default' && next?.text === '.') throw new StatementError('There is no database "default" here.');
		if (next?.text === '(' && (forbidden.has(name) || FORBIDDEN_FUNCTIONS.test(name))) {
			throw new StatementError(`A read-only request cannot call ${token.text}().`);
		}
	}
}
