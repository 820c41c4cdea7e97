import { CUTOUT_KINDS, type CutoutKind } from '#lib/alert/cutout.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { QueryOptions, Store } from '../store.ts';
import cutoutSql from '../queries/cutout.sql?raw';
import cutoutsOfAlertSql from '../queries/cutouts_of_alert.sql?raw';
import cutoutPlaceSql from '../queries/cutout_place.sql?raw';
import { render } from './render.ts';

/** A cutout as it came, or why there is none: no such alert in scope, none in the packet, or dropped to keep the byte budget. */
export type CutoutAnswer =
	{ readonly state: 'found'; readonly bytes: Uint8Array } | { readonly state: 'noAlert' | 'noCutout' | 'dropped' };

/** The bytes of one cutout of an alert that the reader may see. */
export async function readCutout(
	store: Store,
	scope: AccessScope,
	{ survey, alertId, kind }: { survey: string; alertId: bigint; kind: CutoutKind },
	options: QueryOptions = {},
): Promise<CutoutAnswer> {
	const [place] = await store.query<{ chunk: number; kinds: number }>(
		render(cutoutPlaceSql, scope),
		{ survey, alertId },
		{ lookUp: true, ...options },
	);
	if (place === undefined) return { state: 'noAlert' };
	const bit = 1 << CUTOUT_KINDS.indexOf(kind);
	if ((place.kinds & bit) === 0) return { state: 'noCutout' };
	const [row] = await store.query<{ bytes: string }>(
		render(cutoutSql, scope, { column: kind }),
		{ survey, alertId, chunk: place.chunk, bit },
		{ lookUp: true, ...options },
	);
	return row === undefined ? { state: 'dropped' } : { state: 'found', bytes: Buffer.from(row.bytes, 'base64') };
}

/** Those cutouts of an alert that are kept, as they came; none where the reader may not see the alert. */
export async function readCutoutsOf(
	store: Store,
	scope: AccessScope,
	{ survey, alertId }: { survey: string; alertId: bigint },
	options: QueryOptions = {},
): Promise<ReadonlyMap<CutoutKind, Uint8Array>> {
	const [place] = await store.query<{ chunk: number; kinds: number }>(
		render(cutoutPlaceSql, scope),
		{ survey, alertId },
		{ lookUp: true, ...options },
	);
	if (place === undefined || place.kinds === 0) return new Map();
	const rows = await store.query<{ kinds: number } & Record<CutoutKind, string>>(
		render(cutoutsOfAlertSql, scope),
		{ survey, alertId, chunk: place.chunk },
		{ lookUp: true, ...options },
	);
	return new Map(
		CUTOUT_KINDS.flatMap((kind, i) => {
			const row = rows.find(({ kinds }) => (kinds & (1 << i)) !== 0);
			return row === undefined ? [] : [[kind, Buffer.from(row[kind], 'base64')] as const];
		}),
	);
}
