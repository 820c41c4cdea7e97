import { api } from '#lib/server/api.ts';
import { feedOf } from '#lib/server/work/feed.ts';

/** A feed of notices (Atom) under a secret address. */
export const GET = api((event) => feedOf(event));
