import { readOrigins } from '#clickhouse/read/origins.ts';
import type { Store } from '#clickhouse/store.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import { ORIGINS, type Origin } from '#lib/alert/survey.ts';
import { ProblemError } from './problem.ts';

const ORIGINS_HOLD_MS = 2000;

/** Remembers for two seconds which origins have alerts in the scope of readers with the same grants. */
export class OriginMemory {
	readonly #known = new Map<string, { at: number; origins: Promise<readonly Origin[]> }>();

	constructor(readonly now: () => number = Date.now) {}

	/** Origins with alerts, in the order real, test, simulated. */
	async of(store: Store, grants: AccessScope['grants']): Promise<readonly Origin[]> {
		const key = JSON.stringify(grants);
		const known = this.#known.get(key);
		if (known !== undefined && this.now() - known.at < ORIGINS_HOLD_MS) return known.origins;
		if (this.#known.size > 1000) this.#known.clear();
		const origins = readOrigins(store, grants);
		const entry = { at: this.now(), origins };
		this.#known.set(key, entry);
		try {
			return await origins;
		} catch (error) {
			if (this.#known.get(key) === entry) this.#known.delete(key);
			throw error;
		}
	}
}

/** The origin that a reader asks for in `origin=`; undefined when they leave it to us. */
export function askedOrigin(url: URL): Origin | undefined {
	const asked = url.searchParams.get('origin');
	if (asked === null || asked === '') return undefined;
	const origin = ORIGINS.find((known) => known === asked);
	if (origin === undefined) {
		throw new ProblemError(400, 'The origin must be real, test or simulated.', [
			{ parameter: 'origin', message: 'must be real, test or simulated' },
		]);
	}
	return origin;
}

/** Scope of a reader: the origin asked for, else real where there is any, else test, else simulated (design rule 8). */
export function scopeFor(
	asked: Origin | undefined,
	origins: readonly Origin[],
	grants: AccessScope['grants'],
): AccessScope {
	return { origin: asked ?? origins[0] ?? 'simulated', grants };
}
