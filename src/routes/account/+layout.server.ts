import type { LayoutServerLoad } from './$types';

/** Nothing of an account is kept by browsers or proxies. */
export const load: LayoutServerLoad = ({ setHeaders, locals }) => {
	setHeaders({ 'cache-control': 'no-store' });
	return { isIn: locals.identity?.sessionId != null };
};
