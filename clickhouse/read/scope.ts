import type { AccessScope } from '#lib/alert/object.ts';
import { ORIGINS } from '#lib/alert/survey.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';

const KEY = /^[a-z][a-z0-9_-]*$/;

/**
 * The one predicate that decides what a reader may see (design rules 7 and 8): rows of one origin whose programme is public
 * or granted. Every read of a table that can reveal an alert holds it; programmes nobody declared are private. Rows that tell of two
 * objects hold it for both: `of` names whose survey and programme are meant.
 */
export function accessPredicate(scope: AccessScope, of: 'self' | 'other' = 'self'): string {
	const pairs = SURVEYS.flatMap((survey) =>
		survey.programmes
			.filter(
				(programme) =>
					programme.public ||
					scope.grants.some((grant) => grant.survey === survey.name && grant.programme === programme.name),
			)
			.map((programme) => [survey.name, programme.name] as const),
	);
	const named = pairs.filter(([survey, programme]) => KEY.test(survey) && KEY.test(programme));
	const origin = ORIGINS.find((known) => known === scope.origin);
	if (origin === undefined || named.length === 0) return '(1 = 0)';
	const prefix = of === 'self' ? '' : 'other_';
	// surveys of which the same programmes are seen stand together: lists of a column with few values are tested once per value, pairs
	// once per row, and each alternative costs every scan a tenth
	const alike = new Map<string, string[]>();
	for (const survey of new Set(named.map(([name]) => name))) {
		const programmes = named.filter(([name]) => name === survey).map(([, programme]) => `'${programme}'`);
		const list = [...programmes].sort().join(', ');
		alike.set(list, [...(alike.get(list) ?? []), `'${survey}'`]);
	}
	const any = [...alike].map(
		([programmes, surveys]) => `(${prefix}survey IN (${surveys.join(', ')}) AND ${prefix}programme IN (${programmes}))`,
	);
	return `(origin = '${origin}' AND (${any.join(' OR ')}))`;
}
