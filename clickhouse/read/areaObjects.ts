import type { AccessScope } from '#lib/alert/object.ts';
import sql from '../queries/area_objects.sql?raw';
import type { QueryOptions, Store } from '../store.ts';
import type { ObjectKey } from './objects.ts';
import { render } from './render.ts';
import { publishedBy, type Watermark } from './watermark.ts';

/** An object with an alert in an area: the newest one there. */
interface AreaObject extends ObjectKey {
	readonly alertId: string;
	/** MJD TAI. */
	readonly mjd: number;
}

/** Objects with a published alert in sorted half-open ranges of pixels (nested) of an order, the newest first. */
export async function readAreaObjects(
	store: Store,
	scope: AccessScope,
	area: {
		readonly order: number;
		readonly ranges: readonly (readonly [number, number])[];
		readonly watermark: Watermark;
		readonly limit: number;
	},
	options: QueryOptions = {},
): Promise<AreaObject[]> {
	const scale = 4n ** BigInt(29 - area.order);
	const first = area.ranges.map(([pixel]) => BigInt(pixel) * scale);
	const end = area.ranges.map(([, pixel]) => BigInt(pixel) * scale);
	const [low, high] = [first[0], end.at(-1)];
	if (low === undefined || high === undefined) return [];
	const published = publishedBy(area.watermark);
	const rows = await store.query<ObjectKey & { alertId: string; lastMjd: number }>(
		render(sql, scope, { where: published.sql }),
		{ ...published.params, low, high, first, end, limit: area.limit },
		options,
	);
	return rows.map(({ lastMjd, ...row }) => ({ ...row, mjd: lastMjd }));
}
