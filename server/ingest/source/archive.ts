import { createReadStream, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { ByteReader, Unreadable } from './byteReader.ts';
import { KEPT_BYTES, MAX_PACKET_BYTES, pieces, type Piece } from './container.ts';
import { gunzip, isGzip } from './gzip.ts';
import {
	SourceError,
	type AlertSource,
	type BrokenPacket,
	type OffsetRange,
	type RawPacket,
	type SourceProgress,
} from './source.ts';
import { isTar, tarMembers } from './tar.ts';
import { findFiles, unreadablePath, type FoundFile } from './walk.ts';

/** Offsets that a member of an archive has for its records. */
const RECORDS_PER_MEMBER = 65_536;
/** Files up to this size are read in one go. */
const WHOLE_BYTES = 4 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/** A packet or broken one with the offset of the last record it may hold. */
interface Located {
	readonly packet: RawPacket | BrokenPacket;
	readonly last: bigint;
}

/** What tells that a file is still the one whose packets were read. */
interface Seen {
	readonly size: number;
	readonly mtimeMs: number;
}

/**
 * Alerts in files: packets, folders of them and tar archives, plain or gzip'd, in a repeatable order.
 * A file is one partition and its records are counted from 0; in a tar, member m has the offsets from m * 65536 on.
 * A packet is one block of an Avro container (nearly always the whole file): record i of it has its offset + i.
 */
class ArchiveSource implements AlertSource {
	readonly #paths: readonly string[];
	readonly #now: () => number;
	readonly #seen = new Map<string, Seen>();
	#bytesTotal: number | null = null;
	#bytesRead = 0;

	constructor(paths: readonly string[], now: () => number) {
		this.#paths = paths;
		this.#now = now;
	}

	async *packets(signal: AbortSignal): AsyncGenerator<RawPacket | BrokenPacket> {
		const files = findFiles(this.#paths);
		this.#bytesTotal = files.reduce((sum, file) => sum + file.size, 0);
		this.#bytesRead = 0;
		let before = 0;
		for (const file of files) {
			for await (const { packet } of this.#file(file)) {
				if (signal.aborted) return;
				yield packet;
			}
			before += file.size;
			this.#bytesRead = before;
		}
	}

	/**
	 * The packets that hold records of these ranges. A packet whose records lie in a range only in part comes whole:
	 * the caller drops the records outside.
	 */
	async *reread(ranges: readonly OffsetRange[]): AsyncGenerator<RawPacket | BrokenPacket> {
		for (const [path, wanted] of groupByPartition(ranges)) {
			this.#unchanged(path);
			const end = wanted.reduce((last, range) => (range.last > last ? range.last : last), -1n);
			let reached = -1n;
			for await (const { packet, last } of this.#file({ path, size: 0, trouble: null })) {
				if (wanted.some((range) => last >= range.first && packet.offset <= range.last)) yield packet;
				if (last > reached) reached = last;
				if (last >= end) break;
			}
			if (reached < end) {
				throw new SourceError(
					`${path} is shorter than it was: an unfinished batch needs record ${end} of it. Put back the file as it was and start again.`,
				);
			}
		}
	}

	progress(): SourceProgress {
		return { bytesTotal: this.#bytesTotal, bytesRead: this.#bytesRead };
	}

	#unchanged(path: string): void {
		let now;
		try {
			now = statSync(path);
		} catch (error) {
			throw new SourceError(`${path} is gone, and an unfinished batch needs it: put it back and start again.`, {
				cause: error,
			});
		}
		const seen = this.#seen.get(path);
		if (seen !== undefined && (seen.size !== now.size || seen.mtimeMs !== now.mtimeMs)) {
			throw new SourceError(
				`${path} changed while it was being ingested, and an unfinished batch needs it as it was: put it back and start again.`,
			);
		}
	}

	async *#file(file: FoundFile): AsyncGenerator<Located> {
		const { path } = file;
		if (file.trouble !== null) {
			yield this.#broken('file', path, 0n, basename(path), {
				kind: 'refused',
				bytes: Buffer.alloc(0),
				size: 0,
				reason: file.trouble,
				index: 0,
			});
			return;
		}
		const raw = new ByteReader(this.#chunks(path));
		const content = isGzip(await raw.peek(3)) ? new ByteReader(gunzip(raw.rest(Number.MAX_SAFE_INTEGER))) : raw;
		try {
			if (await isArchive(content, path)) yield* this.#archive(content, path);
			else yield* this.#records(content, 'file', path, 0n, basename(path));
		} finally {
			await content.close();
			await raw.close();
		}
	}

	async *#records(
		reader: ByteReader,
		source: string,
		partition: string,
		base: bigint,
		member: string,
	): AsyncGenerator<Located> {
		for await (const piece of pieces(reader, member)) {
			const offset = base + BigInt(piece.index);
			if (source === 'tar' && piece.index + (piece.kind === 'packet' ? piece.records : 1) > RECORDS_PER_MEMBER) {
				const reason = `The archive member holds more than ${RECORDS_PER_MEMBER - 1} records; unpack the archive and ingest the file by itself.`;
				const last = base + BigInt(Math.min(piece.index, RECORDS_PER_MEMBER - 1));
				yield this.#broken(source, partition, last, member, {
					kind: 'refused',
					bytes: piece.bytes.subarray(0, KEPT_BYTES),
					size: piece.bytes.length,
					reason,
					index: 0,
				});
				return;
			}
			if (piece.kind === 'packet') {
				const packet = { bytes: piece.bytes, source, partition, offset, member, receivedAtMs: this.#now() };
				yield { packet, last: offset + BigInt(piece.records - 1) };
			} else yield this.#broken(source, partition, offset, member, piece);
		}
	}

	async *#archive(reader: ByteReader, path: string): AsyncGenerator<Located> {
		let next = 0;
		try {
			for await (const member of tarMembers(reader)) {
				next = member.index + 1;
				const base = BigInt(member.index) * BigInt(RECORDS_PER_MEMBER);
				if (!member.isFile) continue;
				if (member.refused !== null) {
					const bytes = await reader.take(Math.min(member.size, KEPT_BYTES));
					yield this.#broken('tar', path, base, member.name, {
						kind: 'refused',
						bytes,
						size: member.size,
						reason: member.refused,
						index: 0,
					});
					continue;
				}
				if (member.size > MAX_PACKET_BYTES && isGzip(await reader.peek(3))) {
					const reason = `The compressed archive member is ${member.size} bytes large; at most ${MAX_PACKET_BYTES} are read.`;
					const bytes = Buffer.from(await reader.take(KEPT_BYTES));
					yield this.#broken('tar', path, base, member.name, {
						kind: 'tooLarge',
						bytes,
						size: member.size,
						reason,
						index: 0,
					});
					continue;
				}
				// a compressed member is taken whole, for its decompression reads ahead of what is asked for
				const zipped = member.size > 0 && isGzip(await reader.peek(3));
				const content = zipped ? gunzip([await reader.take(member.size)]) : reader.rest(member.size);
				yield* this.#records(new ByteReader(content), 'tar', path, base, member.name);
			}
			if (next === 0) throw new Unreadable('unreadable', 'The archive holds no members.');
		} catch (error) {
			if (!(error instanceof Unreadable)) throw error;
			const base = BigInt(next) * BigInt(RECORDS_PER_MEMBER);
			yield this.#broken('tar', path, base, '', {
				kind: error.kind,
				bytes: Buffer.alloc(0),
				size: 0,
				reason: error.message,
				index: 0,
			});
		}
	}

	#broken(
		source: string,
		partition: string,
		offset: bigint,
		member: string,
		piece: Exclude<Piece, { kind: 'packet' }>,
	): Located {
		const { kind, reason, bytes, size } = piece;
		return {
			packet: { broken: true, kind, reason, bytes, size, source, partition, offset, member, receivedAtMs: this.#now() },
			last: offset,
		};
	}

	/** The bytes of a file as they lie, counted for the progress. */
	async *#chunks(path: string): AsyncGenerator<Buffer> {
		try {
			const { size, mtimeMs } = statSync(path);
			this.#seen.set(path, { size, mtimeMs });
			if (size <= WHOLE_BYTES) {
				// small files: the promise of node:fs costs more CPU than reading them
				const bytes = readFileSync(path);
				this.#bytesRead += bytes.length;
				yield bytes;
				return;
			}
			for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
				this.#bytesRead += chunk.length;
				yield chunk;
			}
		} catch (error) {
			if (error instanceof Unreadable) throw error;
			throw unreadablePath(path, error);
		}
	}
}

/** Whether the stream is a tar archive; an empty one (zeros only) is known by its name. */
async function isArchive(reader: ByteReader, path: string): Promise<boolean> {
	let head: Buffer;
	try {
		head = await reader.peek(512);
	} catch (error) {
		if (error instanceof Unreadable) return false;
		throw error;
	}
	return isTar(head) || (/\.(tar|tar\.gz|tgz)$/i.test(path) && head.length === 512 && head.every((byte) => byte === 0));
}

function groupByPartition(ranges: readonly OffsetRange[]): Map<string, OffsetRange[]> {
	const out = new Map<string, OffsetRange[]>();
	for (const range of ranges) out.set(range.partition, [...(out.get(range.partition) ?? []), range]);
	return out;
}

/** A source over files, folders and tar archives; `now` gives the time of receipt (ms since 1970). */
export function archiveSource(paths: readonly string[], now: () => number = Date.now): AlertSource {
	return new ArchiveSource(paths, now);
}
