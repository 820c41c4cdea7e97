import type { PointKind } from '#lib/alert/lightCurve.ts';
import { marshalSourceName } from '#lib/alert/marshal.ts';
import type { Survey } from '#lib/alert/survey.ts';
import { findSurvey } from '#lib/alert/surveys.ts';

const at = (value: number): string => String(Math.round(value * 100) / 100);

/** Shape of a point's mark: that of its survey, or a cross for what a marshal gave. */
export type MarkShape = Survey['mark'] | 'cross';

/** The mark of a survey, or of a marshal's points. */
export function markOf(survey: string): MarkShape {
	return findSurvey(survey)?.mark ?? (marshalSourceName(survey) === null ? 'diamond' : 'cross');
}

/** Name of where a point comes from, for people. */
export function sourceLabel(survey: string): string {
	return findSurvey(survey)?.label ?? marshalSourceName(survey) ?? survey;
}

/**
 * SVG path of one point centred at x, y (px) with half size `size`: the shape tells the survey, an open triangle
 * pointing down is an upper limit of any survey. Fill (detection or forced) is the caller's.
 */
export function markPath(shape: MarkShape, kind: PointKind, x: number, y: number, size: number): string {
	if (kind === 'upperLimit') {
		return `M${at(x - size)} ${at(y - size * 0.5)}h${at(2 * size)}l${at(-size)} ${at(size * 1.5)}z`;
	}
	switch (shape) {
		case 'circle':
			return `M${at(x - size)} ${at(y)}a${at(size)} ${at(size)} 0 1 0 ${at(2 * size)} 0a${at(size)} ${at(size)} 0 1 0 ${at(-2 * size)} 0z`;
		case 'square': {
			const half = size * 0.92;
			return `M${at(x - half)} ${at(y - half)}h${at(2 * half)}v${at(2 * half)}h${at(-2 * half)}z`;
		}
		case 'cross': {
			const [arm, half] = [size * 1.3, size * 0.42];
			return `M${at(x - half)} ${at(y - arm)}h${at(2 * half)}v${at(arm - half)}h${at(arm - half)}v${at(2 * half)}h${at(half - arm)}v${at(arm - half)}h${at(-2 * half)}v${at(half - arm)}h${at(half - arm)}v${at(-2 * half)}h${at(arm - half)}z`;
		}
		case 'diamond': {
			const half = size * 1.25;
			return `M${at(x)} ${at(y - half)}l${at(half)} ${at(half)}l${at(-half)} ${at(half)}l${at(-half)} ${at(-half)}z`;
		}
	}
}

/** The bar through a point of a negative difference. */
export function negativePath(x: number, y: number, size: number): string {
	return `M${at(x - size)} ${at(y)}h${at(2 * size)}`;
}

/** Marks of one shape and colour as one element: a filled path, or a line through their middles whose cap is the mark. */
export interface ManyMarks {
	readonly d: string;
	/** Cap and width (px) of the stroke; null where the path is filled. */
	readonly stroke: { readonly cap: 'round' | 'square'; readonly width: number } | null;
}

const tenth = (value: number): string => String(Math.round(value * 10) / 10);

/** Detections at `places` (px) with half size `size`, where hundreds lie on one small plot: a dozen letters a mark. */
export function manyMarks(
	shape: MarkShape,
	places: readonly (readonly [x: number, y: number])[],
	size: number,
): ManyMarks {
	if (shape === 'circle' || shape === 'square') {
		const d = places.map(([x, y]) => `M${tenth(x)} ${tenth(y)}h0`).join('');
		const round = shape === 'circle';
		return { d, stroke: { cap: round ? 'round' : 'square', width: 2 * size * (round ? 1 : 0.92) } };
	}
	return { d: places.map(([x, y]) => markPath(shape, 'detection', x, y, size)).join(''), stroke: null };
}
