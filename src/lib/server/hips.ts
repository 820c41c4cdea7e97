import { readTileDensity, readWideDensity, WIDE_PIXELS } from '#clickhouse/read/hips.ts';
import type { Store } from '#clickhouse/store.ts';
import type { Origin } from '#lib/alert/survey.ts';
import { DENSITY_DARK, rampAt } from '#lib/format/ramp.ts';
import { pngOfIndices } from './png.ts';

/** Finest tiles: their pixels are of order 12, 51 arcsec wide. */
export const MAX_TILE_ORDER = 5;
const TILE_WIDTH = 128;
const TILE_DEPTH = 7;
const THUMB_WIDTH = 64;
const ALLSKY_ORDER = 3;
const WIDE_ORDER = 6;
const HOLD_MS = 120_000;
const HELD_TILES = 4000;
const SKY_DEG2 = 41_252.96;

/** A file of the density HiPS. */
export type HipsFile =
	| { readonly kind: 'properties' }
	| { readonly kind: 'moc' }
	| { readonly kind: 'allsky' }
	| { readonly kind: 'tile'; readonly order: number; readonly ipix: number };

/** The file that a path below `/hips/density/` names; null for none. IVOA HiPS 1.0, section 4.1. */
export function hipsFile(path: string): HipsFile | null {
	if (path === 'properties') return { kind: 'properties' };
	if (path === 'Moc.fits') return { kind: 'moc' };
	if (path === `Norder${ALLSKY_ORDER}/Allsky.png`) return { kind: 'allsky' };
	const tile = /^Norder(\d)\/Dir(\d{1,6})\/Npix(\d{1,6})\.png$/.exec(path);
	if (!tile) return null;
	const [order, folder, ipix] = [Number(tile[1]), Number(tile[2]), Number(tile[3])];
	if (order > MAX_TILE_ORDER || ipix >= 12 * 4 ** order || folder !== Math.floor(ipix / 10_000) * 10_000) return null;
	return { kind: 'tile', order, ipix };
}

/** The `properties` file of the density HiPS. */
export function hipsProperties(origin: Origin, now: Date): string {
	const lines: readonly (readonly [string, string | number])[] = [
		['creator_did', `ivo://nightjar/density/${origin}`],
		['obs_title', `Nightjar, density of ${origin} alerts`],
		['obs_description', 'Alerts of public programmes per square degree, all nights, logarithmic'],
		['dataproduct_type', 'image'],
		['hips_version', '1.4'],
		['hips_release_date', `${now.toISOString().slice(0, 16)}Z`],
		['hips_status', 'private master unclonable'],
		['hips_frame', 'equatorial'],
		['hips_order', MAX_TILE_ORDER],
		['hips_order_min', 0],
		['hips_tile_width', TILE_WIDTH],
		['hips_tile_format', 'png'],
		['moc_sky_fraction', 1],
	];
	return `${lines.map(([key, value]) => `${key.padEnd(20)} = ${value}`).join('\n')}\n`;
}

/** The whole sky as a MOC in FITS (IVOA MOC 2.0): the twelve pixels of order 0. */
export function hipsMoc(): Uint8Array<ArrayBuffer> {
	const header = (cards: readonly string[]): string =>
		[...cards, 'END']
			.map((card) => card.padEnd(80))
			.join('')
			.padEnd(2880);
	const primary = header([
		'SIMPLE  =                    T',
		'BITPIX  =                    8',
		'NAXIS   =                    0',
		'EXTEND  =                    T',
	]);
	const table = header([
		"XTENSION= 'BINTABLE'",
		'BITPIX  =                    8',
		'NAXIS   =                    2',
		'NAXIS1  =                    4',
		'NAXIS2  =                   12',
		'PCOUNT  =                    0',
		'GCOUNT  =                    1',
		'TFIELDS =                    1',
		"TFORM1  = '1J      '",
		"TTYPE1  = 'UNIQ    '",
		"PIXTYPE = 'HEALPIX '",
		"ORDERING= 'NUNIQ   '",
		"COORDSYS= 'C       '",
		'MOCORDER=                    0',
		"MOCTOOL = 'Nightjar'",
	]);
	const bytes = new Uint8Array(primary.length + table.length + 2880);
	const text = primary + table;
	for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
	const view = new DataView(bytes.buffer, text.length);
	for (let face = 0; face < 12; face += 1) view.setInt32(4 * face, 4 + face);
	return bytes;
}

const PALETTE = Uint8Array.from({ length: 256 * 3 }, (_, i) => {
	const level = Math.floor(i / 3);
	// nothing there is darker than the fewest that are
	const colour = level === 0 ? ([9, 13, 21] as const) : rampAt(DENSITY_DARK, (level - 1) / 254);
	return Math.round(colour[i % 3] ?? 0);
});

/** Level 0 to 255 of a density (alerts per square degree) against the one that is full; logarithmic over three decades. */
export function levelOf(density: number, full: number): number {
	if (!(density > 0)) return 0;
	return 1 + Math.round(254 * Math.min(1, Math.log1p((1000 * density) / full) / Math.log1p(1000)));
}

/** Even bits of a nested index within a tile: its x. */
function evenBits(index: number): number {
	let out = 0;
	for (let bit = 0; bit < 15; bit += 1) out |= ((index >> (2 * bit)) & 1) << bit;
	return out;
}

/** Paints counts by nested index (a square of 4^n) into a square of indices: row = x (even bits), column = y (odd bits), from the top left. */
function paint(
	counts: (sub: number) => number,
	{ width, toLevel }: { width: number; toLevel: (count: number) => number },
	out: Uint8Array,
	place: { left: number; top: number; stride: number } = { left: 0, top: 0, stride: width },
): void {
	for (let sub = 0; sub < width * width; sub += 1) {
		const [x, y] = [evenBits(sub), evenBits(sub >> 1)];
		out[(place.top + x) * place.stride + place.left + y] = toLevel(counts(sub));
	}
}

/** Density of HEALPix pixels of an order, alerts per square degree and alert. */
const perDeg2 = (order: number): number => (12 * 4 ** order) / SKY_DEG2;

/** The 99th percentile of the filled pixels of order 6, alerts per square degree: drawn in full. */
function fullOf(wide: Float64Array): number {
	const filled = wide.filter((count) => count > 0).sort();
	return Math.max(1, (filled[Math.floor(0.99 * (filled.length - 1))] ?? 1) * perDeg2(WIDE_ORDER));
}

/** The density HiPS of each origin, public programmes only; tiles are at most two minutes old. */
export class DensityHips {
	readonly #held = new Map<string, { at: number; value: Promise<unknown> }>();

	constructor(readonly now: () => number = Date.now) {}

	#hold<Value>(key: string, make: () => Promise<Value>): Promise<Value> {
		const known = this.#held.get(key);
		if (known !== undefined && this.now() - known.at < HOLD_MS) return known.value as Promise<Value>;
		const value = make();
		this.#held.delete(key);
		this.#held.set(key, { at: this.now(), value });
		value.catch(() => this.#held.delete(key));
		const oldest = this.#held.keys().next();
		if (this.#held.size > HELD_TILES && oldest.done !== true) this.#held.delete(oldest.value);
		return value;
	}

	#wide(store: Store, origin: Origin): Promise<{ counts: Float64Array; full: number }> {
		return this.#hold(`${origin} wide`, async () => {
			const counts = await readWideDensity(store, { origin, grants: [] });
			return { counts, full: fullOf(counts) };
		});
	}

	/** PNG of the overview: all tiles of order 3, 27 in a row, 64 pixels each. */
	allsky(store: Store, origin: Origin): Promise<Buffer> {
		return this.#hold(`${origin} allsky`, async () => {
			const { counts, full } = await this.#wide(store, origin);
			const tiles = 12 * 4 ** ALLSKY_ORDER;
			const columns = Math.floor(Math.sqrt(tiles));
			const stride = columns * THUMB_WIDTH;
			const height = Math.ceil(tiles / columns) * THUMB_WIDTH;
			const out = new Uint8Array(stride * height);
			// a thumb is 64 pixels wide, order 9: eight in a row lie in one of order 6
			const bits = 2 * (ALLSKY_ORDER + 6 - WIDE_ORDER);
			const toLevel = (count: number): number => levelOf(count * perDeg2(WIDE_ORDER), full);
			for (let tile = 0; tile < tiles; tile += 1) {
				const first = tile * 4 ** (WIDE_ORDER - ALLSKY_ORDER);
				const place = { left: (tile % columns) * THUMB_WIDTH, top: Math.floor(tile / columns) * THUMB_WIDTH, stride };
				paint((sub) => counts[first + (sub >> bits)] ?? 0, { width: THUMB_WIDTH, toLevel }, out, place);
			}
			return pngOfIndices(stride, height, out, PALETTE);
		});
	}

	/** PNG of one tile, 128 pixels wide. */
	tile(store: Store, origin: Origin, { order, ipix }: { order: number; ipix: number }): Promise<Buffer> {
		return this.#hold(`${origin} ${order}/${ipix}`, async () => {
			const wide = await this.#wide(store, origin);
			const out = new Uint8Array(TILE_WIDTH * TILE_WIDTH);
			const below = WIDE_ORDER - order;
			const first = ipix * 4 ** below;
			const covered = wide.counts.subarray(first, Math.min(WIDE_PIXELS, first + 4 ** below));
			if (order === 0) {
				const toLevel = (count: number): number => levelOf(count * perDeg2(WIDE_ORDER), wide.full);
				paint((sub) => covered[sub >> 2] ?? 0, { width: TILE_WIDTH, toLevel }, out);
			} else if (covered.some((count) => count > 0)) {
				const counts = await readTileDensity(store, { origin, grants: [] }, { order, ipix, depth: TILE_DEPTH });
				const toLevel = (count: number): number => levelOf(count * perDeg2(order + TILE_DEPTH), wide.full);
				paint((sub) => counts[sub] ?? 0, { width: TILE_WIDTH, toLevel }, out);
			}
			return pngOfIndices(TILE_WIDTH, TILE_WIDTH, out, PALETTE);
		});
	}
}
