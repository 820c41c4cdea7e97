import { findObjects, readObjects, type ObjectKey } from '#clickhouse/read/objects.ts';
import { readSparklines } from '#clickhouse/read/lightCurve.ts';
import type { ObjectSummary } from '#lib/alert/object.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import type { Sparkline } from '#lib/alert/views.ts';
import type { AccountsDatabase } from '../accounts/database.ts';
import type { ListView } from './list.ts';
import { objectsOf } from './list.ts';
import { matchesOf } from './match.ts';

/** Rows of a list on one page. */
export const ROWS = 100;

/** One object of a list as its reader sees it now. */
export interface ListRow {
	readonly object: ObjectSummary;
	/** Position that it is near, '' elsewhere. */
	readonly near: string;
	readonly sepArcsec: number | null;
	/** Unix seconds: added, or matched. */
	readonly at: number;
	readonly live: boolean;
	readonly sparkline: Sparkline | null;
}

type Locals = Pick<App.Locals, 'store' | 'scope'>;
const keyOf = ({ survey, objectId }: ObjectKey): string => `${survey}/${objectId}`;

/** One page of a list's objects; those that the reader cannot see are left out, and counted. */
export async function readListRows(
	{ store, scope }: Locals,
	database: AccountsDatabase,
	list: ListView,
	from: number,
): Promise<{ rows: ListRow[]; total: number; hidden: number; next: number | null }> {
	const page = { limit: ROWS, offset: from };
	const entries =
		list.kind === 'objects'
			? objectsOf(database, list.id, page).map((one) => ({
					...one,
					near: '',
					sepArcsec: null,
					at: one.addedAt,
					live: false,
				}))
			: matchesOf(database, list.id, page).map((one) => ({
					...one,
					near: one.place === 0 ? '' : one.placeName === '' ? `position ${one.place}` : one.placeName,
					at: one.matchedAt,
				}));
	const total = list.kind === 'objects' ? list.entries : list.matches;
	// a list belongs to one sky: in another its objects are not there
	const unique = [...new Map(entries.map((entry) => [keyOf(entry), entry])).values()];
	const objects = scope.origin === list.origin ? await readObjects(store, scope, unique) : [];
	const sparklines = await readSparklines(store, scope, objects);
	const byKey = new Map(objects.map((object) => [keyOf(object), object]));
	const lines = new Map(sparklines.map((line) => [keyOf(line), line]));
	const rows = entries.flatMap((entry) => {
		const object = byKey.get(keyOf(entry));
		if (object === undefined) return [];
		const { near, sepArcsec, at, live } = entry;
		return [{ object, near, sepArcsec, at, live, sparkline: lines.get(keyOf(entry)) ?? null }];
	});
	return { rows, total, hidden: entries.length - rows.length, next: from + ROWS < total ? from + ROWS : null };
}

const MOST_ASKED = 1000;

/** Objects by the ids of a text (blanks, commas or lines between), such as `ZTF26abcdefg` or `lsst:8000`; those that nobody knows are named. */
export async function understandObjects(
	{ store, scope }: Locals,
	text: string,
): Promise<{ objects: ObjectKey[]; unknown: string[] }> {
	const words = [...new Set(text.split(/[\s,;]+/).filter((word) => word !== ''))].slice(0, MOST_ASKED);
	const asked = words.map((word) => {
		const [, survey, objectId] = /^([a-z0-9]+)[:/](.+)$/.exec(word) ?? [];
		return survey !== undefined && objectId !== undefined && SURVEYS.some(({ name }) => name === survey)
			? { word, objectId, surveys: [survey] }
			: { word, objectId: word, surveys: SURVEYS.map(({ name }) => name) };
	});
	const found: ObjectKey[] = [];
	const unknown: string[] = [];
	for (const { word, objectId, surveys } of asked) {
		const objects = await findObjects(store, scope, objectId.slice(0, 100), surveys);
		if (objects.length === 0) unknown.push(word.slice(0, 60));
		found.push(...objects);
	}
	return { objects: found, unknown };
}
