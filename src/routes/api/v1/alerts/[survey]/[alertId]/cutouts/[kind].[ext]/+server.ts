import { readCutout } from '#clickhouse/read/cutout.ts';
import { CUTOUT_KINDS } from '#lib/alert/cutout.ts';
import { alertIdOf, api, surveyOf } from '#lib/server/api.ts';
import { CUTOUT_FORMS, cutoutResponse } from '#lib/server/cutoutImage.ts';
import { checkLook } from '#lib/server/cutoutLook.ts';
import { cutoutSchema, readQuery } from '#lib/server/params.ts';
import { ProblemError } from '#lib/server/problem.ts';

const WHY = {
	noAlert: [404, 'There is no alert of that id here: check the survey and every digit of the id.'],
	noCutout: [404, 'This alert came without that cutout.'],
	dropped: [410, 'This cutout was dropped to keep within the disk budget; the alert itself is kept.'],
} as const;

/** One cutout: `.fits` as it came, `.png` for a look, `.json` with its pixels, `.jpg` where the survey sent a JPEG. */
export const GET = api(async (event) => {
	const { missing, ...look } = readQuery(cutoutSchema, event.url);
	const kind = CUTOUT_KINDS.find((known) => known === event.params['kind']);
	const ext = CUTOUT_FORMS.find((known) => known === event.params['ext']);
	if (kind === undefined || ext === undefined) {
		throw new ProblemError(404, 'A cutout is science, template or difference, as .fits, .png, .json or .jpg.');
	}
	checkLook(look, ext);
	const survey = surveyOf(event);
	const alertId = alertIdOf(event);
	const { store, scope } = event.locals;
	const found = await readCutout(store, scope, { survey, alertId, kind }, { signal: event.request.signal });
	if (found.state === 'noCutout' && missing === '204') return new Response(null, { status: 204 });
	if (found.state !== 'found') {
		const [status, sentence] = WHY[found.state];
		throw new ProblemError(status, sentence);
	}
	return cutoutResponse(found.bytes, {
		kind,
		ext,
		look,
		name: `${survey}-${alertId}-${kind}`,
		request: event.request,
	});
});
