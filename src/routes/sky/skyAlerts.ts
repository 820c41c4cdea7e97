import type { SkyColumns, SkyHeader } from '#lib/alert/skyColumns.ts';
import { decodeSky } from '#lib/alert/skyColumns.ts';
import type { ViewCover } from '#lib/components/sky/viewCover.ts';

/** More than this is drawn as density: what software rendering draws within a frame. */
export const MOST_POINTS = 20_000;
const MOST_HELD = 60_000;

interface Chunk {
	readonly order: number;
	readonly pixels: ReadonlySet<number>;
	readonly columns: SkyColumns;
	/** More alerts are there than came. */
	readonly sampled: boolean;
	readonly total: number;
}

const holds = (chunk: Chunk, order: number, pixel: number): boolean =>
	chunk.order <= order && chunk.pixels.has(Math.floor(pixel / 4 ** (order - chunk.order)));

/** Columns one after the other. */
export function concatenated(parts: readonly SkyColumns[]): SkyColumns {
	const count = parts.reduce((sum, part) => sum + part.count, 0);
	const out = {
		count,
		ra: new Float32Array(count),
		dec: new Float32Array(count),
		age: new Float32Array(count),
		mag: new Float32Array(count),
		score: new Float32Array(count),
		band: new Uint8Array(count),
		class: new Uint8Array(count),
		survey: new Uint8Array(count),
		ids: new BigUint64Array(count),
	};
	let at = 0;
	for (const part of parts) {
		out.ra.set(part.ra, at);
		out.dec.set(part.dec, at);
		out.age.set(part.age, at);
		out.mag.set(part.mag, at);
		out.score.set(part.score, at);
		out.band.set(part.band, at);
		out.class.set(part.class, at);
		out.survey.set(part.survey, at);
		if (part.ids) out.ids.set(part.ids, at);
		at += part.count;
	}
	return out;
}

/** What is shown of the alerts of a view. */
export interface Shown {
	readonly header: SkyHeader;
	readonly columns: SkyColumns;
	/** How many alerts the pixels hold; more than came when they were sampled. */
	readonly total: number;
}

/** Alerts of the pixels of views, fetched once and kept while the nights stay the same. */
export class SkyAlerts {
	#chunks: Chunk[] = [];
	#header: SkyHeader | null = null;
	#abort: AbortController | null = null;

	/** `read` asks the API for columns of pixels. */
	constructor(readonly read: (cover: ViewCover, limit: number, signal: AbortSignal) => Promise<ArrayBuffer>) {}

	/** What a view shows, after what is missing came; null when another view was asked for meanwhile. */
	async see(cover: ViewCover): Promise<Shown | null> {
		this.#abort?.abort();
		const abort = new AbortController();
		this.#abort = abort;
		const known = (pixel: number): boolean =>
			this.#chunks.some((chunk) => !chunk.sampled && holds(chunk, cover.order, pixel));
		const missing = cover.pixels.filter((pixel) => !known(pixel));
		if (missing.length > 0) {
			const wanted = { order: cover.order, pixels: missing };
			const { header, columns } = decodeSky(await this.read(wanted, MOST_POINTS, abort.signal));
			if (abort.signal.aborted) return null;
			this.#header = header;
			const pixels = new Set(missing);
			const fresh: Chunk = {
				order: cover.order,
				pixels,
				columns,
				sampled: header.total > header.count,
				total: header.total,
			};
			// what the new pixels hold, they hold whole
			this.#chunks = this.#chunks.filter((chunk) => !overlaps(fresh, chunk));
			this.#chunks.push(fresh);
		}
		this.#forget(cover);
		if (!this.#header) return null;
		const seen = this.#chunks.filter((chunk) => touches(chunk, cover));
		return {
			header: this.#header,
			columns: concatenated(seen.map((chunk) => chunk.columns)),
			total: seen.reduce((sum, chunk) => sum + chunk.total, 0),
		};
	}

	/** Keeps no more than a few views. */
	#forget(cover: ViewCover): void {
		let held = this.#chunks.reduce((sum, chunk) => sum + chunk.columns.count, 0);
		this.#chunks = this.#chunks.filter((chunk) => {
			if (held <= MOST_HELD || touches(chunk, cover)) return true;
			held -= chunk.columns.count;
			return false;
		});
	}
}

/** Whether two chunks have a part of the sky in common. */
function overlaps(a: Chunk, b: Chunk): boolean {
	const [coarse, fine] = a.order <= b.order ? [a, b] : [b, a];
	return [...fine.pixels].some((pixel) => holds(coarse, fine.order, pixel));
}

function touches(chunk: Chunk, cover: ViewCover): boolean {
	if (chunk.order <= cover.order) return cover.pixels.some((pixel) => holds(chunk, cover.order, pixel));
	const each = 4 ** (chunk.order - cover.order);
	const seen = new Set(cover.pixels);
	return [...chunk.pixels].some((pixel) => seen.has(Math.floor(pixel / each)));
}
