import type { CutoutKind } from '#lib/alert/cutout.ts';
import { decodeCutout, type Picture } from './decode.ts';

/** Pictures kept: a reader stepping through an object sees no picture twice. */
const KEPT = 120;

/** The reason of a cutout that the packet did not bring. */
export const NOT_SENT = 'no cutout in the packet';

/** Path of a cutout as it came. */
export function cutoutHref(survey: string, alertId: string, kind: CutoutKind): string {
	return `/api/v1/alerts/${encodeURIComponent(survey)}/${alertId}/cutouts/${kind}.fits`;
}

/** A loader of cutouts over the `fetch` given, at the addresses that `to` makes of paths, with a small memory; never rejects. */
export function cutoutSource(
	fetcher: typeof fetch,
	to: (path: string, parameters?: { readonly missing: string }) => string,
): (survey: string, alertId: string, kind: CutoutKind) => Promise<Picture> {
	const kept = new Map<string, Promise<Picture>>();

	async function fetchPicture(href: string): Promise<Picture> {
		try {
			const answer = await fetcher(href);
			if (answer.status === 204 || answer.status === 404) return { kind: 'missing', reason: NOT_SENT };
			if (answer.status === 410) return { kind: 'missing', reason: 'dropped to save space' };
			if (!answer.ok) return { kind: 'missing', reason: 'not available now' };
			return await decodeCutout(new Uint8Array(await answer.arrayBuffer()));
		} catch {
			return { kind: 'missing', reason: 'not available now' };
		}
	}

	return (survey, alertId, kind) => {
		const href = to(cutoutHref(survey, alertId, kind), { missing: '204' });
		const known = kept.get(href);
		if (known) return known;
		const picture = fetchPicture(href);
		kept.set(href, picture);
		const oldest = kept.keys().next();
		if (kept.size > KEPT && !oldest.done) kept.delete(oldest.value);
		return picture;
	};
}
