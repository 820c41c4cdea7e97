import { fail, redirect } from '@sveltejs/kit';
import { deskOf } from '#lib/server/accounts/context.ts';
import { openAccounts } from '#lib/server/accounts/database.ts';
import { field, fields, signedIn } from '#lib/server/accounts/form.ts';
import { TokenBuckets } from '#lib/server/limits.ts';
import { forget } from '#lib/server/marshals/desk.ts';
import { readLinkFields } from '#lib/server/marshals/linkForm.ts';
import {
	addLink,
	clientFor,
	clientOf,
	linkOf,
	linksOf,
	noteProfile,
	noteState,
	removeLink,
	setDefaultGroups,
} from '#lib/server/marshals/links.ts';
import { MarshalError } from '#lib/server/marshals/marshalError.ts';
import type { Actions, PageServerLoad } from './$types';

/** Checks of marshals that one person may ask for: they call other sites. */
const checks = new TokenBuckets(20, 1 / 30);
const OFTEN = 'You checked marshals very often: wait a minute.';

export const load: PageServerLoad = ({ locals, url }) => {
	const { user } = signedIn(locals, url);
	return { links: linksOf(openAccounts(locals.config.home), user.id), done: url.searchParams.get('done') };
};

export const actions: Actions = {
	add: async (event) => {
		const { user } = signedIn(event.locals, event.url);
		const { config } = event.locals;
		const form = await event.request.formData();
		const asked = { kind: field(form, 'kind', 20), name: field(form, 'name', 100), url: field(form, 'url', 500) };
		const wrong = (problem: string) => fail(400, { ...asked, problem, link: null });
		const secrets = {
			token: field(form, 'token', 500),
			username: field(form, 'username', 200),
			password: field(form, 'password', 200),
		};
		const wanted = readLinkFields({ ...asked, ...secrets }, config.privateHosts);
		if (typeof wanted === 'string') return wrong(wanted);
		if (!checks.take(user.id, 1).allowed) return wrong(OFTEN);
		const desk = deskOf(event);
		try {
			const profile = await clientOf(wanted, config.privateHosts).check();
			const id = addLink(desk.database, config.home, user.id, wanted, profile);
			if (id === null) return wrong('You have linked ten marshals: end a link first.');
			desk.note({ actor: user, action: 'marshal.link', subject: wanted.name, detail: wanted.url });
		} catch (error) {
			if (error instanceof MarshalError) return wrong(error.message);
			throw error;
		}
		redirect(303, '/account/marshals?done=linked');
	},
	check: async (event) => {
		const { user } = signedIn(event.locals, event.url);
		const form = await event.request.formData();
		const id = field(form, 'link', 40);
		const database = openAccounts(event.locals.config.home);
		if (!checks.take(user.id, 1).allowed) return fail(429, { problem: OFTEN, link: id });
		try {
			const client = clientFor(database, event.locals.config, user.id, id);
			if (client === null) redirect(303, '/account/marshals');
			noteProfile(database, user.id, id, await client.check());
			forget(id);
		} catch (error) {
			if (!(error instanceof MarshalError)) throw error;
			noteState(database, user.id, id, error.message);
			return fail(502, { problem: error.message, link: id });
		}
		redirect(303, '/account/marshals?done=checked');
	},
	groups: async (event) => {
		const { user } = signedIn(event.locals, event.url);
		const form = await event.request.formData();
		const database = openAccounts(event.locals.config.home);
		setDefaultGroups(database, user.id, field(form, 'link', 40), fields(form, 'group').map(Number));
		redirect(303, '/account/marshals?done=groups');
	},
	remove: async (event) => {
		const { user } = signedIn(event.locals, event.url);
		const form = await event.request.formData();
		const id = field(form, 'link', 40);
		const desk = deskOf(event);
		const link = linkOf(desk.database, user.id, id);
		if (link !== null && removeLink(desk.database, user.id, id)) {
			forget(id);
			desk.note({ actor: user, action: 'marshal.unlink', subject: link.name, detail: link.url });
		}
		redirect(303, '/account/marshals?done=removed');
	},
};
