import { bandOf } from '#lib/alert/band.ts';
import type { CurvePoint } from '#lib/alert/enriched.ts';
import type { SequenceColumn, SequenceInput } from '#lib/alert/model.ts';
import { type Subject, tooFew } from '../subject.ts';

/** What the columns of a point are measured against. */
interface Frame {
	/** First detection in the curve, MJD TAI. */
	readonly firstMjd: number;
	/** Time of the alert. */
	readonly mjd: number;
	/** Median error of the points that have a flux, nJy. */
	readonly err: number;
	/** Largest |flux| of a detection, nJy. */
	readonly peak: number;
}

const symmetricLog = (days: number): number => Math.sign(days) * Math.log1p(Math.abs(days));
const orZero = (value: number): number => (Number.isFinite(value) ? value : 0);
const is = (condition: boolean): number => (condition ? 1 : 0);

/** One number of a point; absent is 0. The formulas are listed in docs/models.md. */
const COLUMN: Readonly<
	Record<SequenceColumn, (point: CurvePoint, frame: Frame, previous: CurvePoint | undefined) => number>
> = {
	logDaysSinceFirst: (point, frame) => symmetricLog(point.mjd - frame.firstMjd),
	logDaysSincePrevious: (point, _, previous) =>
		previous === undefined ? 0 : Math.log1p(Math.max(0, point.mjd - previous.mjd)),
	daysBefore: (point, frame) => frame.mjd - point.mjd,
	asinhFlux: (point, frame) => Math.asinh(point.psfFlux / frame.err),
	fluxOverPeak: (point, frame) => point.psfFlux / frame.peak,
	logErr: (point, frame) => Math.log10(point.psfFluxErr / frame.err),
	snr: (point) => point.psfFlux / point.psfFluxErr,
	mag: (point) => point.mag,
	magErr: (point) => point.magErr,
	limitMag: (point) => point.limitMag,
	logWavelength: (point) => Math.log10(bandOf(point.band).wavelengthNm / 600),
	isDetection: (point) => is(point.kind === 'detection'),
	isForced: (point) => is(point.kind === 'forcedPhotometry'),
	isLimit: (point) => is(point.kind === 'upperLimit'),
	sign: (point) => (point.positive === null ? 0 : point.positive ? 1 : -1),
};

function frameOf(alertMjd: number, curve: readonly CurvePoint[]): Frame {
	const detections = curve.filter(({ kind }) => kind === 'detection');
	const errors = curve
		.map(({ psfFluxErr }) => psfFluxErr)
		.filter((err) => err > 0)
		.sort((a, b) => a - b);
	const middle = errors.length / 2;
	const err =
		errors.length === 0
			? 1
			: ((errors[Math.floor(middle - 0.5)] ?? Number.NaN) + (errors[Math.floor(middle)] ?? Number.NaN)) / 2;
	const peak = detections.reduce(
		(largest, { psfFlux }) => (Math.abs(psfFlux) > largest ? Math.abs(psfFlux) : largest),
		0,
	);
	return { firstMjd: detections[0]?.mjd ?? alertMjd, mjd: alertMjd, err, peak: peak > 0 ? peak : 1 };
}

/** The name of the mask's tensor and its values beside those of the points. */
export interface SequenceTarget {
	readonly values: Float32Array;
	readonly mask: Float32Array | null;
}

/** Writes the newest points of a light curve as row `row`; answers why the alert cannot be scored, else null. */
export function writeSequence(
	input: SequenceInput,
	{ alert, curve }: Pick<Subject, 'alert' | 'curve'>,
	{ values, mask }: SequenceTarget,
	row: number,
): string | null {
	const points = curve.filter(({ kind, mjd }) => mjd <= alert.mjd && input.kinds.includes(kind));
	const detections = points.filter(({ kind }) => kind === 'detection').length;
	if (detections < input.minDetections) return tooFew(detections, 'detection', input.minDetections);
	const frame = frameOf(alert.mjd, points);
	const kept = points.slice(-input.length);
	const dropped = points.length - kept.length;
	const first = input.align === 'end' ? input.length - kept.length : 0;
	const width = input.columns.length;
	for (const [i, point] of kept.entries()) {
		const previous = points[dropped + i - 1];
		const at = (row * input.length + first + i) * width;
		for (const [j, column] of input.columns.entries()) values[at + j] = orZero(COLUMN[column](point, frame, previous));
		if (mask !== null) mask[row * input.length + first + i] = 1;
	}
	return null;
}
