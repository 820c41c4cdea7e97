import { readObject } from '#clickhouse/read/objects.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import type { FilterLocals } from './locals.ts';

/** The newest alert of an object that a reader may see. */
export interface NewestAlert {
	readonly survey: string;
	/** The survey as people write it. */
	readonly label: string;
	readonly objectId: string;
	readonly alertId: bigint;
}

/** The newest alert of an object by `survey/id`, or by an id that tells its survey; null where there is none that the reader may see. */
export async function newestAlertOf(
	{ store, scope }: Pick<FilterLocals, 'store' | 'scope'>,
	given: string,
): Promise<NewestAlert | null> {
	const [head = '', ...tail] = given.split('/');
	const objectId = tail.length === 0 ? given : tail.join('/');
	const surveys = SURVEYS.filter(({ name, objectIdPattern }) =>
		tail.length === 0 ? objectIdPattern.test(objectId) : name === head,
	);
	for (const { name: survey, label } of surveys) {
		const object = await readObject(store, scope, { survey, objectId });
		if (object !== null) return { survey, label, objectId, alertId: BigInt(object.lastAlertId) };
	}
	return null;
}
