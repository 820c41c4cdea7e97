import { describe, expect, it } from 'vitest';
import { chooseTopics, SURVEY_TOPICS } from '#server/ingest/source/kafka/topics.ts';

const NOW = Date.UTC(2026, 10, 21, 3);
const ztf = SURVEY_TOPICS['ztf'] ?? [];

describe('topics of a broker', () => {
	it('are those of recent nights, sorted', () => {
		const listed = [
			'ztf_20261121_programid1',
			'ztf_20261120_programid3',
			'ztf_20261101_programid1',
			'ztf_test',
			'other',
		];
		expect(chooseTopics(listed, ztf, 14, NOW)).toEqual(['ztf_20261120_programid3', 'ztf_20261121_programid1']);
		expect(chooseTopics(listed, ztf, 40, NOW)).toHaveLength(3);
	});

	it('leave out what is no date, and keep a topic that is named', () => {
		expect(chooseTopics(['ztf_20261399_programid1', 'ztf_99999999_programid1'], ztf, 14, NOW)).toEqual([]);
		expect(chooseTopics(['ztf_20200101_programid1'], ['ztf_20200101_programid1'], 14, NOW)).toHaveLength(1);
	});

	it('take a star for any letters and every other sign as itself', () => {
		const listed = ['lsst-alerts-v10.0', 'lsst-alerts-v10x0', 'xlsst-alerts-v10.0', '__consumer_offsets'];
		expect(chooseTopics(listed, ['lsst-alerts-v10.0'], 14, NOW)).toEqual(['lsst-alerts-v10.0']);
		expect(chooseTopics(listed, ['lsst-alerts-*'], 14, NOW)).toEqual(['lsst-alerts-v10.0', 'lsst-alerts-v10x0']);
		expect(chooseTopics(listed, ['*'], 14, NOW)).not.toContain('__consumer_offsets');
	});
});
