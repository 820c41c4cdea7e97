import { bandOf } from '#lib/alert/band.ts';
import type { PointKind, ShownPoint } from '#lib/alert/lightCurve.ts';
import { phaseOf } from '#lib/astro/periodogram.ts';
import { fluxFromMag } from '#lib/astro/photometry.ts';
import { markOf, markPath, negativePath } from './marks.ts';

/** AB magnitude, flux in nJy, or absolute magnitude (magnitude less a distance modulus). */
export type BrightnessAxis = 'mag' | 'flux' | 'absolute';

/** One point as it is drawn on the chosen axis; `at` is its place in the list of points. */
export interface DrawnPoint {
	readonly at: number;
	readonly survey: string;
	readonly band: string;
	/** A forced point below 3 sigma is drawn as the limit it is, on a magnitude axis. */
	readonly drawnAs: PointKind;
	readonly kind: PointKind;
	readonly negative: boolean;
	readonly mjd: number;
	readonly value: number;
	/** 1 sigma; 0 where unknown or meaningless. */
	readonly err: number;
}

/** Where a point stands on the axis (AB mag, nJy, or AB mag less `modulus`); null when it has nothing to show there. */
export function drawnPoint(point: ShownPoint, at: number, axis: BrightnessAxis, modulus = 0): DrawnPoint | null {
	const shift = axis === 'absolute' ? modulus : 0;
	const base = {
		at,
		survey: point.survey,
		band: point.band,
		kind: point.kind,
		mjd: point.mjd,
		negative: point.kind !== 'upperLimit' && (point.positive === false || (point.psfFlux ?? 0) < 0),
	};
	if (point.kind !== 'upperLimit') {
		if (axis === 'flux' && point.psfFlux !== null) {
			return { ...base, drawnAs: point.kind, value: point.psfFlux, err: point.psfFluxErr ?? 0 };
		}
		if (axis !== 'flux' && point.mag !== null) {
			return { ...base, drawnAs: point.kind, value: point.mag - shift, err: point.magErr ?? 0 };
		}
	}
	if (point.limitMag === null) return null;
	const value = axis === 'flux' ? fluxFromMag(point.limitMag + bandOf(point.band).abOffset) : point.limitMag - shift;
	return { ...base, negative: false, drawnAs: 'upperLimit', value, err: 0 };
}

/** What the legend switched off. */
export interface Hidden {
	readonly bands: ReadonlySet<string>;
	readonly surveys: ReadonlySet<string>;
	readonly kinds: ReadonlySet<PointKind>;
	readonly negative: boolean;
}

/** Points to draw, in time order. */
export function visiblePoints(
	points: readonly ShownPoint[],
	axis: BrightnessAxis,
	hidden: Hidden,
	modulus = 0,
): DrawnPoint[] {
	const drawn: DrawnPoint[] = [];
	points.forEach((point, at) => {
		if (hidden.bands.has(point.band) || hidden.surveys.has(point.survey)) return;
		const place = drawnPoint(point, at, axis, modulus);
		if (!place || hidden.kinds.has(place.drawnAs) || (hidden.negative && place.negative)) return;
		drawn.push(place);
	});
	return drawn.sort((a, b) => a.mjd - b.mjd);
}

/** The same points over phase instead of time, each twice: phases 0 to 2 in place of the mjd, in their order. */
export function foldPoints(points: readonly DrawnPoint[], period: number, epoch: number): DrawnPoint[] {
	const phases = Float64Array.from(points, ({ mjd }) => phaseOf(mjd, period, epoch));
	// the second turn is the first one again: only that is sorted, by places, and points of one phase keep their order
	const order = Uint32Array.from(phases.keys()).sort((a, b) => (phases[a] ?? 0) - (phases[b] ?? 0) || a - b);
	const folded: DrawnPoint[] = [];
	for (const turn of [0, 1]) {
		for (const place of order) {
			const point = points[place];
			if (point) folded.push({ ...point, mjd: (phases[place] ?? 0) + turn });
		}
	}
	return folded;
}

export interface Domain {
	readonly x: readonly [number, number];
	/** In drawing order from top to bottom: magnitudes grow downwards, fluxes upwards. */
	readonly y: readonly [number, number];
}

/** How far limits may stretch the axis beyond the measurements: magnitudes, or that share of the measured span. */
const LIMIT_REACH = { mag: 0.75, share: 0.3 } as const;

/** Least and greatest brightness of measurements with their errors; of limits where nothing was measured. */
function measuredRange(points: readonly DrawnPoint[], axis: BrightnessAxis): [number, number] {
	const measured = points.filter((point) => point.drawnAs !== 'upperLimit');
	let [low, high] = [Infinity, -Infinity];
	for (const point of measured.length > 0 ? measured : points) {
		// a wild error bar must not flatten the curve
		const err = axis === 'flux' ? point.err : Math.min(point.err, 0.5);
		low = Math.min(low, point.value - err);
		high = Math.max(high, point.value + err);
	}
	return [low, high];
}

/**
 * The domain that holds every measurement (detections and forced photometry) with a little air. Limits reach a little beyond
 * it; those further off stand at the edge and never squeeze the curve. Without a measurement the limits set it.
 */
export function domainOf(points: readonly DrawnPoint[], axis: BrightnessAxis): Domain {
	let [x0, x1] = [Infinity, -Infinity];
	for (const point of points) {
		x0 = Math.min(x0, point.mjd);
		x1 = Math.max(x1, point.mjd);
	}
	if (x0 > x1) return { x: [0, 1], y: axis === 'flux' ? [1000, 0] : axis === 'mag' ? [15, 22] : [-20, -13] };
	let [y0, y1] = measuredRange(points, axis);
	const reach = Math.max((y1 - y0) * LIMIT_REACH.share, axis === 'flux' ? 0 : LIMIT_REACH.mag);
	const [lowest, highest] = [y0 - reach, y1 + reach];
	for (const { value } of points) {
		if (value >= lowest && value < y0) y0 = value;
		if (value <= highest && value > y1) y1 = value;
	}
	// a night or two must not be stretched over the whole width
	const airX = Math.max((x1 - x0) * 0.03, x1 - x0 < 1 ? (1 - (x1 - x0)) / 2 : 0.05);
	const airY = Math.max((y1 - y0) * 0.06, axis === 'flux' ? Math.abs(y1) * 0.05 + 1 : 0.15);
	const y: readonly [number, number] = axis === 'flux' ? [y1 + airY, y0 - airY] : [y0 - airY, y1 + airY];
	return { x: [x0 - airX, x1 + airX], y };
}

/** Maps values to pixels and back. */
export interface Frame {
	readonly left: number;
	readonly top: number;
	readonly width: number;
	readonly height: number;
	readonly domain: Domain;
}

/** Pixel of a time. */
export function xOf(frame: Frame, mjd: number): number {
	const [a, b] = frame.domain.x;
	return frame.left + ((mjd - a) / (b - a)) * frame.width;
}

/** Pixel of a brightness. */
export function yOf(frame: Frame, value: number): number {
	const [a, b] = frame.domain.y;
	return frame.top + ((value - a) / (b - a)) * frame.height;
}

/** Time at a pixel. */
export function mjdAt(frame: Frame, x: number): number {
	const [a, b] = frame.domain.x;
	return a + ((x - frame.left) / frame.width) * (b - a);
}

/** Brightness at a pixel. */
export function valueAt(frame: Frame, y: number): number {
	const [a, b] = frame.domain.y;
	return a + ((y - frame.top) / frame.height) * (b - a);
}

/** Half size of the mark of a limit beyond the axis, as a share of the usual one. */
const EDGE_SIZE = 0.62;

/** Whether a point is a limit beyond the axis: it stands at the edge, as a small mark. */
export function isBeyond(point: DrawnPoint, frame: Frame): boolean {
	if (point.drawnAs !== 'upperLimit') return false;
	const y = yOf(frame, point.value);
	return y < frame.top || y > frame.top + frame.height;
}

/** Pixel at which a point is drawn: its brightness, or the edge for a limit beyond the axis. */
export function drawnY(point: DrawnPoint, frame: Frame): number {
	const y = yOf(frame, point.value);
	return isBeyond(point, frame) ? Math.max(frame.top + 3, Math.min(frame.top + frame.height - 5, y)) : y;
}

/** Half size of a mark, px: smaller where many points share the frame, so that those of one night stay apart. */
export function markSize(points: number, width: number): number {
	const most = width < 700 ? 2.9 : 3.6;
	const room = width / Math.max(1, points);
	return Math.max(most * 0.62, Math.min(most, most * (0.5 + room / 8)));
}

/** All points of one survey, band and kind as one path, so that 10,000 points are a few elements. */
export interface Series {
	readonly key: string;
	readonly band: string;
	readonly survey: string;
	readonly kind: PointKind;
	readonly marks: string;
	readonly errors: string;
	readonly bars: string;
}

const ORDER: Readonly<Record<PointKind, number>> = { upperLimit: 0, forcedPhotometry: 1, detection: 2 };

/** Points of one survey, band and kind inside a frame, column by column (10,000 points are drawn in one frame), px. */
export interface MarkGroup {
	readonly key: string;
	readonly band: string;
	readonly survey: string;
	readonly kind: PointKind;
	readonly x: number[];
	readonly y: number[];
	/** Half size of each mark. */
	readonly size: number[];
	/** Ends of each error bar; NaN where it is shorter than its mark and says nothing. */
	readonly low: number[];
	readonly high: number[];
	readonly negative: boolean[];
}

/** Where the points inside the frame stand, limits first so that detections lie on top. */
export function markGroups(points: readonly DrawnPoint[], frame: Frame, size: number): MarkGroup[] {
	const groups = new Map<string, MarkGroup>();
	const right = frame.left + frame.width;
	const bottom = frame.top + frame.height;
	for (const point of points) {
		const x = xOf(frame, point.mjd);
		if (x < frame.left - 1 || x > right + 1) continue;
		const y = drawnY(point, frame);
		if (y < frame.top - 1 || y > bottom + 1) continue;
		const key = `${point.survey} ${point.band} ${point.drawnAs}`;
		let group = groups.get(key);
		if (!group) {
			const { band, survey, drawnAs: kind } = point;
			group = { key, band, survey, kind, x: [], y: [], size: [], low: [], high: [], negative: [] };
			groups.set(key, group);
		}
		const [one, other] = [yOf(frame, point.value - point.err), yOf(frame, point.value + point.err)];
		const low = Math.max(frame.top, Math.min(one, other));
		const high = Math.min(bottom, Math.max(one, other));
		const barred = high - low > 2 * size;
		group.x.push(x);
		group.y.push(y);
		group.size.push(isBeyond(point, frame) ? size * EDGE_SIZE : size);
		group.low.push(barred ? low : Number.NaN);
		group.high.push(barred ? high : Number.NaN);
		group.negative.push(point.negative);
	}
	return [...groups.values()].sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.key.localeCompare(b.key));
}

/** Paths of the points inside the frame, limits first so that detections lie on top. */
export function buildSeries(points: readonly DrawnPoint[], frame: Frame, size: number): Series[] {
	return markGroups(points, frame, size).map(({ key, band, survey, kind, ...at }) => {
		const shape = markOf(survey);
		let [marks, errors, bars] = ['', '', ''];
		at.x.forEach((x, i) => {
			const y = at.y[i] ?? 0;
			const low = at.low[i] ?? Number.NaN;
			marks += markPath(shape, kind, x, y, at.size[i] ?? size);
			if (at.negative[i] === true) bars += negativePath(x, y, size);
			if (!Number.isNaN(low)) errors += `M${x.toFixed(1)} ${low.toFixed(1)}V${(at.high[i] ?? low).toFixed(1)}`;
		});
		return { key, band, survey, kind, marks, errors, bars };
	});
}

/** Index (in `points`) of the drawn point nearest to a pixel, within `reach` px; null when none is. Linear: 10,000 points take under a millisecond. */
export function nearestPoint(
	points: readonly DrawnPoint[],
	frame: Frame,
	x: number,
	y: number,
	reach: number,
): number | null {
	let best: number | null = null;
	let bestSquare = reach * reach;
	points.forEach((point, i) => {
		const dx = xOf(frame, point.mjd) - x;
		if (dx > reach || dx < -reach) return;
		const dy = drawnY(point, frame) - y;
		// detections win ties against limits drawn at the same place
		const square = dx * dx + dy * dy + (point.drawnAs === 'upperLimit' ? 4 : 0);
		if (square < bestSquare) {
			bestSquare = square;
			best = i;
		}
	});
	return best;
}

/** The domain after zooming by `factor` (< 1 is closer) about a place of the frame, in one or both directions. */
export function zoomDomain(
	frame: Frame,
	factor: number,
	at: { readonly x: number; readonly y: number },
	directions: { readonly x: boolean; readonly y: boolean },
): Domain {
	const about = (range: readonly [number, number], middle: number, on: boolean): readonly [number, number] =>
		on ? [middle + (range[0] - middle) * factor, middle + (range[1] - middle) * factor] : range;
	return {
		x: about(frame.domain.x, mjdAt(frame, at.x), directions.x),
		y: about(frame.domain.y, valueAt(frame, at.y), directions.y),
	};
}

/** The domain moved by pixels. */
export function panDomain(frame: Frame, dx: number, dy: number): Domain {
	const { x, y } = frame.domain;
	const stepX = (-dx / frame.width) * (x[1] - x[0]);
	const stepY = (-dy / frame.height) * (y[1] - y[0]);
	return { x: [x[0] + stepX, x[1] + stepX], y: [y[0] + stepY, y[1] + stepY] };
}
