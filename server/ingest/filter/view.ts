import { isPublic, maySee } from '#lib/alert/access.ts';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import type { AccessScope } from '#lib/alert/object.ts';

/** The alerts of a batch that a scope may see, without objects of other surveys that it may not; `rows` are their places in the batch. */
export interface ScopedBatch {
	readonly alerts: readonly EnrichedAlert[];
	readonly rows: Int32Array;
}

const isOpen = ({ alert, associations }: EnrichedAlert): boolean =>
	isPublic(alert.survey, alert.programme) && associations.every((other) => isPublic(other.survey, other.programme));

/** The views of one batch by scope; a batch of public alerts is the same for all. */
export class ScopedViews {
	readonly #all: ScopedBatch;
	readonly #open: boolean;
	readonly #views = new Map<string, ScopedBatch>();

	constructor(alerts: readonly EnrichedAlert[]) {
		this.#all = { alerts, rows: Int32Array.from(alerts, (_, row) => row) };
		this.#open = alerts.every(isOpen);
	}

	/** The view of whoever holds these grants (design rule 7). */
	of(grants: AccessScope['grants']): ScopedBatch {
		if (this.#open) return this.#all;
		const key = scopeKey(grants);
		let view = this.#views.get(key);
		if (view === undefined) this.#views.set(key, (view = this.#make(grants)));
		return view;
	}

	#make(grants: AccessScope['grants']): ScopedBatch {
		const rows: number[] = [];
		const alerts: EnrichedAlert[] = [];
		for (const [row, enriched] of this.#all.alerts.entries()) {
			if (!maySee(grants, enriched.alert.survey, enriched.alert.programme)) continue;
			const associations = enriched.associations.filter((other) => maySee(grants, other.survey, other.programme));
			rows.push(row);
			alerts.push(associations.length === enriched.associations.length ? enriched : { ...enriched, associations });
		}
		return { alerts, rows: Int32Array.from(rows) };
	}
}

/** One text for equal grants, whatever their order. */
export function scopeKey(grants: AccessScope['grants']): string {
	return grants
		.map(({ survey, programme }) => `${survey}/${programme}`)
		.sort()
		.join();
}
