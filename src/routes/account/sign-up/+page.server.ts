import { fail, redirect } from '@sveltejs/kit';
import { deskOf } from '#lib/server/accounts/context.ts';
import { field } from '#lib/server/accounts/form.ts';
import { askForAccount } from '#lib/server/accounts/signUp.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
	if (locals.identity?.sessionId != null) redirect(303, '/account');
	return { signUp: locals.config.accounts.signUp };
};

export const actions: Actions = {
	default: async (event) => {
		const form = await event.request.formData();
		const wanted = { email: field(form, 'email', 254), name: field(form, 'name', 200) };
		const outcome = askForAccount(deskOf(event), event.locals.config.accounts.signUp, wanted);
		if ('problem' in outcome) return fail(400, { ...wanted, problem: outcome.problem, sent: null });
		return { ...wanted, problem: null, sent: outcome.done };
	},
};
