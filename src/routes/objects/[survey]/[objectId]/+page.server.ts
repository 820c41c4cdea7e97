import { findSurvey } from '#lib/alert/surveys.ts';
import { loadObject } from '#lib/server/portal.ts';
import { error } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const survey = findSurvey(params.survey);
	if (!survey) error(404, `No survey is called “${params.survey.slice(0, 40)}”.`);
	const found = await loadObject(locals, survey.name, params.objectId);
	if (!found)
		error(
			404,
			`No object ${params.objectId.slice(0, 60)} of ${survey.label} is among the ${locals.scope.origin} alerts you may see.`,
		);
	return found;
};
