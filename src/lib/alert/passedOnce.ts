import type { FilterPass } from './views.ts';

/** A filter that alerts of an object passed, whatever its version. */
export interface PassedFilter {
	readonly filterId: string;
	readonly name: string;
	readonly alerts: number;
	/** When the first alert passed, ISO 8601 UTC. */
	readonly since: string;
	/** Its newest version that an alert passed. */
	readonly version: number;
}

/** Filters passed, each once: of several versions the alerts of the one that passed most; in the order of the first pass. */
export function passedOnce(passes: readonly FilterPass[]): PassedFilter[] {
	const found = new Map<string, PassedFilter>();
	for (const { filterId, name, alerts, knownAt, version } of passes) {
		const old = found.get(filterId);
		found.set(filterId, {
			filterId,
			name,
			// two versions may have passed the same alert: a sum would count it twice
			alerts: Math.max(alerts, old?.alerts ?? 0),
			since: old !== undefined && old.since < knownAt ? old.since : knownAt,
			version: Math.max(version, old?.version ?? 0),
		});
	}
	return [...found.values()].sort((a, b) => a.since.localeCompare(b.since) || a.name.localeCompare(b.name));
}
