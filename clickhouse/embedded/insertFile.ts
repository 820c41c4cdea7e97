import { createWriteStream } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

// Insert bodies reach the engine as files: data inside a statement end at the first blank line, and the rest would run as SQL.

const MEMORY = '/dev/shm';
const RESERVE_BYTES = 64 * 1024 ** 2;
const HANDOFF = 'handoff';
const SWEEP_EVERY_MS = 5 * 60_000;
const LEFT_BEHIND_MS = 15 * 60_000;
const HANDOFF_NAME = /^[0-9a-f-]{36}\.body$/;
const WRITE_BUFFER_BYTES = 8 * 1024 ** 2;

/** True when a process of that id runs. */
export function processLives(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
}

/** Private folders for files that live as long as a request: in memory for inserts, on the store's disk for what does not fit. */
export class TemporaryFiles {
	#count = 0;

	private constructor(
		private readonly memoryFolder: string | null,
		private readonly diskFolder: string,
	) {}

	/** Sweeps what dead processes left and makes fresh folders (mode 0700). */
	static async open(diskFolder: string): Promise<TemporaryFiles> {
		await rm(diskFolder, { recursive: true, force: true });
		await mkdir(diskFolder, { recursive: true, mode: 0o700 });
		const memory = await memoryFolder();
		if (memory !== null) await mkdir(join(memory, HANDOFF), { mode: 0o700 });
		const files = new TemporaryFiles(memory, diskFolder);
		setInterval(() => void files.sweepHandoff(Date.now()), SWEEP_EVERY_MS).unref();
		return files;
	}

	#path(folder: string, ending: string): string {
		this.#count++;
		return join(folder, `${String(this.#count)}${ending}`);
	}

	/** Folder in memory where clients of the same user may leave insert bodies instead of sending them; null without such memory. */
	get handoffFolder(): string | null {
		return this.memoryFolder === null ? null : join(this.memoryFolder, HANDOFF);
	}

	/** The body a client left under that name; throws when the name is not one of ours or nothing lies there. */
	async taken(name: string): Promise<{ path: string; bytes: number }> {
		const folder = this.handoffFolder;
		if (folder === null || !HANDOFF_NAME.test(name)) throw new Error(`"${name}" is no body that was left here.`);
		const path = join(folder, name);
		const entry = await lstat(path);
		if (!entry.isFile()) throw new Error(`"${name}" is no file.`);
		return { path, bytes: entry.size };
	}

	/** Removes bodies whose clients died before they sent their request. */
	async sweepHandoff(nowMs: number): Promise<void> {
		const folder = this.handoffFolder;
		if (folder === null) return;
		for (const name of await readdir(folder).catch(() => [])) {
			const path = join(folder, name);
			const entry = await lstat(path).catch(() => null);
			if (entry !== null && nowMs - entry.mtimeMs > LEFT_BEHIND_MS) await rm(path, { force: true });
		}
	}

	/** A path on disk for an answer that the engine writes. */
	answerPath(ending: string): string {
		return this.#path(this.diskFolder, ending);
	}

	/** Writes a body to a file and returns its path and size; memory first, disk when memory is short. */
	async keep(body: Readable | Uint8Array, expectedBytes: number | null): Promise<{ path: string; bytes: number }> {
		const folder = await this.#folderFor(expectedBytes ?? RESERVE_BYTES);
		const path = this.#path(folder, '.insert');
		// a deep buffer lets many chunks of the socket go out in one write
		const file = createWriteStream(path, { mode: 0o600, flags: 'wx', highWaterMark: WRITE_BUFFER_BYTES });
		try {
			await pipeline(body instanceof Uint8Array ? [body] : body, file);
		} catch (error) {
			await rm(path, { force: true });
			throw error;
		}
		return { path, bytes: file.bytesWritten };
	}

	async #folderFor(bytes: number): Promise<string> {
		if (this.memoryFolder === null) return this.diskFolder;
		try {
			const { bavail, bsize } = await statfs(this.memoryFolder);
			return bavail * bsize > bytes + RESERVE_BYTES ? this.memoryFolder : this.diskFolder;
		} catch {
			return this.diskFolder;
		}
	}

	async close(): Promise<void> {
		if (this.memoryFolder !== null) await rm(this.memoryFolder, { recursive: true, force: true });
		await rm(this.diskFolder, { recursive: true, force: true });
	}
}

async function memoryFolder(): Promise<string | null> {
	const uid = process.getuid?.() ?? 0;
	try {
		for (const name of await readdir(MEMORY)) {
			const pid = new RegExp(`^nightjar-${String(uid)}-(\\d+)-`).exec(name)?.[1];
			if (pid === undefined || processLives(Number(pid))) continue;
			const path = join(MEMORY, name);
			const entry = await lstat(path);
			if (entry.isDirectory() && entry.uid === uid) await rm(path, { recursive: true, force: true });
		}
		return await mkdtemp(join(MEMORY, `nightjar-${String(uid)}-${String(process.pid)}-`));
	} catch {
		return null;
	}
}
