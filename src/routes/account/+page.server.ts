import { fail, redirect, type RequestEvent } from '@sveltejs/kit';
import { type Desk, deskOf } from '#lib/server/accounts/context.ts';
import { openAccounts } from '#lib/server/accounts/database.ts';
import { field, signedIn } from '#lib/server/accounts/form.ts';
import { groupsOf } from '#lib/server/accounts/group.ts';
import { identitiesOf, removeIdentity } from '#lib/server/accounts/identity.ts';
import { clearSessionCookie } from '#lib/server/accounts/identify.ts';
import { limitOf } from '#lib/server/accounts/limit.ts';
import { endOwnSession, endSession, endSessions, sessionsOf } from '#lib/server/accounts/session.ts';
import { askForAddress, changePassword, provesPassword } from '#lib/server/accounts/signIn.ts';
import { tokensOf } from '#lib/server/accounts/token.ts';
import { deleteUser, grantsOf, operatorCount, readName, renameUser, type User } from '#lib/server/accounts/user.ts';
import { endFilters } from '#lib/server/filters/leaving.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => {
	const { user, sessionId } = signedIn(locals, url);
	const database = openAccounts(locals.config.home);
	const identities = identitiesOf(database, user.id);
	return {
		user,
		sessions: sessionsOf(database, user.id, sessionId),
		identities,
		tokens: tokensOf(database, user.id).length,
		groups: groupsOf(database, user.id).length,
		limit: limitOf(database, user.id),
		grants: grantsOf(database, user.id),
		providers: locals.config.accounts.providers
			.filter(({ name }) => !identities.some(({ provider }) => provider === name))
			.map(({ name, label }) => ({ name, label })),
		done: url.searchParams.get('done'),
	};
};

/** What went wrong, beside the form that it concerns. */
function wrong(part: string, problem: string) {
	return fail(400, { part, problem, sent: null });
}

/** An action of who is signed in: the form, and what to work with. */
async function acting(
	event: RequestEvent,
): Promise<{ form: FormData; desk: Desk; user: User; sessionId: string | null }> {
	const { user, sessionId } = signedIn(event.locals, event.url);
	return { form: await event.request.formData(), desk: deskOf(event), user, sessionId };
}

export const actions: Actions = {
	name: async (event) => {
		const { form, desk, user } = await acting(event);
		const name = readName(field(form, 'name', 200));
		if (name === null) return wrong('name', 'A name has 1 to 80 letters, on one line, and is no web address.');
		renameUser(desk.database, user.id, name);
		redirect(303, '/account?done=name');
	},
	address: async (event) => {
		const { form, desk, user } = await acting(event);
		const asked = { email: field(form, 'email', 254), password: field(form, 'password') };
		const outcome = await askForAddress(desk, user, asked);
		if ('problem' in outcome) return wrong('address', outcome.problem);
		return { part: 'address', problem: null, sent: outcome.done };
	},
	password: async (event) => {
		const { form, desk, user } = await acting(event);
		const asked = { password: field(form, 'password'), next: field(form, 'next') };
		const outcome = await changePassword(desk, user, asked);
		if ('problem' in outcome) return wrong('password', outcome.problem);
		redirect(303, '/account?done=password');
	},
	unlink: async (event) => {
		const { form, desk, user } = await acting(event);
		const provider = field(form, 'provider', 40);
		if (!removeIdentity(desk.database, user, provider, field(form, 'subject', 255))) {
			return wrong('ways', 'Choose a password first: this is the only way to sign in.');
		}
		desk.note({ actor: user, action: 'user.unlink', subject: user.email, detail: provider });
		redirect(303, '/account?done=unlinked');
	},
	endOne: async (event) => {
		const { form, desk, user } = await acting(event);
		endOwnSession(desk.database, user.id, field(form, 'session', 16));
		redirect(303, '/account?done=ended');
	},
	signOut: async (event) => {
		const { desk, sessionId } = await acting(event);
		if (sessionId !== null) endSession(desk.database, sessionId);
		clearSessionCookie(event.cookies, event.url);
		redirect(303, '/account/sign-in?after=out');
	},
	signOutEverywhere: async (event) => {
		const { desk, user } = await acting(event);
		await endSessions(desk.database, user.id);
		clearSessionCookie(event.cookies, event.url);
		desk.note({ actor: user, action: 'user.sign-out everywhere', subject: user.email });
		redirect(303, '/account/sign-in?after=everywhere');
	},
	delete: async (event) => {
		const { form, desk, user } = await acting(event);
		const mistaken = await provesPassword(desk, user, field(form, 'password'));
		if (mistaken !== null) return wrong('delete', mistaken);
		if (field(form, 'email', 254).trim().toLowerCase() !== user.email.toLowerCase()) {
			return wrong(
				'delete',
				'Write the address of your account into the field, so that nobody deletes it by accident.',
			);
		}
		if (user.operator && operatorCount(desk.database) < 2) {
			return wrong('delete', 'You are the only operator: make another one first.');
		}
		await endFilters(event.locals.store, user.id);
		desk.note({ actor: user, action: 'user.delete', subject: user.email });
		deleteUser(desk.database, user.id);
		clearSessionCookie(event.cookies, event.url);
		redirect(303, '/account/sign-in?after=deleted');
	},
};
