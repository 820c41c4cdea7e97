import { describe, expect, it } from 'vitest';
import { isOperator, isSameOrigin, storeProblem } from '#lib/server/answer.ts';
import { openWatermark, sealCursor } from '#lib/server/cursor.ts';
import { TokenBuckets } from '#lib/server/limits.ts';
import { StoreError } from '#clickhouse/store.ts';

describe('the limit of an address', () => {
	it('fills again with time and says how long to wait', () => {
		let now = 0;
		const buckets = new TokenBuckets(3, 1, () => now);
		expect([1, 2, 3].map(() => buckets.take('a', 1).allowed)).toEqual([true, true, true]);
		const refused = buckets.take('a', 1);
		expect(refused).toMatchObject({ allowed: false, retryAfterSeconds: 1 });
		expect(refused.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '0', 'retry-after': '1' });
		expect(buckets.take('b', 1).allowed).toBe(true);
		now = 1500;
		expect(buckets.take('a', 1).allowed).toBe(true);
		now = -5000;
		expect(buckets.take('a', 1).allowed).toBe(false);
	});
});

describe('a cursor', () => {
	const key = Buffer.alloc(32, 7);

	it('is read by its own list alone', () => {
		const cursor = sealCursor(key, 'one', { worker: '18446744073709551615' });
		expect(openWatermark(key, 'one', cursor)).toEqual({ worker: '18446744073709551615' });
		expect(() => openWatermark(key, 'two', cursor)).toThrow();
		expect(() => openWatermark(Buffer.alloc(32, 8), 'one', cursor)).toThrow();
		for (let place = 0; place < cursor.length; place++) {
			const other = cursor[place] === 'A' ? 'B' : 'A';
			const changed = cursor.slice(0, place) + other + cursor.slice(place + 1);
			// the last sign of base64 has bits that say nothing
			if (
				Buffer.from(changed.split('.')[1] ?? '', 'base64url').equals(
					Buffer.from(cursor.split('.')[1] ?? '', 'base64url'),
				)
			)
				continue;
			expect(() => openWatermark(key, 'one', changed), changed).toThrow();
		}
		for (const text of ['', '.', 'a.b', 'a.b.c', 'x'.repeat(9000)])
			expect(() => openWatermark(key, 'one', text)).toThrow();
	});
});

describe('an answer', () => {
	const post = (headers: Record<string, string>): Request =>
		new Request('http://localhost:3000/', { method: 'POST', headers });

	it('is given to forms of our own pages alone once there are cookies', () => {
		const url = new URL('http://localhost:3000/');
		expect(isSameOrigin(post({ cookie: 'a=b', origin: 'http://localhost:3000' }), url, null)).toBe(true);
		expect(isSameOrigin(post({ cookie: 'a=b', origin: 'https://elsewhere.example' }), url, null)).toBe(false);
		expect(isSameOrigin(post({ cookie: 'a=b' }), url, null)).toBe(false);
		expect(isSameOrigin(post({}), url, null)).toBe(true);
		expect(
			isSameOrigin(post({ cookie: 'a=b', origin: 'https://nightjar.example' }), url, 'https://nightjar.example'),
		).toBe(true);
	});

	it('counts as the operator’s only without a proxy between', () => {
		const request = (headers: Record<string, string> = {}): Request => new Request('http://localhost/', { headers });
		expect(isOperator(request(), '127.0.0.1', { publicOrigin: null })).toBe(true);
		expect(isOperator(request(), '::1', { publicOrigin: null })).toBe(true);
		expect(isOperator(request(), '10.0.0.1', { publicOrigin: null })).toBe(false);
		expect(isOperator(request({ 'x-forwarded-for': '127.0.0.1' }), '127.0.0.1', { publicOrigin: null })).toBe(false);
		expect(isOperator(request(), '127.0.0.1', { publicOrigin: 'https://nightjar.example' })).toBe(false);
	});

	it('never repeats the words of the store', () => {
		for (const code of [0, 47, 62, 159, 241, 999]) {
			const problem = storeProblem(new StoreError('SELECT secret FROM /var/lib/x', code, code === 0));
			expect(problem.detail).not.toMatch(/SELECT|\/var/);
			expect(problem.status).toBeGreaterThanOrEqual(500);
		}
	});
});
