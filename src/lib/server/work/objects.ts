import { readObjects as read, type ObjectKey } from '#clickhouse/read/objects.ts';
import { readSparklines } from '#clickhouse/read/lightCurve.ts';
import type { ObjectSummary } from '#lib/alert/object.ts';
import type { Sparkline } from '#lib/alert/views.ts';

export type { ObjectKey };

/** Objects that somebody kept, as they stand now and in their order, with sparklines; those that they cannot see are left out. */
export async function readObjects(
	{ store, scope }: Pick<App.Locals, 'store' | 'scope'>,
	keys: readonly ObjectKey[],
): Promise<{ object: ObjectSummary; sparkline: Sparkline | null }[]> {
	const objects = await read(store, scope, keys);
	const lines = new Map(
		(await readSparklines(store, scope, objects)).map((line) => [`${line.survey}/${line.objectId}`, line]),
	);
	return objects.map((object) => ({ object, sparkline: lines.get(`${object.survey}/${object.objectId}`) ?? null }));
}
