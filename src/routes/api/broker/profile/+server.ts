import { brokerRoute } from '#lib/server/broker/broker.ts';
import { ProblemError } from '#lib/server/problem.ts';

/** Who a token belongs to and what it reads: what SkyPortal's provider for Babamul asks first. */
export const GET = brokerRoute((event) => {
	const { identity } = event.locals;
	if (identity === null) {
		const detail = 'Send a token as Authorization: Bearer nj_...; make one at /account/tokens.';
		throw new ProblemError(401, detail, undefined, { 'www-authenticate': 'Bearer realm="Nightjar"' });
	}
	const { user, grants, token } = identity;
	return Promise.resolve({ id: user.id, username: user.name, scopes: token?.scopes ?? null, grants });
});
