import { bandOf } from '#lib/alert/band.ts';
import { mergedBars } from './errorBars.ts';
import type { Frame, MarkGroup } from './curve.ts';
import { markOf, markPath } from './marks.ts';

/** With more marks than this a canvas draws them: the page then holds one element instead of paths of megabytes. */
export const CANVAS_FROM = 3000;

/** Drawn by the processor: ten thousand small pictures are quick there, and slow where a graphics card is only simulated. */
const BY_PROCESSOR = { willReadFrequently: true } as const;

interface Inks {
	readonly colour: string;
	readonly ground: string;
}

/** One mark as a picture of its own, drawn once and put down at every point. */
function stampOf(group: MarkGroup, size: number, negative: boolean, scale: number, inks: Inks): HTMLCanvasElement {
	const stamp = document.createElement('canvas');
	const half = Math.ceil((size * 1.6 + 2) * scale);
	stamp.width = stamp.height = 2 * half;
	const context = stamp.getContext('2d', BY_PROCESSOR);
	if (!(context instanceof CanvasRenderingContext2D)) return stamp;
	context.translate(half, half);
	context.scale(scale, scale);
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
	return stamp;
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
	if (!(context instanceof CanvasRenderingContext2D)) return;
	const style = getComputedStyle(document.documentElement);
	const colourOf = (name: string): string => style.getPropertyValue(name).trim();
	const ground = colourOf('--ground');
	context.beginPath();
	context.rect(frame.left * scale, (frame.top - 6) * scale, (frame.width + 6) * scale, (frame.height + 6) * scale);
	context.clip();
	for (const group of groups) {
		const colour = colourOf(bandOf(group.band).colour);
		context.globalAlpha = (group.kind === 'detection' ? 1 : 0.75) * (crowded ? 0.45 : 1);
		context.fillStyle = colour;
		for (const [column, low, high] of mergedBars(group, scale)) {
			context.fillRect(column, low, Math.max(1, Math.round(scale)), high - low);
		}
		context.globalAlpha = group.kind === 'upperLimit' ? 0.62 : 1;
		const stamps = new Map<string, HTMLCanvasElement>();
		for (let i = 0; i < group.x.length; i += 1) {
			const size = group.size[i] ?? 0;
			const negative = group.negative[i] === true;
			const key = `${size} ${negative}`;
			let stamp = stamps.get(key);
			if (stamp === undefined) {
				stamp = stampOf(group, size, negative, scale, { colour, ground });
				stamps.set(key, stamp);
			}
			const half = stamp.width / 2;
			context.drawImage(
				stamp,
				Math.round((group.x[i] ?? 0) * scale) - half,
				Math.round((group.y[i] ?? 0) * scale) - half,
			);
		}
	}
	context.scale(scale, scale);
	context.globalAlpha = 1;
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
