import type { SimObject } from '../object.ts';
import type { Sighting } from '../sighting.ts';

/** Encoded entries of histories, kept while their object lives: the same exposure stands in many alerts. */
export class EncodedHistory {
	private readonly entries = new WeakMap<SimObject, Map<number, Buffer>>();

	/** The entry of an exposure, encoded when first asked for. */
	get(object: SimObject, sighting: Sighting, encode: (sighting: Sighting) => Buffer): Buffer {
		let known = this.entries.get(object);
		if (!known) {
			known = new Map();
			this.entries.set(object, known);
		}
		const found = known.get(sighting.visit.id);
		if (found) return found;
		const made = encode(sighting);
		known.set(sighting.visit.id, made);
		if (known.size > 400) known.delete(known.keys().next().value ?? 0);
		return made;
	}
}
