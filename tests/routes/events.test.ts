import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followEvents, type Source } from '../../src/routes/events.ts';

class FakeSource implements Source {
	static readonly all: FakeSource[] = [];
	readyState = 0;
	onopen: ((event: Event) => void) | null = null;
	onerror: ((event: Event) => void) | null = null;
	readonly listeners = new Map<string, (event: MessageEvent<string>) => void>();
	isClosed = false;

	constructor(readonly href: string) {
		FakeSource.all.push(this);
	}
	addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void {
		this.listeners.set(name, listener);
	}
	close(): void {
		this.isClosed = true;
		this.readyState = 2;
	}
	say(name: string, id: string): void {
		this.listeners.get(name)?.(new MessageEvent(name, { data: id, lastEventId: id }));
	}
	fail(isFinal: boolean): void {
		this.readyState = isFinal ? 2 : 0;
		this.onerror?.(new Event('error'));
	}
}

beforeEach(() => {
	vi.useFakeTimers();
	FakeSource.all.length = 0;
});
afterEach(() => {
	vi.useRealTimers();
});

function follow(): { seen: string[]; states: boolean[]; stop: () => void } {
	const seen: string[] = [];
	const states: boolean[] = [];
	const stop = followEvents(
		(lastId) => `/stream?cursor=${lastId ?? 'start'}`,
		['alerts'],
		{ event: ({ data }) => seen.push(data), connected: (is) => states.push(is) },
		(href) => new FakeSource(href),
	);
	return { seen, states, stop };
}
const newest = (): FakeSource => {
	const source = FakeSource.all.at(-1);
	if (source === undefined) throw new Error('nothing was opened');
	return source;
};

describe('a stream that drops', () => {
	it('is asked again from the last event once it was refused, ever more seldom', () => {
		const { seen, states } = follow();
		expect(newest().href).toBe('/stream?cursor=start');
		newest().onopen?.(new Event('open'));
		newest().say('alerts', 'a1');
		newest().say('alerts', 'a2');
		newest().fail(true);
		expect(FakeSource.all).toHaveLength(1);
		vi.advanceTimersByTime(1000);
		expect(newest().href).toBe('/stream?cursor=a2');
		newest().fail(true);
		vi.advanceTimersByTime(1000);
		expect(FakeSource.all).toHaveLength(2);
		vi.advanceTimersByTime(1000);
		expect(FakeSource.all).toHaveLength(3);
		newest().onopen?.(new Event('open'));
		newest().say('alerts', 'a3');
		expect(seen).toEqual(['a1', 'a2', 'a3']);
		expect(states).toEqual([true, false, false, true]);
	});
	it('begins again where it began when it was refused before anything came', () => {
		follow();
		newest().say('ready', 'r0');
		newest().fail(true);
		vi.advanceTimersByTime(1000);
		expect(newest().href).toBe('/stream?cursor=r0');
	});
	it('is left to the browser where the connection broke', () => {
		follow();
		newest().fail(false);
		vi.advanceTimersByTime(60_000);
		expect(FakeSource.all).toHaveLength(1);
	});
	it('is not asked again once nobody follows', () => {
		const { stop } = follow();
		newest().fail(true);
		stop();
		vi.advanceTimersByTime(60_000);
		expect(FakeSource.all).toHaveLength(1);
		expect(newest().isClosed).toBe(true);
	});
});
