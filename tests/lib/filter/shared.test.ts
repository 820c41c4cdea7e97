// What many filters ask alike is one node of their pool, and is worked out once a batch.
import { describe, expect, it } from 'vitest';
import { Batch } from '#lib/filter/batch.ts';
import { check, EMPTY_ENVIRONMENT, Pool, type CheckedFilter } from '#lib/filter/index.ts';
import { Evaluation } from '#lib/filter/evaluate.ts';
import { makeEnriched, Random } from '../../support/enriched.ts';

const random = new Random(5);
const alerts = Array.from({ length: 40 }, (_, i) => makeEnriched(random, i, 'nasty', 6));
const rows = Int32Array.from(alerts, (_, i) => i);

function checked(text: string, pool: Pool): CheckedFilter {
	const { filter, problems } = check(text, EMPTY_ENVIRONMENT, pool);
	if (filter === null) throw new Error(problems[0]?.message);
	return filter;
}

/** A part that takes a square root of every point; its element may have any name. */
const part = (name: string, limit = 4.1): string => `any(detections, ${name} => sqrt(abs(${name}.mag - 3)) < ${limit})`;

describe('a part that filters share', () => {
	it('is the same node, whatever its element is called and wherever it stands', () => {
		const pool = new Pool();
		const one = checked(`${part('d')} and mag < 18`, pool);
		const before = pool.size;
		const other = checked(`mag < 18 and ra > 0 and ${part('e')}`, pool);
		const [shared] = one.conditions;
		expect(other.conditions[2]?.node).toBe(shared?.node);
		expect(shared !== undefined && pool.isShared(shared.node)).toBe(true);
		// only what is new was added: the comparison of ra, and the whole
		expect(pool.size - before).toBeLessThan(6);
	});

	it('is worked out once for a batch', () => {
		/** Rows and points that conditions were asked of. */
		const visited = (filters: number, limitOf: (i: number) => number): number => {
			const pool = new Pool();
			const texts = Array.from({ length: filters }, (_, i) => `${part('d', limitOf(i))} and ra > ${i}`);
			const evaluation = new Evaluation(new Batch(alerts), pool);
			for (const { condition } of texts.map((text) => checked(text, pool))) evaluation.rowsWhere(condition, rows);
			return evaluation.visited;
		};
		const [alike, own] = [visited(50, () => 4.1), visited(50, (i) => 4.1 + i / 1e6)];
		// each asks the alerts a question or two of its own, and none the points again
		expect(alike).toBeLessThan(visited(1, () => 4.1) + 49 * 4 * alerts.length);
		expect(own).toBeGreaterThan(1.4 * alike);
	});
});
