import { readdirSync, readFileSync } from 'node:fs';

/** Kernel clock ticks a second on every Linux that Node 20 runs on. */
const TICKS = 100;

function secondsIn(file: string): number {
	const stat = readFileSync(file, 'utf8');
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** CPU seconds (user and system) a process has used, all threads; Linux only. */
export function cpuSecondsOf(pid: number): number {
	return secondsIn(`/proc/${pid}/stat`);
}

/** CPU seconds of each living thread of this process, by its number; the main thread has that of the process. Linux only. */
export function cpuSecondsOfThreads(): Map<number, number> {
	const seconds = new Map<number, number>();
	for (const name of readdirSync('/proc/self/task')) {
		try {
			seconds.set(Number(name), secondsIn(`/proc/self/task/${name}/stat`));
		} catch {
			// it has just ended
		}
	}
	return seconds;
}

/** Resident memory of a process in bytes and its peak; Linux only. */
export function memoryOf(pid: number): { bytes: number; peakBytes: number } {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	const kilobytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
	return { bytes: kilobytes('VmRSS') * 1024, peakBytes: kilobytes('VmHWM') * 1024 };
}

/** The value below which a share p (0 to 1) of the values lie. */
export function percentile(values: readonly number[], p: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}
