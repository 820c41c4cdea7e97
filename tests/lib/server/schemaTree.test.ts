import { describe, expect, it } from 'vitest';
import { schemaTree } from '#lib/server/schemaTree.ts';

const SCHEMA = JSON.stringify({
	type: 'record',
	name: 'Alert',
	fields: [
		{ name: 'mjd', type: 'double', doc: 'Middle of the exposure [d]', unit: 'd' },
		{ name: 'detection', type: { type: 'record', name: 'Point', fields: [{ name: 'mag', type: ['null', 'float'] }] } },
		{ name: 'photometry', type: { type: 'array', items: 'Point' }, doc: 'Light curve' },
		{ name: 'texts', type: { type: 'map', values: 'string' } },
		{ name: 'value', type: ['null', 'double', 'string'] },
		{ name: 'ztf', type: ['null', { type: 'record', name: 'ZtfFields', fields: [{ name: 'drb', type: 'float' }] }] },
		{ name: 'lsst', type: ['null', { type: 'record', name: 'LsstFields', fields: [{ name: 'snr', type: 'float' }] }] },
	],
});

describe('the tree of a schema', () => {
	it('says type, unit and meaning of each field, and what is within it', () => {
		expect(schemaTree([], SCHEMA)).toMatchObject([
			{
				name: 'mjd',
				type: 'number, double',
				unit: 'd',
				meaning: 'Middle of the exposure',
				optional: false,
				fields: [],
			},
			{ name: 'detection', type: 'record', fields: [{ name: 'mag', type: 'number', optional: true }] },
			{ name: 'photometry', type: 'list of Point', fields: [{ name: 'mag' }] },
			{ name: 'texts', type: 'text by name', fields: [] },
			{ name: 'value', type: 'number, double or text', optional: true },
			{ name: 'ztf', fields: [{ name: 'drb' }] },
			{ name: 'lsst', fields: [{ name: 'snr' }] },
		]);
	});

	it('leaves out the own fields of other surveys', () => {
		const names = schemaTree(['ztf'], SCHEMA).map(({ name }) => name);
		expect(names).toContain('ztf');
		expect(names).not.toContain('lsst');
		expect(schemaTree(['ztf'], '')).toEqual([]);
	});
});
