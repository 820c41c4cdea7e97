import { chooseColumns } from '#clickhouse/read/columns.ts';
import { exportAlerts, exportObjects, OBJECT_COLUMNS, SEPARATION_COLUMN } from '#clickhouse/read/export.ts';
import { votableError, votableHeader, VOTABLE_END } from '#clickhouse/read/votable.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import { MAX_RADIUS_ARCSEC } from '#lib/alert/searchText.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import { wrapRa } from '#lib/astro/sphere.ts';
import { api } from '#lib/server/api.ts';
import { fileResponse } from '#lib/server/format.ts';

const VOTABLE = { 'content-type': 'application/x-votable+xml', 'cache-control': 'no-store' };

function refuse(sentence: string, status = 200): Response {
	return new Response(votableError(sentence), { status, headers: VOTABLE });
}

/** The number under a name in any case; NaN where it is absent, given twice or none. */
function numberOf(url: URL, name: string): number {
	const given = [...url.searchParams].filter(([key]) => key.toUpperCase() === name).map(([, value]) => value.trim());
	const [text = ''] = given;
	return given.length === 1 && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
}

/**
 * IVOA Simple Cone Search 1.03 over objects or alerts: RA, DEC and SR in degrees (ICRS), nearest first; SR=0 gives the columns
 * alone. Faults come as a VOTable, too, and as an answer (status 200): the standard's clients look for the sentence in it.
 */
export const GET = api(async ({ locals, params, url, request }) => {
	const kind = params['kind'];
	if (kind !== 'objects' && kind !== 'alerts')
		return refuse('There are two cone searches: /scs/objects and /scs/alerts.', 404);
	const [ra, dec, sr] = [numberOf(url, 'RA'), numberOf(url, 'DEC'), numberOf(url, 'SR')];
	if (Number.isNaN(ra) || Number.isNaN(dec) || Number.isNaN(sr))
		return refuse('RA, DEC and SR are needed, each once, as numbers of degrees (ICRS).');
	if (dec < -90 || dec > 90) return refuse(`DEC must lie between -90 and 90 degrees; it is ${dec}.`);
	if (ra < -360 || ra > 720) return refuse(`RA must be an angle in degrees; it is ${ra}.`);
	if (sr < 0 || sr * 3600 > MAX_RADIUS_ARCSEC)
		return refuse(`SR must lie between 0 and ${MAX_RADIUS_ARCSEC / 3600} degrees; it is ${sr}.`);
	const columns = kind === 'objects' ? OBJECT_COLUMNS : chooseColumns(undefined).columns;
	// the standard wants the id of a row as characters, also where it is a number
	const id = kind === 'objects' ? 'objectId' : 'alertId';
	const votable = {
		name: `nightjar_${kind}`,
		infos: [
			['SERVICE_PROTOCOL', 'ConeSearch 1.03'],
			['origin', locals.scope.origin],
		] as const,
		ucds: {
			// one main id alone
			lastAlertId: 'meta.id',
			[id]: 'ID_MAIN',
			ra: 'POS_EQ_RA_MAIN',
			dec: 'POS_EQ_DEC_MAIN',
		},
		chars: [id],
	};
	if (sr === 0) {
		return new Response(votableHeader([...columns, SEPARATION_COLUMN], votable) + VOTABLE_END, { headers: VOTABLE });
	}
	const { store, scope } = locals;
	const { signal } = request;
	const query: SearchQuery = {
		kind,
		cone: { ra: wrapRa(ra), dec, radiusArcsec: sr * 3600 },
		sort: 'sep',
		descending: false,
		limit: 1,
	};
	const watermark = await readWatermark(store, signal);
	const wanted = { columns, format: 'votable' as const, watermark, sorted: true, votable };
	const table =
		kind === 'objects'
			? await exportObjects(store, scope, query, wanted, { signal })
			: await exportAlerts(store, scope, query, wanted, { signal });
	return fileResponse(table, { format: 'votable', name: `nightjar-${kind}` });
});
