import { readFilterHeads } from '#clickhouse/read/filters.ts';
import type { Store } from '#clickhouse/store.ts';
import { insertFilters, type NewFilter } from '#clickhouse/write/filters.ts';
import { recording } from '#lib/filter/frozen.ts';
import { check, Pool } from '#lib/filter/index.ts';
import { LANGUAGE_VERSION, SYSTEM_OWNER } from '#lib/filter/stored.ts';
import { SYSTEM_BLOCKS, SYSTEM_ENVIRONMENT, SYSTEM_FILTERS, SystemFilterError, type SystemFilter } from './system.ts';

/** The name of a stored system filter: blocks are imported by theirs. */
function nameOf({ kind, name, reference }: SystemFilter): string {
	return kind === 'block' ? reference.slice(0, reference.lastIndexOf('@')) : name;
}

function checked(entry: SystemFilter) {
	const recorder = recording(SYSTEM_ENVIRONMENT);
	const { filter, problems } = check(entry.text, recorder.environment, new Pool());
	if (filter === null && entry.kind === 'filter') {
		throw new SystemFilterError(`The system filter "${entry.name}" has an error: ${problems[0]?.message ?? 'unknown'}`);
	}
	return {
		kind: filter?.kind ?? ('live' as const),
		blocks: filter?.blocks ?? [],
		environment: JSON.stringify(recorder.frozen()),
	};
}

/**
 * Stores the filters and blocks that come with Nightjar, those that are new or have a new version, and puts filters live that were
 * never touched by an operator. Answers how many it stored.
 */
export async function storeSystemFilters(
	store: Store,
	entries: readonly SystemFilter[] = [...SYSTEM_BLOCKS, ...SYSTEM_FILTERS],
): Promise<number> {
	const known = await readFilterHeads(store, SYSTEM_OWNER);
	// of several versions of a block in files the newest comes last
	const stored = entries.flatMap((entry): NewFilter[] => {
		const head = known.get(entry.id);
		if (head?.versions.includes(entry.version) === true) return [];
		const isBlock = entry.kind === 'block';
		const isUntouched = head === undefined || head.state === 'live' || head.state === 'draft';
		return [
			{
				identity: {
					...{ id: entry.id, name: nameOf(entry), topic: entry.topic === '' ? null : entry.topic },
					meaning: entry.meaning,
					...{ ownerId: SYSTEM_OWNER, visibility: 'public', groupId: '', block: isBlock, forkedFrom: '' },
				},
				version: {
					...{ version: entry.version, text: entry.text, languageVersion: LANGUAGE_VERSION, ...checked(entry) },
					...{ grants: [], changelog: entry.source, authorId: SYSTEM_OWNER, mustPass: [], mustFail: [] },
				},
				state: isUntouched
					? {
							state: isBlock ? 'draft' : 'live',
							version: isBlock ? 0 : entry.version,
							...{ reason: '', by: SYSTEM_OWNER, expected: null },
						}
					: null,
			},
		];
	});
	if (stored.length > 0) await insertFilters(store, stored, Date.now());
	return stored.length;
}
