import { readObjects } from '#clickhouse/read/objects.ts';
import type { AccessScope, ObjectSummary } from '#lib/alert/object.ts';
import type { Store } from '#clickhouse/store.ts';
import type { ObjectKey } from '#clickhouse/read/objects.ts';

/** Notices whose objects the reader may see now, each with the object as it stands: what was told under other rights is not told again. */
export async function visibleNotices<One extends ObjectKey>(
	{ store, scope }: { readonly store: Store; readonly scope: AccessScope },
	notices: readonly One[],
): Promise<(One & { readonly object: ObjectSummary })[]> {
	const unique = [...new Map(notices.map((one) => [`${one.survey}/${one.objectId}`, one])).values()];
	const objects = new Map(
		(await readObjects(store, scope, unique)).map((object) => [`${object.survey}/${object.objectId}`, object]),
	);
	return notices.flatMap((one) => {
		const object = objects.get(`${one.survey}/${one.objectId}`);
		return object === undefined ? [] : [{ ...one, object }];
	});
}
