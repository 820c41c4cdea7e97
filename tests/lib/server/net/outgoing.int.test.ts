import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressProblem, callOut, OutgoingError } from '#lib/server/net/outgoing.ts';
import { isPublicAddress } from '#lib/server/net/publicAddress.ts';

let server: Server;
let port: number;

beforeAll(async () => {
	server = createServer((request, response) => {
		if (request.url === '/away') response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
		else if (request.url === '/slow') {
			// never answered
		} else if (request.url === '/endless') {
			response.writeHead(200);
			const more = (): void => {
				while (!response.destroyed && response.write('x'.repeat(65_536)));
				if (!response.destroyed) response.once('drain', more);
			};
			more();
		} else if (request.url === '/cut') {
			response.writeHead(200, { 'content-length': '100' });
			response.write('half');
			setTimeout(() => response.destroy(), 20);
		} else {
			response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
			response.end(JSON.stringify({ host: request.headers.host }));
		}
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	port = (server.address() as AddressInfo).port;
});
afterAll(() => {
	server.closeAllConnections();
	server.close();
});

const call = (url: string, privateHosts: readonly string[] = []) => ({
	url: new URL(url),
	method: 'GET' as const,
	// nothing but what is slow by itself comes near it
	timeoutMs: 60_000,
	maxBytes: 1_000_000,
	privateHosts,
});
/** The same with a short patience. */
const hasty = (...args: Parameters<typeof call>) => ({ ...call(...args), timeoutMs: 400 });
const faultOf = async (work: Promise<unknown>): Promise<string> =>
	work.then(
		() => 'none',
		(error: unknown) => (error instanceof OutgoingError ? error.fault : String(error)),
	);

describe('addresses', () => {
	it.each([
		'127.0.0.1',
		'127.255.0.9',
		'0.0.0.0',
		'10.1.2.3',
		'100.64.0.1',
		'169.254.169.254',
		'172.31.255.255',
		'192.168.1.1',
		'198.18.0.1',
		'224.0.0.1',
		'255.255.255.255',
		'::',
		'::1',
		'::ffff:127.0.0.1',
		'::ffff:10.0.0.1',
		'::127.0.0.1',
		'64:ff9b::7f00:1',
		'64:ff9b:1::a00:1',
		'2002:7f00:1::',
		'2001:0:1::1',
		'2001:db8::1',
		'fe80::1',
		'fe80::1%eth0',
		'fc00::1',
		'fd12:3456::1',
		'ff02::1',
		'100::1',
		'not an address',
		'',
	])('%s is not public', (address) => {
		expect(isPublicAddress(address)).toBe(false);
	});
	it.each(['8.8.8.8', '131.215.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1', '2a00:1450:4001::200e'])(
		'%s is public',
		(address) => {
			expect(isPublicAddress(address)).toBe(true);
		},
	);
});

describe('an address that a person gives', () => {
	it.each([
		'https://127.0.0.1/',
		'https://127.1/',
		'https://2130706433/',
		'https://0x7f000001/',
		'https://0177.0.0.1/',
		'https://0/',
		'https://[::1]/',
		'https://[::ffff:7f00:1]/',
		'https://[0:0:0:0:0:ffff:127.0.0.1]/',
		'https://１２７.0.0.1/',
		'https://127。0。0。1/',
		'https://169.254.169.254/latest',
		'https://[fd00::1]/',
	])('%s is refused before anything is sent', async (url) => {
		expect(addressProblem(url, [])).toContain('private network');
		expect(await faultOf(callOut(call(url)))).toBe('refused address');
	});
	it.each([
		'http://fritz.science',
		'ftp://fritz.science',
		'https://me:word@fritz.science',
		'javascript:1',
		'fritz',
		'',
	])('%s is told what to be', (url) => {
		expect(addressProblem(url, [])).toMatch(/address|https/);
	});
	it('is fine with a public host, or a private one on the list with its port or without', () => {
		expect(addressProblem('https://fritz.science/', [])).toBe(null);
		expect(addressProblem('http://127.0.0.1:5000', ['127.0.0.1:5000'])).toBe(null);
		expect(addressProblem('http://127.0.0.1:5000', ['127.0.0.1'])).toBe(null);
		expect(addressProblem('http://127.0.0.1:5001', ['127.0.0.1:5000'])).not.toBe(null);
		expect(addressProblem('http://127.1:5001', ['127.0.0.1:5000'])).not.toBe(null);
	});
});

describe('a call', () => {
	const here = (): string => `http://127.0.0.1:${port}`;
	const allowed = (): string[] => [`127.0.0.1:${port}`];

	it('answers with status, kind and bytes', async () => {
		const answer = await callOut(call(`${here()}/`, allowed()));
		expect(answer.status).toBe(200);
		expect(answer.contentType).toBe('application/json');
		expect(JSON.parse(answer.body.toString())).toEqual({ host: `127.0.0.1:${port}` });
	});

	it('goes to the address that was checked, and asks for the name once', async () => {
		let asks = 0;
		const named = call(`http://named.example:${port}/`, ['named.example']);
		const answer = await callOut(named, () => {
			asks += 1;
			return Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
		});
		expect(JSON.parse(answer.body.toString())).toEqual({ host: `named.example:${port}` });
		expect(asks).toBe(1);
	});

	it('is refused where one of the addresses of a name is private, whichever comes first', async () => {
		const both = [
			{ address: '8.8.8.8', family: 4 },
			{ address: '::ffff:127.0.0.1', family: 6 },
		];
		for (const found of [both, [...both].reverse()]) {
			expect(await faultOf(callOut(call('https://two.example/'), () => Promise.resolve(found)))).toBe(
				'refused address',
			);
		}
		expect(await faultOf(callOut(call('https://localhost/')))).toBe('refused address');
		expect(['refused address', 'no such host']).toContain(await faultOf(callOut(call('https://localhost./'))));
	});

	it('follows no redirect', async () => {
		expect(await faultOf(callOut(call(`${here()}/away`, allowed())))).toBe('redirect');
	});

	it('ends when the other is slow, endless, cut off, gone or unknown', async () => {
		expect(await faultOf(callOut(hasty(`${here()}/slow`, allowed())))).toBe('slow');
		expect(await faultOf(callOut(call(`${here()}/endless`, allowed())))).toBe('too large');
		expect(await faultOf(callOut(call(`${here()}/cut`, allowed())))).toBe('no connection');
		expect(await faultOf(callOut(call('http://127.0.0.1:9/', ['127.0.0.1'])))).toBe('no connection');
		const never = (): Promise<never> => Promise.reject(new Error('NXDOMAIN'));
		expect(await faultOf(callOut(call('https://nowhere.example/'), never))).toBe('no such host');
		const hangs = (): Promise<never> => new Promise(() => undefined);
		expect(await faultOf(callOut(hasty('https://hangs.example/'), hangs))).toBe('slow');
	});
});
