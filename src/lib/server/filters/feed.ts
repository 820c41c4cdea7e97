import { createHash } from 'node:crypto';
import { readHits, type HitView } from '#clickhouse/read/hits.ts';
import { alertPath, objectPath } from '#lib/alert/address.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { isoFromTaiMjd } from '#lib/astro/time.ts';
import type { StoredFilter } from '#lib/filter/stored.ts';
import type { FilterLocals } from './locals.ts';

const ENTRIES = 50;

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as XML holds it, without the signs that XML 1.0 has no place for. */
function xml(text: string): string {
	return (
		text
			// eslint-disable-next-line no-control-regex -- these are the signs that XML 1.0 forbids
			.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff](?![\udc00-\udfff])/g, '')
			.replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign)
	);
}

function entry(filter: StoredFilter, base: string, { alert, version, hitAt, annotations }: HitView): string {
	const label = findSurvey(alert.survey)?.label ?? alert.survey;
	const mag = Number.isFinite(alert.mag)
		? `${alert.mag?.toFixed(2) ?? ''} mag (AB) in ${alert.band}`
		: `no magnitude, in ${alert.band}`;
	const said = Object.entries(annotations).map(([name, value]) => `${name} = ${String(value)}`);
	const summary = [
		`${mag}, ${isoFromTaiMjd(alert.mjd).slice(0, 19)} UTC, at ${alert.ra.toFixed(5)} ${alert.dec.toFixed(5)}.`,
		...said,
	].join(' ');
	return `<entry>
<id>urn:nightjar:hit:${filter.id}:${xml(alert.survey)}:${alert.alertId}</id>
<title>${xml(`${label} ${alert.objectId}`)}</title>
<updated>${hitAt}</updated>
<published>${hitAt}</published>
<link rel="alternate" type="text/html" href="${xml(base + objectPath(alert))}"/>
<link rel="related" type="text/html" href="${xml(base + alertPath(alert))}"/>
<category term="version-${version}"/>
<summary>${xml(summary)}</summary>
</entry>`;
}

/** The newest hits of a filter as Atom (RFC 4287), with alerts of public programmes only; 304 where nothing is new. */
export async function hitFeed(
	{ locals, url, request }: { locals: FilterLocals; url: URL; request: Request },
	filter: StoredFilter,
): Promise<Response> {
	// whoever reads a feed is not known
	const scope = { origin: locals.scope.origin, grants: [] };
	const { rows } = await readHits(locals.store, scope, filter.id, {}, { limit: ENTRIES, signal: request.signal });
	const newest = rows.reduce((latest, { hitAt }) => (hitAt > latest ? hitAt : latest), filter.at);
	const base = locals.config.publicOrigin ?? url.origin;
	const body = `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>urn:nightjar:filter:${filter.id}:${scope.origin}</id>
<title>${xml(`Nightjar: ${filter.name}${scope.origin === 'real' ? '' : ` (${scope.origin} sky)`}`)}</title>
${filter.meaning === '' ? '' : `<subtitle>${xml(filter.meaning)}</subtitle>\n`}<updated>${newest}</updated>
<author><name>Nightjar</name></author>
<link rel="self" type="application/atom+xml" href="${xml(base + url.pathname + url.search)}"/>
<link rel="alternate" type="text/html" href="${xml(`${base}/filters/${filter.id}`)}"/>
${rows.map((hit) => entry(filter, base, hit)).join('\n')}
</feed>
`;
	const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
	const headers = {
		'content-type': 'application/atom+xml; charset=utf-8',
		'cache-control': filter.visibility === 'public' ? 'public, max-age=60' : 'private, no-store',
		etag,
	};
	if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
	return new Response(body, { headers });
}
