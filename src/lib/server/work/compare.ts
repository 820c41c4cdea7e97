import { ipixOf, nearOrder, nearPixels } from '#lib/astro/healpix.ts';
import { separationArcsec } from '#lib/astro/sphere.ts';
import type { AlertRow } from '#lib/alert/views.ts';
import type { KeptArea, ListPosition } from './list.ts';

/** Where an alert met a list. */
interface Meeting {
	/** Number of the position, from 1; 0 where the list has none. */
	readonly place: number;
	/** The position's name, '' without one. */
	readonly name: string;
	readonly sepArcsec: number | null;
}

type Spot = Pick<AlertRow, 'survey' | 'objectId' | 'ra' | 'dec'>;

/** Says for an alert where it meets a list; nothing where it does not. */
export type Comparer = (alert: Spot) => Meeting[];

/** By the objects of a list. */
export function objectComparer(objects: readonly { readonly survey: string; readonly objectId: string }[]): Comparer {
	const known = new Set(objects.map(({ survey, objectId }) => `${survey}/${objectId}`));
	return ({ survey, objectId }) =>
		known.has(`${survey}/${objectId}`) ? [{ place: 0, name: '', sepArcsec: null }] : [];
}

/** By positions, each with a radius of its own: a look-up of one pixel an alert, then exact angles. */
export function positionComparer(positions: readonly ListPosition[]): Comparer {
	const widest = positions.reduce((most, { radiusArcsec }) => Math.max(most, radiusArcsec), 0) / 3600;
	const order = nearOrder(widest);
	const near = new Map<number, number[]>();
	positions.forEach(({ ra, dec, radiusArcsec }, i) => {
		for (const pixel of nearPixels(order, ra, dec, (radiusArcsec * 1.000001) / 3600)) {
			const held = near.get(Number(pixel));
			if (held === undefined) near.set(Number(pixel), [i]);
			else held.push(i);
		}
	});
	return ({ ra, dec }) =>
		(near.get(Number(ipixOf(order, ra, dec))) ?? []).flatMap((i) => {
			const position = positions[i];
			if (position === undefined) return [];
			const sepArcsec = separationArcsec(position.ra, position.dec, ra, dec);
			// a point exactly on the rim is in
			return sepArcsec <= position.radiusArcsec * (1 + 1e-12)
				? [{ place: position.place, name: position.name, sepArcsec }]
				: [];
		});
}

/** By an area: whether the alert's pixel lies in one of its ranges. */
export function areaComparer({ order, ranges }: KeptArea): Comparer {
	return ({ ra, dec }) => {
		const pixel = Number(ipixOf(order, ra, dec));
		let [low, high] = [0, ranges.length - 1];
		while (low <= high) {
			const middle = (low + high) >> 1;
			const [first, end] = ranges[middle] ?? [0, 0];
			if (pixel < first) high = middle - 1;
			else if (pixel >= end) low = middle + 1;
			else return [{ place: 0, name: '', sepArcsec: null }];
		}
		return [];
	};
}
