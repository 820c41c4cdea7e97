import { error } from '@sveltejs/kit';
import { operatorOf } from '#lib/server/accounts/form.ts';
import { readSetAsideBytes } from '#lib/server/operator.ts';
import type { RequestHandler } from './$types';

/** The bytes of one dead letter, as they came. */
export const GET: RequestHandler = async ({ locals, url }) => {
	operatorOf(locals, url);
	const [source, partition, offset] = ['source', 'partition', 'offset'].map((name) => url.searchParams.get(name) ?? '');
	if (!/^\d{1,20}$/.test(offset ?? '')) error(400, 'The offset must be a whole number.');
	const bytes = await readSetAsideBytes(locals.store, {
		source: source ?? '',
		partition: partition ?? '',
		offset: BigInt(offset ?? 0),
	});
	if (bytes === null) error(404, 'There is no such record, or it was not kept whole.');
	return new Response(new Uint8Array(bytes), {
		headers: {
			'content-type': 'application/octet-stream',
			'content-disposition': `attachment; filename="packet-${offset ?? ''}.avro"`,
			'cache-control': 'no-store',
		},
	});
};
