import { expect, test } from 'vitest';
import { keptNotes } from '#clickhouse/embedded/deduplicationLogs.ts';

test('notes of inserts stay while their part, or one merged from it, is there', () => {
	const parts = [
		'3-202611_1_10_2',
		'3-202611_12_12_0',
		'3-202611_1_10_2_15',
		'all_7_7_0',
		'tmp_insert_all_8_8_0',
		'detached',
		'format_version.txt',
	];
	const lines = [
		'1\t3-202611_5_5_0\ta', // merged into 1 to 10
		'1\t3-202611_11_11_0\tb', // never came into place
		'1\t3-202611_12_12_0\tc',
		'1\t3-202612_5_5_0\td', // another partition
		'1\tall_7_7_0\te',
		'1\tall_8_8_0\tf', // still under its temporary name
		'2\tall_3_3_0\tg', // a note of a part that was dropped
	];
	expect(keptNotes(lines, parts).map((line) => line.at(-1))).toEqual(['a', 'c', 'e', 'g']);
});
