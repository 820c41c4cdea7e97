import { ipixOf } from '#lib/astro/healpix.ts';
import type { MapView } from './deckMap.ts';
import { unproject } from '#lib/astro/hammer.ts';
import { fromScreen, type MapBox } from './view.ts';

/** HEALPix pixels (nested) that a view shows. */
export interface ViewCover {
	readonly order: number;
	readonly pixels: readonly number[];
}

const MOST_PIXELS = 64;
const FINEST = 10;
/** Area of the map: an ellipse of half axes 2 and 1. */
const MAP_AREA = 2 * Math.PI;

/** Pixels of the finest order of which the view holds at most about 64, ascending; the map is equal-area, so its area tells which. */
export function coverOfView(view: MapView, box: MapBox, ra0: number): ViewCover {
	const area = Math.min(MAP_AREA, (box.width * box.height) / view.pixelsPerUnit ** 2);
	const order = Math.max(0, Math.min(FINEST, Math.floor(Math.log2((0.55 * MOST_PIXELS * MAP_AREA) / (12 * area)) / 2)));
	const side = Math.sqrt(MAP_AREA / (12 * 4 ** order)) * view.pixelsPerUnit;
	const step = Math.max(4, side / 3);
	const found = new Set<number>();
	const columns = Math.ceil(box.width / step);
	const rows = Math.ceil(box.height / step);
	for (let row = 0; row <= rows; row += 1) {
		for (let column = 0; column <= columns; column += 1) {
			const [x, y] = fromScreen(view, box, (box.width * column) / columns, (box.height * row) / rows);
			const position = unproject(x, y, ra0);
			if (position) found.add(Number(ipixOf(order, position.ra, position.dec)));
		}
	}
	return { order, pixels: [...found].sort((a, b) => a - b) };
}
