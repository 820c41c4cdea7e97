/** What a request took from its address's bucket. */
export interface Taken {
	readonly allowed: boolean;
	readonly retryAfterSeconds: number;
	readonly headers: Readonly<Record<string, string>>;
}

/** How many may be taken at once, and how many come back each second. */
export interface BucketSize {
	readonly capacity: number;
	readonly perSecond: number;
}

/** A token bucket per address, account or token. */
export class TokenBuckets {
	readonly #buckets = new Map<string, BucketSize & { tokens: number; at: number }>();

	constructor(
		readonly capacity: number,
		readonly perSecond: number,
		readonly now: () => number = Date.now,
	) {}

	/** Takes `cost` tokens for an address, or says how long to wait; `size` for one that has more or less than the others. */
	take(address: string, cost: number, { capacity, perSecond }: BucketSize = this): Taken {
		const now = this.now();
		const bucket = this.#buckets.get(address) ?? { tokens: capacity, at: now };
		const tokens = Math.min(capacity, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * perSecond);
		const allowed = tokens >= cost;
		const left = allowed ? tokens - cost : tokens;
		if (this.#buckets.size >= 50_000) this.#forgetFull(now);
		this.#buckets.set(address, { tokens: left, at: now, capacity, perSecond });
		const retryAfterSeconds = allowed ? 0 : Math.ceil((cost - tokens) / perSecond);
		return {
			allowed,
			retryAfterSeconds,
			headers: {
				'ratelimit-limit': String(capacity),
				'ratelimit-remaining': String(Math.floor(left)),
				'ratelimit-reset': String(Math.ceil((capacity - left) / perSecond)),
				...(allowed ? {} : { 'retry-after': String(retryAfterSeconds) }),
			},
		};
	}

	#forgetFull(now: number): void {
		for (const [address, bucket] of this.#buckets) {
			const { capacity, perSecond, tokens, at } = bucket;
			if (tokens + ((now - at) / 1000) * perSecond >= capacity) this.#buckets.delete(address);
		}
		if (this.#buckets.size >= 50_000) this.#buckets.clear();
	}
}

/** Requests an address may make at once, and how many come back each second. */
export const API_LIMIT = { capacity: 600, perSecond: 20, exportCost: 20 } as const;
/** The same for an account, unless an operator gave it another number. */
export const ACCOUNT_LIMIT = { capacity: 3000, perSecond: 100 } as const;
/** Part of its account's limit that one token has, so that a program gone wild leaves its owner the rest. */
export const TOKEN_PART = 0.5;

/** Who asks: somebody with an account, by a session or a token, or an address. */
export interface Asker {
	readonly address: string;
	readonly account: { readonly id: string; readonly limit: BucketSize; readonly tokenId: string | null } | null;
}

const COSTLY = /^\/api\/v1\/(?:crossmatch|photometry)$/;

/** Limits of the API: a file, a match of many positions or the photometry of many objects costs as much as twenty pages. */
export function apiLimits(now?: () => number): { take: (asker: Asker, url: URL) => Taken } {
	const addresses = new TokenBuckets(API_LIMIT.capacity, API_LIMIT.perSecond, now);
	const accounts = new TokenBuckets(ACCOUNT_LIMIT.capacity, ACCOUNT_LIMIT.perSecond, now);
	const tokens = new TokenBuckets(ACCOUNT_LIMIT.capacity * TOKEN_PART, ACCOUNT_LIMIT.perSecond * TOKEN_PART, now);
	return {
		take: ({ address, account }, url) => {
			const format = url.searchParams.get('format') ?? 'json';
			const cost = format !== 'json' || COSTLY.test(url.pathname) ? API_LIMIT.exportCost : 1;
			if (account === null) return addresses.take(address, cost);
			const { id, limit, tokenId } = account;
			if (tokenId !== null) {
				const part = { capacity: Math.ceil(limit.capacity * TOKEN_PART), perSecond: limit.perSecond * TOKEN_PART };
				const taken = tokens.take(tokenId, cost, part);
				if (!taken.allowed) return taken;
				const whole = accounts.take(id, cost, limit);
				// what is less of the two is what is left
				const left = (one: Taken): number => Number(one.headers['ratelimit-remaining']);
				return whole.allowed && left(taken) < left(whole) ? taken : whole;
			}
			return accounts.take(id, cost, limit);
		},
	};
}
