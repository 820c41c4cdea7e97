/** What a request took from its address's bucket. */
export interface Taken {
	readonly allowed: boolean;
	readonly retryAfterSeconds: number;
	readonly headers: Readonly<Record<string, string>>;
}

/** A token bucket per address. */
export class TokenBuckets {
	readonly #buckets = new Map<string, { tokens: number; at: number }>();

	constructor(
		readonly capacity: number,
		readonly perSecond: number,
		readonly now: () => number = Date.now,
	) {}

	/** Takes `cost` tokens for an address, or says how long to wait. */
	take(address: string, cost: number): Taken {
		const now = this.now();
		const bucket = this.#buckets.get(address) ?? { tokens: this.capacity, at: now };
		const tokens = Math.min(this.capacity, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * this.perSecond);
		const allowed = tokens >= cost;
		const left = allowed ? tokens - cost : tokens;
		if (this.#buckets.size >= 50_000) this.#forgetFull(now);
		this.#buckets.set(address, { tokens: left, at: now });
		const retryAfterSeconds = allowed ? 0 : Math.ceil((cost - tokens) / this.perSecond);
		return {
			allowed,
			retryAfterSeconds,
			headers: {
				'ratelimit-limit': String(this.capacity),
				'ratelimit-remaining': String(Math.floor(left)),
				'ratelimit-reset': String(Math.ceil((this.capacity - left) / this.perSecond)),
				...(allowed ? {} : { 'retry-after': String(retryAfterSeconds) }),
			},
		};
	}

	#forgetFull(now: number): void {
		for (const [address, bucket] of this.#buckets) {
			if (bucket.tokens + ((now - bucket.at) / 1000) * this.perSecond >= this.capacity) this.#buckets.delete(address);
		}
		if (this.#buckets.size >= 50_000) this.#buckets.clear();
	}
}

/** Requests an address may make at once, and how many come back each second. */
export const API_LIMIT = { capacity: 600, perSecond: 20, exportCost: 20 } as const;

/** Limits of the API: a file costs as much as twenty pages. */
export function apiLimits(now?: () => number): { take: (address: string, url: URL) => Taken } {
	const buckets = new TokenBuckets(API_LIMIT.capacity, API_LIMIT.perSecond, now);
	return {
		take: (address, url) => {
			const format = url.searchParams.get('format') ?? 'json';
			return buckets.take(address, format === 'json' ? 1 : API_LIMIT.exportCost);
		},
	};
}
