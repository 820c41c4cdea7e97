import { StatusLine } from './statusLine.ts';

/** What a progress line is made of. */
export interface Progress {
	readonly received: number;
	readonly stored: number;
	readonly deadLetters: number;
	readonly bytesRead: number;
	/** Null for a source without an end. */
	readonly bytesTotal: number | null;
	readonly seconds: number;
}

/** A duration in seconds as `1 h 02 min`, `3 min 05 s` or `12 s`. */
export function durationText(seconds: number): string {
	const whole = Math.max(0, Math.round(seconds));
	const two = (n: number): string => String(n).padStart(2, '0');
	if (whole >= 3600) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
	if (whole >= 60) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
	return `${whole} s`;
}

/** Seconds that the rest will take at the rate so far, or null when that cannot be said. */
export function etaSeconds({ bytesRead, bytesTotal, seconds }: Progress): number | null {
	if (bytesTotal === null || bytesRead <= 0 || seconds <= 0) return null;
	return (Math.max(0, bytesTotal - bytesRead) * seconds) / bytesRead;
}

/** One line: share, counts, rate and time left. */
export function progressText(progress: Progress): string {
	const { received, stored, deadLetters, bytesRead, bytesTotal, seconds } = progress;
	const rate = seconds > 0 ? received / seconds : 0;
	const eta = etaSeconds(progress);
	const parts = [
		...(bytesTotal === null || bytesTotal === 0
			? []
			: [`${Math.min(100, Math.floor((100 * bytesRead) / bytesTotal))} %`]),
		`${received} read`,
		`${stored} stored`,
		...(deadLetters > 0 ? [`${deadLetters} dead letters`] : []),
		`${rate.toFixed(rate < 10 ? 1 : 0)}/s`,
		...(eta === null ? [] : [`${durationText(eta)} left`]),
	];
	return parts.join(', ');
}

/** The progress of an ingest in one line. */
export class ProgressLine {
	readonly #line: StatusLine;

	constructor(out: NodeJS.WriteStream) {
		this.#line = new StatusLine(out);
	}

	show(progress: Progress): void {
		this.#line.show(progressText(progress));
	}

	/** Clears the line on a terminal. */
	end(): void {
		this.#line.end();
	}
}
