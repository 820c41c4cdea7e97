import { expect, it } from 'vitest';
import { asksOf } from '#lib/filter/asks.ts';
import { check, EMPTY_ENVIRONMENT } from '#lib/filter/index.ts';

it('a filter asks for the catalogues and models of its condition, not for those of parts that it leaves out', () => {
	const { filter, problems } = check(
		`let unused = nearest("Gaia").sepArcsec < 2
let far = not any(matches("NED"), m => m.redshift < 0.01 and score("acai_h") > 0.5)
far and matchState("TNS") == "none" and (mag < 19 or score("btsbot", "bts") > 0.9)
annotate host = nearest("PS1").sourceId`,
		{ ...EMPTY_ENVIRONMENT, catalogs: null, models: null },
	);
	expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
	if (filter === null) throw new Error('no filter');
	expect(asksOf(filter)).toEqual({ catalogs: ['NED', 'TNS'], models: ['acai_h', 'btsbot'] });
});
