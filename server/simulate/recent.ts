/** A cache keyed by object that starts afresh when it has taken up enough: what it holds can always be made again. */
export class Recent<Key extends WeakKey, Value> {
	private entries = new WeakMap<Key, Value>();
	private weight = 0;

	/** `limit` is the total weight at which everything is forgotten. */
	constructor(private readonly limit: number) {}

	/** The value of a key, made when it is not there. */
	get(key: Key, make: () => Value, weight = 1): Value {
		const known = this.entries.get(key);
		if (known !== undefined) return known;
		this.add(weight);
		const made = make();
		this.entries.set(key, made);
		return made;
	}

	/** Counts what was added to a value that is kept. */
	add(weight: number): void {
		this.weight += weight;
		if (this.weight <= this.limit) return;
		this.entries = new WeakMap();
		this.weight = weight;
	}
}
