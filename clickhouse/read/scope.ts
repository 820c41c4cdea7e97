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
	// plain comparisons of columns with few values are done once per value, pairs once per row
	const any = named.map(
		([survey, programme]) => `(${prefix}survey = '${survey}' AND ${prefix}programme = '${programme}')`,
	);
	return `(origin = '${origin}' AND (${any.join(' OR ')}))`;
}
