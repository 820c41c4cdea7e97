import type { ShownScore } from '#lib/alert/views.ts';

/** One number of a line: MJD TAI of the alert, the score, and the version that gave it. */
export interface ScorePoint {
	readonly alertId: string;
	readonly mjd: number;
	readonly score: number;
	readonly version: string;
}

/** One label of one model through time, oldest first. */
export interface ScoreLine {
	readonly model: string;
	readonly label: string;
	readonly points: readonly ScorePoint[];
}

/** From here on a model's numbers are of another version. */
export interface VersionChange {
	readonly model: string;
	/** MJD TAI of the first alert with the new version. */
	readonly mjd: number;
	readonly from: string;
	readonly to: string;
}

/** Lines that share a plot: those of a model with several labels, or of all models with one. */
export interface ScorePlot {
	/** The model; '' for those with one label each. */
	readonly model: string;
	readonly lines: readonly ScoreLine[];
	readonly changes: readonly VersionChange[];
	/** MJD TAI of every alert with a number, oldest first. */
	readonly epochs: readonly { readonly alertId: string; readonly mjd: number }[];
}

/** Plots of the scores that are done, by model; models with one label share the last one. */
export function scorePlots(history: readonly ShownScore[]): ScorePlot[] {
	const models = new Map<string, Map<string, ScorePoint[]>>();
	for (const { model, label, alertId, mjd, score, version } of [...history].sort((a, b) => a.mjd - b.mjd)) {
		if (score === null) continue;
		const labels = models.get(model) ?? new Map<string, ScorePoint[]>();
		models.set(model, labels);
		const points = labels.get(label) ?? [];
		labels.set(label, points);
		points.push({ alertId, mjd, score, version });
	}
	const single: ScoreLine[] = [];
	const plots: ScorePlot[] = [];
	for (const [model, labels] of [...models].sort(([a], [b]) => a.localeCompare(b))) {
		const lines = [...labels].map(([label, points]) => ({ model, label, points }));
		if (lines.length === 1) single.push(...lines);
		else plots.push(plotOf(model, lines));
	}
	if (single.length > 0) plots.push(plotOf('', single));
	return plots;
}

function plotOf(model: string, lines: readonly ScoreLine[]): ScorePlot {
	const changes = new Map<string, VersionChange>();
	const epochs = new Map<string, number>();
	for (const line of lines) {
		line.points.forEach(({ alertId, mjd, version }, i) => {
			epochs.set(alertId, mjd);
			const before = line.points[i - 1];
			if (before && before.version !== version) {
				changes.set(`${line.model} ${mjd}`, { model: line.model, mjd, from: before.version, to: version });
			}
		});
	}
	return {
		model,
		lines,
		changes: [...changes.values()].sort((a, b) => a.mjd - b.mjd),
		epochs: [...epochs].map(([alertId, mjd]) => ({ alertId, mjd })).sort((a, b) => a.mjd - b.mjd),
	};
}

/** SVG path of a line through places of its points (px), broken where the version changes: numbers of two versions are not one curve. */
export function linePath({ points }: ScoreLine, x: (mjd: number) => number, y: (score: number) => number): string {
	return points
		.map(({ mjd, score, version }, i) => {
			const pen = i > 0 && points[i - 1]?.version === version ? 'L' : 'M';
			return `${pen}${x(mjd).toFixed(1)} ${y(score).toFixed(1)}`;
		})
		.join('');
}

/** Heights (px) of texts that want to stand at `wanted`, in that order, `gap` apart and between `top` and `bottom` while there is room. */
export function spread(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
	const order = wanted.map((at, i) => ({ at, i })).sort((a, b) => a.at - b.at || a.i - b.i);
	const placed: number[] = [];
	order.forEach(({ at }, rank) => placed.push(Math.max(at, rank === 0 ? top : (placed[rank - 1] ?? top) + gap)));
	let limit = bottom;
	for (let rank = placed.length - 1; rank >= 0; rank -= 1) {
		placed[rank] = Math.min(placed[rank] ?? bottom, limit);
		limit = (placed[rank] ?? bottom) - gap;
	}
	const out = new Array<number>(wanted.length).fill(top);
	order.forEach(({ i }, rank) => (out[i] = placed[rank] ?? top));
	return out;
}
