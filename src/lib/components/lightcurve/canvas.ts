import { bandOf } from '#lib/alert/band.ts';
import type { Frame, Series } from './curve.ts';

/** With more marks than this a canvas draws them: the page then holds one element instead of paths of megabytes. */
export const CANVAS_FROM = 3000;

/** Draws the marks of a light curve, and fitted lines over them, as the SVG would, in device pixels. */
export function drawSeries(
	canvas: HTMLCanvasElement,
	series: readonly Series[],
	{
		frame,
		width,
		height,
		size,
		crowded,
		lines,
	}: {
		readonly frame: Frame;
		readonly width: number;
		readonly height: number;
		readonly size: number;
		readonly crowded: boolean;
		readonly lines: readonly { readonly band: string; readonly path: string; readonly frame: Frame }[];
	},
): void {
	const scale = Math.min(2, devicePixelRatio || 1);
	canvas.width = Math.round(width * scale);
	canvas.height = Math.round(height * scale);
	const context = canvas.getContext('2d');
	if (!context) return;
	const style = getComputedStyle(document.documentElement);
	const colourOf = (name: string): string => style.getPropertyValue(name).trim();
	const ground = colourOf('--ground');
	context.scale(scale, scale);
	context.beginPath();
	context.rect(frame.left, frame.top - 6, frame.width + 6, frame.height + 6);
	context.clip();
	for (const one of series) {
		const colour = colourOf(bandOf(one.band).colour);
		const solid = one.kind === 'detection';
		if (one.errors) {
			context.globalAlpha = (solid ? 1 : 0.75) * (crowded ? 0.45 : 1);
			context.strokeStyle = colour;
			context.lineWidth = 1;
			context.stroke(new Path2D(one.errors));
		}
		const marks = new Path2D(one.marks);
		context.globalAlpha = one.kind === 'upperLimit' ? 0.62 : 1;
		if (one.kind !== 'upperLimit') {
			context.fillStyle = solid ? colour : ground;
			context.fill(marks);
		}
		context.strokeStyle = solid ? ground : colour;
		context.lineWidth = solid ? 0.8 : 1.1;
		context.stroke(marks);
		if (one.bars) {
			context.strokeStyle = solid ? ground : colour;
			context.lineWidth = solid ? Math.min(1.8, size * 0.4) : 1.1;
			context.stroke(new Path2D(one.bars));
		}
	}
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
