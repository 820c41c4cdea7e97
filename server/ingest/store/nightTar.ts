import { createHash } from 'node:crypto';
import {
	closeSync,
	existsSync,
	fstatSync,
	ftruncateSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	rmSync,
	statSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Alert } from '#lib/alert/alert.ts';
import { nightText } from '#lib/astro/time.ts';
import type { ReadAlert } from './prepared.ts';

const BLOCK = 512;
const ENDING = '.tar';
const LIST_ENDING = '.sha256';
/** Names at the end of a list that are looked at: a batch that is finished after a crash was kept at most once already. */
const NAMES_KEPT = 200_000;
const OPEN_AT_ONCE = 8;

/** Header of a plain member (ustar). */
function header(name: string, size: number, atMs: number): Buffer {
	const block = Buffer.alloc(BLOCK);
	const octal = (value: number, at: number, length: number): void => {
		block.write(
			`${Math.floor(value)
				.toString(8)
				.padStart(length - 1, '0')}\0`,
			at,
			'latin1',
		);
	};
	block.write(name, 0, 100, 'utf8');
	octal(0o644, 100, 8);
	octal(0, 108, 8);
	octal(0, 116, 8);
	octal(size, 124, 12);
	octal(atMs / 1000, 136, 12);
	block.write('        ', 148, 'latin1');
	block.write('0', 156, 'latin1');
	block.write('ustar\x0000', 257, 'latin1');
	const sum = block.reduce((total, byte) => total + byte, 0);
	block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
	return block;
}

const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

/** Name and size of the member whose header lies at `at`, or null where there is none that is whole. */
function memberAt(file: number, at: number, end: number): { name: string; size: number } | null {
	const block = Buffer.alloc(BLOCK);
	if (at + BLOCK > end || readSync(file, block, 0, BLOCK, at) < BLOCK || block[0] === 0) return null;
	const name = block.toString('utf8', 0, block.indexOf(0));
	const size = parseInt(block.toString('latin1', 124, 135), 8);
	return Number.isSafeInteger(size) && at + BLOCK + padded(size) <= end ? { name, size } : null;
}

/** One archive and the list of its members with their SHA-256, as `sha256sum -c` reads it. */
class Archive {
	readonly #tar: number;
	readonly #list: number;
	readonly #names: Set<string>;
	size: number;

	/** Opens or makes it; a member cut off by a crash is removed, and one that the list lacks is added to it. */
	constructor(path: string) {
		this.#tar = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o640);
		const listPath = path.slice(0, -ENDING.length) + LIST_ENDING;
		const lines = existsSync(listPath) ? readFileSync(listPath, 'utf8').split('\n').filter(Boolean) : [];
		const end = fstatSync(this.#tar).size;
		let at = 0;
		let count = 0;
		for (let member = memberAt(this.#tar, at, end); member !== null; member = memberAt(this.#tar, at, end)) {
			if (count >= lines.length) {
				const bytes = Buffer.alloc(member.size);
				readSync(this.#tar, bytes, 0, member.size, at + BLOCK);
				lines.push(listLine(member.name, bytes));
			}
			count += 1;
			at += BLOCK + padded(member.size);
		}
		ftruncateSync(this.#tar, at);
		this.size = at;
		const whole = lines.slice(0, count);
		writeFileSync(listPath, whole.map((line) => `${line}\n`).join(''), { mode: 0o640 });
		this.#list = openSync(listPath, 'a', 0o640);
		this.#names = new Set(whole.slice(-NAMES_KEPT).map((line) => line.slice(66)));
	}

	/** Appends what it does not hold yet; returns the bytes added. */
	append(members: readonly { readonly name: string; readonly bytes: Uint8Array; readonly atMs: number }[]): number {
		const pieces: Uint8Array[] = [];
		const lines: string[] = [];
		for (const { name, bytes, atMs } of members) {
			if (this.#names.has(name)) continue;
			this.#names.add(name);
			pieces.push(header(name, bytes.length, atMs), bytes, Buffer.alloc(padded(bytes.length) - bytes.length));
			lines.push(`${listLine(name, bytes)}\n`);
		}
		if (pieces.length === 0) return 0;
		const data = Buffer.concat(pieces);
		for (let done = 0; done < data.length;)
			done += writeSync(this.#tar, data, done, data.length - done, this.size + done);
		this.size += data.length;
		writeSync(this.#list, lines.join(''));
		return data.length;
	}

	close(): void {
		closeSync(this.#tar);
		closeSync(this.#list);
	}
}

function listLine(name: string, bytes: Uint8Array): string {
	return `${createHash('sha256').update(bytes).digest('hex')}  ${name}`;
}

/** survey_programme_YYYY-MM-DD_slot.tar; what is not real says so in front. */
function nameOf(alert: Alert, slot: string): string {
	const origin = alert.origin === 'real' ? '' : `${alert.origin}_`;
	return `${origin}${alert.survey}_${alert.programme}_${nightText(alert.night)}_${slot}${ENDING}`;
}

const NAME = /^(?:(test|simulated)_)?([a-z]+)_([a-zA-Z0-9-]+)_(\d{4}-\d\d-\d\d)_(.+)\.tar$/;

/** A night's archive as its name tells; origin real, test or simulated. */
export interface NightArchive {
	readonly path: string;
	readonly survey: string;
	readonly night: string;
	readonly origin: string;
	readonly bytes: number;
}

/** The archives in a folder, oldest night first. */
export function listNightArchives(folder: string): NightArchive[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.flatMap((name) => {
			const [, origin = 'real', survey, , night] = NAME.exec(name) ?? [];
			if (survey === undefined || night === undefined) return [];
			const path = join(folder, name);
			return [{ path, survey, night, origin, bytes: statSync(path).size }];
		})
		.sort((a, b) => (a.night === b.night ? (a.path < b.path ? -1 : 1) : a.night < b.night ? -1 : 1));
}

/**
 * Keeps the original packets of stored alerts as one tar for each survey, programme, night and writer, with a list of
 * SHA-256, as surveys' archives do; `nightjar ingest` reads them. Beyond a budget in bytes the oldest nights are removed.
 */
export class NightTars {
	readonly #open = new Map<string, Archive>();
	readonly #folder: string;
	readonly #budgetBytes: number;
	readonly #slot: string;
	#total: number;

	constructor(folder: string, budgetBytes: number, slot: string) {
		this.#folder = folder;
		this.#budgetBytes = budgetBytes;
		this.#slot = slot;
		mkdirSync(folder, { recursive: true, mode: 0o750 });
		this.#total = listNightArchives(folder).reduce((sum, { bytes }) => sum + bytes, 0);
	}

	/** Appends packets; those that an archive holds already are left out. Must come before their batch is published. */
	keep(alerts: readonly ReadAlert[]): void {
		const byFile = new Map<string, ReadAlert[]>();
		for (const entry of alerts) {
			const name = nameOf(entry.alert, this.#slot);
			const list = byFile.get(name);
			if (list === undefined) byFile.set(name, [entry]);
			else list.push(entry);
		}
		for (const [name, list] of byFile) {
			this.#total += this.#archive(name).append(
				list.map(({ alert, bytes, place }) => ({ name: `${alert.alertId}.avro`, bytes, atMs: place.receivedAtMs })),
			);
		}
		if (this.#total > this.#budgetBytes) this.#prune();
	}

	#archive(name: string): Archive {
		const known = this.#open.get(name);
		if (known !== undefined) return known;
		const [oldest] = this.#open.keys();
		if (this.#open.size >= OPEN_AT_ONCE && oldest !== undefined) this.#close(oldest);
		const archive = new Archive(join(this.#folder, name));
		this.#open.set(name, archive);
		return archive;
	}

	#close(name: string): void {
		this.#open.get(name)?.close();
		this.#open.delete(name);
	}

	#prune(): void {
		const archives = listNightArchives(this.#folder);
		this.#total = archives.reduce((sum, { bytes }) => sum + bytes, 0);
		const newest = archives.at(-1)?.night;
		for (const { path, night, bytes } of archives) {
			if (this.#total <= this.#budgetBytes || night === newest) return;
			this.#close(path.slice(this.#folder.length + 1));
			rmSync(path, { force: true });
			rmSync(path.slice(0, -ENDING.length) + LIST_ENDING, { force: true });
			this.#total -= bytes;
		}
	}

	close(): void {
		for (const name of [...this.#open.keys()]) this.#close(name);
	}
}
