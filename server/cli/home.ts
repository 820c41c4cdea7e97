import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError } from './command.ts';

/** Below this many free bytes Nightjar does not start; below twice as many it warns. */
export const SMALLEST_FREE_BYTES = 500_000_000;

/** A number of bytes for people, in powers of 1000. */
export function bytesText(bytes: number): string {
	const units = ['B', 'kB', 'MB', 'GB', 'TB'];
	let value = bytes;
	let unit = 0;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1000;
		unit += 1;
	}
	return `${value >= 100 || unit === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** Error code of a failed system call, or an empty text. */
export function systemCode(error: unknown): string {
	return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The sentence for a folder that cannot be used, by the code of the failed system call. */
export function homeProblem(home: string, error: unknown): string {
	const advice = 'Set NIGHTJAR_HOME to a folder that can be written.';
	switch (systemCode(error)) {
		case 'EACCES':
		case 'EPERM':
			return `The data folder ${home} may not be written by this user. Change its owner, or ${lowerFirst(advice)}`;
		case 'EROFS':
			return `The data folder ${home} lies on a read-only file system. ${advice}`;
		case 'ENOSPC':
		case 'EDQUOT':
			return `There is no space left for the data folder ${home}. Free some, or ${lowerFirst(advice)}`;
		case 'ENOTDIR':
		case 'EEXIST':
			return `The data folder ${home} is not a folder, or a part of its path is a file. ${advice}`;
		default:
			return `The data folder ${home} cannot be used (${error instanceof Error ? error.message : String(error)}). ${advice}`;
	}
}

function lowerFirst(text: string): string {
	return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Bytes that an ordinary user can still write on the disk of `folder`. */
export async function freeBytes(folder: string): Promise<number> {
	const disk = await statfs(folder);
	return disk.bavail * disk.bsize;
}

/** Makes the data folder where it is missing and makes sure that it can be written, however little space is left. */
export async function requireWritable(home: string): Promise<void> {
	const probe = join(home, `.probe-${process.pid}`);
	try {
		await mkdir(home, { recursive: true, mode: 0o700 });
		await writeFile(probe, 'probe');
		await rm(probe);
	} catch (error) {
		await rm(probe, { force: true }).catch(() => undefined);
		throw new CommandError(homeProblem(home, error), 1, { cause: error });
	}
}

/** Makes the data folder where it is missing and makes sure that it can be written and has space; answers free bytes. */
export async function openHome(home: string): Promise<number> {
	await requireWritable(home);
	const free = await freeBytes(home);
	if (free < SMALLEST_FREE_BYTES) {
		throw new CommandError(
			`Only ${bytesText(free)} are free for the data folder ${home}; Nightjar needs at least ${bytesText(SMALLEST_FREE_BYTES)}. Free some space, or set NIGHTJAR_HOME to a folder on another disk.`,
		);
	}
	return free;
}
