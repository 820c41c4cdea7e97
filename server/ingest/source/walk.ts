import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SourceError } from './source.ts';

/** A file to be read, or something in a folder that is no file. */
export interface FoundFile {
	/** Absolute path as it was reached. */
	readonly path: string;
	readonly size: number;
	/** Why it cannot be opened, or null. */
	readonly trouble: string | null;
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The sentence for a path that the system does not let us read. */
export function unreadablePath(path: string, error: unknown): SourceError {
	const code = codeOf(error);
	const sentence =
		code === 'ENOENT'
			? `${path} does not exist; check the spelling.`
			: code === 'EACCES' || code === 'EPERM'
				? `${path} may not be read by this user; give it read permission.`
				: `${path} cannot be read (${code === '' ? String(error) : code}).`;
	return new SourceError(sentence, { cause: error });
}

/**
 * All files under the paths: a file as itself, a folder with everything below it, sorted by name, so that the order is
 * the same on every machine. Links are followed, each real folder is entered once (a loop of links ends there).
 * Synchronous: for a night of small files the calls of node:fs/promises cost many times the CPU.
 */
export function findFiles(paths: readonly string[]): FoundFile[] {
	const out = new Map<string, FoundFile>();
	const entered = new Set<string>();

	function visit(path: string, given: boolean): void {
		let found;
		try {
			found = statSync(path);
		} catch (error) {
			if (given || !/^(ENOENT|ELOOP)$/.test(codeOf(error))) throw unreadablePath(path, error);
			out.set(path, { path, size: 0, trouble: 'This is a link that leads nowhere.' });
			return;
		}
		if (found.isFile()) out.set(path, { path, size: found.size, trouble: null });
		else if (!found.isDirectory()) out.set(path, { path, size: 0, trouble: 'This is neither a file nor a folder.' });
		else enter(path);
	}

	function enter(folder: string): void {
		let names;
		try {
			const real = realpathSync(folder);
			if (entered.has(real)) return;
			entered.add(real);
			names = readdirSync(folder);
		} catch (error) {
			throw unreadablePath(folder, error);
		}
		for (const name of names.sort()) visit(join(folder, name), false);
	}

	for (const path of paths) visit(resolve(path), true);
	return [...out.values()];
}
