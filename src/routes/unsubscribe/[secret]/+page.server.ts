import { error } from '@sveltejs/kit';
import { keyFromHome } from '#lib/server/secrets.ts';
import { endLetters, titleOf, watchOfSecret } from '#lib/server/work/notice.ts';
import { workOf } from '#lib/server/work/page.ts';
import type { Actions, PageServerLoad } from './$types';

/** The watch of the secret address, with its name. */
function watchOf(locals: App.Locals, secret: string) {
	const database = workOf(locals);
	const watch = watchOfSecret(database, keyFromHome(locals.config.home, 'notices'), 'end', secret);
	if (watch === null) error(404, 'This link has ended: the notification is gone, or its addresses were made anew.');
	return { database, watch, ...titleOf(database, watch) };
}

export const load: PageServerLoad = ({ locals, params, setHeaders }) => {
	setHeaders({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
	const { title, watch } = watchOf(locals, params.secret);
	return { title, ended: watch.email === 'off' };
};

export const actions: Actions = {
	default: ({ locals, params }) => {
		const { database, watch } = watchOf(locals, params.secret);
		endLetters(database, watch.id);
		return { done: true };
	},
};
