import type { RequestEvent } from '@sveltejs/kit';
import { readNewestNight } from '#clickhouse/read/nights.ts';
import { readWatermark, type Watermark } from '#clickhouse/read/watermark.ts';
import type { SearchQuery } from '#lib/alert/views.ts';
import { nightFromText } from '#lib/astro/time.ts';
import type * as v from 'valibot';
import { openWatermark } from './cursor.ts';
import { conditionsFrom, type skySchema } from './params.ts';
import { searchPurpose } from './portal.ts';
import { ProblemError } from './problem.ts';
import { without } from './without.ts';
import { narrowed } from './filters/inFilter.ts';

const MJD_OF_UNIX_0 = 40_587;

/** What a request for the sky map asks of the store. */
export interface SkyRequest {
	readonly query: SearchQuery;
	readonly watermark: Watermark;
	/** Ages are days before this, MJD TAI: the end of the last night asked for. */
	readonly referenceMjd: number;
	readonly limit: number;
	/** The last night shown; null when the store is empty. */
	readonly night: string | null;
	/** No later night has alerts: what is shown may still grow. */
	readonly open: boolean;
	/** What the cursor of the answer is bound to. */
	readonly purpose: string;
}

/** Pixels of a view, which need their order. */
function coverFrom(order: number | undefined, pixels: number[] | undefined): Pick<SearchQuery, 'cover'> {
	if (order === undefined && pixels === undefined) return {};
	if (order === undefined || pixels === undefined || pixels.some((pixel) => pixel >= 12 * 4 ** order)) {
		throw new ProblemError(400, 'Give order and pixels together: nested pixels that exist at that order.', [
			{ parameter: 'pixels', message: 'must exist at the order given' },
		]);
	}
	return { cover: { order, pixels } };
}

/** The newest night where no time or place is asked for, so that a bare request is never the whole archive. */
export async function skyRequest(event: RequestEvent, given: v.InferOutput<typeof skySchema>): Promise<SkyRequest> {
	const { store, scope, cursorKey } = event.locals;
	const { limit, cursor, order, pixels } = given;
	const cover = coverFrom(order, pixels);
	const asked = conditionsFrom(without(given, 'limit', 'cursor', 'origin', 'order', 'pixels', 'ids'));
	const conditions = await narrowed(event.locals, asked);
	const newest = await readNewestNight(store, scope);
	const timed = ['nightFrom', 'nightTo', 'mjdFrom', 'mjdTo', 'cone', 'box', 'polygon', 'objectId'].some(
		(name) => name in conditions,
	);
	const window = timed || newest === null ? {} : { nightFrom: newest, nightTo: newest };
	const query: SearchQuery = {
		...conditions,
		...window,
		...cover,
		kind: 'alerts',
		sort: 'mjd',
		descending: true,
		limit: 1,
	};
	const purpose = `sky ${limit} ${searchPurpose(query, scope)}`;
	const night = query.nightTo ?? newest;
	const days = night === null ? null : nightFromText(night);
	return {
		query,
		limit,
		night,
		open: night === null || newest === null || night >= newest,
		purpose,
		watermark: cursor === undefined ? await readWatermark(store) : openWatermark(cursorKey, purpose, cursor),
		referenceMjd: query.mjdTo ?? (days ?? 0) + 1 + MJD_OF_UNIX_0,
	};
}
