import { field } from '#lib/server/accounts/form.ts';
import { sealText } from '#lib/server/accounts/sealed.ts';
import { ProblemError } from '#lib/server/problem.ts';
import { addressProblem } from '#lib/server/net/outgoing.ts';
import { keyFromHome } from '#lib/server/secrets.ts';
import {
	addWatch,
	EMAIL_MODES,
	hookPurpose,
	markSeen,
	noticesOf,
	removeWatch,
	renewSecrets,
	setChannels,
	watchesOf,
	WATCH_KINDS,
} from '#lib/server/work/notice.ts';
import { saveSettings, settingsOf } from '#lib/server/work/quiet.ts';
import { visibleNotices } from '#lib/server/work/noticePage.ts';
import { acted, shownOnPage, workOf } from '#lib/server/work/page.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, setHeaders }) => {
	setHeaders({ 'cache-control': 'no-store' });
	return shownOnPage(async () => {
		const { principal } = locals;
		if (principal === null) return { mine: null };
		const database = workOf(locals);
		const key = keyFromHome(locals.config.home, 'notices');
		return {
			mine: {
				settings: settingsOf(database, principal.id),
				hasLetters: locals.identity !== null,
				watches: watchesOf(database, key, principal).filter(({ origin }) => origin === locals.scope.origin),
				notices: await visibleNotices(locals, noticesOf(database, principal, locals.scope.origin)),
			},
		};
	});
};

const done = { part: '', problem: null };

export const actions: Actions = {
	seen: async ({ locals }) =>
		acted('notices', locals, (principal) => {
			markSeen(workOf(locals), principal);
			return done;
		}),
	begin: async ({ locals, request }) => {
		const form = await request.formData();
		return acted('watches', locals, (principal) => {
			const kind = WATCH_KINDS.find((one) => one === field(form, 'kind', 10));
			if (kind === undefined) throw new ProblemError(400, 'A notification is of a list, an object or a filter.');
			addWatch(workOf(locals), principal, { kind, subject: field(form, 'subject', 130), origin: locals.scope.origin });
			return done;
		});
	},
	channels: async ({ locals, request }) => {
		const form = await request.formData();
		return acted('watches', locals, (principal) => {
			const id = field(form, 'id', 40);
			const email = EMAIL_MODES.find((one) => one === field(form, 'email', 10)) ?? 'off';
			if (email !== 'off' && locals.identity === null) {
				throw new ProblemError(400, 'Letters go to the address of an account: sign in to one first.');
			}
			const url = field(form, 'webhook', 600).trim();
			const problem = url === '' ? null : addressProblem(url, locals.config.privateHosts);
			if (problem !== null) throw new ProblemError(400, problem);
			const drop = field(form, 'drop', 1) === '1';
			const sealed = drop ? '' : url === '' ? null : sealText(locals.config.home, hookPurpose(id), url);
			setChannels(workOf(locals), principal, id, { email, sealed });
			return { ...done, said: 'Kept. Only what comes from now on is sent.' };
		});
	},
	settings: async ({ locals, request }) => {
		const form = await request.formData();
		return acted('settings', locals, (principal) => {
			saveSettings(workOf(locals), principal, {
				zone: field(form, 'zone', 60).trim(),
				quietFrom: field(form, 'quietFrom', 5),
				quietTo: field(form, 'quietTo', 5),
				digestAt: field(form, 'digestAt', 5),
			});
			return { ...done, said: 'The hours are kept.' };
		});
	},
	end: async ({ locals, request }) => {
		const form = await request.formData();
		return acted('watches', locals, (principal) => {
			removeWatch(workOf(locals), principal, field(form, 'id', 40));
			return done;
		});
	},
	renew: async ({ locals, request }) => {
		const form = await request.formData();
		return acted('watches', locals, (principal) => {
			renewSecrets(workOf(locals), principal, field(form, 'id', 40));
			return done;
		});
	},
};
