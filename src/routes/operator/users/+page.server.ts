import { openAccounts } from '#lib/server/accounts/database.ts';
import { operatorOf } from '#lib/server/accounts/form.ts';
import { listPeople } from '#lib/server/accounts/people.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => {
	operatorOf(locals, url);
	const q = (url.searchParams.get('q') ?? '').slice(0, 100);
	return { q, people: listPeople(openAccounts(locals.config.home), q), done: url.searchParams.get('done') };
};
