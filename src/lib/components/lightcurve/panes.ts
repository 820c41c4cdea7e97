import { bandOf } from '#lib/alert/band.ts';
import { domainOf, nearestPoint, type BrightnessAxis, type Domain, type DrawnPoint, type Frame } from './curve.ts';

/** Points that share a panel and its brightness axis: those of one band, or all of them (band null). */
export interface PaneContent {
	readonly band: string | null;
	readonly points: readonly DrawnPoint[];
	/** Brightness at the top and at the bottom. */
	readonly y: Domain['y'];
}

/** A panel where it stands. */
export interface Pane extends PaneContent {
	readonly frame: Frame;
}

/** Space between two panels, px. */
const GAP = 14;

/** The points of each band, bluest first, with a brightness axis of their own. */
export function bandPanes(points: readonly DrawnPoint[], axis: BrightnessAxis): readonly PaneContent[] {
	const byBand = new Map<string, DrawnPoint[]>();
	for (const point of points) {
		const own = byBand.get(point.band);
		if (own) own.push(point);
		else byBand.set(point.band, [point]);
	}
	const nm = (band: string): number => bandOf(band).wavelengthNm || Infinity;
	return [...byBand]
		.sort(([a], [b]) => (nm(a) === nm(b) ? a.localeCompare(b) : nm(a) - nm(b)))
		.map(([band, own]) => ({ band, points: own, y: domainOf(own, axis).y }));
}

/** Height (px) of a plot of so many panels: that of one plot, or more where each would be lower than `least`. */
export function paneHeight(panes: number, whole: number, least: number): number {
	return Math.max(whole, panes * least + (panes - 1) * GAP);
}

/** Puts panels below each other in a frame, all as high, over the times of the frame. */
export function stackPanes(panes: readonly PaneContent[], frame: Frame): Pane[] {
	const height = (frame.height - (panes.length - 1) * GAP) / Math.max(1, panes.length);
	return panes.map((pane, i) => ({
		...pane,
		frame: { ...frame, top: frame.top + i * (height + GAP), height, domain: { x: frame.domain.x, y: pane.y } },
	}));
}

/** The drawn point nearest to a pixel, within `reach` px, of the panel under the pixel; null when none is. */
export function nearestInPanes(
	panes: readonly Pane[],
	{ x, y }: { readonly x: number; readonly y: number },
	reach: number,
): DrawnPoint | null {
	const pane = panes.find(({ frame }) => y <= frame.top + frame.height + GAP / 2) ?? panes.at(-1);
	if (pane === undefined) return null;
	const found = nearestPoint(pane.points, pane.frame, x, y, reach);
	return found === null ? null : (pane.points[found] ?? null);
}
