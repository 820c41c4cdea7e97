const INTS = 1 << 20;
const FLOATS = 1 << 18;

/** Short-lived columns: taken in order and given back together, so that nothing is allocated or cleared per comparison. Contents are not cleared. */
export class Arena {
	private readonly intChunk = new Int32Array(INTS);
	private readonly floatChunk = new Float64Array(FLOATS);
	private ints = 0;
	private floats = 0;

	int32(length: number): Int32Array {
		const end = this.ints + length;
		if (end > INTS) return new Int32Array(length);
		const taken = this.intChunk.subarray(this.ints, end);
		this.ints = end;
		return taken;
	}

	float64(length: number): Float64Array {
		const end = this.floats + length;
		if (end > FLOATS) return new Float64Array(length);
		const taken = this.floatChunk.subarray(this.floats, end);
		this.floats = end;
		return taken;
	}

	/** Runs something and takes back all that it took. Nothing that it took may outlive it. */
	within<T>(run: () => T): T {
		const { ints, floats } = this;
		try {
			return run();
		} finally {
			this.ints = ints;
			this.floats = floats;
		}
	}
}
