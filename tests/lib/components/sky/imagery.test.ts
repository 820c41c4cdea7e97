import { describe, expect, it } from 'vitest';
import { covers, DENSITY, SURVEY_IMAGERY } from '#lib/components/sky/imagery.ts';

const offered = (dec: number, fovDeg = 0.05): string[] =>
	SURVEY_IMAGERY.filter((one) => covers(one, dec, fovDeg)).map(({ key }) => key);

describe('pictures of the sky', () => {
	it('are offered where the survey has some of the field', () => {
		expect(offered(20)).toEqual(['dss', 'ps1', 'legacy', 'sdss', '2mass', 'unwise']);
		expect(offered(-29.9)).toContain('ps1');
		expect(offered(-31)).not.toContain('ps1');
		expect(offered(-90)).toEqual(['dss', 'legacy', 'sdss', '2mass', 'unwise']);
		// a wide field reaches over the end of the survey
		expect(offered(-31, 4)).toContain('ps1');
	});

	it('of the whole sky stay everywhere, our own density too', () => {
		for (const dec of [-90, -30, 0, 90]) {
			expect(covers(DENSITY, dec, 0.01)).toBe(true);
			expect(offered(dec)).toEqual(expect.arrayContaining(['dss', '2mass']));
		}
	});
});
