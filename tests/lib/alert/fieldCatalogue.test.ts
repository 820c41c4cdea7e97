import { describe, expect, it } from 'vitest';
import { fieldCatalogue } from '#lib/alert/fieldCatalogue.ts';
import { FEATURE_VERSION, FEATURES } from '#lib/alert/features.ts';
import { CORE_FIELDS } from '#lib/alert/fields.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';

const fields = fieldCatalogue('1.2.3');
const byName = new Map(fields.map((field) => [field.name, field]));

describe('the field catalogue', () => {
	it('has every field once, with a meaning', () => {
		expect(byName.size).toBe(fields.length);
		const own = SURVEYS.reduce((sum, survey) => sum + survey.fields.length, 0);
		expect(fields).toHaveLength(CORE_FIELDS.length + FEATURES.length + own);
		for (const { name, meaning } of fields) expect(meaning, name).not.toBe('');
	});

	it('has a version for whatever has a formula, and a place in the packet for what a survey sends', () => {
		for (const { name, group, formula, version, from } of fields) {
			if (formula !== '') expect(version, name).not.toBe('');
			expect(from !== '', name).toBe(group !== 'core' && group !== 'features');
		}
		expect(byName.get('age')).toMatchObject({ formula: 'mjd - firstMjd', version: 'Nightjar 1.2.3', surveys: null });
		expect(byName.get('class')?.version).toBe('classModel');
		expect(byName.get('objectId')).toMatchObject({ formula: '', version: '' });
		expect(byName.get('ztf.drb')).toMatchObject({ from: 'candidate.drb', surveys: ['ztf'], formula: '' });
		for (const { name } of FEATURES) {
			expect(byName.get(name)?.version).toBe(FEATURE_VERSION);
			expect(byName.get(name)?.formula, name).not.toBe('');
		}
	});

	it('names the surveys that have a feature', () => {
		expect(byName.get('nRising')?.surveys).toBe(null);
		expect(byName.get('roid')?.surveys).toEqual(['ztf']);
		expect(byName.get('star')?.surveys).toEqual(expect.arrayContaining(['ztf', 'lsst']));
		expect(byName.get('star')?.surveys).toHaveLength(2);
		for (const name of byName.get('u.riseRate')?.surveys ?? []) {
			expect(SURVEYS.find((survey) => survey.name === name)?.bands).toContain('u');
		}
	});

	it('tells the offsets of nights that the surveys have', () => {
		const { formula = '' } = byName.get('night') ?? {};
		const [offset = '', others = ''] = formula.split('12 h').slice(1)[0]?.split('0 h') ?? [];
		expect(others).toContain('the others');
		for (const { label, nightOffsetHours } of SURVEYS) {
			expect([0, 12]).toContain(nightOffsetHours);
			expect(offset.includes(label), label).toBe(nightOffsetHours === 12);
		}
	});
});
