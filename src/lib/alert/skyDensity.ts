import type { SkyCells } from './skyCells.ts';

/** Cells of one order with what is drawn of each; `ipix` ascending. */
export interface Density {
	readonly order: number;
	readonly ipix: Uint32Array;
	readonly alerts: Float64Array;
	/** Newest night, days since 1970. */
	readonly night: Uint16Array;
	/** The class with most alerts there (number in the legend), unclassified ones set aside unless alone. */
	readonly class: Uint8Array;
	/** alerts summed up to each cell, one longer than the cells. */
	readonly running: Float64Array;
	readonly total: number;
}

/** What the reader left out, by number in the legends. */
export interface Hidden {
	readonly classes: ReadonlySet<number>;
	readonly surveys: ReadonlySet<number>;
}

/** Cells per pixel without the classes and surveys left out; columnar, for a range of nights has 10⁵ rows. */
export function densityOf(cells: SkyCells, hidden: Hidden): Density {
	const ipix = new Uint32Array(cells.count);
	const alerts = new Float64Array(cells.count);
	const night = new Uint16Array(cells.count);
	const top = new Uint8Array(cells.count);
	const most = new Float64Array(cells.count);
	let n = -1;
	for (let row = 0; row < cells.count; row += 1) {
		const kind = cells.class[row] ?? 0;
		if (hidden.classes.has(kind) || hidden.surveys.has(cells.survey[row] ?? 0)) continue;
		const here = cells.ipix[row] ?? 0;
		if (n < 0 || ipix[n] !== here) {
			n += 1;
			ipix[n] = here;
		}
		const count = cells.alerts[row] ?? 0;
		alerts[n] = (alerts[n] ?? 0) + count;
		night[n] = Math.max(night[n] ?? 0, cells.night[row] ?? 0);
		if (kind !== 0 && count > (most[n] ?? 0)) {
			most[n] = count;
			top[n] = kind;
		}
	}
	const length = n + 1;
	const running = new Float64Array(length + 1);
	for (let i = 0; i < length; i += 1) running[i + 1] = (running[i] ?? 0) + (alerts[i] ?? 0);
	return {
		order: 6,
		ipix: ipix.slice(0, length),
		alerts: alerts.slice(0, length),
		night: night.slice(0, length),
		class: top.slice(0, length),
		running,
		total: running[length] ?? 0,
	};
}

function firstAtLeast(sorted: Uint32Array, value: number): number {
	let [low, high] = [0, sorted.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((sorted[middle] ?? 0) < value) low = middle + 1;
		else high = middle;
	}
	return low;
}

/** Alerts in pixels of an order up to the density's own; of a finer one, those of the cells that hold the pixels. */
export function alertsIn(density: Density, order: number, pixels: readonly number[]): number {
	const finer = Math.max(0, order - density.order);
	const parents = finer === 0 ? pixels : [...new Set(pixels.map((pixel) => Math.floor(pixel / 4 ** finer)))];
	const each = 4 ** Math.max(0, density.order - order);
	return parents.reduce((sum, pixel) => {
		const from = firstAtLeast(density.ipix, pixel * each);
		const to = firstAtLeast(density.ipix, (pixel + 1) * each);
		return sum + (density.running[to] ?? 0) - (density.running[from] ?? 0);
	}, 0);
}

/** Indices of the cells with most alerts among those that are wanted, fullest first, equal ones in order of their pixels. */
export function fullestCells(density: Density, most: number, wanted: (ipix: number) => boolean): number[] {
	const found: number[] = [];
	const alertsAt = (i: number): number => density.alerts[i] ?? 0;
	// one pass: sorting all cells for a few of them took a third of what a change of nights costs
	for (let i = 0; i < density.ipix.length; i += 1) {
		const last = found.length === most ? alertsAt(found[most - 1] ?? 0) : -1;
		if (alertsAt(i) <= last || !wanted(density.ipix[i] ?? 0)) continue;
		let place = found.length;
		while (place > 0 && alertsAt(found[place - 1] ?? 0) < alertsAt(i)) place -= 1;
		found.splice(place, 0, i);
		if (found.length > most) found.pop();
	}
	return found;
}

/** The same in cells of a coarser order. */
export function coarsened(density: Density, order: number): Density {
	const shift = 2 * (density.order - order);
	if (shift <= 0) return density;
	const n = density.ipix.length;
	const ipix = new Uint32Array(n);
	const alerts = new Float64Array(n);
	const night = new Uint16Array(n);
	const top = new Uint8Array(n);
	const most = new Float64Array(n);
	let at = -1;
	for (let i = 0; i < n; i += 1) {
		const here = (density.ipix[i] ?? 0) >> shift;
		if (at < 0 || ipix[at] !== here) {
			at += 1;
			ipix[at] = here;
		}
		const count = density.alerts[i] ?? 0;
		alerts[at] = (alerts[at] ?? 0) + count;
		night[at] = Math.max(night[at] ?? 0, density.night[i] ?? 0);
		// by the finer cells: a cell of many unclassified alerts still tells its class
		if ((density.class[i] ?? 0) !== 0 && count > (most[at] ?? 0)) {
			most[at] = count;
			top[at] = density.class[i] ?? 0;
		}
	}
	const length = at + 1;
	const running = new Float64Array(length + 1);
	for (let i = 0; i < length; i += 1) running[i + 1] = (running[i] ?? 0) + (alerts[i] ?? 0);
	return {
		order,
		ipix: ipix.slice(0, length),
		alerts: alerts.slice(0, length),
		night: night.slice(0, length),
		class: top.slice(0, length),
		running,
		total: density.total,
	};
}

/** The counts at the ends of the ramp: the 2nd and the 99th percentile of the cells. */
export function countEnds(density: Density): readonly [number, number] {
	if (density.alerts.length === 0) return [1, 1];
	const sorted = density.alerts.slice().sort();
	const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 1;
	return [Math.max(1, at(0.02)), Math.max(1, at(0.99))];
}

/** Brightness 0 to 1 of a count between the ends of the ramp, logarithmic. */
export function levelOfCount(count: number, [low, high]: readonly [number, number]): number {
	if (high <= low) return 0.6;
	return Math.max(0, Math.min(1, Math.log(count / low) / Math.log(high / low)));
}
