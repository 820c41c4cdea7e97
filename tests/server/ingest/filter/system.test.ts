import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import docs from '../../../../docs/systemFilters.md?raw';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import { check, FilterSet, Pool, print } from '#lib/filter/index.ts';
import { exampleAlert } from '#server/ingest/filter/example.ts';
import {
	checkSystemFilter,
	readSystemFilter,
	SYSTEM_BLOCKS,
	SYSTEM_ENVIRONMENT,
	SYSTEM_FILTERS,
	SystemFilterError,
	type SystemFilter,
} from '#server/ingest/filter/system.ts';

/** Which of the alerts pass. */
function passes(entry: SystemFilter, alerts: readonly EnrichedAlert[]): boolean[] {
	const [run] = new FilterSet([checkSystemFilter(entry, new Pool())]).run(alerts);
	if (run === undefined || run.error !== null) throw new Error(run?.error ?? 'not run');
	return alerts.map((_, row) => run.hits.rows.includes(row));
}

const rows = docs.split('\n');
const ALL = [...SYSTEM_BLOCKS, ...SYSTEM_FILTERS];

describe('system filters', () => {
	it('have ids, names and topics of their own', () => {
		for (const of of ['id', 'name'] as const) expect(new Set(ALL.map((entry) => entry[of])).size).toBe(ALL.length);
		const topics = SYSTEM_FILTERS.map(({ topic }) => topic);
		expect(new Set(topics).size).toBe(topics.length);
		for (const topic of topics) expect(topic).toMatch(/^[a-z0-9_.-]{1,200}$/);
	});

	it('change their text only with a new version', () => {
		const texts = Object.fromEntries(
			ALL.map(({ reference, topic, version, id, text }) => [
				reference === '' ? `${topic}@${version}` : reference,
				`${id} ${createHash('sha256').update(text).digest('hex').slice(0, 16)}`,
			]),
		);
		expect(texts).toMatchSnapshot();
	});

	it.each(ALL.map((entry) => [entry.reference || entry.topic, entry] as const))(
		'%s is right about its examples',
		(_, entry) => {
			const { problems, syntax } = check(entry.text, SYSTEM_ENVIRONMENT);
			expect(problems).toEqual([]);
			expect(check(print(syntax), SYSTEM_ENVIRONMENT).problems).toEqual([]);
			expect(entry.mustPass.length).toBeGreaterThan(0);
			expect(entry.mustFail.length).toBeGreaterThan(0);
			const right = passes(entry, entry.mustPass.map(exampleAlert));
			expect(right, 'must pass').toEqual(entry.mustPass.map(() => true));
			const wrong = passes(entry, entry.mustFail.map(exampleAlert));
			expect(wrong, 'must fail').toEqual(entry.mustFail.map(() => false));
		},
	);

	it('stand in docs/systemFilters.md with what differs from theirs', () => {
		for (const { topic, reference, source } of ALL) {
			const row = rows.find((line) => line.startsWith(`| \`${topic === '' ? reference : topic}\` `)) ?? '';
			const [theirs = '', differs = ''] = source.split('. Differs: ');
			expect(row, source).toContain(theirs);
			if (!topic.startsWith('babamul.')) expect(row.toLowerCase(), source).toContain(differs.toLowerCase());
		}
	});

	it('are refused where the file does not say what it is', () => {
		const id = '# id: 6f1c7d3e-6a53-5d0b-9a57-2f8a1c0b7e11';
		const rest = '# version: 1\n# name: a\n# topic: a\n# meaning: b\n# source: c';
		const read = (path: string, content: string) => () => readSystemFilter(path, content);
		expect(read('./system/a.njf', `${id}\n${rest}\n\nmag < 19\n`)().text).toBe('mag < 19');
		expect(read('./system/a.njf', rest)).toThrow(SystemFilterError);
		expect(read('./system/a.njf', `${id}\n${rest.replace('1', 'x')}`)).toThrow('no version');
		expect(read('./system/a.njf', `${id}\n${rest}\n# name: b`)).toThrow('one line "# name');
		expect(read('./system/blocks/a.njf', `${id}\n${rest}\n\nmag < 19`)).toThrow('not named by its version');
		expect(read('./system/a.njf', `${id}\n${rest}\n# passes: {"mag": 3}\n`)).toThrow('no member "mag"');
	});
});
