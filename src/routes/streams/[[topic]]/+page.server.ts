import { loadStreams } from '#lib/server/streams.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => loadStreams(locals, params.topic);
