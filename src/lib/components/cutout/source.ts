import type { CutoutKind } from '#lib/alert/cutout.ts';
import { keepReading } from '#lib/components/look/reading.ts';
import { decodeCutout, type Picture } from './decode.ts';

/** Pictures kept: a reader stepping through an object sees no picture twice. */
const KEPT = 120;

/** The reason of a cutout that the packet did not bring. */
export const NOT_SENT = 'no cutout in the packet';
/** The reason of a cutout that could not be read: it may come later. */
export const NOT_AVAILABLE = 'not available now';

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
			if (!answer.ok) return { kind: 'missing', reason: NOT_AVAILABLE };
			return await decodeCutout(new Uint8Array(await answer.arrayBuffer()));
		} catch {
			return { kind: 'missing', reason: NOT_AVAILABLE };
		}
	}

	return (survey, alertId, kind) => {
		const href = to(cutoutHref(survey, alertId, kind), { missing: '204' });
		const known = kept.get(href);
		if (known) return known;
		const picture = fetchPicture(href);
		kept.set(href, picture);
		// what could not be read is no picture to keep
		void picture.then((read) => {
			if (isAway(read) && kept.get(href) === picture) kept.delete(href);
		});
		const oldest = kept.keys().next();
		if (kept.size > KEPT && !oldest.done) kept.delete(oldest.value);
		return picture;
	};
}

/** Whether a cutout could not be read, and may be later. */
export function isAway(picture: Picture): boolean {
	return picture.kind === 'missing' && picture.reason === NOT_AVAILABLE;
}

/** Shows a cutout, and reads one that is not available now again until it is there. Returns how to give it up. */
export function showPicture(load: () => Promise<Picture>, show: (picture: Picture) => void): () => void {
	return keepReading(async (signal) => {
		const picture = await load();
		if (signal.aborted) return;
		show(picture);
		if (isAway(picture)) throw new Error(NOT_AVAILABLE);
	}).stop;
}
