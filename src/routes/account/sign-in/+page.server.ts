import { fail, redirect } from '@sveltejs/kit';
import { deskOf } from '#lib/server/accounts/context.ts';
import { field, localPath } from '#lib/server/accounts/form.ts';
import { signIn } from '#lib/server/accounts/signIn.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => {
	const to = localPath(url.searchParams.get('to'));
	if (locals.identity?.sessionId != null) redirect(303, to);
	const { providers, signUp } = locals.config.accounts;
	return {
		to,
		signUp,
		providers: providers.map(({ name, label }) => ({ name, label })),
		after: url.searchParams.get('after'),
	};
};

export const actions: Actions = {
	default: async (event) => {
		const form = await event.request.formData();
		const email = field(form, 'email', 254);
		const desk = deskOf(event);
		const outcome = await signIn(desk, { email, password: field(form, 'password') });
		if ('problem' in outcome) return fail(400, { email, problem: outcome.problem });
		await desk.admit(outcome.done.id);
		redirect(303, localPath(field(form, 'to') || null));
	},
};
