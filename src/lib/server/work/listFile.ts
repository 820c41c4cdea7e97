import { readObjects } from '#clickhouse/read/objects.ts';
import { isoFromTaiMjd } from '#lib/astro/time.ts';
import type { AccountsDatabase } from '../accounts/database.ts';
import type { ListView } from './list.ts';
import { objectsOf } from './list.ts';
import { matchesOf } from './match.ts';

type Locals = Pick<App.Locals, 'store' | 'scope'>;

export const LIST_COLUMNS =
	'id name kind owner own shared groupName entries matches state refusedCount createdAt changedAt'.split(' ');
export const ENTRY_COLUMNS =
	'survey objectId near sepArcsec ra dec lastBand lastMag class classScore reliability lastMjd lastSeen at'.split(' ');

/** One object of a list as a row of a table: positions ICRS degrees, times ISO 8601 UTC. */
interface ListEntry extends Readonly<Record<string, string | number | null>> {
	readonly survey: string;
	readonly objectId: string;
	/** Position of a watch-list that it is near. */
	readonly near: string;
	readonly sepArcsec: number | null;
	/** Added, or matched. */
	readonly at: string;
}

/** Every object of a list that its reader may see. */
export async function listEntries(
	{ store, scope }: Locals,
	database: AccountsDatabase,
	list: ListView,
): Promise<ListEntry[]> {
	const entries =
		list.kind === 'objects'
			? objectsOf(database, list.id).map((one) => ({ ...one, near: '', sepArcsec: null, at: one.addedAt }))
			: matchesOf(database, list.id).map((one) => ({
					...one,
					near: one.place === 0 ? '' : one.placeName === '' ? String(one.place) : one.placeName,
					at: one.matchedAt,
				}));
	const objects = scope.origin === list.origin ? await readObjects(store, scope, entries) : [];
	const byKey = new Map(objects.map((object) => [`${object.survey}/${object.objectId}`, object]));
	return entries.flatMap(({ survey, objectId, near, sepArcsec, at }) => {
		const object = byKey.get(`${survey}/${objectId}`);
		if (object === undefined) return [];
		const { ra, dec, lastBand, lastMag, class: key, classScore, reliability, lastMjd } = object;
		return [
			{
				...{
					survey,
					objectId,
					near,
					sepArcsec,
					ra,
					dec,
					lastBand,
					lastMag,
					class: key,
					classScore,
					reliability,
					lastMjd,
				},
				lastSeen: isoFromTaiMjd(lastMjd),
				at: new Date(at * 1000).toISOString(),
			},
		];
	});
}

/** Headers of a file of a list. */
export function fileHeaders(list: Pick<ListView, 'name'>, type: string, ending: string): Record<string, string> {
	const name = list.name.replace(/[^\w.-]+/g, '_').slice(0, 80);
	return {
		'content-type': type,
		'content-disposition': `attachment; filename="nightjar-${name}.${ending}"`,
		'cache-control': 'no-store',
	};
}
