/** What stands in the way, by the code of a failed system call, and what to do. */
const ADVICE: Readonly<Record<string, string>> = {
	EACCES: 'this user has no right to it. Change its owner or rights, or name another place.',
	EPERM: 'this user has no right to it. Change its owner or rights, or name another place.',
	EROFS: 'it lies on a read-only file system. Name another place.',
	ENOSPC: 'the disk is full. Free some space, or name another place.',
	EDQUOT: 'the disk quota is used up. Free some space, or name another place.',
	ENOENT: 'it, or the folder that it is to lie in, does not exist.',
	ENOTDIR: 'a part of its path is a file, not a folder. Name another place.',
	EEXIST: 'something else has that name already. Name another place.',
	EISDIR: 'it is a folder, where a file is needed.',
	EMFILE: 'too many files are open. Raise the limit (ulimit -n).',
};

/**
 * The sentence for a file or folder that the system refused, by path and code of the failed call (an Error of node:fs);
 * null for every other error, whose stack is wanted.
 */
export function systemProblem(error: unknown): string | null {
	if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
	const advice = Object.hasOwn(ADVICE, error.code) ? ADVICE[error.code] : undefined;
	if (advice === undefined) return null;
	if ('path' in error && typeof error.path === 'string') return `${error.path} cannot be used: ${advice}`;
	// a write into a file that is open already names no path
	return 'syscall' in error && error.syscall === 'write' ? `A file cannot be written: ${advice}` : null;
}
