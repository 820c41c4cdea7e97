import type { RequestEvent } from '@sveltejs/kit';
import { alertPath, addressIn } from '#lib/alert/address.ts';
import { isoFromTaiMjd } from '#lib/astro/time.ts';
import { ProblemError } from '../problem.ts';
import { keyFromHome } from '../secrets.ts';
import { scopeOfOwner } from './follow.ts';
import { noticesOfWatch, titleOf, watchOfSecret } from './notice.ts';
import { visibleNotices } from './noticePage.ts';
import { workOf } from './page.ts';

const SIGNS: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&apos;',
};
const escaped = (text: string): string =>
	text.replace(/[^\P{C}\n\t]/gu, '').replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? '');

/** The feed of a secret address: what its owner was told and may see today. A wrong address and one that was renewed look alike. */
export async function feedOf({ locals, params, url }: RequestEvent): Promise<Response> {
	const database = workOf(locals);
	const key = keyFromHome(locals.config.home, 'notices');
	const watch = watchOfSecret(database, key, 'feed', params['secret'] ?? '');
	const scope = watch && scopeOfOwner(database, watch.ownerId, watch.origin);
	if (watch === null || scope === null) throw new ProblemError(404, 'There is no feed at this address any more.');
	const base = locals.config.publicOrigin ?? url.origin;
	const { title } = titleOf(database, watch);
	const notices = await visibleNotices({ store: locals.store, scope }, noticesOfWatch(database, watch.id));
	const newest = notices[0]?.at ?? watch.createdAt;
	const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
	const entries = notices.map((notice) => {
		const link = `${base}${addressIn(watch.origin, alertPath(notice))}`;
		const mag = notice.object.lastMag === null ? '' : `, ${notice.object.lastBand} ${notice.object.lastMag.toFixed(2)}`;
		return `<entry><id>tag:nightjar,2026:${watch.id}/${notice.survey}/${notice.alertId}</id><title>${escaped(`${notice.objectId}: ${notice.why}`)}</title><updated>${iso(notice.at)}</updated><link href="${escaped(link)}"/><summary>${escaped(`Alert ${notice.alertId} of ${isoFromTaiMjd(notice.mjd).slice(0, 19)} UTC${mag}`)}</summary></entry>`;
	});
	const feed = `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:nightjar,2026:${watch.id}</id><title>${escaped(`Nightjar: ${title}`)}</title><updated>${iso(newest)}</updated><author><name>Nightjar</name></author><link rel="self" href="${escaped(`${base}${url.pathname}`)}"/>
${entries.join('\n')}
</feed>
`;
	return new Response(feed, {
		headers: {
			'content-type': 'application/atom+xml; charset=utf-8',
			'cache-control': 'private, max-age=60',
			'x-robots-tag': 'noindex',
			'referrer-policy': 'no-referrer',
		},
	});
}
