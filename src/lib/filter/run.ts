import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import { Arena } from './arena.ts';
import { Batch } from './batch.ts';
import type { CheckedFilter } from './check.ts';
import type { Pool, TruthNode } from './core.ts';
import { Evaluation } from './evaluate.ts';

/** A recorded value: an absent one is null, an id a decimal string. */
export type AnnotationValue = number | string | boolean | null;

/** Alerts that passed, by their places in the batch, and for each annotation its values in their order. */
export interface Hits {
	readonly rows: Int32Array;
	readonly annotations: readonly { readonly name: string; readonly values: readonly AnnotationValue[] }[];
}

const NO_HITS: Hits = { rows: new Int32Array(0), annotations: [] };

/** What one filter did with one batch. */
export interface FilterRun {
	readonly hits: Hits;
	/** Why it was set aside; null where it ran. */
	readonly error: string | null;
	/** Time it took, milliseconds of this thread. */
	readonly elapsedMs: number;
	/** Rows and elements it looked at. */
	readonly visited: number;
}

/**
 * Filters that run together, all checked into one pool, so that what they have in common is computed once. A filter that throws is
 * set aside alone: its run carries the reason and the others are not touched.
 */
export class FilterSet {
	private readonly arena = new Arena();

	constructor(private readonly filters: readonly CheckedFilter[]) {
		const [first] = filters;
		if (filters.some(({ pool }) => pool !== first?.pool)) {
			throw new Error('Filters that run together must be checked into one pool');
		}
	}

	/** Runs every filter on a batch; the runs stand in the order of the filters. `allows` says which alerts a filter may see. */
	run(alerts: readonly EnrichedAlert[], allows?: (filter: number, alert: EnrichedAlert) => boolean): FilterRun[] {
		const [first] = this.filters;
		if (first === undefined) return [];
		const evaluation = new Evaluation(new Batch(alerts), first.pool, this.arena);
		const all = allRows(alerts.length);
		return this.filters.map((filter, index) => {
			const rows = allows === undefined ? all : all.filter((row) => allows(index, alerts[row] as EnrichedAlert));
			return runOne(evaluation, filter, rows);
		});
	}
}

const allRows = (size: number): Int32Array => Int32Array.from({ length: size }, (_, row) => row);

function runOne(evaluation: Evaluation, filter: CheckedFilter, rows: Int32Array): FilterRun {
	const started = performance.now();
	const before = evaluation.visited;
	const done = (hits: Hits, error: string | null): FilterRun => ({
		hits,
		error,
		elapsedMs: performance.now() - started,
		visited: evaluation.visited - before,
	});
	try {
		const passed = evaluation.rowsWhere(filter.condition, rows);
		return done(hitsOf(evaluation, filter, passed), null);
	} catch (error) {
		return done(NO_HITS, error instanceof Error ? error.message : String(error));
	}
}

function hitsOf(evaluation: Evaluation, filter: CheckedFilter, rows: Int32Array): Hits {
	const annotations = filter.annotations.map(({ name, node }) => ({ name, values: valuesOf(evaluation, node, rows) }));
	return { rows, annotations };
}

function valuesOf(
	evaluation: Evaluation,
	node: CheckedFilter['annotations'][number]['node'],
	rows: Int32Array,
): AnnotationValue[] {
	switch (node.sort) {
		case 'num':
			return Array.from(evaluation.numbersOf(node, rows), (value) => (Number.isNaN(value) ? null : value));
		case 'text':
			return evaluation.textsOf(node, rows);
		case 'id':
			return evaluation.idsOf(node, rows).map((id) => (id === null ? null : String(id)));
		case 'truth': {
			const yes = new Set(evaluation.rowsWhere(node, rows));
			const no = new Set(evaluation.rowsWhere(node, rows, false));
			return Array.from(rows, (row) => (yes.has(row) ? true : no.has(row) ? false : null));
		}
	}
}

/** What each condition of a filter says of each alert: 1 true, 0 false, -1 unknown. */
export interface Explanation {
	/** One per condition, each with one entry per alert. */
	readonly conditions: readonly Int8Array[];
	/** Whether the whole filter passes, 1 or 0, per alert. */
	readonly passes: Int8Array;
	/** Alerts left after each condition and all before it. */
	readonly survivors: readonly number[];
	/** Alerts that pass each condition alone. */
	readonly alone: readonly number[];
}

/** Why alerts pass or not, condition by condition: the funnel of a batch, its passes and its near misses. */
export function explain(filter: CheckedFilter, alerts: readonly EnrichedAlert[]): Explanation {
	const evaluation = new Evaluation(new Batch(alerts), filter.pool);
	const all = allRows(alerts.length);
	const conditions = filter.conditions.map(({ node }) => {
		const states = new Int8Array(alerts.length).fill(-1);
		for (const row of evaluation.rowsWhere(node, all)) states[row] = 1;
		for (const row of evaluation.rowsWhere(node, all, false)) states[row] = 0;
		return states;
	});
	const passes = new Int8Array(alerts.length);
	for (const row of evaluation.rowsWhere(filter.condition, all)) passes[row] = 1;
	const left = new Int8Array(alerts.length).fill(1);
	const count = (states: Int8Array) => states.reduce((sum, state) => sum + (state === 1 ? 1 : 0), 0);
	const survivors = conditions.map((states) => {
		for (const [row, state] of states.entries()) if (state !== 1) left[row] = 0;
		return count(left);
	});
	return { conditions, passes, survivors, alone: conditions.map(count) };
}

/** How many alerts each of several conditions of one pool is true of. */
export function countTrue(nodes: readonly TruthNode[], pool: Pool, alerts: readonly EnrichedAlert[]): number[] {
	const evaluation = new Evaluation(new Batch(alerts), pool);
	const all = allRows(alerts.length);
	return nodes.map((node) => evaluation.rowsWhere(node, all).length);
}
