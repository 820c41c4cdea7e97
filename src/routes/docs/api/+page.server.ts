import { apiRoutes } from '#lib/server/docs/apiRoutes.ts';
import { ACCOUNT_LIMIT, API_LIMIT, TOKEN_PART } from '#lib/server/limits.ts';
import { TOKEN_SCOPES } from '#lib/server/accounts/token.ts';
import type { PageServerLoad } from './$types';

/** The reference of the API, from the same description that programs read. */
export const load: PageServerLoad = ({ url }) => {
	const limits = [
		{ who: 'an address, without an account', ...API_LIMIT },
		{ who: 'an account, all its sessions and tokens together', ...ACCOUNT_LIMIT },
		{
			who: 'one token of it',
			capacity: ACCOUNT_LIMIT.capacity * TOKEN_PART,
			perSecond: ACCOUNT_LIMIT.perSecond * TOKEN_PART,
		},
	];
	return {
		routes: apiRoutes(url.origin),
		limits,
		exportCost: API_LIMIT.exportCost,
		scopes: Object.entries(TOKEN_SCOPES),
		server: `${url.origin}/api/v1`,
	};
};
