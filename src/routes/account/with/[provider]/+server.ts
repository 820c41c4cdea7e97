import { error, redirect } from '@sveltejs/kit';
import { localPath } from '#lib/server/accounts/form.ts';
import { beginOAuth } from '#lib/server/accounts/oauth.ts';
import { ProblemError } from '#lib/server/problem.ts';
import type { RequestHandler } from './$types';

/** Sends the reader to another site to say who they are. */
export const GET: RequestHandler = async ({ params, locals, cookies, url }) => {
	const provider = locals.config.accounts.providers.find(({ name }) => name === params.provider);
	if (provider === undefined) error(404, 'Nobody signs in by this site here.');
	const base = locals.config.publicOrigin ?? url.origin;
	const to = localPath(url.searchParams.get('to'));
	const link = url.searchParams.get('link') === '1' && locals.identity?.sessionId != null;
	const address = await beginOAuth(provider, { cookies, url, base, to, link }).catch((thrown: unknown) => {
		if (thrown instanceof ProblemError) error(thrown.problem.status, thrown.message);
		throw thrown;
	});
	redirect(302, address);
};
