import { operatorOf } from '#lib/server/accounts/form.ts';
import type { LayoutServerLoad } from './$types';

/** For operators alone, and kept by nobody. */
export const load: LayoutServerLoad = ({ setHeaders, locals, url }) => {
	setHeaders({ 'cache-control': 'no-store' });
	return { me: operatorOf(locals, url).id };
};
