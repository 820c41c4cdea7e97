import { describe, expect, it } from 'vitest';
import type { Store } from '#clickhouse/store.ts';
import { briefly } from '#clickhouse/read/brief.ts';

const store = {} as Store;

/** A question that is answered by hand. */
function question() {
	const asked: { answer: (value: string) => void; fail: (error: Error) => void; signal: AbortSignal }[] = [];
	const load = (signal: AbortSignal): Promise<string> =>
		new Promise((resolve, reject) => {
			asked.push({ answer: resolve, fail: reject, signal });
		});
	return { asked, load };
}

describe('answers that many ask for', () => {
	it('are asked for once while one is on its way, and kept for a moment after it came', async () => {
		let now = 0;
		const ask = briefly<string>({ holdMs: 1000 }, () => now);
		const { asked, load } = question();
		const both = [ask(store, ['a'], load), ask(store, ['a'], load)];
		expect(asked).toHaveLength(1);
		now = 60_000;
		asked[0]?.answer('one');
		expect(await Promise.all(both)).toEqual(['one', 'one']);
		now = 60_999;
		expect(await ask(store, ['a'], load)).toBe('one');
		now = 61_000;
		const later = ask(store, ['a'], load);
		expect(asked).toHaveLength(2);
		asked[1]?.answer('two');
		expect(await later).toBe('two');
	});

	it('are never those of another question, scope or store', () => {
		const ask = briefly<string>({ holdMs: 1000 });
		const { asked, load } = question();
		void ask(store, [{ origin: 'real', grants: [] }, { alertId: 1n }], load);
		void ask(store, [{ origin: 'real', grants: [{ survey: 'ztf', programme: 'caltech' }] }, { alertId: 1n }], load);
		void ask(store, [{ origin: 'real', grants: [] }, { alertId: 2n }], load);
		void ask({} as Store, [{ origin: 'real', grants: [] }, { alertId: 1n }], load);
		expect(asked).toHaveLength(4);
	});

	it('are given up when the last who waits has left, not before', async () => {
		const ask = briefly<string>({ holdMs: 1000 });
		const { asked, load } = question();
		const [first, second] = [new AbortController(), new AbortController()];
		const one = ask(store, ['a'], load, first.signal);
		const two = ask(store, ['a'], load, second.signal);
		first.abort();
		await expect(one).rejects.toMatchObject({ code: 394 });
		expect(asked[0]?.signal.aborted).toBe(false);
		second.abort();
		await expect(two).rejects.toMatchObject({ code: 394 });
		expect(asked[0]?.signal.aborted).toBe(true);
		void ask(store, ['a'], load);
		expect(asked).toHaveLength(2);
	});

	it('go on for who has no signal, though all others leave', async () => {
		const ask = briefly<string>({ holdMs: 1000 });
		const { asked, load } = question();
		const leaving = new AbortController();
		const page = ask(store, ['a'], load);
		const script = ask(store, ['a'], load, leaving.signal);
		leaving.abort();
		await expect(script).rejects.toMatchObject({ code: 394 });
		expect(asked[0]?.signal.aborted).toBe(false);
		asked[0]?.answer('one');
		expect(await page).toBe('one');
	});

	it('that fail are told to all who wait and asked for again', async () => {
		const ask = briefly<string>({ holdMs: 1000 });
		const { asked, load } = question();
		const both = [ask(store, ['a'], load), ask(store, ['a'], load, new AbortController().signal)];
		asked[0]?.fail(new Error('away'));
		for (const one of both) await expect(one).rejects.toThrow('away');
		void ask(store, ['a'], load);
		expect(asked).toHaveLength(2);
	});

	it('do not pile up', async () => {
		const ask = briefly<string>({ holdMs: 1000, most: 2 }, () => 0);
		const { asked, load } = question();
		for (const name of ['a', 'b', 'c']) void ask(store, [name], load);
		for (const { answer } of asked) answer('x');
		await ask(store, ['c'], load);
		expect(asked).toHaveLength(3);
		void ask(store, ['a'], load);
		expect(asked).toHaveLength(4);
	});
});
