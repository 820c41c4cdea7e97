import { createHash } from 'node:crypto';
import type { Watermark } from '#clickhouse/read/watermark.ts';

/** Seconds that an answer about nights may be kept: an open night grows, an old one hardly. */
const KEEP_SECONDS = { open: 5, old: 300 } as const;

/** Headers by which a reader keeps an answer that only what is asked and what is published decide. */
export function freshHeaders(purpose: string, watermark: Watermark, open: boolean): Record<string, string> {
	const hash = createHash('sha256')
		.update(JSON.stringify([purpose, watermark]))
		.digest('base64url')
		.slice(0, 22);
	return {
		etag: `"${hash}"`,
		// of one reader's scope
		'cache-control': `private, max-age=${open ? KEEP_SECONDS.open : KEEP_SECONDS.old}`,
	};
}

/** 304 when the reader has this answer, else null. */
export function unchanged(request: Request, headers: Readonly<Record<string, string>>): Response | null {
	return request.headers.get('if-none-match') === headers['etag'] ? new Response(null, { status: 304, headers }) : null;
}
