import type avro from 'avsc';
import { ContainerDecoder, isContainer } from '#server/ingest/decode/ocf.ts';
import { DecodeError } from '#server/ingest/decode/packet.ts';
import { compileWhole } from '#server/ingest/decode/schema.ts';
import { archiveSource } from '#server/ingest/source/archive.ts';
import type { AvroValues } from './columns.ts';

/** A record of a file with the Avro type that it was written with. */
export interface FileRecord {
	readonly type: avro.Type;
	readonly record: AvroValues;
}

/** How far the reading is. */
export interface FileProgress {
	readonly bytesRead: number;
	readonly bytesTotal: number | null;
}

/** Reads every record of Avro files, folders and archives of them, all fields; what cannot be read is told and passed over. */
export async function* readRecords(
	paths: readonly string[],
	{
		signal,
		onBroken,
		onProgress,
	}: {
		readonly signal: AbortSignal;
		readonly onBroken: (place: string, reason: string) => void;
		readonly onProgress: (progress: FileProgress) => void;
	},
): AsyncGenerator<FileRecord> {
	const types = new WeakMap<AvroValues, avro.Type>();
	const decoder = new ContainerDecoder((schema) => {
		const { name, type } = compileWhole(schema);
		return {
			name,
			read: (bytes, offset) => {
				const decoded: { value: unknown; offset: number } = type.decode(bytes, offset);
				if (decoded.offset < 0) throw new RangeError('the file ends in the middle of a record');
				const value = decoded.value as AvroValues;
				types.set(value, type);
				return { value, offset: decoded.offset };
			},
		};
	});
	const source = archiveSource(paths);
	for await (const packet of source.packets(signal)) {
		const place = packet.member === '' ? packet.partition : packet.member;
		onProgress(source.progress());
		if ('broken' in packet) {
			onBroken(place, packet.reason);
			continue;
		}
		const bytes = Buffer.from(packet.bytes.buffer, packet.bytes.byteOffset, packet.bytes.byteLength);
		let records: readonly { readonly record: AvroValues }[];
		try {
			if (!isContainer(bytes)) throw new DecodeError('unreadable', 'This is no Avro object container file.');
			records = decoder.decode(bytes);
		} catch (error) {
			if (!(error instanceof DecodeError)) throw error;
			onBroken(place, error.message);
			records = error.before;
		}
		for (const { record } of records) {
			const type = types.get(record);
			if (type !== undefined) yield { type, record };
		}
	}
}
