import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askedOfSimbad, questionFor } from '#lib/server/simbad.ts';
import { SimbadStandIn } from '../../support/simbadStandIn.ts';

let simbad: SimbadStandIn;
beforeAll(async () => {
	simbad = await SimbadStandIn.start();
});
afterAll(async () => {
	await simbad.stop();
});
beforeEach(() => {
	simbad.asked.length = 0;
});

type Locals = Parameters<typeof askedOfSimbad>[0];
const locals = (origin: string, config: object = {}): Locals =>
	({
		scope: { origin },
		config: { simbadUrl: simbad.url, privateHosts: [simbad.host], ...config },
	}) as unknown as Locals;
const ask = async (q: string, more: Record<string, string> = { ask: 'simbad' }, who = locals('real')) => {
	const { goTo, problem } = await askedOfSimbad(who, new URLSearchParams({ q, kind: 'alerts', ...more }));
	return { goTo: goTo?.toString() ?? null, problem };
};
const nothing = { goTo: null, problem: null };

describe('a name that nobody here knows', () => {
	it('becomes a position where a reader has SIMBAD asked, and the conditions beside it stay', async () => {
		simbad.answer = SimbadStandIn.rows(['3C  273', 187.277_915_3, 2.052_388_3]);
		expect(await ask('3C 273  30" g<19')).toEqual({
			goTo: new URLSearchParams({ q: '187.277915 +2.052388 30" g<19', kind: 'alerts' }).toString(),
			problem: null,
		});
		expect(simbad.asked).toEqual([questionFor('3C 273')]);
		// kept: nobody is asked twice
		await ask('3C 273');
		expect(simbad.asked).toHaveLength(1);
	});

	it('is asked for by a reader alone, on the real sky, where the operator allows it', async () => {
		expect(await ask('PKS 2155', {})).toEqual(nothing);
		expect(await ask('PKS 2155', { ask: 'simbad' }, locals('simulated'))).toEqual(nothing);
		expect(await ask('10.5 +3', { ask: 'simbad' })).toEqual(nothing);
		expect((await ask('PKS 2155', { ask: 'simbad' }, locals('real', { simbadUrl: null }))).problem).toContain(
			'does not ask',
		);
		expect(simbad.asked).toEqual([]);
	});

	it('cannot leave its quotes', () => {
		expect(questionFor("x' OR '1'='1")).toContain("id IN ('x'' OR ''1''=''1', 'NAME x'' OR ''1''=''1')");
	});

	it('is told when SIMBAD has none, has no position, fails, or says something else', async () => {
		simbad.answer = SimbadStandIn.rows();
		expect((await ask('Nowhere 1')).problem).toBe('SIMBAD has no “Nowhere 1” either.');
		simbad.answer = SimbadStandIn.rows(['Nowhere 2', null, null]);
		expect((await ask('Nowhere 2')).problem).toBe('SIMBAD has no “Nowhere 2” either.');
		simbad.answer = { status: 503, body: 'busy' };
		expect((await ask('Nowhere 3')).problem).toContain('status 503');
		for (const body of ['<html>', '{}', '{"data":[[1,2,3]]}', '{"data":[["a"]]}']) {
			simbad.answer = { status: 200, body };
			expect((await ask('Nowhere 4')).problem).toBe('SIMBAD answers in a form that is not understood here.');
		}
		// what failed is not kept
		simbad.answer = SimbadStandIn.rows(['Nowhere 4', 10, -5]);
		expect((await ask('Nowhere 4')).goTo).toContain(new URLSearchParams({ q: '10.000000 -5.000000' }).toString());
		expect((await ask('Nowhere 5', { ask: 'simbad' }, locals('real', { privateHosts: [] }))).problem).toContain(
			'cannot be asked',
		);
	});

	it('is not asked for more often than SIMBAD would like', async () => {
		simbad.answer = SimbadStandIn.rows();
		const problems: (string | null)[] = [];
		for (let i = 0; i < 25; i += 1)
			problems.push((await ask(`Often ${'abcdefghijklmnopqrstuvwxyz'.charAt(i)}`)).problem);
		expect(problems.at(-1)).toMatch(/^SIMBAD was asked often just now: try again in \d+ s\.$/);
		expect(simbad.asked.length).toBeLessThan(25);
	});
});
