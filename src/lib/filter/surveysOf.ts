import { SURVEYS } from '#lib/alert/surveys.ts';
import type { Node, TruthNode } from './core.ts';

/** Names of surveys; null = any. */
type Surveys = ReadonlySet<string> | null;

const ALL: readonly string[] = SURVEYS.map(({ name }) => name);
const both = (a: Surveys, b: Surveys): Surveys =>
	a === null ? b : b === null ? a : new Set([...a].filter((name) => b.has(name)));
const either = (a: Surveys, b: Surveys): Surveys => (a === null || b === null ? null : new Set([...a, ...b]));

/** Surveys whose alerts can have the value; any for what does not come from fields alone. */
function surveysWith(node: Node): Surveys {
	if (node.kind === 'field') return node.field.surveys === null ? null : new Set(node.field.surveys);
	if (node.kind === 'arith') return both(surveysWith(node.a), surveysWith(node.b));
	if (node.kind === 'math') return node.args.map(surveysWith).reduce(both, null);
	if (node.kind === 'round' || node.kind === 'lower') return surveysWith(node.a);
	return node.kind === 'modulo' ? surveysWith(node.of) : null;
}

function ofTexts(node: Node, values: readonly string[], yes: boolean): Surveys {
	if (node.kind !== 'field' || node.field.name !== 'survey') return surveysWith(node);
	return new Set(yes ? values : ALL.filter((name) => !values.includes(name)));
}

/** Surveys of which an alert can make a condition true, or false if asked; null = any. A field of a survey is absent from all others, and a comparison with it unknown. */
export function surveysWhere(node: TruthNode, yes = true): Surveys {
	switch (node.kind) {
		case 'const':
			return node.value === yes ? null : new Set();
		case 'field':
			return surveysWith(node);
		case 'compare':
		case 'textTest':
			return both(surveysWith(node.a), surveysWith(node.b));
		case 'sameText':
			if (node.b.kind === 'const') return ofTexts(node.a, [node.b.value], yes);
			if (node.a.kind === 'const') return ofTexts(node.b, [node.a.value], yes);
			return both(surveysWith(node.a), surveysWith(node.b));
		case 'oneOfTexts':
			return ofTexts(node.a, node.values, yes);
		case 'oneOfNumbers':
		case 'sameId':
			return surveysWith(node.a);
		case 'and':
		case 'or': {
			const each = node.terms.map((term) => surveysWhere(term, yes));
			return (node.kind === 'and') === yes ? each.reduce(both, null) : each.reduce(either);
		}
		case 'not':
			return surveysWhere(node.a, !yes);
		case 'present':
			return yes ? surveysWith(node.of) : null;
		default:
			return null;
	}
}
