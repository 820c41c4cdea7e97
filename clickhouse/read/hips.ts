import type { AccessScope } from '#lib/alert/object.ts';
import type { QueryOptions, Store } from '../store.ts';
import deepSql from '../queries/hips_deep.sql?raw';
import wideSql from '../queries/hips_wide.sql?raw';
import { render } from './render.ts';

/** Pixels of order 6 over the whole sky. */
export const WIDE_PIXELS = 49_152;

/** Alerts of all nights per HEALPix pixel of order 6, by nested index. */
export async function readWideDensity(
	store: Store,
	scope: AccessScope,
	options: QueryOptions = {},
): Promise<Float64Array> {
	const rows = await store.query<{ ipix: number; alerts: string }>(render(wideSql, scope), {}, options);
	const counts = new Float64Array(WIDE_PIXELS);
	for (const row of rows) counts[row.ipix] = Number(row.alerts);
	return counts;
}

/** Alerts of all nights per pixel of a tile (`order`, `ipix`), `depth` orders below it, by nested index within the tile. */
export async function readTileDensity(
	store: Store,
	scope: AccessScope,
	{ order, ipix, depth }: { order: number; ipix: number; depth: number },
	options: QueryOptions = {},
): Promise<Float64Array> {
	const span = 1n << BigInt(2 * (29 - order));
	const rows = await store.query<{ sub: number; alerts: string }>(
		render(deepSql, scope),
		{
			first: BigInt(ipix) * span,
			beyond: BigInt(ipix + 1) * span,
			shift: 2 * (29 - order - depth),
			mask: 4 ** depth - 1,
		},
		options,
	);
	const counts = new Float64Array(4 ** depth);
	for (const row of rows) counts[row.sub] = Number(row.alerts);
	return counts;
}
