import { fail, redirect } from '@sveltejs/kit';
import { deskOf } from '#lib/server/accounts/context.ts';
import { openAccounts } from '#lib/server/accounts/database.ts';
import { field } from '#lib/server/accounts/form.ts';
import { findLink } from '#lib/server/accounts/link.ts';
import { confirmAddress } from '#lib/server/accounts/signIn.ts';
import { confirmSignUp, DEAD_LINK } from '#lib/server/accounts/signUp.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => {
	const letter = url.searchParams.get('letter') ?? '';
	const link = letter === '' ? null : findLink(openAccounts(locals.config.home), letter);
	if (link === null || link.purpose === 'reset') return { letter, link: null, dead: DEAD_LINK };
	const { purpose, email, name, identity } = link;
	return { letter, link: { purpose, email, name, passwordless: identity !== null }, dead: null };
};

export const actions: Actions = {
	password: async (event) => {
		const form = await event.request.formData();
		const desk = deskOf(event);
		const outcome = await confirmSignUp(desk, field(form, 'letter', 100), field(form, 'password'));
		if ('problem' in outcome) return fail(400, { problem: outcome.problem });
		await desk.admit(outcome.done.id);
		redirect(303, '/account?done=made');
	},
	address: async (event) => {
		const form = await event.request.formData();
		const outcome = confirmAddress(deskOf(event), field(form, 'letter', 100));
		if ('problem' in outcome) return fail(400, { problem: outcome.problem });
		redirect(303, event.locals.identity === null ? '/account/sign-in?after=address' : '/account?done=address');
	},
};
