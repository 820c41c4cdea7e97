import type { Config } from '#server/config.ts';
import { post } from '../mail/mail.ts';
import type { Desk } from './context.ts';
import { addIdentity } from './identity.ts';
import { hasInvitation } from './group.ts';
import { LETTERS } from './letterTexts.ts';
import { findLink, type LetterLink, makeLink, maySend, useLink } from './link.ts';
import { hashPassword, passwordProblem } from './password.ts';
import { addUser, findUserByEmail, readEmail, readName, type User } from './user.ts';

/** What became of a form: a sentence about what is wrong with it, or what it led to. */
export type Outcome<Done> = { readonly problem: string } | { readonly done: Done };

/**
 * Sends a letter with a link that makes the account; the answer is the same whether the address has one. `link` is for whoever sits at
 * a machine that sends no letters.
 */
export function askForAccount(
	desk: Desk,
	signUp: Config['accounts']['signUp'],
	form: { email: string; name: string; identity?: LetterLink['identity'] },
): Outcome<{ email: string; link: string | null }> {
	const email = readEmail(form.email);
	if (email === null) return { problem: 'Write your e-mail address, like vera@example.org.' };
	const name = readName(form.name);
	if (name === null) return { problem: 'Write the name that others here see you by, in at most 80 letters.' };
	if (signUp === 'closed') return { problem: 'Accounts are made by whoever runs this Nightjar: ask them.' };
	const send = maySend(email, desk.address);
	if (send === 'asker') return { problem: 'Too many letters were asked for from your address: try again in an hour.' };
	const known = findUserByEmail(desk.database, email);
	if (send === 'reader') return { done: { email, link: null } };
	if (known !== null) {
		post(desk.mail, LETTERS.known(known.email, desk.page('/account/sign-in'), desk.page('/account/reset')));
		return { done: { email, link: desk.shown(desk.page('/account/reset')) } };
	}
	// said by the same words: who is invited is nobody else's business
	if (signUp === 'invited' && !hasInvitation(desk.database, email)) return { done: { email, link: null } };
	const secret = makeLink(desk.database, {
		purpose: 'sign-up',
		userId: null,
		email,
		name,
		identity: form.identity ?? null,
	});
	const link = desk.page(`/account/confirm?letter=${secret}`);
	post(desk.mail, LETTERS.signUp(email, link));
	return { done: { email, link: desk.shown(link) } };
}

export const DEAD_LINK = 'This link was used already, or its time is over: ask for another.';

/** Makes the account that a letter stands for, with the password chosen now. */
export async function confirmSignUp(desk: Desk, secret: string, password: string): Promise<Outcome<User>> {
	const link = findLink(desk.database, secret);
	if (link?.purpose !== 'sign-up') return { problem: DEAD_LINK };
	// who signs in by another site may do without
	const wanted = !(password === '' && link.identity !== null);
	const problem = wanted ? passwordProblem(password, link) : null;
	if (problem !== null) return { problem };
	const stored = wanted ? await hashPassword(password) : null;
	const user = desk.database.transaction(() => {
		if (!useLink(desk.database, secret)) return null;
		const made = addUser(desk.database, { email: link.email, name: link.name, password: stored });
		if (made !== null && link.identity !== null) addIdentity(desk.database, made.id, link.identity);
		return made;
	});
	if (user === null) return { problem: 'This address has an account by now: sign in, or choose another password.' };
	desk.note({ actor: user, action: 'user.sign-up', subject: user.email });
	return { done: user };
}
