import { afterAll, expect, it } from 'vitest';
import { closeAccounts, openAccounts } from '#lib/server/accounts/database.ts';
import { findUserByEmail } from '#lib/server/accounts/user.ts';
import { makeHome, nightjar, removeHome } from '../../support/nightjar.ts';

const home = makeHome();
afterAll(() => {
	closeAccounts(home);
	removeHome(home);
});

const user = (...args: string[]) => nightjar(['user', ...args], { NIGHTJAR_HOME: home, ORIGIN: 'https://owl.example' });

it('makes the first operator, with a link to choose a password, and never leaves none', async () => {
	const added = await user('add', 'Vera@Example.org', '--name', 'Vera Rubin', '--operator');
	expect(added.code, added.output).toBe(0);
	expect(added.output).toMatch(/https:\/\/owl\.example\/account\/reset\?letter=[a-z2-7]{40,}/);
	expect(findUserByEmail(openAccounts(home), 'vera@example.org')).toMatchObject({ name: 'Vera Rubin', operator: true });
	const again = await user('add', 'vera@example.org');
	expect(again.code).not.toBe(0);
	expect(again.output).toContain('has an account already');
	const last = await user('operator', 'vera@example.org', '--off');
	expect(last.code).not.toBe(0);
	expect(last.output).toContain('is the only operator');
	const bad = await user('add', 'no address');
	expect(bad.code).not.toBe(0);
	expect(bad.output).toContain('is no e-mail address');
	expect((await user('list')).output).toContain('Vera@example.org');
	expect((await user('reset', 'nobody@example.org')).output).toContain('No account has the address');
});
