import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MarshalError } from '#lib/server/marshals/marshalError.ts';
import { Tom, type TomSecret } from '#lib/server/marshals/tom.ts';

/** As much of a TOM as the client asks: Django REST framework with its default authentication, Basic. */
interface Target {
	id: number;
	name: string;
	ra: number;
	dec: number;
	groups: { id: number; name: string }[];
	targetextra_set: { key: string; value: string }[];
}
const GROUPS = [
	{ id: 1, name: 'Public' },
	{ id: 2, name: 'Supernovae' },
];
let targets: Target[] = [];
let server: Server;
let host: string;

function answer(method: string, url: URL, authorization: string | undefined, body: string): [number, unknown] {
	const given = /^Basic (.+)$/.exec(authorization ?? '')?.[1];
	const isIn = given !== undefined && Buffer.from(given, 'base64').toString() === 'ada:right';
	if (given !== undefined && !isIn) return [401, { detail: 'Invalid username/password.' }];
	if (!url.pathname.endsWith('/')) return [404, { detail: 'Not found.' }];
	// a header of another kind is ignored: a stranger sees empty lists
	if (url.pathname === '/api/groups/')
		return [200, { count: 2, next: null, previous: null, results: isIn ? GROUPS : [] }];
	if (!isIn) return method === 'GET' ? [200, { count: 0, results: [] }] : [403, { detail: 'No.' }];
	if (method === 'GET') {
		const name = url.searchParams.get('name');
		const [ra = 0, dec = 0, radius = 0] = (url.searchParams.get('cone_search') ?? '').split(',').map(Number);
		const results = targets.filter((one) =>
			name === null ? Math.hypot(one.ra - ra, one.dec - dec) <= radius : one.name === name,
		);
		return [200, { count: results.length, next: null, previous: null, results }];
	}
	const sent = JSON.parse(body) as { name: string; ra: number; dec: number; groups: { id: number }[] };
	const groups = sent.groups.flatMap(({ id }) => GROUPS.find((group) => group.id === id) ?? []);
	if (groups.length < sent.groups.length) return [400, { groups: ['Group does not exist.'] }];
	if (method === 'PATCH') {
		const target = targets.find(({ id }) => url.pathname === `/api/targets/${id}/`);
		if (target === undefined) return [404, { detail: 'No Target matches the given query.' }];
		target.groups = groups;
		return [200, { ...target, message: 'Target successfully updated.' }];
	}
	if (targets.some(({ name }) => name === sent.name)) return [400, { name: ['target with this name already exists.'] }];
	const target: Target = {
		id: targets.length + 1,
		name: sent.name,
		ra: sent.ra,
		dec: sent.dec,
		groups,
		targetextra_set: [],
	};
	targets.push(target);
	return [201, { ...target, message: 'Target successfully uploaded.' }];
}

beforeAll(async () => {
	server = createServer((request, response) => {
		let body = '';
		request.on('data', (part: Buffer) => (body += part.toString()));
		request.on('end', () => {
			const url = new URL(request.url ?? '/', 'http://tom');
			const [status, json] = answer(request.method ?? 'GET', url, request.headers.authorization, body);
			response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
	server.close();
});
beforeEach(() => {
	targets = [];
});

const tom = (secret: TomSecret = { kind: 'basic', username: 'ada', password: 'right' }): Tom =>
	new Tom({ url: `http://${host}`, name: 'My TOM', secret, privateHosts: [host] });
const object = { survey: 'ztf', objectId: 'ZTF21aaaaaaa', ra: 150.1, dec: 2.2, reliability: null };
const failure = async (work: Promise<unknown>): Promise<string> =>
	work.then(
		() => 'none',
		(error: unknown) => (error instanceof MarshalError ? `${error.fault}: ${error.message}` : String(error)),
	);

describe('a TOM', () => {
	it('is linked by name and password; a token that it ignores, and a wrong password, are told', async () => {
		expect((await tom().check()).groups.map(({ name }) => name)).toEqual(['Public', 'Supernovae']);
		expect(await failure(tom({ kind: 'token', token: 'abc' }).check())).toContain('may not take tokens');
		expect(await failure(tom({ kind: 'basic', username: 'ada', password: 'wrong' }).check())).toMatch(/^token:/);
	});

	it('gets a target once, for the groups named, and more groups later', async () => {
		expect(await tom().read(object)).toBe(null);
		expect(await failure(tom().save(object, []))).toContain('Choose');
		await tom().save(object, [2]);
		await tom().save(object, [1]);
		expect(targets.map(({ name, groups }) => [name, groups.map(({ id }) => id).sort()])).toEqual([
			['ZTF21aaaaaaa', [1, 2]],
		]);
		expect(await failure(tom().save({ ...object, objectId: 'other', ra: 1 }, [9]))).toContain('Group does not exist');
	});

	it('shows what it knows under another name at the same place, with a redshift from its extra fields', async () => {
		targets.push({
			...{ id: 7, name: 'ztf21AAAAAAA', ra: 150.1001, dec: 2.2 },
			groups: [{ id: 2, name: 'Supernovae' }],
			targetextra_set: [{ key: 'redshift', value: '0.05' }],
		});
		const record = await tom().read(object);
		expect(record).toMatchObject({ id: 'ztf21AAAAAAA', redshift: 0.05, commentCount: null });
		expect(record?.sepArcsec).toBeCloseTo(0.36, 2);
		expect(record?.savedTo.map(({ name }) => name)).toEqual(['Supernovae']);
	});
});
