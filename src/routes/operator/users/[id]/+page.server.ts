import { error, fail, redirect, type RequestEvent } from '@sveltejs/kit';
import { readAudit, readsOf } from '#lib/server/accounts/audit.ts';
import { type Desk, deskOf } from '#lib/server/accounts/context.ts';
import { openAccounts } from '#lib/server/accounts/database.ts';
import { field, operatorOf } from '#lib/server/accounts/form.ts';
import { limitOf, setLimit } from '#lib/server/accounts/limit.ts';
import { findPerson, readsByDay } from '#lib/server/accounts/people.ts';
import { endSessions } from '#lib/server/accounts/session.ts';
import { resetLink } from '#lib/server/accounts/signIn.ts';
import { removeTokens } from '#lib/server/accounts/token.ts';
import { endFilters } from '#lib/server/filters/leaving.ts';
import {
	deleteUser,
	findUser,
	grantsOf,
	operatorCount,
	setDisabled,
	setOperator,
	type User,
} from '#lib/server/accounts/user.ts';
import type { Actions, PageServerLoad } from './$types';

const NOBODY = 'There is no such account.';

export const load: PageServerLoad = ({ locals, params, url }) => {
	operatorOf(locals, url);
	const database = openAccounts(locals.config.home);
	const person = findPerson(database, params.id);
	if (person === null) error(404, NOBODY);
	return {
		person,
		limit: limitOf(database, person.id),
		grants: grantsOf(database, person.id),
		days: readsByDay(database, { userId: person.id }),
		reads: readsOf(database, person.id),
		deeds: readAudit(database, { q: person.email, limit: 30 }),
		done: url.searchParams.get('done'),
	};
};

const wrong = (part: string, problem: string) => fail(400, { part, problem, link: null });

async function acting(
	event: RequestEvent<{ id: string }>,
): Promise<{ form: FormData; desk: Desk; me: { id: string; name: string }; user: User; at: string }> {
	const me = operatorOf(event.locals, event.url);
	const desk = deskOf(event);
	const user = findUser(desk.database, event.params.id);
	if (user === null) error(404, NOBODY);
	return { form: await event.request.formData(), desk, me, user, at: `/operator/users/${user.id}` };
}

/** A whole number from 1 to a million, or null. */
function numberOf(text: string): number | null {
	return /^\d{1,7}$/.test(text) && Number(text) >= 1 && Number(text) <= 1_000_000 ? Number(text) : null;
}

const LAST = 'This is the only operator who can sign in: make another one first.';
const isLast = (desk: Desk, user: User): boolean => user.operator && !user.disabled && operatorCount(desk.database) < 2;

export const actions: Actions = {
	limit: async (event) => {
		const { form, desk, me, user, at } = await acting(event);
		const [capacity, perSecond] = [numberOf(field(form, 'capacity', 10)), numberOf(field(form, 'perSecond', 10))];
		if (capacity === null || perSecond === null) return wrong('limit', 'Both are whole numbers from 1 to 1,000,000.');
		setLimit(desk.database, user.id, { capacity, perSecond });
		desk.note({ actor: me, action: 'user.limit', subject: user.email, detail: `${capacity}, ${perSecond}/s` });
		redirect(303, `${at}?done=limit`);
	},
	usualLimit: async (event) => {
		const { desk, me, user, at } = await acting(event);
		setLimit(desk.database, user.id, null);
		desk.note({ actor: me, action: 'user.limit', subject: user.email, detail: 'the usual one' });
		redirect(303, `${at}?done=limit`);
	},
	operator: async (event) => {
		const { form, desk, me, user, at } = await acting(event);
		const on = field(form, 'on', 3) === 'yes';
		if (!on && isLast(desk, user)) return wrong('part', LAST);
		setOperator(desk.database, user.id, on);
		desk.note({ actor: me, action: 'user.operator', subject: user.email, detail: on ? 'on' : 'off' });
		redirect(303, user.id === me.id && !on ? '/' : `${at}?done=part`);
	},
	shut: async (event) => {
		const { form, desk, me, user, at } = await acting(event);
		const shut = field(form, 'shut', 3) === 'yes';
		if (shut && isLast(desk, user)) return wrong('part', LAST);
		setDisabled(desk.database, user.id, shut);
		desk.note({ actor: me, action: 'user.shut', subject: user.email, detail: shut ? 'shut' : 'open again' });
		redirect(303, `${at}?done=part`);
	},
	signOut: async (event) => {
		const { desk, me, user, at } = await acting(event);
		await endSessions(desk.database, user.id);
		removeTokens(desk.database, user.id);
		desk.note({ actor: me, action: 'user.sign-out', subject: user.email, detail: 'sessions and tokens' });
		redirect(303, `${at}?done=ended`);
	},
	reset: async (event) => {
		const { desk, me, user } = await acting(event);
		if (user.disabled) return wrong('part', 'The account is shut: open it first.');
		desk.note({ actor: me, action: 'user.reset asked', subject: user.email });
		return { part: 'reset', problem: null, link: resetLink(desk, user) };
	},
	delete: async (event) => {
		const { form, desk, me, user } = await acting(event);
		if (field(form, 'email', 254).trim().toLowerCase() !== user.email.toLowerCase())
			return wrong('delete', 'Write the address of the account, so that none is deleted by accident.');
		if (isLast(desk, user)) return wrong('delete', LAST);
		await endFilters(event.locals.store, user.id);
		desk.note({ actor: me, action: 'user.delete', subject: user.email });
		deleteUser(desk.database, user.id);
		redirect(303, '/operator/users?done=deleted');
	},
};
