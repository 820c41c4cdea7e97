import { describe, expect, it } from 'vitest';
import { GET } from '../../src/routes/api/v1/fields/+server.ts';
import { ask } from '../support/route.ts';

describe('the field catalogue of the API', () => {
	it('tells formula, source and version of what is computed, and where surveys have their own', async () => {
		const answer = await ask(GET, '/api/v1/fields', {} as App.Locals);
		const { fields } = (await answer.json()) as { fields: Readonly<Record<string, string>>[] };
		const byName = new Map(fields.map((field) => [field['name'], field]));
		expect(byName.get('age')).toMatchObject({ survey: '', unit: 'd', formula: 'mjd - firstMjd', from: '' });
		expect(byName.get('age')?.['version']).toMatch(/^Nightjar \d+\.\d+/);
		expect(byName.get('classScore')?.['version']).toBe('classModel');
		expect(byName.get('g.riseRate')).toMatchObject({ source: 'BOOM', version: '1' });
		expect(byName.get('star')?.['survey']?.split(' ').sort()).toEqual(['lsst', 'ztf']);
		expect(byName.get('ztf.drb')).toMatchObject({ survey: 'ztf', from: 'candidate.drb', formula: '', version: '' });
	});

	it('comes as CSV with a column for each', async () => {
		const text = await (await ask(GET, '/api/v1/fields?format=csv', {} as App.Locals)).text();
		expect(text.split('\r\n')[0]).toBe('name,survey,type,unit,meaning,formula,source,from,version');
		expect(text).not.toContain('undefined');
	});
});
