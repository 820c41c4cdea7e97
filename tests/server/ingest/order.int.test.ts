// Alerts of an object go out in order also when the worker that stored the first of them stands still before it has sent them.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findSurvey } from '#lib/alert/surveys.ts';
import type { OutgoingBatch, Sink } from '#server/ingest/publish/sink.ts';
import { makeAlert } from '../../support/alerts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embeddedStore.ts';
import { ingestAlerts } from '../../support/memoryIngest.ts';

let embedded: EmbeddedStore;
beforeAll(async () => {
	embedded = await startEmbeddedStore();
});
afterAll(() => embedded.stop());

const fields = (findSurvey('ztf')?.fields ?? []).map(() => null);
const alerts = [1n, 2n, 3n].map((n) =>
	makeAlert({
		fields,
		alertId: 2_500_000_000_000_000_000n + n,
		objectId: 'ZTF26inorder',
		mjd: 61_000 + Number(n) / 10,
	}),
);

interface Line {
	readonly by: string;
	readonly ids: readonly bigint[];
	readonly again: boolean;
}

/** A sink that notes what it sends, once `ready`. */
function noting(by: string, lines: Line[], ready: () => Promise<void> = () => Promise.resolve()): Sink {
	return {
		figures: { sent: 0, again: 0, withheld: 0, trouble: '' },
		carriesCutouts: false,
		async send({ enriched }: OutgoingBatch, { again }) {
			await ready();
			lines.push({ by, ids: enriched.map(({ alert }) => alert.alertId % 10n), again });
			return enriched.length;
		},
		close: () => Promise.resolve(),
	};
}

it('goes out from the worker to which the same messages come, before what follows them', async () => {
	const { store } = embedded;
	const lines: Line[] = [];
	let goOn = (): void => undefined;
	const stopped = new Promise<void>((resolve) => (goOn = resolve));
	let isPublished = false;
	const common = { store, kind: 'kafka', partition: 'cluster/ztf/0' };
	const first = ingestAlerts({
		...common,
		slot: 'kafka-1',
		alerts: alerts.slice(0, 2),
		options: {
			sink: noting('kafka-1', lines, () => {
				isPublished = true;
				return stopped;
			}),
		},
	});
	await expect.poll(() => isPublished, { timeout: 20_000 }).toBe(true);
	// its offsets were never committed: the next reader gets them again, and one more
	const said: string[] = [];
	await ingestAlerts({
		...common,
		slot: 'kafka-2',
		alerts,
		options: { sink: noting('kafka-2', lines), log: (line) => said.push(line) },
	});
	expect(lines).toEqual([
		{ by: 'kafka-2', ids: [1n, 2n], again: true },
		{ by: 'kafka-2', ids: [3n], again: false },
	]);
	expect(said).toEqual([expect.stringContaining('Batch 1 of kafka-1 is stored and not sent')]);
	goOn();
	await first;
	// a batch at most stands twice
	expect(lines.slice(2)).toEqual([{ by: 'kafka-1', ids: [1n, 2n], again: false }]);
	// what is sent is not sent again
	const later: Line[] = [];
	await ingestAlerts({ ...common, slot: 'kafka-3', alerts, options: { sink: noting('kafka-3', later) } });
	expect(later.flatMap(({ ids }) => ids)).toEqual([]);
});
