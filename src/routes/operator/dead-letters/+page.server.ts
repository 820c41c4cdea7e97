import { operatorOf } from '#lib/server/accounts/form.ts';
import { readSetAside } from '#lib/server/operator.ts';
import type { PageServerLoad } from './$types';

const PAGE = 100;

export const load: PageServerLoad = async ({ locals, url }) => {
	operatorOf(locals, url);
	const kind = (url.searchParams.get('kind') ?? '').slice(0, 40);
	const source = (url.searchParams.get('source') ?? '').slice(0, 300);
	const before = Number(url.searchParams.get('before') ?? '');
	const beforeMs = Number.isSafeInteger(before) && before > 0 ? before : null;
	return {
		kind,
		source,
		setAside: await readSetAside(locals.store, { kind, source, beforeMs, most: PAGE }),
		most: PAGE,
	};
};
