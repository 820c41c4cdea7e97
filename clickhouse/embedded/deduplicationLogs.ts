import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// The engine notes the token of an insert before the part itself is in place. A kill between the two leaves a note without a
// part, and the repeated insert would be dropped as known: lost. Before the engine opens, such notes are struck out.

const PART = /^(.+)_(\d+)_(\d+)_\d+(?:_\d+)?$/;
const ADDED = '1';

interface Part {
	readonly partition: string;
	readonly first: bigint;
	readonly last: bigint;
}

function partOf(name: string): Part | null {
	const match = PART.exec(name);
	if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined) return null;
	return { partition: match[1], first: BigInt(match[2]), last: BigInt(match[3]) };
}

/** The lines of a log whose part, or one merged from it, is among the parts of the table; lines of other kinds stay. */
export function keptNotes(lines: readonly string[], parts: readonly string[]): string[] {
	const present = parts.flatMap((name) => {
		const part = name.startsWith('tmp_') ? null : partOf(name);
		return part === null ? [] : [part];
	});
	return lines.filter((line) => {
		const [operation, name = ''] = line.split('\t');
		if (operation !== ADDED) return true;
		const part = partOf(name);
		return (
			part === null ||
			present.some((each) => each.partition === part.partition && each.first <= part.first && part.last <= each.last)
		);
	});
}

async function namesIn(folder: string): Promise<string[]> {
	return readdir(folder).catch(() => []);
}

/** Strikes out notes without a part in every table of a data folder that no process has open; returns how many. */
export async function repairDeduplicationLogs(dataFolder: string): Promise<number> {
	let struck = 0;
	for (const prefix of await namesIn(join(dataFolder, 'store'))) {
		for (const table of await namesIn(join(dataFolder, 'store', prefix))) {
			const folder = join(dataFolder, 'store', prefix, table);
			const logs = (await namesIn(join(folder, 'deduplication_logs'))).filter((name) => name.endsWith('.txt'));
			if (logs.length === 0) continue;
			const parts = await namesIn(folder);
			for (const log of logs) {
				const path = join(folder, 'deduplication_logs', log);
				const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
				const kept = keptNotes(lines, parts);
				if (kept.length === lines.length) continue;
				struck += lines.length - kept.length;
				await writeFile(`${path}.new`, kept.map((line) => `${line}\n`).join(''), { mode: 0o640 });
				await rename(`${path}.new`, path);
			}
		}
	}
	return struck;
}
