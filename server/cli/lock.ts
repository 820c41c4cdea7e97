import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { systemCode } from './home.ts';

/** Who holds a folder: written into the lock file. */
export interface LockHolder {
	readonly pid: number;
	/** Tells this process from a later one with the same number; null where the system does not say. */
	readonly started: string | null;
	readonly url: string | null;
}

/** Boot and start time of a process, or null where /proc does not exist or the process does not. */
export function processStart(pid: number): string | null {
	try {
		const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		// the second field is a name in brackets and may hold spaces; start time is the 22nd
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		return `${boot}/${fields[19] ?? ''}`;
	} catch {
		return null;
	}
}

function running(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return systemCode(error) === 'EPERM';
	}
}

/** Whether the process that wrote the lock is still there, not another one under its number. */
export function holds(holder: LockHolder): boolean {
	if (!running(holder.pid)) return false;
	return holder.started === null || processStart(holder.pid) === holder.started;
}

/** Who the lock file names, or null when there is none or it is unreadable. */
export function readLock(file: string): LockHolder | null {
	try {
		const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
		if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number') return null;
		return {
			pid: value.pid,
			started: 'started' in value && typeof value.started === 'string' ? value.started : null,
			url: 'url' in value && typeof value.url === 'string' ? value.url : null,
		};
	} catch {
		return null;
	}
}

function write(file: string, holder: LockHolder, flags: 'wx' | 'w'): void {
	const handle = openSync(file, flags, 0o600);
	writeSync(handle, `${JSON.stringify(holder)}\n`);
	closeSync(handle);
}

/** A lock on a folder: one process at a time, released when it ends, also by kill. */
export interface Lock {
	/** Writes where the holder listens, for the sentence that a second start prints. */
	publish(url: string): void;
	release(): void;
}

/** Takes the lock file, or answers its living holder. */
export function takeLock(file: string): Lock | LockHolder {
	const self: LockHolder = { pid: process.pid, started: processStart(process.pid), url: null };
	for (let attempt = 0; attempt < 3; attempt++) {
		try {
			write(file, self, 'wx');
			return {
				publish: (url) => {
					write(file, { ...self, url }, 'w');
				},
				release: () => {
					rmSync(file, { force: true });
				},
			};
		} catch (error) {
			if (systemCode(error) !== 'EEXIST') throw error;
			const holder = readLock(file);
			if (holder !== null && holds(holder)) return holder;
			rmSync(file, { force: true });
		}
	}
	return readLock(file) ?? self;
}

/** Whether `takeLock` got the lock. */
export function isLock(value: Lock | LockHolder): value is Lock {
	return 'release' in value;
}
