import type { PointKind } from '#lib/alert/lightCurve.ts';
import type { Survey } from '#lib/alert/survey.ts';

const at = (value: number): string => String(Math.round(value * 100) / 100);

/**
 * SVG path of one point centred at x, y (px) with half size `size`: the shape tells the survey, an open triangle
 * pointing down is an upper limit of any survey. Fill (detection or forced) is the caller's.
 */
export function markPath(shape: Survey['mark'], kind: PointKind, x: number, y: number, size: number): string {
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
