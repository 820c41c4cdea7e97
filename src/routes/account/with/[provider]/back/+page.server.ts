import { error, fail, redirect } from '@sveltejs/kit';
import { deskOf } from '#lib/server/accounts/context.ts';
import { field } from '#lib/server/accounts/form.ts';
import { addIdentity, findByIdentity } from '#lib/server/accounts/identity.ts';
import { readSealed, seal } from '#lib/server/accounts/sealed.ts';
import { endOAuth } from '#lib/server/accounts/oauth.ts';
import { askForAccount } from '#lib/server/accounts/signUp.ts';
import { ProblemError } from '#lib/server/problem.ts';
import type { Actions, PageServerLoad } from './$types';

/** Whoever comes back is signed in, gets the way to sign in added, or makes an account with it. */
export const load: PageServerLoad = async (event) => {
	const { params, locals, cookies, url } = event;
	const provider = locals.config.accounts.providers.find(({ name }) => name === params.provider);
	if (provider === undefined) error(404, 'Nobody signs in by this site here.');
	// after the form below was sent
	if (event.request.method === 'POST') return { label: provider.label, name: '', pending: '' };
	const base = locals.config.publicOrigin ?? url.origin;
	const came = await endOAuth(provider, { cookies, url, base }).catch((thrown: unknown) => {
		if (thrown instanceof ProblemError) error(thrown.problem.status, thrown.message);
		throw thrown;
	});
	const desk = deskOf(event);
	const owner = findByIdentity(desk.database, came.identity.provider, came.identity.subject);
	const { identity } = locals;
	if (came.link && identity?.sessionId != null) {
		const added = owner === null && addIdentity(desk.database, identity.user.id, came.identity);
		if (added) {
			desk.note({ actor: identity.user, action: 'user.link', subject: identity.user.email, detail: provider.label });
		}
		redirect(303, `/account?done=${added || owner?.id === identity.user.id ? 'linked' : 'taken'}`);
	}
	if (owner !== null) {
		if (owner.disabled) error(403, 'This account was shut by whoever runs this Nightjar: ask them.');
		await desk.admit(owner.id);
		desk.note({ actor: owner, action: 'user.sign-in', subject: owner.email, detail: provider.label });
		redirect(303, came.to);
	}
	return { label: provider.label, name: came.name, pending: seal(locals.config.home, 'identity', came.identity) };
};

export const actions: Actions = {
	default: async (event) => {
		const form = await event.request.formData();
		const pending = field(form, 'pending', 4000);
		const identity = readSealed(event.locals.config.home, 'identity', pending);
		const wanted = { email: field(form, 'email', 254), name: field(form, 'name', 200) };
		if (identity === null)
			return fail(400, { ...wanted, pending, problem: 'Too much time went by: begin again.', sent: null });
		const outcome = askForAccount(deskOf(event), event.locals.config.accounts.signUp, { ...wanted, identity });
		if ('problem' in outcome) return fail(400, { ...wanted, pending, problem: outcome.problem, sent: null });
		return { ...wanted, pending, problem: null, sent: outcome.done };
	},
};
