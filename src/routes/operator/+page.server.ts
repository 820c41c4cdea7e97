import { readAudit } from '#lib/server/accounts/audit.ts';
import { openAccounts } from '#lib/server/accounts/database.ts';
import { operatorOf } from '#lib/server/accounts/form.ts';
import { accountTotals, readsByDay } from '#lib/server/accounts/people.ts';
import { readStations } from '#lib/server/operator.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	operatorOf(locals, url);
	const database = openAccounts(locals.config.home);
	return {
		totals: accountTotals(database),
		days: readsByDay(database),
		deeds: readAudit(database, { limit: 8 }),
		stations: await readStations(locals),
		mail: locals.config.accounts.mail.kind,
		signUp: locals.config.accounts.signUp,
		providers: locals.config.accounts.providers.map(({ label }) => label),
	};
};
