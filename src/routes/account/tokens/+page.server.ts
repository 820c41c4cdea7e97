import { fail, redirect } from '@sveltejs/kit';
import { kafkaAccess } from '#lib/server/streams.ts';
import { deskOf } from '#lib/server/accounts/context.ts';
import { openAccounts } from '#lib/server/accounts/database.ts';
import { field, fields, signedIn } from '#lib/server/accounts/form.ts';
import { readsOf } from '#lib/server/accounts/audit.ts';
import { readsByDay } from '#lib/server/accounts/people.ts';
import { limitOf } from '#lib/server/accounts/limit.ts';
import { provesPassword } from '#lib/server/accounts/signIn.ts';
import { addToken, readScopes, removeToken, TOKEN_SCOPES, tokensOf } from '#lib/server/accounts/token.ts';
import { grantsOf, readName } from '#lib/server/accounts/user.ts';
import type { Actions, PageServerLoad } from './$types';

/** Days that a token may live; 0 stands for no end. */
const LIVES = [7, 30, 90, 365];

export const load: PageServerLoad = ({ locals, url }) => {
	const { user } = signedIn(locals, url);
	const database = openAccounts(locals.config.home);
	return {
		user,
		tokens: tokensOf(database, user.id),
		scopes: TOKEN_SCOPES,
		lives: LIVES,
		limit: limitOf(database, user.id),
		grants: grantsOf(database, user.id),
		reads: readsOf(database, user.id),
		days: readsByDay(database, { userId: user.id }),
		kafka: kafkaAccess(locals.config.publish),
		server: `${locals.config.publicOrigin ?? url.origin}/api/v1`,
		nowSeconds: Math.floor(Date.now() / 1000),
	};
};

export const actions: Actions = {
	add: async (event) => {
		const { user } = signedIn(event.locals, event.url);
		const form = await event.request.formData();
		const desk = deskOf(event);
		const asked = { name: field(form, 'name', 200), scopes: readScopes(fields(form, 'scope')) };
		const wrong = (problem: string) => fail(400, { ...asked, problem, secret: null });
		const name = readName(asked.name);
		if (name === null) return wrong('Name the token by what it is for, in at most 80 letters.');
		if (asked.scopes.length === 0) return wrong('Choose at least one thing that the token may do.');
		const days = LIVES.find((life) => String(life) === field(form, 'days', 5));
		if (days === undefined) return wrong('Choose how long the token works.');
		const mistaken = await provesPassword(desk, user, field(form, 'password'));
		if (mistaken !== null) return wrong(mistaken);
		const made = addToken(desk.database, user.id, { name, scopes: asked.scopes, days });
		if (made === null) return wrong('You have fifty tokens: end one first.');
		desk.note({ actor: user, action: 'token.add', subject: name, detail: `${asked.scopes.join(' ')}, ${days} days` });
		return { ...asked, problem: null, secret: made.secret };
	},
	remove: async (event) => {
		const { user } = signedIn(event.locals, event.url);
		const form = await event.request.formData();
		const desk = deskOf(event);
		const id = field(form, 'token', 40);
		if (removeToken(desk.database, user.id, id)) desk.note({ actor: user, action: 'token.remove', subject: id });
		redirect(303, '/account/tokens');
	},
};
