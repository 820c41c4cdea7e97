import { describe, expect, it } from 'vitest';
import {
	CONFUSION_COLUMNS,
	drawRound,
	FAMILIES,
	type Family,
	familyOf,
	familyOfClass,
	judgementsOf,
	type PracticeAlert,
	scoreRound,
} from '#lib/alert/practice.ts';
import { ASTEROIDS, POPULATIONS } from '#server/simulate/populations/index.ts';

describe('the family of a simulated class', () => {
	it('is told for every kind that the simulator makes', () => {
		const families: Readonly<Record<string, Family>> = {
			RRab: 'star', RRc: 'star', CEP: 'star', DSCT: 'star', EW: 'star', EA: 'star', LPV: 'star', IRR: 'star', CV: 'star',
			YSO: 'star', Nova: 'star', FLARE: 'star', ULENS: 'star', AGN: 'agn', BLZ: 'agn', 'BOGUS:template': 'bogus', 'BOGUS:star': 'bogus',
			SNIa: 'explosion', SNII: 'explosion', SNIbc: 'explosion', SNIIn: 'explosion', SNIbn: 'explosion', SLSN: 'explosion',
			TDE: 'explosion', KN: 'explosion', FBOT: 'explosion',
		}; // prettier-ignore
		expect(POPULATIONS.map(({ kind }) => kind).sort()).toEqual(Object.keys(families).sort());
		const groups: Readonly<Record<string, string>> = { agn: 'AGN', bogus: 'BOGUS' };
		for (const [kind, family] of Object.entries(families)) {
			expect(familyOf(kind, groups[family] ?? 'OTHER'), kind).toBe(family);
		}
		expect(ASTEROIDS.ztf.share).toBeGreaterThan(0);
		for (const kind of ['MBA', 'NEO', 'TRO', 'TNO']) expect(familyOf(kind, 'OTHER')).toBe('sso');
		expect(familyOf('SAT', 'OTHER')).toBe('bogus');
		expect(familyOf('BOGUS:cosmic', 'BOGUS')).toBe('bogus');
	});
	it('is told of the classes that people see, and of none that say nothing', () => {
		expect(['snia', 'tde', 'cv', 'agn', 'sso', 'bogus', 'none', ''].map(familyOfClass)).toEqual([
			'explosion', 'explosion', 'star', 'agn', 'sso', 'bogus', null, null,
		]); // prettier-ignore
	});
});

const alert = (n: number, kind: string, group = 'OTHER', simId = `SIM${n}`): PracticeAlert => ({
	survey: 'ztf',
	alertId: String(n),
	objectId: simId,
	simId,
	class: kind,
	group,
});

describe('a round', () => {
	it('holds families in their shares, keeps the order of its seed, and asks each thing once', () => {
		const night = Array.from({ length: 400 }, (_, i) => {
			const kinds = ['SNIa', 'RRab', 'AGN', 'MBA', 'BOGUS:noise'] as const;
			const kind = kinds[i % 5] ?? 'SNIa';
			return alert(i, kind, kind === 'AGN' ? 'AGN' : kind === 'BOGUS:noise' ? 'BOGUS' : 'OTHER', `SIM${i % 200}`);
		});
		const round = drawRound(night, 30);
		expect(round).toHaveLength(30);
		expect(new Set(round.map(({ simId }) => simId)).size).toBe(30);
		expect(round.map(({ alertId }) => Number(alertId))).toEqual(
			round.map(({ alertId }) => Number(alertId)).sort((a, b) => a - b),
		);
		const found = FAMILIES.map(({ key }) => round.filter((one) => familyOf(one.class, one.group) === key).length);
		expect(found).toEqual([9, 6, 4, 4, 7]);
		expect(drawRound(night, 30)).toEqual(round);
	});
	it('fills up with what there is where a family is missing, and is no longer than the night', () => {
		const night = [alert(1, 'RRab'), alert(2, 'RRab'), alert(3, 'SNIa'), alert(4, 'RRab')];
		expect(drawRound(night, 3).map(({ alertId }) => alertId)).toEqual(['1', '2', '3']);
		expect(drawRound(night, 30)).toHaveLength(4);
		expect(drawRound([], 30)).toEqual([]);
	});
	it('reads judgements from an address, and takes what is none for passed over', () => {
		expect(judgementsOf('svx-r', 30)).toEqual(['s', 'v', 'x', '-', 'r']);
		expect(judgementsOf('s🦉<q', 30).slice(0, 1)).toEqual(['s']);
		expect(judgementsOf('<script>', 8).every((one) => 'svamxr-'.includes(one))).toBe(true);
		expect(judgementsOf('ssssss', 2)).toEqual(['s', 's']);
	});
});

describe('the score', () => {
	const truth: Family[] = ['explosion', 'explosion', 'star', 'bogus', 'bogus', 'sso'];

	it('is purity and completeness, by hand', () => {
		const score = scoreRound(truth, ['s', 'x', 's', 'x', 'r', '-']);
		// called real: 1, 3 and 5, of which 1 and 3 are; four are real
		expect(score.real).toEqual({ called: 3, were: 4, right: 2, purity: 2 / 3, completeness: 0.5 });
		expect(score.families.find(({ family }) => family === 'explosion')).toEqual({
			family: 'explosion',
			called: 2,
			were: 2,
			right: 1,
			purity: 0.5,
			completeness: 0.5,
		});
		expect(score.families.find(({ family }) => family === 'agn')).toMatchObject({ purity: null, completeness: null });
		expect([score.right, score.asked]).toEqual([2, 6]);
		const bogus = score.confusion.find(({ family }) => family === 'bogus')?.counts ?? [];
		expect(bogus[CONFUSION_COLUMNS.indexOf('x')]).toBe(1);
		expect(bogus[CONFUSION_COLUMNS.indexOf('r')]).toBe(1);
	});
	it('counts what was never judged as not found', () => {
		const score = scoreRound(truth, []);
		expect(score.real).toMatchObject({ called: 0, purity: null, completeness: 0 });
		expect(score.right).toBe(0);
	});
});
