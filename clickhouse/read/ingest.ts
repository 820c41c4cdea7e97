import carriedSql from '../queries/ingest/carried.sql?raw';
import closedNightsSql from '../queries/ingest/closed_nights.sql?raw';
import coverageSql from '../queries/ingest/coverage.sql?raw';
import cutoutChunksSql from '../queries/ingest/cutout_chunks.sql?raw';
import knownAlertsSql from '../queries/ingest/known_alerts.sql?raw';
import knownDeadLettersSql from '../queries/ingest/known_dead_letters.sql?raw';
import knownPointsSql from '../queries/ingest/known_points.sql?raw';
import newestTimesSql from '../queries/ingest/newest_times.sql?raw';
import openNightsSql from '../queries/ingest/open_nights.sql?raw';
import pointVersionsSql from '../queries/ingest/point_versions.sql?raw';
import slotSql from '../queries/ingest/slot.sql?raw';
import watermarksSql from '../queries/ingest/watermarks.sql?raw';
import { patiently } from '../patience.ts';
import type { CurvePoint } from '#lib/alert/enriched.ts';
import type { PointKind } from '#lib/alert/lightCurve.ts';
import { ORIGINS, type Origin } from '#lib/alert/survey.ts';
import type { BatchStamp } from '../records.ts';
import type { Param, QueryOptions, Store } from '../store.ts';

/** Newest published batch number of every writer: what a batch may know (design rule 6). */
export type Watermark = Readonly<Record<string, bigint>>;

const ingest = { class: 'ingest' } as const;

/** A query of the write path: it waits for a store that restarts. */
function ask<Row>(
	store: Store,
	sql: string,
	params: Readonly<Record<string, Param>> = {},
	options: Pick<QueryOptions, 'light'> = {},
): Promise<Row[]> {
	return patiently(() => store.query<Row>(sql, params, { ...ingest, ...options }));
}

/** The watermark as a bound parameter; an empty map needs one entry for ClickHouse to know its type. */
export function watermarkParam(watermark: Watermark): Param {
	return Object.keys(watermark).length === 0 ? { '': 0n } : watermark;
}

const nan = (value: number | null): number => value ?? Number.NaN;

/** The watermark now. */
export async function readWatermark(store: Store): Promise<Watermark> {
	const rows = await ask<{ writer: string; number: string }>(store, watermarksSql, {});
	return Object.fromEntries(rows.map((row) => [row.writer, BigInt(row.number)]));
}

/** Where a writer slot stands: its last number and, when that batch was never published, or never sent, its boundary as recorded. */
export interface SlotState {
	readonly number: bigint;
	readonly unfinished: string | null;
	/** Boundary of the last batch where readers can see it and nothing says that output topics have it. */
	readonly unsent: string | null;
}

/** Reads the state of a slot; number 0 when it has never written. */
export async function readSlot(store: Store, writer: string): Promise<SlotState> {
	const rows = await ask<{ number: string; state: string; boundary: string }>(store, slotSql, { writer });
	const newest = rows[0];
	if (newest === undefined) return { number: 0n, unfinished: null, unsent: null };
	const { number, state, boundary } = newest;
	return {
		number: BigInt(number),
		unfinished: state === 'opened' ? boundary : null,
		unsent: state === 'published' ? boundary : null,
	};
}

/** A stored alert with the batch that wrote it; numbers that are absent are NaN. */
export interface StoredAlert {
	readonly survey: string;
	readonly alertId: bigint;
	readonly programme: string;
	readonly ra: number;
	readonly dec: number;
	readonly timeReceived: number;
	readonly band: string;
	readonly psfFlux: number;
	readonly psfFluxErr: number;
	readonly mag: number;
	readonly magErr: number;
}

interface KnownAlertRow {
	survey: string;
	alert_id: string;
	programme: string;
	ra: number;
	dec: number;
	time_received: number;
	band: string;
	psf_flux: number | null;
	psf_flux_err: number | null;
	mag: number | null;
	mag_err: number | null;
	writer: string;
	number: string;
	known_at_ms: string;
}

/** What is stored of some ids. */
export interface KnownAlerts {
	/** Known at the watermark, by id. */
	readonly known: ReadonlyMap<bigint, StoredAlert>;
	/** Written by another batch that nobody can see yet, and may never be finished: since when (UTC, ms), by id. */
	readonly unseenSinceMs: ReadonlyMap<bigint, number>;
}

/** What is stored of the ids beside what the batch itself has written. */
export async function readKnownAlerts(
	store: Store,
	survey: string,
	ids: readonly bigint[],
	watermark: Watermark,
	batch: Pick<BatchStamp, 'writer' | 'number'>,
): Promise<KnownAlerts> {
	const rows = await ask<KnownAlertRow>(store, knownAlertsSql, { survey, ids }, { light: true });
	const known = new Map<bigint, StoredAlert>();
	const unseenSinceMs = new Map<bigint, number>();
	for (const row of rows) {
		const alertId = BigInt(row.alert_id);
		const number = BigInt(row.number);
		if (number > (watermark[row.writer] ?? 0n)) {
			if (row.writer === batch.writer && number === batch.number) continue;
			unseenSinceMs.set(alertId, Math.min(Number(row.known_at_ms), unseenSinceMs.get(alertId) ?? Infinity));
			continue;
		}
		known.set(alertId, {
			survey: row.survey,
			alertId,
			programme: row.programme,
			ra: row.ra,
			dec: row.dec,
			timeReceived: row.time_received,
			band: row.band,
			psfFlux: nan(row.psf_flux),
			psfFluxErr: nan(row.psf_flux_err),
			mag: nan(row.mag),
			magErr: nan(row.mag_err),
		});
	}
	return { known, unseenSinceMs };
}

/** Every version of every stored point of one object, as parallel arrays. */
export interface PointColumns {
	readonly objectId: string;
	readonly key: number[];
	readonly value: number[];
	readonly own: boolean[];
	readonly alertMjd: number[];
	readonly alertId: bigint[];
	readonly origin: Origin[];
	readonly points: CurvePoint[];
}

const KINDS: readonly PointKind[] = ['detection', 'upperLimit', 'forcedPhotometry'];

/** Points of one object from the columns of known_points.sql that follow its packet columns. */
function curvePoints(
	bytes: Buffer,
	start: number,
	programmes: readonly string[],
): { points: CurvePoint[]; origin: Origin[]; end: number } {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	let at = start;
	const columns: number[] = [];
	let length = 0;
	for (const size of [1, 1, 1, 1, 8, 4, 4, 4, 4, 4, 8, 8]) {
		length = 0;
		for (let shift = 0; ; shift += 7) {
			const byte = view.getUint8(at++);
			length += (byte & 0x7f) * 2 ** shift;
			if (byte < 0x80) break;
		}
		columns.push(at);
		at += length * size;
	}
	const [
		kind = 0,
		from = 0,
		programme = 0,
		positive = 0,
		mjd = 0,
		flux = 0,
		fluxErr = 0,
		mag = 0,
		magErr = 0,
		limit = 0,
		ra = 0,
		dec = 0,
	] = columns;
	while (view.getUint8(at++) >= 0x80); // length of the bands, equal to that of the others
	const points = new Array<CurvePoint>(length);
	const origin = new Array<Origin>(length);
	for (let i = 0; i < length; i += 1) {
		const size = view.getUint8(at);
		const sign = view.getUint8(positive + i);
		points[i] = {
			kind: KINDS[view.getUint8(kind + i) - 1] ?? 'detection',
			band: size === 1 ? letter(view.getUint8(at + 1)) : bytes.toString('utf8', at + 1, at + 1 + size),
			mjd: view.getFloat64(mjd + 8 * i, true),
			psfFlux: view.getFloat32(flux + 4 * i, true),
			psfFluxErr: view.getFloat32(fluxErr + 4 * i, true),
			mag: view.getFloat32(mag + 4 * i, true),
			magErr: view.getFloat32(magErr + 4 * i, true),
			limitMag: view.getFloat32(limit + 4 * i, true),
			positive: sign === 2 ? null : sign === 1,
			ra: view.getFloat64(ra + 8 * i, true),
			dec: view.getFloat64(dec + 8 * i, true),
			programme: programmes[view.getUint8(programme + i) - 1] ?? 'private',
		};
		origin[i] = ORIGINS[view.getUint8(from + i) - 1] ?? 'real';
		at += 1 + size;
	}
	return { points, origin, end: at };
}

const LETTERS = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
const letter = (code: number): string => LETTERS[code] ?? String.fromCharCode(code);

/**
 * Stored points of objects at a watermark, in one query: what tells known points from new ones, and the light curve. Keys and
 * value hashes are 53-bit, so numbers hold them exactly. `programmes` are those of the survey; another one is private.
 */
export async function readKnownPoints(
	store: Store,
	{ survey, programmes }: { readonly survey: string; readonly programmes: readonly string[] },
	objects: readonly string[],
	watermark: Watermark,
): Promise<PointColumns[]> {
	const bytes = await patiently(async () => {
		const params = { survey, programmes, objects, watermark: watermarkParam(watermark) };
		const chunks: Buffer[] = [];
		for await (const chunk of await store.stream(knownPointsSql, 'RowBinary', params, ingest))
			chunks.push(chunk as Buffer);
		return Buffer.concat(chunks);
	});
	const answer: PointColumns[] = [];
	let at = 0;
	const varint = (): number => {
		let value = 0;
		for (let shift = 0; ; shift += 7) {
			const byte = bytes.readUInt8(at);
			at += 1;
			value += (byte & 0x7f) * 2 ** shift;
			if (byte < 0x80) return value;
		}
	};
	const array = <T>(size: number, read: (offset: number) => T): T[] => {
		const length = varint();
		const values = new Array<T>(length);
		for (let i = 0; i < length; i += 1) values[i] = read(at + i * size);
		at += length * size;
		return values;
	};
	const safe = (offset: number): number => bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * 4_294_967_296;
	while (at < bytes.length) {
		const length = varint();
		const objectId = bytes.toString('utf8', at, at + length);
		at += length;
		const versions = {
			key: array(8, safe),
			value: array(8, safe),
			own: array(1, (offset) => bytes.readUInt8(offset) === 1),
			alertMjd: array(8, (offset) => bytes.readDoubleLE(offset)),
			alertId: array(8, (offset) => bytes.readBigUInt64LE(offset)),
		};
		const { points, origin, end } = curvePoints(bytes, at, programmes);
		at = end;
		answer.push({ objectId, ...versions, points, origin });
	}
	return answer;
}

/** A known alert with the traces of what it carried. */
export interface CarriedRow {
	readonly objectId: string;
	readonly alertMjd: number;
	readonly alertId: bigint;
	readonly carried: ReadonlySet<number>;
}

/** The alerts of objects at a watermark with their traces. */
export async function readCarried(
	store: Store,
	survey: string,
	objects: readonly string[],
	watermark: Watermark,
): Promise<CarriedRow[]> {
	const rows = await ask<{ object_id: string; mjd: number; alert_id: string; carried: number[] }>(
		store,
		carriedSql,
		{ survey, objects, watermark: watermarkParam(watermark) },
		{ light: true },
	);
	return rows.map((row) => ({
		objectId: row.object_id,
		alertMjd: row.mjd,
		alertId: BigInt(row.alert_id),
		carried: new Set(row.carried),
	}));
}

/** One stored version of a point, whole. */
export interface PointVersionRow {
	readonly object_id: string;
	readonly kind: string;
	readonly source_id: string;
	readonly band: string;
	readonly mjd: number;
	readonly time_received: number;
	readonly exposure_assumed: boolean;
	readonly point_key: string;
	readonly value_hash: string;
	readonly ra: number | null;
	readonly dec: number | null;
	readonly psf_flux: number | null;
	readonly psf_flux_err: number | null;
	readonly mag: number | null;
	readonly mag_err: number | null;
	readonly limit_mag: number | null;
	readonly positive: boolean | null;
	readonly flags: string;
	readonly programme: string;
	readonly origin: string;
}

/** Whole rows of the versions of points of objects. */
export async function readPointVersions(
	store: Store,
	survey: string,
	objects: readonly string[],
	keys: readonly number[],
	watermark: Watermark,
): Promise<PointVersionRow[]> {
	return ask<PointVersionRow>(store, pointVersionsSql, { survey, objects, keys, watermark: watermarkParam(watermark) });
}

/** A range of offsets of a partition, inclusive. */
export interface CoveredRange {
	readonly first: bigint;
	readonly last: bigint;
	/** Whether its batch was published at the watermark. */
	readonly known: boolean;
}

/** Offsets that ended in a state in a batch other than this one, by `source partition`; no range that begins before `from` counts. */
export async function readCoverage(
	store: Store,
	batch: Pick<BatchStamp, 'writer' | 'number'>,
	{
		ranges,
		from,
	}: { readonly ranges: readonly { partition: string; first: bigint; last: bigint }[]; readonly from: bigint },
	watermark: Watermark,
): Promise<Map<string, CoveredRange[]>> {
	const rows = await ask<{
		source: string;
		partition: string;
		first_offset: string;
		last_offset: string;
		writer: string;
		number: string;
	}>(store, coverageSql, {
		partitions: ranges.map(({ partition }) => partition),
		firsts: ranges.map(({ first }) => first),
		lasts: ranges.map(({ last }) => last),
		from,
		writer: batch.writer,
		number: batch.number,
	});
	const covered = new Map<string, CoveredRange[]>();
	for (const row of rows) {
		const key = `${row.source} ${row.partition}`;
		const ranges = covered.get(key) ?? [];
		ranges.push({
			first: BigInt(row.first_offset),
			last: BigInt(row.last_offset),
			known: BigInt(row.number) <= (watermark[row.writer] ?? 0n),
		});
		covered.set(key, ranges);
	}
	return covered;
}

/** Dead letters of partitions: the SHA-256 (hexadecimal) of what came at each `source partition offset`. */
export async function readKnownDeadLetters(
	store: Store,
	partitions: readonly string[],
	watermark: Watermark,
): Promise<Map<string, ReadonlySet<string>>> {
	const rows = await ask<{ source: string; partition: string; source_offset: string; sha256: string }>(
		store,
		knownDeadLettersSql,
		{ partitions, watermark: watermarkParam(watermark) },
	);
	const known = new Map<string, Set<string>>();
	for (const row of rows) {
		const key = `${row.source} ${row.partition} ${row.source_offset}`;
		known.set(key, (known.get(key) ?? new Set()).add(row.sha256));
	}
	return known;
}

/** Nights closed at a watermark, as `survey origin days`. */
export async function readClosedNights(store: Store, watermark: Watermark): Promise<Set<string>> {
	const rows = await ask<{ survey: string; origin: string; night: number }>(store, closedNightsSql, {
		watermark: watermarkParam(watermark),
	});
	return new Set(rows.map((row) => `${row.survey} ${row.origin} ${row.night}`));
}

/** Bytes on disk of each cutout chunk, in the order of chunks. */
export async function readCutoutChunks(store: Store): Promise<{ chunk: number; bytes: number }[]> {
	const rows = await ask<{ chunk: number; bytes: string }>(store, cutoutChunksSql, {});
	return rows.map((row) => ({ chunk: row.chunk, bytes: Number(row.bytes) }));
}

/** A night of a survey. */
export interface OpenNight {
	readonly survey: string;
	readonly origin: Origin;
	readonly night: number;
}

/** Nights from `since` (YYYY-MM-DD) on that a writer stored alerts of, that are open and have been quiet since a time in Unix ms. */
export async function readOpenNights(
	store: Store,
	writer: string,
	since: string,
	quietSinceMs: number,
): Promise<OpenNight[]> {
	const quiet_since = new Date(quietSinceMs).toISOString().replace('T', ' ').replace('Z', '');
	return ask<OpenNight>(store, openNightsSql, { writer, since, quiet_since });
}

/** The newest time in the store, Unix milliseconds: of a published batch or of a real exposure of the last nights. 0 when it is empty. */
export async function readNewestTime(store: Store): Promise<number> {
	const [row] = await ask<{ published: string | null; exposed: string | null }>(store, newestTimesSql);
	return Math.max(Number(row?.published ?? 0), Number(row?.exposed ?? 0));
}
