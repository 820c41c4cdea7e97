import { api } from '#lib/server/api.ts';
import { smallTable } from '#lib/server/format.ts';
import { mayAct } from '#lib/server/principal.ts';
import { ProblemError } from '#lib/server/problem.ts';
import { LABEL_COLUMNS, labelRow, labelsBy } from '#lib/server/work/label.ts';
import { workOf } from '#lib/server/work/page.ts';

/** One's own labels in the sky that is asked for. */
export const GET = api(({ locals }) => {
	const principal = mayAct(locals);
	if (locals.identity?.token != null) throw new ProblemError(403, 'With a token, ask for /api/v1/labels?format=csv.');
	const { origin } = locals.scope;
	const rows = labelsBy(workOf(locals), principal, origin).map((label) => labelRow(label, origin));
	return smallTable(rows, LABEL_COLUMNS, { format: 'csv', name: 'nightjar-labels' });
});
