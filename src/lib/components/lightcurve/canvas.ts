import { bandOf } from '#lib/alert/band.ts';
import { mergedBars } from './errorBars.ts';
import type { Frame, MarkGroup } from './curve.ts';
import { markOf, markPath } from './marks.ts';
import { fillOver, layOver, type Bounds, type Pixels } from './pixels.ts';

/** With more marks than this a canvas draws them: the page then holds one element instead of paths of megabytes. */
export const CANVAS_FROM = 3000;

/** Read back at once: small pictures that the processor puts down itself, for a canvas takes ten times as long for each. */
const BY_PROCESSOR = { willReadFrequently: true } as const;

interface Inks {
	readonly colour: string;
	readonly ground: string;
}

/** What `draw` leaves on an empty square of `side` device pixels; null where the browser gives no canvas. */
function drawnSquare(side: number, draw: (context: CanvasRenderingContext2D) => void): Pixels | null {
	const square = document.createElement('canvas');
	square.width = square.height = side;
	const context = square.getContext('2d', BY_PROCESSOR);
	if (!(context instanceof CanvasRenderingContext2D)) return null;
	draw(context);
	return context.getImageData(0, 0, side, side);
}

/** Red, green, blue and alpha (0 to 255) of a colour of a style sheet. */
function inkOf(colour: string, alpha: number): readonly [number, number, number, number] {
	const pixels = drawnSquare(1, (context) => {
		context.fillStyle = colour;
		context.fillRect(0, 0, 1, 1);
	});
	const [red = 0, green = 0, blue = 0] = pixels?.data ?? [];
	return [red, green, blue, Math.round(alpha * 255)];
}

/** One mark as a picture of its own, drawn once and put down at every point; its middle is that of the picture. */
function stampOf(group: MarkGroup, size: number, negative: boolean, scale: number, inks: Inks): Pixels | null {
	const half = Math.ceil((size * 1.6 + 2) * scale);
	return drawnSquare(2 * half, (context) => {
		context.translate(half, half);
		context.scale(scale, scale);
		context.globalAlpha = group.kind === 'upperLimit' ? 0.62 : 1;
		const solid = group.kind === 'detection';
		const mark = new Path2D(markPath(markOf(group.survey), group.kind, 0, 0, size));
		if (group.kind !== 'upperLimit') {
			context.fillStyle = solid ? inks.colour : inks.ground;
			context.fill(mark);
		}
		context.strokeStyle = solid ? inks.ground : inks.colour;
		context.lineWidth = solid ? 0.8 : 1.1;
		context.stroke(mark);
		if (negative) {
			context.lineWidth = solid ? Math.min(1.8, size * 0.4) : 1.1;
			context.beginPath();
			context.moveTo(-size, 0);
			context.lineTo(size, 0);
			context.stroke();
		}
	});
}

/** The marks of one kind over their error bars, in device pixels. */
function layGroup(
	pixels: Pixels,
	bounds: Bounds,
	group: MarkGroup,
	{ scale, crowded, inks }: { readonly scale: number; readonly crowded: boolean; readonly inks: Inks },
): void {
	const ink = inkOf(inks.colour, (group.kind === 'detection' ? 1 : 0.75) * (crowded ? 0.45 : 1));
	const bar = Math.max(1, Math.round(scale));
	for (const [left, top, bottom] of mergedBars(group, scale)) {
		fillOver(pixels, bounds, { left, top, right: left + bar, bottom }, ink);
	}
	const stamps = new Map<string, Pixels | null>();
	for (let i = 0; i < group.x.length; i += 1) {
		const size = group.size[i] ?? 0;
		const negative = group.negative[i] === true;
		const key = `${size} ${negative}`;
		let stamp = stamps.get(key);
		if (stamp === undefined) {
			stamp = stampOf(group, size, negative, scale, inks);
			stamps.set(key, stamp);
		}
		if (stamp === null) continue;
		const half = stamp.width / 2;
		const [x, y] = [Math.round((group.x[i] ?? 0) * scale), Math.round((group.y[i] ?? 0) * scale)];
		layOver(pixels, bounds, stamp, x - half, y - half);
	}
}

/** Draws the marks of a light curve, and fitted lines over them, as the SVG would, in device pixels. */
export function drawMarks(
	canvas: HTMLCanvasElement,
	groups: readonly MarkGroup[],
	{
		frame,
		width,
		height,
		crowded,
		lines,
	}: {
		readonly frame: Frame;
		readonly width: number;
		readonly height: number;
		readonly crowded: boolean;
		readonly lines: readonly { readonly band: string; readonly path: string; readonly frame: Frame }[];
	},
): void {
	const scale = Math.min(2, devicePixelRatio || 1);
	canvas.width = Math.round(width * scale);
	canvas.height = Math.round(height * scale);
	const context = canvas.getContext('2d', BY_PROCESSOR);
	if (!(context instanceof CanvasRenderingContext2D) || canvas.width === 0 || canvas.height === 0) return;
	const style = getComputedStyle(document.documentElement);
	const colourOf = (name: string): string => style.getPropertyValue(name).trim();
	const ground = colourOf('--ground');
	const bounds = {
		left: Math.max(0, Math.round(frame.left * scale)),
		top: Math.max(0, Math.round((frame.top - 6) * scale)),
		right: Math.min(canvas.width, Math.round((frame.left + frame.width + 6) * scale)),
		bottom: Math.min(canvas.height, Math.round((frame.top + frame.height) * scale)),
	};
	const pixels = context.createImageData(canvas.width, canvas.height);
	for (const group of groups) {
		layGroup(pixels, bounds, group, { scale, crowded, inks: { colour: colourOf(bandOf(group.band).colour), ground } });
	}
	context.putImageData(pixels, 0, 0);
	context.scale(scale, scale);
	context.lineWidth = 1.4;
	for (const { band, path, frame: own } of lines) {
		context.save();
		context.beginPath();
		context.rect(own.left, own.top - 6, own.width + 6, own.height + 6);
		context.clip();
		context.strokeStyle = colourOf(bandOf(band).colour);
		context.stroke(new Path2D(path));
		context.restore();
	}
}
