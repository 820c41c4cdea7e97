import type { SimObject } from '../object.ts';
import { Recent } from '../recent.ts';
import type { Sighting } from '../sighting.ts';

/** Entries kept: some tens of megabytes. */
const LIMIT = 60_000;

/** Encoded entries of histories: the same exposure stands in many alerts. */
export class EncodedHistory {
	private readonly entries = new Recent<SimObject, Map<number, Buffer>>(LIMIT);

	/** The entry of an exposure, encoded when first asked for. */
	get(object: SimObject, sighting: Sighting, encode: (sighting: Sighting) => Buffer): Buffer {
		const known = this.entries.get(object, () => new Map<number, Buffer>());
		const found = known.get(sighting.visit.id);
		if (found) return found;
		const made = encode(sighting);
		known.set(sighting.visit.id, made);
		this.entries.add(1);
		return made;
	}
}
