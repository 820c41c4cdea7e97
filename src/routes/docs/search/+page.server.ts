import { findInDocs } from './entries.server.ts';
import type { PageServerLoad } from './$types';

/** Characters of a question that count. */
const MOST = 200;

export const load: PageServerLoad = ({ url }) => {
	const q = (url.searchParams.get('q') ?? '').trim().slice(0, MOST);
	return { q, found: findInDocs(q) };
};
