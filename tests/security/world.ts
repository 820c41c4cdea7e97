import { type AccountsDatabase, closeAccounts, openAccounts } from '#lib/server/accounts/database.ts';
import { addGroup, setRights } from '#lib/server/accounts/group.ts';
import { hashPassword } from '#lib/server/accounts/password.ts';
import { startSession } from '#lib/server/accounts/session.ts';
import { addToken, type TokenScope } from '#lib/server/accounts/token.ts';
import { addUser } from '#lib/server/accounts/user.ts';
import { publish, type TestAlert, writeAlerts } from '../support/alertRows.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embeddedStore.ts';
import { freePort } from '../support/freePort.ts';
import { makeHome, removeHome, type Running, startNightjar } from '../support/nightjar.ts';
import { Visitor } from './visitor.ts';

export const PASSWORD = 'three owls and a fox';

/** Public alerts, and alerts of ZTF's partnership: one object of its own, and one point of a public object. */
export const ALERTS: readonly TestAlert[] = [
	{ alertId: 101n, objectId: 'ZTF26openaaa', ra: 150, dec: 2, mag: 18.5, cutouts: true },
	{ alertId: 102n, objectId: 'ZTF26openaab', ra: 151, dec: 2, mag: 19, cutouts: true },
	{ alertId: 201n, objectId: 'ZTF26partner', ra: 150.001, dec: 2, mag: 17.25, programme: 'partnership', cutouts: true },
	{ alertId: 202n, objectId: 'ZTF26openaab', ra: 151, dec: 2, mag: 17.125, programme: 'partnership', cutouts: true },
];

/** A real portal, built, over a store with public and private alerts; nobody sits at its machine. */
export interface World {
	readonly url: string;
	readonly home: string;
	/** Of the portal's process. */
	readonly pid: number;
	readonly database: AccountsDatabase;
	readonly store: EmbeddedStore['store'];
	/** All that the portal printed. */
	output(): string;
	stop(): Promise<void>;
}

/**
 * Starts it. Addresses of readers come from a header, as behind a proxy, so that each visitor has their own; `atTheMachine` without, so that
 * whoever asks sits there.
 */
export async function startWorld(
	env: Readonly<Record<string, string>> = {},
	{ atTheMachine = false }: { atTheMachine?: boolean } = {},
): Promise<World> {
	const home = makeHome();
	const embedded = await startEmbeddedStore({ home });
	await writeAlerts(embedded.store, ALERTS);
	await publish(embedded.store, 'worker-1', 1);
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const proxied = { ORIGIN: url, ADDRESS_HEADER: 'x-forwarded-for', XFF_DEPTH: '1' };
	const running: Running = await startNightjar([], home, {
		serve: 'portal',
		env: { PORT: String(port), ...(atTheMachine ? {} : proxied), ...env },
	});
	return {
		url,
		home,
		pid: running.pid,
		database: openAccounts(home),
		store: embedded.store,
		output: () => running.output(),
		stop: async () => {
			await running.stop();
			closeAccounts(home);
			await embedded.stop();
			removeHome(home);
		},
	};
}

let visitors = 0;
/** Somebody at an address of their own. */
export function visitor(world: World, headers: Readonly<Record<string, string>> = {}): Visitor {
	visitors += 1;
	return new Visitor(world.url, {
		'x-forwarded-for': `198.51.${Math.floor(visitors / 250)}.${(visitors % 250) + 1}`,
		...headers,
	});
}

export interface Member {
	readonly id: string;
	readonly email: string;
	readonly visitor: Visitor;
}

let people = 0;
let stored: string | null = null;
/** Somebody with an account, signed in. */
export async function member(world: World, { name = 'Vera', operator = false } = {}): Promise<Member> {
	people += 1;
	const email = `person${people}@example.org`;
	stored ??= await hashPassword(PASSWORD);
	const user = addUser(world.database, { email, name: `${name} ${people}`, password: stored, operator });
	if (user === null) throw new Error(`${email} is taken.`);
	const someone = visitor(world);
	someone.setCookie('nightjar', await startSession(world.database, user.id, { agent: 'test', address: '192.0.2.1' }));
	return { id: user.id, email, visitor: someone };
}

/** A token of somebody. */
export function tokenOf(world: World, userId: string, scopes: readonly TokenScope[]): string {
	const made = addToken(world.database, userId, { name: 'test', scopes, days: 7 });
	if (made === null) throw new Error('No token was made.');
	return made.secret;
}

/** A group of somebody who runs it; `rights` as `survey programme`. */
export function groupOf(world: World, ownerId: string, name: string, rights: readonly string[] = []): string {
	const id = addGroup(world.database, ownerId, { name, about: '' });
	if (id === null) throw new Error(`There is a group ${name} already.`);
	const wanted = rights.map((right) => {
		const [survey = '', programme = ''] = right.split(' ');
		return { survey, programme };
	});
	setRights(world.database, id, wanted, ownerId);
	return id;
}

const KEPT = [
	'users',
	'groups',
	'group_members',
	'invitations',
	'group_rights',
	'identities',
	'limits',
	'letters',
	...['list_objects', 'list_positions', 'list_areas', 'notes', 'tags', 'labels', 'saved_searches', 'watches'],
	'marshals',
];

/** All that a refused request must leave as it was. */
export function snapshot(world: World): string {
	const rows = KEPT.map((table) => [table, world.database.all(`SELECT * FROM ${table} ORDER BY 1, 2, 3`)]);
	const sessions = world.database.all('SELECT id, user_id FROM sessions ORDER BY id');
	const tokens = world.database.all('SELECT id, user_id, scopes, expires_at FROM tokens ORDER BY id');
	// a portal matches lists by itself: how far it is, is nobody's doing
	const lists = world.database.all(
		"SELECT id, name, about, shared, group_id, entries, state = 'none' AS still FROM lists ORDER BY id",
	);
	return JSON.stringify({ rows, sessions, tokens, lists });
}
