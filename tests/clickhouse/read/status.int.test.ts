import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readStatus } from '#clickhouse/read/status.ts';
import type { Store } from '#clickhouse/store.ts';
import { insertSent } from '#clickhouse/write/batch.ts';
import type { Alert } from '#lib/alert/alert.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { NightCompleteness, Status } from '#lib/alert/views.ts';
import { closeByHand } from '#server/ingest/closing.ts';
import type { RawPacket } from '#server/ingest/source/source.ts';
import { makeAlert } from '../../support/alerts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embeddedStore.ts';
import { ingestAlerts } from '../../support/memoryIngest.ts';

// What became of records by night, and how many went through each stage, counted by hand.

const real: AccessScope = { origin: 'real', grants: [] };
const operator = { version: 'test', operator: true };

let embedded: EmbeddedStore;
let store: Store;
beforeAll(async () => {
	embedded = await startEmbeddedStore();
	store = embedded.store;
});
afterAll(async () => {
	await embedded.stop();
});

let lastId = 0n;
/** An alert of a night (MJD of its day): every one another. */
function alertOf(night: number, survey: 'ztf' | 'lsst' = 'ztf', over: Partial<Alert> = {}): Alert {
	lastId += 1n;
	const fields = (findSurvey(survey)?.fields ?? []).map(() => null);
	// a night of Chile begins at noon
	const mjd = night + (survey === 'lsst' ? 0.7 : 0.2);
	const objectId = survey === 'ztf' ? `ZTF23s${lastId}` : String(lastId);
	return makeAlert({ survey, fields, objectId, alertId: lastId, mjd, night: night - 40_587, ...over });
}

/** A record at a place: an alert, or one that cannot be read. */
interface At {
	readonly partition: string;
	readonly offset: number;
	readonly alert: Alert | null;
}

/** Brings records of any partitions in one batch, an hour ago. */
async function bring(
	kind: string,
	records: readonly At[],
	{ hoursAgo = 1, slot = 'kafka-1', stages = undefined as [] | undefined } = {},
): Promise<void> {
	const packets = records.map(({ partition, offset, alert }): RawPacket => ({
		bytes: new TextEncoder().encode(`${partition} ${offset} ${alert === null ? 'broken' : 'whole'}`),
		...{ source: kind, partition, offset: BigInt(offset), member: `${offset}.avro` },
		receivedAtMs: Date.now(),
	}));
	const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - hoursAgo * 3_600_000);
	try {
		await ingestAlerts({
			...{ store, alerts: [], slot, kind },
			source: {
				async *packets() {
					for (const packet of packets) yield await Promise.resolve(packet);
				},
			},
			options: {
				...(stages === undefined ? {} : { stages }),
				decoder: {
					decode: (raw) => {
						const i = packets.findIndex(
							({ partition, offset }) => partition === raw.partition && offset === raw.offset,
						);
						if (records[i]?.alert === null) throw new Error('This record cannot be read.');
						return [{ recordName: 'memory', schemaId: null, record: { i } }];
					},
				},
				normalise: (decoded) => {
					const alert = records[Number(decoded.record['i'])]?.alert;
					if (alert == null) throw new Error('no such alert');
					return alert;
				},
			},
		});
	} finally {
		clock.mockRestore();
	}
}

const run = (partition: string, first: number, alerts: readonly (Alert | null)[]): At[] =>
	alerts.map((alert, i) => ({ partition, offset: first + i, alert }));

const status = (): Promise<Status> => readStatus(store, real, operator);
const linesOf = async (night: string | null): Promise<NightCompleteness[]> =>
	(await status()).nightCompleteness.filter((line) => line.night === night);
const close = (survey: string, night: number): Promise<void> =>
	closeByHand(store, [{ survey, origin: 'real', night: night - 40_587 }], { by: 'ana', codeVersion: 'test' });
const counts = (received: number, stored: number, duplicates = 0, deadLetters = 0) => ({
	...{ received, stored, duplicates, deadLetters },
});

const ZTF = 'c/ztf_20231113_programid1';
const line = { night: '2023-11-13', survey: 'ztf', source: 'kafka', topic: 'ztf_20231113_programid1', partition: 0 };

describe('completeness by night', () => {
	it('takes the night of a nightly topic from its name, with what came twice or could not be read, and closes it', async () => {
		const known = alertOf(60_261);
		await bring('kafka', run(`${ZTF}/0`, 40, [known, alertOf(60_261), null]));
		// all that this batch has says nothing of its night
		await bring('kafka', run(`${ZTF}/0`, 43, [known, null]));
		await bring('kafka', run(`${ZTF}/1`, 0, [alertOf(60_261)]));
		const open = { closed: null, state: 'open', missing: 0 };
		const other = { ...line, partition: 1 };
		expect(await linesOf('2023-11-13')).toEqual([
			{ ...line, ...counts(5, 2, 1, 2), ...open },
			{ ...other, ...counts(1, 1), ...open },
		]);
		await close('ztf', 60_261);
		const closed = { ...open, closed: 'operator', state: 'complete' };
		expect(await linesOf('2023-11-13')).toEqual([
			{ ...line, ...counts(5, 2, 1, 2), ...closed },
			{ ...other, ...counts(1, 1), ...closed },
		]);
		expect(await linesOf(null)).toEqual([]);
	});

	it('moves a dead letter that is read when it comes again', async () => {
		await bring('kafka', run(`${ZTF}/0`, 42, [alertOf(60_261)]));
		expect((await linesOf('2023-11-13'))[0]).toMatchObject({ ...counts(5, 3, 1, 1), state: 'complete' });
	});

	it('tells offsets that never came, of the night of the topic', async () => {
		await bring('kafka', run(`${ZTF}/1`, 4, [alertOf(60_261)]));
		expect((await linesOf('2023-11-13'))[1]).toMatchObject({ ...counts(2, 2), missing: 3, state: 'gaps' });
	});

	it('takes the night of another topic from the alerts of each batch, also beside a nightly topic in it', async () => {
		const topic = 'c/lsst-alerts-v10.0';
		await bring('kafka', [
			...run(`${topic}/0`, 7, [alertOf(60_262, 'lsst'), null]),
			...run('c/ztf_20231114_programid1/0', 0, [alertOf(60_262), alertOf(60_262)]),
			...run(`${topic}/1`, 0, [alertOf(60_262, 'lsst')]),
		]);
		await bring('kafka', run(`${topic}/0`, 9, [alertOf(60_263, 'lsst')]));
		await close('lsst', 60_262);
		const rubin = { survey: 'lsst', source: 'kafka', topic: 'lsst-alerts-v10.0', missing: 0 };
		const done = { closed: 'operator', state: 'complete' };
		expect(await linesOf('2023-11-14')).toEqual([
			{ ...rubin, night: '2023-11-14', partition: 0, ...counts(2, 1, 0, 1), ...done },
			{ ...rubin, night: '2023-11-14', partition: 1, ...counts(1, 1), ...done },
			{
				...{ ...line, night: '2023-11-14', topic: 'ztf_20231114_programid1' },
				...{ ...counts(2, 2), missing: 0, closed: null, state: 'open' },
			},
		]);
		expect(await linesOf('2023-11-15')).toMatchObject([{ ...rubin, partition: 0, ...counts(1, 1), state: 'open' }]);

		// of which night the missing ones were, nothing says
		await bring('kafka', run(`${topic}/0`, 20, [alertOf(60_263, 'lsst')]));
		expect((await linesOf('2023-11-14'))[0]).toMatchObject({ missing: null, closed: 'operator', state: 'unknown' });
		expect((await linesOf('2023-11-14'))[1]).toMatchObject({ missing: 0, state: 'complete' });
		expect(await linesOf('2023-11-15')).toMatchObject([{ ...counts(2, 2), missing: null, state: 'open' }]);
		expect(await linesOf(null)).toEqual([]);
	});

	it('splits a batch of several nights by its alerts, and leaves to no night what has none', async () => {
		await bring('file', [
			...run('/a/1.avro', 0, [alertOf(60_261)]),
			...run('/a/2.avro', 0, [alertOf(60_264)]),
			...run('/a/3.avro', 0, [alertOf(60_264)]),
			...run('/a/4.avro', 0, [null]),
		], { slot: 'file' }); // prettier-ignore
		const file = { source: 'file', survey: 'ztf', topic: '', partition: null, missing: null };
		expect(await linesOf('2023-11-16')).toEqual([
			{ ...file, night: '2023-11-16', ...counts(2, 2), closed: null, state: 'open' },
		]);
		expect((await linesOf('2023-11-13')).filter(({ source }) => source === 'file')).toMatchObject([
			{ ...file, ...counts(1, 1), closed: 'operator', state: 'complete' },
		]);
		expect(await linesOf(null)).toEqual([
			{ ...file, night: null, survey: '', ...counts(1, 0, 0, 1), closed: null, state: 'unknown' },
		]);
	});

	it('does not guess where a batch has topics of several nights', async () => {
		await bring('kafka', [
			...run('c/mine/0', 0, [alertOf(60_264)]),
			...run('c/mine/1', 0, [alertOf(60_265), alertOf(60_265)]),
		]);
		expect((await status()).nightCompleteness.filter(({ topic }) => topic === 'mine')).toEqual([]);
		expect(await linesOf(null)).toMatchObject([counts(1, 0, 0, 1), { source: 'kafka', ...counts(3, 3) }]);
	});

	it('adds up to the completeness of each source, whatever is told of nights', async () => {
		const { completeness, nightCompleteness } = await status();
		for (const { source, ...total } of completeness) {
			const own = nightCompleteness.filter((one) => one.source === source);
			for (const state of ['received', 'stored', 'duplicates', 'deadLetters'] as const) {
				expect(own.reduce((sum, one) => sum + one[state], 0), `${source} ${state}`).toBe(total[state]); // prettier-ignore
			}
		}
		expect(completeness.map(({ source }) => source)).toEqual(['file', 'kafka']);
	});

	it('is of the simulation by its own nights, and not beside the real sky', async () => {
		const simulated = { origin: 'simulated' } as const;
		const place = 'seed:1/night:2023-11-13/ztf';
		await bring('simulation', run(place, 0, [alertOf(60_261, 'ztf', simulated), alertOf(60_261, 'ztf', simulated)]), {
			slot: 'simulation',
		});
		const { nightCompleteness } = await readStatus(store, { origin: 'simulated', grants: [] }, operator);
		expect(nightCompleteness.filter(({ source }) => source === 'simulation')).toEqual([
			{
				...line,
				source: 'simulation',
				topic: '',
				partition: null,
				...counts(2, 2),
				missing: 0,
				closed: null,
				state: 'open',
			},
		]);
		expect((await status()).nightCompleteness.filter(({ source }) => source === 'simulation')).toEqual([]);
	});

	it('is for the operator: it counts records of every programme', async () => {
		expect((await readStatus(store, real, { version: 'test', operator: false })).nightCompleteness).toEqual([]);
	});
});

describe('rates by stage', () => {
	const rates = async (of: Promise<Status>) =>
		Object.fromEntries((await of).rates.map(({ stage, lastMinute }) => [stage, lastMinute]));

	it('are of the batches that were published in the last minute; without output topics nothing says what was published', async () => {
		const none = { received: 0, decoded: 0, enriched: 0, stored: 0, published: null };
		expect(await rates(status())).toEqual(none);
		const known = alertOf(60_270);
		const hidden = alertOf(60_270, 'ztf', { programme: 'caltech' });
		await bring('kafka', run('c/now/0', 0, [known, known, null, alertOf(60_270), hidden]), { hoursAgo: 0 });
		// the features of these are not done
		await bring('kafka', run('c/now/0', 5, [alertOf(60_270)]), { hoursAgo: 0, stages: [] });
		expect(await rates(status())).toEqual({ ...none, received: 6, decoded: 5, enriched: 3, stored: 4 });
		const { rates: rows } = await status();
		expect(rows.map(({ stage }) => stage)).toEqual(['received', 'decoded', 'enriched', 'stored', 'published']);
		expect(rows[0]?.perSecond).toBeCloseTo(6 / 60, 10);

		const batch = { writer: 'kafka-1', number: 1n, knownAtMs: Date.now() };
		await insertSent(store, batch, { messages: 9, note: '', atMs: Date.now() - 3_600_000 }, 'test');
		expect(await rates(status())).toMatchObject({ published: 0 });
		const next = { ...batch, number: 2n };
		await insertSent(store, next, { messages: 7, note: '', atMs: Date.now() }, 'test');
		expect(await rates(status())).toMatchObject({ published: 7 });
	});

	it('are, for a reader, of the alerts in scope alone', async () => {
		const own = readStatus(store, real, { version: 'test', operator: false });
		expect(await rates(own)).toEqual({ received: null, decoded: null, enriched: 2, stored: 3, published: null });
		expect((await own).rates[0]).toEqual({ stage: 'received', lastMinute: null, perSecond: null });
	});
});
