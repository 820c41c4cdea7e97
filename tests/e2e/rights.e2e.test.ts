import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invite, joinGroup, setRights } from '#lib/server/accounts/group.ts';
import { findUser } from '#lib/server/accounts/user.ts';
import { publish, writeAlerts } from '../support/alertRows.ts';
import type { Visitor } from '../security/visitor.ts';
import { groupOf, type Member, member, startWorld, tokenOf, visitor, type World } from '../security/world.ts';

let world: World;
let group: string;
let insider: Member;
let outsider: Member;
let inside: Visitor;
let program: Visitor;

beforeAll(async () => {
	world = await startWorld();
	const head = await member(world, { name: 'Head' });
	insider = await member(world, { name: 'Insider' });
	outsider = await member(world, { name: 'Outsider' });
	group = groupOf(world, head.id, 'Partnership', ['ztf partnership']);
	// a group without rights gives none
	groupOf(world, outsider.id, 'Club');
	invite(world.database, group, head.id, insider.email);
	const user = findUser(world.database, insider.id);
	if (user !== null) joinGroup(world.database, user, group);
	inside = insider.visitor;
	program = visitor(world, { authorization: `Bearer ${tokenOf(world, insider.id, ['read'])}` });
});
afterAll(async () => {
	await world.stop();
});

/** Everything that could tell of the private alerts: their ids, their object, and the magnitudes that they alone have. */
const PRIVATE = /ZTF26partner|\b20[12]\b|17\.25|17\.125|partnership/;

const READS: readonly (readonly [string, string])[] = [
	['the search page', '/search?kind=alerts&ra=150&dec=2&radius=7200'],
	['the object page', '/objects/ztf/ZTF26partner'],
	['the alert page', '/alerts/ztf/201'],
	['alerts', '/api/v1/alerts?ra=150&dec=2&radius=7200'],
	['alerts as CSV', '/api/v1/alerts?format=csv'],
	['alerts as NDJSON', '/api/v1/alerts?format=ndjson'],
	['alerts as VOTable', '/api/v1/alerts?format=votable'],
	['objects', '/api/v1/objects?ra=150&dec=2&radius=7200'],
	['objects as CSV', '/api/v1/objects?format=csv'],
	['a cone', '/api/v1/cone?ra=150&dec=2&radius=60'],
	['the cone search of the IVOA', '/scs/alerts?RA=150&DEC=2&SR=0.1'],
	['an object', '/api/v1/objects/ztf/ZTF26partner'],
	['an object’s alerts', '/api/v1/objects/ztf/ZTF26openaab/alerts'],
	['a light curve', '/api/v1/objects/ztf/ZTF26openaab/photometry'],
	['a light curve as CSV', '/api/v1/objects/ztf/ZTF26openaab/photometry?format=csv'],
	['neighbours', '/api/v1/objects/ztf/ZTF26openaaa/neighbours'],
	['one alert', '/api/v1/alerts/ztf/202'],
	['tonight', '/api/v1/tonight'],
];

/** What of an answer may tell: its text without what was asked for, which an error may repeat. */
async function told(who: Visitor, path: string): Promise<{ status: number; text: string }> {
	const response = await who.get(path, path.startsWith('/api') || path.startsWith('/scs') ? { accept: '*/*' } : {});
	const text = await response.text();
	return { status: response.status, text };
}

describe('a granted group', () => {
	it.each(READS)('reads %s, and nobody else does', async (_, path) => {
		for (const who of [inside, ...(path.startsWith('/api') || path.startsWith('/scs') ? [program] : [])]) {
			const { status, text } = await told(who, path);
			expect(status).toBe(200);
			expect(text).toMatch(/ZTF26partner|\b20[12]\b/);
		}
		for (const who of [visitor(world), outsider.visitor]) {
			const { status, text } = await told(who, path);
			expect([200, 404]).toContain(status);
			if (status === 200) expect(text.replaceAll(/data-asked="[^"]*"/g, '')).not.toMatch(PRIVATE);
		}
	});

	it('reads cutouts, as they came and as pictures, and no cache may hand them on', async () => {
		for (const kind of ['science', 'template', 'difference']) {
			const path = `/api/v1/alerts/ztf/201/cutouts/${kind}.fits`;
			for (const who of [inside, program]) {
				const found = await who.get(path);
				expect(found.status).toBe(200);
				expect(await found.text()).toBe(`${kind} bytes`);
				expect(found.headers.get('cache-control')).toMatch(/^private|no-store/);
				expect(found.headers.get('vary')).toMatch(/cookie, authorization/);
			}
			for (const who of [visitor(world), outsider.visitor]) expect((await who.get(path)).status).toBe(404);
		}
	});

	it('is counted, and others are not told how many there are', async () => {
		const count = async (who: Visitor, path: string): Promise<number> => {
			const answer = (await (await who.get(path, { accept: '*/*' })).json()) as { total?: number; count?: number };
			return answer.total ?? answer.count ?? -1;
		};
		for (const path of ['/api/v1/count?kind=alerts', '/api/v1/alerts?limit=1']) {
			expect(await count(inside, path)).toBe(4);
			expect(await count(visitor(world), path)).toBe(2);
			expect(await count(outsider.visitor, path)).toBe(2);
		}
		const nights = async (who: Visitor): Promise<number> => {
			const response = await who.get('/api/v1/nights', { accept: '*/*' });
			const { nights: all } = (await response.json()) as { nights: { alerts: number }[] };
			return all.reduce((sum, night) => sum + night.alerts, 0);
		};
		expect([await nights(inside), await nights(visitor(world)), await nights(outsider.visitor)]).toEqual([4, 2, 2]);
	});

	it('reads the live stream, which ends when the right is taken away', async () => {
		const open = async (
			who: Visitor,
		): Promise<{ next: (match: RegExp, ms: number) => Promise<string>; close: () => void }> => {
			const gone = new AbortController();
			const response = await who.ask('/api/v1/stream', {
				headers: { accept: 'text/event-stream' },
				signal: gone.signal,
			});
			expect(response.status).toBe(200);
			const reader = response.body?.getReader();
			let text = '';
			const decoder = new TextDecoder();
			// one that is not answered in time is the next one's
			let reading: ReturnType<NonNullable<typeof reader>['read']> | null = null;
			return {
				close: () => {
					gone.abort();
				},
				next: async (match, ms) => {
					const until = Date.now() + ms;
					for (;;) {
						if (match.test(text)) return text;
						const left = until - Date.now();
						if (left <= 0 || reader === undefined) return text;
						reading ??= reader.read();
						const part = await Promise.race([
							reading,
							new Promise<null>((resolve) => {
								setTimeout(resolve, left, null);
							}),
						]);
						if (part === null) return text;
						reading = null;
						if (part.done) return `${text}\n(ended)`;
						text += decoder.decode(part.value, { stream: true });
					}
				},
			};
		};
		const streams = {
			inside: await open(inside),
			outside: await open(outsider.visitor),
			nobody: await open(visitor(world)),
		};
		for (const stream of Object.values(streams))
			expect(await stream.next(/event: ready/, 60_000)).toMatch(/event: ready/);
		await writeAlerts(world.store, [
			{ alertId: 301n, objectId: 'ZTF26openaac', ra: 152, dec: 2, number: 2 },
			{ alertId: 302n, objectId: 'ZTF26partneb', ra: 153, dec: 2, programme: 'partnership', number: 2 },
		]);
		await publish(world.store, 'worker-1', 2);
		expect(await streams.inside.next(/ZTF26partneb/, 60_000)).toMatch(/ZTF26partneb/);
		for (const stream of [streams.outside, streams.nobody]) {
			const text = await stream.next(/ZTF26openaac/, 60_000);
			expect(text).toMatch(/ZTF26openaac/);
			expect(text).not.toMatch(/ZTF26partneb/);
		}
		setRights(world.database, group, [], 'test');
		expect(await streams.inside.next(/never/, 90_000)).toMatch(/\(ended\)$/);
		expect((await inside.get('/api/v1/alerts/ztf/201')).status).toBe(404);
		expect((await program.get('/api/v1/alerts/ztf/201/cutouts/science.fits')).status).toBe(404);
		for (const stream of Object.values(streams)) stream.close();
	});
});
