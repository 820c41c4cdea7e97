import { describe, expect, it } from 'vitest';
import { isOperator, isSameOrigin, storeProblem } from '#lib/server/answer.ts';
import { openWatermark, sealCursor } from '#lib/server/cursor.ts';
import { ACCOUNT_LIMIT, API_LIMIT, apiLimits, TokenBuckets } from '#lib/server/limits.ts';
import { localPath } from '#lib/server/accounts/form.ts';
import { addressKey } from '#lib/server/accounts/attempts.ts';
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

describe('the limits of the API', () => {
	const url = new URL('http://localhost/api/v1/alerts');
	const account = (tokenId: string | null) => ({ id: 'u_1', limit: ACCOUNT_LIMIT, tokenId });
	const spend = (limits: ReturnType<typeof apiLimits>, asker: Parameters<(typeof limits)['take']>[0]): number => {
		let taken = 0;
		while (limits.take(asker, url).allowed) taken += 1;
		return taken;
	};

	it('are those of the address without an account, of the account with one, and half of it for a token', () => {
		const limits = apiLimits(() => 0);
		expect(spend(limits, { address: '192.0.2.1', account: null })).toBe(API_LIMIT.capacity);
		// an address that has nothing left keeps nobody from their account
		const one = { address: '192.0.2.1', account: account('t_1') };
		expect(spend(limits, one)).toBe(ACCOUNT_LIMIT.capacity / 2);
		expect(limits.take(one, url).headers['ratelimit-limit']).toBe(String(ACCOUNT_LIMIT.capacity / 2));
		const other = { address: '192.0.2.2', account: account('t_2') };
		expect(spend(limits, other)).toBe(ACCOUNT_LIMIT.capacity / 2);
		expect(limits.take({ address: '192.0.2.3', account: account(null) }, url).allowed).toBe(false);
		expect(limits.take({ address: '192.0.2.1', account: { ...account(null), id: 'u_2' } }, url).allowed).toBe(true);
	});

	it('count a file as many pages', () => {
		const limits = apiLimits(() => 0);
		const asker = { address: '192.0.2.1', account: null };
		const file = new URL('http://localhost/api/v1/alerts?format=csv');
		expect(limits.take(asker, file).headers['ratelimit-remaining']).toBe(
			String(API_LIMIT.capacity - API_LIMIT.exportCost),
		);
	});

	it('take the 64 bits of a network for one address', () => {
		expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe(addressKey('2001:0db8:1:2::9'));
		expect(addressKey('2001:db8:1:2::1')).not.toBe(addressKey('2001:db8:1:3::1'));
		expect(addressKey('::ffff:192.0.2.1')).toBe('192.0.2.1');
	});
});

describe('a path to go on to', () => {
	it.each([
		['/search?q=1#top', '/search?q=1#top'],
		['/objects/ztf/ZTF26aaa', '/objects/ztf/ZTF26aaa'],
		['https://evil.example/', '/'],
		['//evil.example', '/'],
		['/\\evil.example', '/'],
		['/\t/evil.example', '/'],
		['/.//evil.example', '/'],
		['/a/..//evil.example', '/'],
		['javascript:alert(1)', '/'],
		['', '/'],
		[null, '/'],
	])('%j is %s', (text, path) => {
		expect(localPath(text)).toBe(path);
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
		// whoever sits at the machine acts without a cookie
		expect(isSameOrigin(post({ origin: 'https://elsewhere.example' }), url, null)).toBe(false);
		expect(isSameOrigin(post({ origin: 'null' }), url, null)).toBe(false);
		expect(isSameOrigin(post({ 'sec-fetch-site': 'cross-site' }), url, null)).toBe(false);
		expect(isSameOrigin(post({ 'sec-fetch-site': 'same-site' }), url, null)).toBe(false);
		expect(
			isSameOrigin(post({ cookie: 'a=b', origin: 'https://nightjar.example' }), url, 'https://nightjar.example'),
		).toBe(true);
	});

	it('is given to a form that says nothing of where it comes from, where its address holds a secret, alone', () => {
		const from = (path: string, type: string, more: Record<string, string> = {}): boolean => {
			const url = new URL(path, 'http://localhost:3000');
			const headers = { 'content-type': type, ...more };
			return isSameOrigin(new Request(url, { method: 'POST', headers }), url, null);
		};
		for (const type of [
			'application/x-www-form-urlencoded',
			'multipart/form-data; boundary=x',
			'Text/Plain ;charset=utf-8',
		]) {
			expect(from('/account/sign-in', type)).toBe(false);
			expect(from('/unsubscribe/w_x', type)).toBe(true);
			expect(from('/unsubscribe/w_x/more', type)).toBe(false);
			expect(from('/unsubscribe/w_x', type, { cookie: 'a=b' })).toBe(false);
			expect(from('/unsubscribe/w_x', type, { origin: 'https://elsewhere.example' })).toBe(false);
		}
		// what no form can send comes from programs
		expect(from('/api/v1/filters', 'application/json')).toBe(true);
	});

	it('counts as the operator’s only without a proxy between', () => {
		const request = (headers: Record<string, string> = {}, host = 'localhost'): Request =>
			new Request(`http://${host}/`, { headers });
		expect(isOperator(request(), '127.0.0.1', { publicOrigin: null })).toBe(true);
		expect(isOperator(request({}, '127.0.0.1:3000'), '127.0.0.1', { publicOrigin: null })).toBe(true);
		expect(isOperator(request({}, '[::1]:3000'), '::1', { publicOrigin: null })).toBe(true);
		// a name of somebody else that leads to this machine
		expect(isOperator(request({}, 'evil.example:3000'), '127.0.0.1', { publicOrigin: null })).toBe(false);
		// a script of another site, in the browser of whoever sits here; a link from there is followed as ever
		for (const from of [
			{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' },
			{ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' },
			{ origin: 'https://elsewhere.example' },
		]) {
			expect(isOperator(request(from), '127.0.0.1', { publicOrigin: null }), JSON.stringify(from)).toBe(false);
		}
		const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
		expect(isOperator(request(link), '127.0.0.1', { publicOrigin: null })).toBe(true);
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

	it('says that too many ask where no turn came', () => {
		expect(storeProblem(new StoreError('busy', 202, true))).toMatchObject({
			status: 503,
			detail: expect.stringContaining('try again in a few seconds') as string,
		});
	});
});
