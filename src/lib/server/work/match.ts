import type { ObjectKey } from '#clickhouse/read/objects.ts';
import type { AccountsDatabase } from '../accounts/database.ts';

/** An object that came near a place of a list, or into its area. */
interface ListMatch extends ObjectKey {
	/** Number of the position, from 1; 0 for areas and lists of objects. */
	readonly place: number;
	/** The position's name in the upload, '' without one. */
	readonly placeName: string;
	readonly sepArcsec: number | null;
	readonly alertId: string;
	/** MJD TAI of that alert. */
	readonly mjd: number;
	/** Found on the stream, not in what was there before. */
	readonly live: boolean;
	/** Unix seconds. */
	readonly matchedAt: number;
}

/** Matches of a list, the newest alert first. */
export function matchesOf(
	database: AccountsDatabase,
	listId: string,
	{ limit = 100_000, offset = 0 }: { limit?: number; offset?: number } = {},
): ListMatch[] {
	return database
		.all<Omit<ListMatch, 'live'> & { live: number }>(
			`SELECT survey, object_id AS objectId, list_matches.place, coalesce(name, '') AS placeName, sep_arcsec AS sepArcsec,
			 alert_id AS alertId, mjd, live, matched_at AS matchedAt
			 FROM list_matches LEFT JOIN list_positions USING (list_id, place)
			 WHERE list_id = ? ORDER BY mjd DESC, survey, object_id, list_matches.place LIMIT ? OFFSET ?`,
			listId,
			limit,
			offset,
		)
		.map(({ live, ...row }) => ({ ...row, live: live === 1 }));
}
