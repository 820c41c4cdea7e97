import type { AccessScope } from '#lib/alert/object.ts';
import { accessPredicate } from './scope.ts';

/** Tables whose rows reveal an alert, its position, its existence or a number computed from it. */
const GUARDED =
	/\b(?:FROM|JOIN)\s+(?:alerts|photometry|objects|nightly|cutouts|scores|crossmatches|crossmatch_runs|associations|filter_hits|truth)\b/g;
const MARKER = /\{(\w+)\}/g;

/**
 * Fills the untyped markers of a query file: `{scope}` with a predicate and the others with text of ours, never a reader's.
 * Throws when a guarded table is read without a scope of its own.
 */
export function renderAny(sql: string, predicate: string, parts: Readonly<Record<string, string>>): string {
	const guarded = sql.match(GUARDED)?.length ?? 0;
	const scoped = sql.match(/WHERE \{scope\}/g)?.length ?? 0;
	if (guarded > scoped) throw new Error('A query reads a guarded table outside the access scope');
	const body = sql.replace(/^(?:--.*\n)+/, '');
	return body.replace(MARKER, (_, name: string) => {
		const part = name === 'scope' ? predicate : parts[name];
		if (part === undefined) throw new Error(`A query needs the part {${name}}`);
		return part;
	});
}

/** The same with the predicate of a reader's scope. */
export function render(sql: string, scope: AccessScope, parts: Readonly<Record<string, string>> = {}): string {
	return renderAny(sql, accessPredicate(scope), parts);
}
