import { describe, expect, it } from 'vitest';
import { countsByPath, type SourceCounts, summaryTable } from '#server/cli/summaryTable.ts';

const counts = (source: string, received: number, deadLetters: Record<string, number> = {}): SourceCounts => ({
	source,
	received,
	stored: received - Object.values(deadLetters).reduce((a, b) => a + b, 0),
	duplicates: 0,
	redelivered: 0,
	deadLetters,
});

describe('the table at the end of an ingest', () => {
	it('joins files into the folders that were asked for', () => {
		const rows = countsByPath(
			['/data/ztf', '/data/night.tar'],
			[
				counts('/data/ztf/a.avro', 2),
				counts('/data/ztf/deep/b.avro', 3, { unreadable: 1 }),
				counts('/data/night.tar', 7),
				counts('/data/ztf2/c.avro', 100),
			],
		);
		expect(rows).toEqual([counts('/data/ztf', 5, { unreadable: 1 }), counts('/data/night.tar', 7)]);
	});

	it('has a line of totals and a column per kind of dead letter', () => {
		const text = summaryTable([counts('a', 5, { unreadable: 1 }), counts('bb', 7, { conflict: 2, unreadable: 1 })]);
		expect(text).toBe(
			[
				'source  read  stored  duplicates  again  dead letters  conflict  unreadable',
				'a          5       4           0      0             1         0           1',
				'bb         7       4           0      0             3         2           1',
				'total     12       8           0      0             4         2           2',
			].join('\n'),
		);
	});

	it('needs no totals for one source', () => {
		expect(summaryTable([counts('a', 5)]).split('\n')).toHaveLength(2);
	});
});
