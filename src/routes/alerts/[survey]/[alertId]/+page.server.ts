import { addressIn, objectPath } from '#lib/alert/address.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { loadAlert, loadObject } from '#lib/server/portal.ts';
import { error, redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const survey = findSurvey(params.survey);
	if (!survey) error(404, `No survey is called “${params.survey.slice(0, 40)}”.`);
	const alert = await loadAlert(locals, survey.name, params.alertId);
	if (!alert)
		error(
			404,
			`No alert ${params.alertId.slice(0, 60)} of ${survey.label} is among the ${locals.scope.origin} alerts you may see.`,
		);
	if (url.searchParams.get('to') === 'object') {
		redirect(303, addressIn(url.searchParams.get('origin'), objectPath(alert), { alert: alert.alertId }));
	}
	const object = await loadObject(locals, survey.name, alert.objectId);
	const ordered = [...(object?.alerts ?? [])].sort((a, b) => a.mjd - b.mjd);
	const at = ordered.findIndex((row) => row.alertId === alert.alertId);
	return {
		alert,
		place: at + 1,
		of: ordered.length,
		before: ordered[at - 1]?.alertId ?? null,
		after: at < 0 ? null : (ordered[at + 1]?.alertId ?? null),
	};
};
