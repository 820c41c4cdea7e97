import { readAudit } from '#lib/server/accounts/audit.ts';
import { openAccounts } from '#lib/server/accounts/database.ts';
import { operatorOf } from '#lib/server/accounts/form.ts';
import type { PageServerLoad } from './$types';

const PAGE = 100;

export const load: PageServerLoad = ({ locals, url }) => {
	operatorOf(locals, url);
	const q = (url.searchParams.get('q') ?? '').slice(0, 100);
	const before = Number(url.searchParams.get('before') ?? '');
	const deeds = readAudit(openAccounts(locals.config.home), {
		q,
		before: Number.isSafeInteger(before) && before > 0 ? before : null,
		limit: PAGE + 1,
	});
	const shown = deeds.slice(0, PAGE);
	return { q, deeds: shown, older: deeds.length > PAGE ? (shown.at(-1)?.id ?? null) : null };
};
