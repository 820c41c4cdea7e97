import fc from 'fast-check';
import { expect } from 'vitest';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import { cornersOf } from '#lib/astro/healpix.ts';
import { Batch } from '#lib/filter/batch.ts';
import { Pool, type NumNode, type TruthNode } from '#lib/filter/core.ts';
import { Evaluation } from '#lib/filter/evaluate.ts';
import { toColumnsSql } from '#lib/filter/sql.ts';
import { render } from '#clickhouse/read/render.ts';
import type { Store } from '#clickhouse/store.ts';
import { makeEnriched, Random } from '../../support/enriched.ts';
import { exactNumber, exactTruth, looseTruth, TreeBuilder, type Data } from './randomTrees.ts';

const SCOPE = { origin: 'real' as const, grants: [] };

/** Alerts of which two of three are full of absent and extreme values; every fourth stands where pixels of the sky meet. */
export function testAlerts(seed: number, count: number): EnrichedAlert[] {
	const random = new Random(seed);
	return Array.from({ length: count }, (_, i) => {
		const made = makeEnriched(random, i, i % 3 === 0 ? 'plain' : 'nasty', 8);
		return i % 4 === 0 ? { ...made, alert: { ...made.alert, ...cornerOfPixel(random) } } : made;
	});
}

function cornerOfPixel(random: Random): { readonly ra: number; readonly dec: number } {
	const order = random.whole(5);
	return random.of(cornersOf(order, BigInt(random.whole(12 * 4 ** order))));
}

const rowsOf = (alerts: readonly EnrichedAlert[]) => Int32Array.from(alerts, (_, i) => i);

/** Per condition and alert: 1 true, 0 false, -1 unknown. */
export function byClosures(nodes: readonly TruthNode[], pool: Pool, alerts: readonly EnrichedAlert[]): number[][] {
	const evaluation = new Evaluation(new Batch(alerts), pool);
	const all = rowsOf(alerts);
	return nodes.map((node) => {
		const states = new Array<number>(alerts.length).fill(-1);
		for (const row of evaluation.rowsWhere(node, all)) states[row] = 1;
		for (const row of evaluation.rowsWhere(node, all, false)) {
			if (states[row] === 1) throw new Error('A condition is true and false at once');
			states[row] = 0;
		}
		return states;
	});
}

/** The same by the store, and numbers as they come. */
export async function bySql(
	store: Store,
	truths: readonly TruthNode[],
	numbers: readonly NumNode[],
	alerts: readonly EnrichedAlert[],
): Promise<{ truths: number[][]; numbers: (number | null)[][] }> {
	const asked = [...truths.flatMap((node) => [node, { isFalse: node }]), ...numbers];
	const { sql, params } = toColumnsSql(asked, { where: '1' });
	const rendered = render(sql, SCOPE);
	const rows = await store.query<Record<string, number | string | null>>(rendered, params, {
		class: 'export',
	});
	const order = [...alerts].sort((a, b) => (a.alert.alertId < b.alert.alertId ? -1 : 1));
	expect(rows.map(({ alertId }) => alertId)).toEqual(order.map(({ alert }) => String(alert.alertId)));
	const place = new Map(order.map((alert, i) => [alert, i]));
	const column = (n: number) => alerts.map((alert) => rows[place.get(alert) ?? -1]?.[`c${n}`] ?? null);
	return {
		truths: truths.map((_, n) => {
			const no = column(2 * n + 1);
			return column(2 * n).map((yes, i) => (yes === 1 ? 1 : no[i] === 1 ? 0 : -1));
		}),
		numbers: numbers.map((_, n) => column(2 * truths.length + n) as (number | null)[]),
	};
}

/** How many expressions stand in one query; a failure names the one, for making smaller would ask hundreds of queries. */
const EXPRESSIONS = 24;

/** Asks both back ends of `batches` batches of random trees about the same alerts; returns how many answers were compared and of which kind. */
export async function compareRandomTrees(
	store: Store,
	alerts: readonly EnrichedAlert[],
	{ batches, seed }: { readonly batches: number; readonly seed: number },
): Promise<{ cases: number; unknown: number; isTrue: number; isFalse: number; numbers: number }> {
	const counts = { cases: 0, unknown: 0, isTrue: 0, isFalse: 0, numbers: 0 };
	const constants = [
		0, -0, 1, 0.5, 2, 19, 0.1, -1, 3, 1e-300, 1e300, 100, 60,
		...alerts.slice(0, 60).flatMap(({ alert, curve }) => [alert.mag, alert.psfFlux, alert.mjd, ...curve.slice(0, 4).flatMap((point) => [point.mag, point.psfFlux, point.mjd, point.magErr])]),
	].filter(Number.isFinite); // prettier-ignore
	const trees = fc.record({
		truths: fc.array(fc.oneof({ weight: 6, arbitrary: exactTruth }, { weight: 1, arbitrary: looseTruth }), {
			minLength: EXPRESSIONS - 8,
			maxLength: EXPRESSIONS - 8,
			size: 'max',
		}),
		numbers: fc.array(exactNumber, { minLength: 8, maxLength: 8, size: 'max' }),
	});
	await fc.assert(
		fc.asyncProperty(trees, async (specs) => {
			const pool = new Pool();
			const evaluation = new Evaluation(new Batch(alerts), pool);
			const all = rowsOf(alerts);
			const data: Data = {
				constants,
				ids: alerts.map(({ alert }) => alert.alertId),
				places: alerts.map(({ alert }) => alert),
				valuesOf: (node) => evaluation.numbersOf(node, all),
			};
			const builder = new TreeBuilder(pool, data);
			const truths = specs.truths.map((spec) => builder.truth(spec));
			const numbers = specs.numbers.map((spec) => builder.num(spec));
			const closures = byClosures(truths, pool, alerts);
			const values = numbers.map((node) =>
				[...evaluation.numbersOf(node, all)].map((x) => (Number.isNaN(x) ? null : x)),
			);
			const sql = await bySql(store, truths, numbers, alerts);
			for (const [i, states] of closures.entries())
				expect(sql.truths[i], JSON.stringify(specs.truths[i])).toEqual(states);
			for (const [i, column] of values.entries()) {
				// 0 and -0 are one number
				const plain = (list: readonly (number | null)[] | undefined) => list?.map((x) => (x === 0 ? 0 : x));
				expect(plain(sql.numbers[i]), JSON.stringify(specs.numbers[i])).toEqual(plain(column));
			}
			counts.cases += closures.length * alerts.length + values.length * alerts.length;
			counts.numbers += values.flat().filter((x) => x !== null).length;
			counts.unknown += closures.flat().filter((state) => state === -1).length;
			counts.isTrue += closures.flat().filter((state) => state === 1).length;
			counts.isFalse += closures.flat().filter((state) => state === 0).length;
		}),
		{ numRuns: batches, seed, endOnFailure: true },
	);
	return counts;
}
