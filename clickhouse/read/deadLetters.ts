import bytesSql from '../queries/ingest/dead_letter_bytes.sql?raw';
import lettersSql from '../queries/ingest/dead_letters.sql?raw';
import shownSql from '../queries/ingest/dead_letters_shown.sql?raw';
import { patiently } from '../patience.ts';
import { readWatermark, watermarkParam } from './ingest.ts';
import type { QueryOptions, Store } from '../store.ts';

/** Which dead letters; what is left out is any. */
export interface LetterChoice {
	readonly kinds?: readonly string[];
	readonly surveys?: readonly string[];
	/** When they were set aside, Unix milliseconds: from, and before. */
	readonly sinceMs?: number;
	readonly untilMs?: number;
	readonly source?: string;
	/** A partition, or part of its name such as a topic or file. */
	readonly partition?: string;
	readonly first?: bigint;
	readonly last?: bigint;
}

/** A whole dead letter where it came from. */
export interface KeptLetter {
	readonly source: string;
	readonly partition: string;
	readonly offset: bigint;
	readonly member: string;
	readonly size: number;
}

const ingest = { class: 'ingest' } as const;
const LAST_OFFSET = 2n ** 64n - 1n;
/** 2299, the end of DateTime64. */
const FAR_MS = 10_000_000_000_000;

/** Dead letters that are kept whole and were not read since, by place; at most a million. */
export async function readLetters(store: Store, choice: LetterChoice): Promise<KeptLetter[]> {
	const watermark = watermarkParam(await readWatermark(store));
	const rows = await patiently(() =>
		store.query<{ source: string; partition: string; source_offset: string; member: string; size: string }>(
			lettersSql,
			{
				watermark,
				kinds: choice.kinds ?? [],
				surveys: choice.surveys ?? [],
				since_ms: choice.sinceMs ?? 0,
				until_ms: choice.untilMs ?? FAR_MS,
				source: choice.source ?? '',
				partition: choice.partition ?? '',
				first: choice.first ?? 0n,
				last: choice.last ?? LAST_OFFSET,
			},
			ingest,
		),
	);
	return rows.map((row) => ({
		source: row.source,
		partition: row.partition,
		offset: BigInt(row.source_offset),
		member: row.member,
		size: Number(row.size),
	}));
}

/** The bytes of letters of one partition, in the order of their offsets. */
export async function readLetterBytes(
	store: Store,
	{ source, partition }: Pick<KeptLetter, 'source' | 'partition'>,
	offsets: readonly bigint[],
): Promise<{ offset: bigint; bytes: Buffer }[]> {
	const rows = await patiently(() =>
		store.query<{ source_offset: string; bytes: string }>(bytesSql, { source, partition, offsets }, ingest),
	);
	return rows.map((row) => ({ offset: BigInt(row.source_offset), bytes: Buffer.from(row.bytes, 'base64') }));
}

/** A dead letter as the operator sees it, without its bytes. */
export interface ShownLetter {
	/** When it was set aside, Unix milliseconds. */
	readonly knownMs: number;
	readonly kind: string;
	readonly reason: string;
	readonly survey: string;
	readonly alertId: string;
	readonly source: string;
	readonly partition: string;
	readonly offset: string;
	readonly member: string;
	readonly size: number;
	/** The whole record is kept. */
	readonly complete: boolean;
	/** It was read when it came again. */
	readonly read: boolean;
}

/** Dead letters, newest first, of every programme: the operator's. */
export async function readShownLetters(
	store: Store,
	choice: { readonly kind: string; readonly source: string; readonly beforeMs: number | null; readonly most: number },
	options: QueryOptions = {},
): Promise<ShownLetter[]> {
	const rows = await store.query<{ [Name in keyof ShownLetter]: string | number | boolean }>(
		shownSql,
		{ kind: choice.kind, source: choice.source, before_ms: choice.beforeMs ?? FAR_MS, most: choice.most },
		options,
	);
	return rows.map((row) => ({
		knownMs: Number(row.knownMs),
		kind: String(row.kind),
		reason: String(row.reason),
		survey: String(row.survey),
		alertId: row.alertId === '0' ? '' : String(row.alertId),
		source: String(row.source),
		partition: String(row.partition),
		offset: String(row.offset),
		member: String(row.member),
		size: Number(row.size),
		complete: Boolean(row.complete),
		read: Number(row.read) === 1,
	}));
}
