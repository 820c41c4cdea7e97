import { mocText } from '#lib/format/moc.ts';
import { api } from '#lib/server/api.ts';
import { ProblemError } from '#lib/server/problem.ts';
import { areaOf, findList } from '#lib/server/work/list.ts';
import { fileHeaders } from '#lib/server/work/listFile.ts';
import { workOf } from '#lib/server/work/page.ts';

/** An area as a MOC (ASCII). */
export const GET = api(({ locals, params }) => {
	const database = workOf(locals);
	const list = findList(database, locals.principal, params['id'] ?? '');
	const area = areaOf(database, list.id);
	if (area === null) throw new ProblemError(404, 'This list is no area: it has no MOC.');
	return new Response(mocText(area.ranges, area.order), {
		headers: fileHeaders(list, 'text/plain; charset=utf-8', 'moc'),
	});
});
