import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readWatermark, type Watermark } from '#clickhouse/read/watermark.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { AlertRow } from '#lib/alert/views.ts';
import { openWatermark, sealCursor } from '#lib/server/cursor.ts';
import { LiveHub, STREAM_PURPOSE } from '#lib/server/liveStream.ts';
import { loadTonight } from '#lib/server/portal.ts';
import { GET as streamRoute } from '../../../src/routes/api/v1/stream/+server.ts';
import { publish, writeAlerts } from '../../support/alertRows.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../../support/embeddedStore.ts';
import { ask, testLocals } from '../../support/route.ts';

const scope: AccessScope = { origin: 'real', grants: [] };
/** Numbers of one writer lie far ahead of the other's, as after years of work beside a new one. */
const FAR = 5000;
let embedded: EmbeddedStore;
let locals: App.Locals;
let nextId = 1n;
let told: Record<'old' | 'new', number>;

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	locals = testLocals(embedded.store, scope);
	told = { old: FAR, new: 0 };
	await batch('old');
	await batch('new');
});
afterAll(async () => {
	await embedded.stop();
});

/** Writes an alert as the next batch of a writer; its id. */
async function write(writer: 'old' | 'new'): Promise<string> {
	const alertId = nextId++;
	told[writer] += 1;
	await writeAlerts(embedded.store, [{ alertId, objectId: `ZTF26obj${alertId}`, writer, number: told[writer] }]);
	return String(alertId);
}
/** Writes and publishes an alert. */
async function batch(writer: 'old' | 'new'): Promise<string> {
	const id = await write(writer);
	await publish(embedded.store, writer, told[writer]);
	return id;
}

describe('the hub', () => {
	const gone = new AbortController();
	/** One that notes which alerts it was told, and how far it is. */
	function listener() {
		const ids: string[] = [];
		const at: { reached: Watermark } = { reached: {} };
		const reader = {
			send: (news: { alerts: readonly AlertRow[] } | { hits: unknown }, reached: Watermark): void => {
				if ('alerts' in news) ids.push(...news.alerts.map(({ alertId }) => alertId));
				at.reached = reached;
			},
			ping: () => undefined,
			fail: (error: unknown) => {
				throw error;
			},
		};
		return { ids, at, reader };
	}
	const subject = { scope, filterId: null };
	const now = (): Promise<Watermark> => readWatermark(embedded.store);
	/** Lets the hub ask the store until something is so. */
	async function polledUntil(isSo: () => boolean): Promise<void> {
		const end = Date.now() + 60_000;
		while (!isSo() && Date.now() < end) {
			vi.advanceTimersByTime(500);
			await new Promise((done) => setTimeout(done, 20));
		}
		expect(isSo()).toBe(true);
	}

	beforeEach(() => {
		// the hub asks only when the test says so
		vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
		return () => vi.useRealTimers();
	});

	it('tells a reader whose page was made after its last question only what the page has not', async () => {
		const hub = new LiveHub(embedded.store);
		const [early, late] = [listener(), listener()];
		const leaveEarly = await hub.join(subject, await now(), early.reader, gone.signal);
		const first = await batch('old');
		const leaveLate = await hub.join(subject, await now(), late.reader, gone.signal);
		const second = await batch('new');
		await polledUntil(() => early.ids.includes(second) && late.ids.includes(second));
		const third = await batch('old');
		await polledUntil(() => early.ids.includes(third) && late.ids.includes(third));
		expect(early.ids).toEqual(expect.arrayContaining([first, second, third]));
		expect(early.ids).toHaveLength(3);
		expect(late.ids).toEqual([second, third]);
		expect(late.at.reached).toEqual(await now());
		leaveEarly();
		leaveLate();
		expect(hub.readers).toBe(0);
	});

	it('takes nothing back of a writer that the reader is ahead with', async () => {
		const hub = new LiveHub(embedded.store);
		const [early, late] = [listener(), listener()];
		const before = await now();
		const one = await batch('new');
		const leaveEarly = await hub.join(subject, await now(), early.reader, gone.signal);
		const two = await batch('old');
		// the page has what `old` published, and not what `new` did
		const leaveLate = await hub.join(
			subject,
			{ ...(await now()), new: before['new'] ?? '0' },
			late.reader,
			gone.signal,
		);
		expect(late.ids).toEqual([one]);
		expect(late.at.reached).toEqual(await now());
		const three = await batch('new');
		await polledUntil(() => early.ids.includes(three) && late.ids.includes(three));
		expect(early.ids).toHaveLength(2);
		expect(early.ids).toEqual(expect.arrayContaining([two, three]));
		expect(late.ids).toEqual([one, three]);
		leaveEarly();
		leaveLate();
	});

	it('goes on for a reader who came while all others left and another came', async () => {
		const hub = new LiveHub(embedded.store);
		const [slow, other, last] = [listener(), listener(), listener()];
		const before = await now();
		await batch('old');
		const joining = hub.join(subject, before, slow.reader, gone.signal);
		const leaveOther = await hub.join(subject, await now(), other.reader, gone.signal);
		leaveOther();
		const leaveLast = await hub.join(subject, await now(), last.reader, gone.signal);
		const leaveSlow = await joining;
		expect(hub.readers).toBe(2);
		const next = await batch('new');
		await polledUntil(() => slow.ids.includes(next) && last.ids.includes(next));
		expect(last.ids).toEqual([next]);
		leaveLast();
		leaveSlow();
	});
});

describe('the stream of two writers, one far ahead', () => {
	/** The events of a stream's text: the ids of their alerts and their own id. */
	function eventsOf(text: string): { readonly alerts: string[]; readonly id: string }[] {
		return text
			.split('\n\n')
			.slice(0, -1)
			.flatMap((part) => {
				const id = /^id: (.*)$/m.exec(part)?.[1];
				const data = /^event: alerts\ndata: (.*)$/m.exec(part)?.[1];
				if (id === undefined) return [];
				const { alerts } = JSON.parse(data ?? '{"alerts":[]}') as { alerts: readonly AlertRow[] };
				return [{ id, alerts: alerts.map(({ alertId }) => alertId) }];
			});
	}
	/** Follows from an event on until that many alerts came, and leaves. */
	async function follow(from: string, wanted: number): Promise<ReturnType<typeof eventsOf>> {
		const answer = await ask(streamRoute, '/', locals, { headers: { 'last-event-id': from } });
		const reader = answer.body?.getReader();
		if (reader === undefined) throw new Error('no body');
		let text = '';
		while (eventsOf(text).flatMap(({ alerts }) => alerts).length < wanted) {
			const { value, done } = await reader.read();
			if (done) break;
			text += new TextDecoder().decode(value);
		}
		await reader.cancel();
		return eventsOf(text);
	}
	const cursorOf = (watermark: Watermark): string => sealCursor(locals.cursorKey, STREAM_PURPOSE, watermark);

	it('leaves no gap and repeats nothing for readers that come back from any event', async () => {
		const begin = cursorOf(await readWatermark(embedded.store));
		const steps = 8;
		const whole = follow(begin, steps);
		const published: string[] = [];
		const heard: string[] = [];
		let at = begin;
		for (let step = 0; step < steps; step += 1) {
			published.push(await batch(step % 2 === 0 ? 'old' : 'new'));
			// every other time two batches wait for who comes back
			if (step % 2 === 0 && step % 4 !== 0) continue;
			const events = await follow(at, published.length - heard.length);
			heard.push(...events.flatMap(({ alerts }) => alerts));
			at = events.at(-1)?.id ?? at;
			expect([...heard].sort()).toEqual([...published].sort());
		}
		expect(openWatermark(locals.cursorKey, STREAM_PURPOSE, at)).toEqual(await readWatermark(embedded.store));
		const events = await whole;
		expect(events.flatMap(({ alerts }) => alerts).sort()).toEqual([...published].sort());
		// from every event on exactly the rest
		for (const [i, { id }] of events.entries()) {
			const before = events.slice(0, i + 1).flatMap(({ alerts }) => alerts);
			const rest = published.filter((one) => !before.includes(one));
			if (rest.length === 0) continue;
			const again = (await follow(id, rest.length)).flatMap(({ alerts }) => alerts);
			expect(again.sort()).toEqual([...rest].sort());
		}
	});

	it('brings what Tonight has not counted', async () => {
		const written = await write('old');
		const tonight = await loadTonight(locals);
		await publish(embedded.store, 'old', told.old);
		const later = await follow(tonight.cursor, 1);
		expect(later.flatMap(({ alerts }) => alerts)).toEqual([written]);
		// that one was in the store when the page was made
		expect(tonight.counts.map(({ alerts }) => alerts)).toEqual([Number(nextId) - 2]);
	});
});
