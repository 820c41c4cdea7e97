import { randomUUID } from 'node:crypto';
import type { Store } from '#clickhouse/store.ts';
import { insertFilters } from '#clickhouse/write/filters.ts';
import { recording } from '#lib/filter/frozen.ts';
import { check, Pool } from '#lib/filter/index.ts';
import { LANGUAGE_VERSION } from '#lib/filter/stored.ts';
import { SYSTEM_ENVIRONMENT } from '#server/ingest/filter/system.ts';
import { CATS150 } from '../tests/support/peerFilters.ts';

/** cats150 with thresholds of its own in each text: nothing that filters could share is left. */
export function cats150Variants(count: number): string[] {
	return Array.from({ length: count }, (_, i) =>
		CATS150.replace(/\d+\.\d+/g, (number) => String(Number(number) * (1 + i / 1000))),
	);
}

/** Stores texts as filters of one owner and puts them live. */
export async function putLive(store: Store, texts: readonly string[]): Promise<void> {
	const nobody = { ownerId: 'bench', visibility: 'private', groupId: '', block: false, forkedFrom: '' } as const;
	const filters = texts.map((text, i) => {
		const recorder = recording(SYSTEM_ENVIRONMENT);
		const { filter, problems } = check(text, recorder.environment, new Pool());
		if (filter === null) throw new Error(problems[0]?.message);
		return {
			identity: { id: randomUUID(), name: `cats150 ${i}`, topic: null, meaning: '', ...nobody },
			version: {
				...{ version: 1, text, languageVersion: LANGUAGE_VERSION, kind: filter.kind, blocks: filter.blocks },
				...{ environment: JSON.stringify(recorder.frozen()), grants: [], changelog: '', authorId: 'bench' },
				...{ mustPass: [], mustFail: [] },
			},
			state: { state: 'live', version: 1, reason: '', by: 'bench', expected: null } as const,
		};
	});
	await insertFilters(store, filters, Date.now());
}
