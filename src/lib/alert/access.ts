import type { AccessScope } from './object.ts';
import { SURVEYS } from './surveys.ts';

const PUBLIC: ReadonlySet<string> = new Set(
	SURVEYS.flatMap((survey) =>
		survey.programmes.filter((programme) => programme.public).map(({ name }) => `${survey.name} ${name}`),
	),
);

/** Whether everyone may see what a survey's programme brought in; programmes nobody declared are private. */
export function isPublic(survey: string, programme: string): boolean {
	return PUBLIC.has(`${survey} ${programme}`);
}

/** Whether someone with these grants may see what a survey's programme brought in (design rule 7). */
export function maySee(grants: AccessScope['grants'], survey: string, programme: string): boolean {
	return (
		isPublic(survey, programme) ||
		grants.some((grant) => grant.survey === survey && grant.programme === programme && isDeclared(survey, programme))
	);
}

function isDeclared(survey: string, programme: string): boolean {
	return SURVEYS.some((one) => one.name === survey && one.programmes.some(({ name }) => name === programme));
}
