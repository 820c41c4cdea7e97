import { fail, redirect } from '@sveltejs/kit';
import { deskOf } from '#lib/server/accounts/context.ts';
import { openAccounts } from '#lib/server/accounts/database.ts';
import { field } from '#lib/server/accounts/form.ts';
import { findLink } from '#lib/server/accounts/link.ts';
import { askForReset, resetPassword } from '#lib/server/accounts/signIn.ts';
import { DEAD_LINK } from '#lib/server/accounts/signUp.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => {
	const letter = url.searchParams.get('letter');
	if (letter === null) return { letter: null, email: null, dead: null };
	const link = findLink(openAccounts(locals.config.home), letter);
	return link?.purpose === 'reset'
		? { letter, email: link.email, dead: null }
		: { letter, email: null, dead: DEAD_LINK };
};

export const actions: Actions = {
	ask: async (event) => {
		const form = await event.request.formData();
		const outcome = askForReset(deskOf(event), field(form, 'email', 254));
		if ('problem' in outcome) return fail(400, { problem: outcome.problem, sent: null });
		return { problem: null, sent: outcome.done };
	},
	choose: async (event) => {
		const form = await event.request.formData();
		const desk = deskOf(event);
		const outcome = await resetPassword(desk, field(form, 'letter', 100), field(form, 'password'));
		if ('problem' in outcome) return fail(400, { problem: outcome.problem, sent: null });
		await desk.admit(outcome.done.id);
		redirect(303, '/account?done=password');
	},
};
