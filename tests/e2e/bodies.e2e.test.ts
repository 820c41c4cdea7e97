import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { member, startWorld, visitor, type World } from '../security/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(async () => {
	await world.stop();
});

const CHUNK = Buffer.alloc(64_000, 'x');
const MOST = 4_000_000;

interface Answer {
	readonly status: number;
	readonly text: string;
	/** Bytes that were sent until the answer came. */
	readonly sent: number;
}

/** Sends a body in chunks whose length nobody tells, as fast as it is taken, until the answer comes or `bytes` are sent. */
function sendChunked(
	path: string,
	{ bytes, head = '', headers }: { bytes: number; head?: string; headers: Readonly<Record<string, string>> },
): Promise<Answer> {
	return new Promise((resolve, reject) => {
		let sent = 0;
		let answered = false;
		const call = request(new URL(path, world.url), { method: 'POST', headers }, (response) => {
			answered = true;
			const at = sent;
			let text = '';
			response.on('data', (part: Buffer) => (text += part.toString()));
			response.on('end', () => {
				call.destroy();
				resolve({ status: response.statusCode ?? 0, text, sent: at });
			});
		});
		// once the answer is there the rest is not taken any more
		call.on('error', (error) => {
			if (!answered) reject(error);
		});
		const more = (): void => {
			while (!answered && sent < bytes) {
				sent += CHUNK.byteLength;
				if (!call.write(CHUNK)) {
					call.once('drain', more);
					return;
				}
			}
			if (!answered) call.end();
		};
		call.write(head);
		more();
	});
}

/** Resident memory of the portal, MB. */
function memory(): number {
	const pid = world.pid;
	return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000;
}

const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data; boundary=owl';
const part = (name: string): string =>
	`--owl\r\nContent-Disposition: form-data; name="${name}"; filename="a"\r\nContent-Type: text/plain\r\n\r\n`;

/** Everything that reads a body, by the way it comes. */
const READERS: readonly (readonly [string, string, string])[] = [
	['/account/sign-up', FORM, 'email='],
	['/account/sign-in', MULTIPART, part('email')],
	['/account/reset?/ask', FORM, 'email='],
	['/account?/name', FORM, 'name='],
	['/account/groups?/add', MULTIPART, part('name')],
	['/account/marshals?/add', FORM, 'url='],
	['/account/marshals/send', MULTIPART, part('text')],
	['/scan?/note', FORM, 'text='],
	['/notifications?/settings', FORM, 'zone='],
	['/search?/keep', FORM, 'name='],
	['/objects/ztf/ZTF26openaaa?/note', MULTIPART, part('text')],
	['/api/v1/filters/check', 'application/json', '"'],
	['/api/v1/filters', 'application/json', '"'],
	['/api/v1/crossmatch', 'application/json', '"'],
	['/api/v1/crossmatch', 'text/csv', 'ra,dec\n'],
];

describe('a body whose length nobody tells', () => {
	it.each(READERS)('is not read on at %s, as %s', async (path, type, head) => {
		const someone = await member(world);
		const headers = { 'content-type': type, origin: world.url, cookie: someone.visitor.cookies, accept: '*/*' };
		const answer = await sendChunked(path, { bytes: 40_000_000, head, headers });
		expect(answer.status, answer.text.slice(0, 300)).toBe(413);
		expect(answer.text).toContain('too large');
		// what was on its way when the answer left
		expect(answer.sent).toBeLessThan(20_000_000);
		// and it serves on
		expect((await visitor(world).get('/account/sign-in')).status).toBe(200);
	});

	it('is taken where it is short', async () => {
		const someone = await member(world);
		const headers = { 'content-type': FORM, origin: world.url, cookie: someone.visitor.cookies, accept: 'text/html' };
		const answer = await sendChunked('/account?/name', { bytes: 0, head: 'name=Vera+Chunked', headers });
		expect(answer.status).toBe(303);
		expect(await (await someone.visitor.get('/account')).text()).toContain('Vera Chunked');
	});

	it('may be longer for lists, and ends there, too', async () => {
		const someone = await member(world);
		const headers = { 'content-type': MULTIPART, origin: world.url, cookie: someone.visitor.cookies };
		const answer = await sendChunked('/lists?/positions', { bytes: 60_000_000, head: part('file'), headers });
		expect(answer.status).toBe(413);
		expect(answer.sent).toBeLessThan(45_000_000);
	});

	it('takes no memory, many at once neither', async () => {
		const headers = { 'content-type': FORM, origin: world.url };
		const before = memory();
		for (let round = 0; round < 3; round++) {
			const all = await Promise.all(
				Array.from({ length: 20 }, () =>
					sendChunked('/account/sign-in', { bytes: 30_000_000, head: 'email=', headers }),
				),
			);
			expect(all.map(({ status }) => status)).toEqual(all.map(() => 413));
		}
		// 1.8 GB were offered; what 20 may hold at once is 80 MB
		expect(memory() - before).toBeLessThan(350);
	});
});

describe('a body that tells its length', () => {
	it.each(READERS)('is refused before it is read at %s, as %s', async (path, type) => {
		const headers = { 'content-type': type, origin: world.url, 'content-length': String(MOST + 1), accept: '*/*' };
		const answer = await new Promise<number>((resolve, reject) => {
			const call = request(new URL(path, world.url), { method: 'POST', headers }, (response) => {
				resolve(response.statusCode ?? 0);
				call.destroy();
			});
			call.on('error', reject);
			call.flushHeaders();
		});
		expect(answer).toBe(413);
	});
});
