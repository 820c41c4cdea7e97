import type { Rgb } from '#lib/format/ramp.ts';
import type { MapView } from './deckMap.ts';

/** Pixel size of the map's box and the scale at which the whole ellipse fits. */
export interface MapBox {
	readonly width: number;
	readonly height: number;
	readonly fit: number;
}

/** What colours of a map depend on. */
export interface MapStyle {
	readonly light: boolean;
	readonly narrow: boolean;
	/** Times the whole sky. */
	readonly zoom: number;
	/** A token of the theme (`--alert`) as red, green, blue. */
	readonly colour: (name: string) => Rgb;
}

/** The most that the map zooms in: about a degree and a half across a wide window. */
export const MAX_ZOOM = 256;

/** Where a place of the map falls in the box, CSS pixels from its top left. */
export function toScreen(view: MapView, box: MapBox, x: number, y: number): readonly [number, number] {
	return [box.width / 2 + (x - view.x) * view.pixelsPerUnit, box.height / 2 - (y - view.y) * view.pixelsPerUnit];
}

/** The place of the map under a pixel. */
export function fromScreen(view: MapView, box: MapBox, px: number, py: number): readonly [number, number] {
	return [view.x + (px - box.width / 2) / view.pixelsPerUnit, view.y - (py - box.height / 2) / view.pixelsPerUnit];
}

/** Keeps the view on the sky: never smaller than the whole, never beyond MAX_ZOOM times, the centre inside the ellipse's box. */
export function clampView(view: MapView, box: MapBox): MapView {
	const pixelsPerUnit = Math.max(box.fit, Math.min(box.fit * MAX_ZOOM, view.pixelsPerUnit));
	const slackX = Math.max(0, 2 - box.width / 2 / pixelsPerUnit);
	const slackY = Math.max(0, 1 - box.height / 2 / pixelsPerUnit);
	return {
		x: Math.max(-slackX, Math.min(slackX, view.x)),
		y: Math.max(-slackY, Math.min(slackY, view.y)),
		pixelsPerUnit,
	};
}

/** Zooms by a factor with the place under the pixel kept where it is. */
export function zoomAt(view: MapView, box: MapBox, factor: number, px: number, py: number): MapView {
	const [x, y] = fromScreen(view, box, px, py);
	const pixelsPerUnit = Math.max(box.fit, Math.min(box.fit * MAX_ZOOM, view.pixelsPerUnit * factor));
	return clampView(
		{
			x: x - (px - box.width / 2) / pixelsPerUnit,
			y: y + (py - box.height / 2) / pixelsPerUnit,
			pixelsPerUnit,
		},
		box,
	);
}
