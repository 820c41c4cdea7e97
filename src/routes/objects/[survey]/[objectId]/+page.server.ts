import { textOfPoints } from '#lib/alert/pointColumns.ts';
import { storedTags } from '#lib/alert/storedTags.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { readInputsOf } from '#lib/server/models.ts';
import { asOfTime } from '#lib/server/params.ts';
import { marshalDesk, marshalPart } from '#lib/server/marshals/objectPart.ts';
import { filtersPassed } from '#lib/server/filters/passed.ts';
import { forPage, loadObject } from '#lib/server/portal.ts';
import { mineAction, mineOnObject } from '#lib/server/work/onObject.ts';
import { error } from '@sveltejs/kit';
import * as marshalActions from './marshalActions.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, setHeaders }) => {
	const survey = findSurvey(params.survey);
	if (!survey) error(404, `No survey is called “${params.survey.slice(0, 40)}”.`);
	const asked = url.searchParams.get('asOf') ?? '';
	const asOf = asked === '' ? null : asOfTime(asked);
	if (asked !== '' && asOf === null) {
		error(400, `“${asked.slice(0, 40)}” is no time: write it like 2026-11-19T04:30, in UTC.`);
	}
	const found = await loadObject(locals, survey.name, params.objectId, asOf);
	if (!found) {
		error(
			404,
			asOf === null
				? `No object ${params.objectId.slice(0, 60)} of ${survey.label} is among the ${locals.scope.origin} alerts you may see.`
				: `Nothing was known of ${params.objectId.slice(0, 60)} at ${asOf.slice(0, 16).replace('T', ' ')} UTC, or you may not see it.`,
		);
	}
	// the past is ours alone: marshals are asked about now
	const desk = asOf === null ? marshalDesk(locals) : null;
	const [marshal, passed, inputs] = await Promise.all([
		marshalPart(desk, found.summary, { wait: url.searchParams.get('marshal') === 'wait' }),
		forPage(() => filtersPassed(locals, found)),
		readInputsOf(locals, found),
	]);
	if (marshal !== null) setHeaders({ 'cache-control': 'private, no-store' });
	return {
		...found,
		points: textOfPoints(found.points),
		passed,
		inputs,
		storedTags: storedTags(found.newest, found.newestScores, found.matches.matches),
		marshal,
		mine: mineOnObject(locals, found.summary),
	};
};

export const actions: Actions = {
	save: marshalActions.save,
	comment: marshalActions.comment,
	annotate: marshalActions.annotate,
	note: mineAction('note'),
	unnote: mineAction('unnote'),
	tag: mineAction('tag'),
	untag: mineAction('untag'),
	list: mineAction('list'),
	newList: mineAction('newList'),
	watch: mineAction('watch'),
};
