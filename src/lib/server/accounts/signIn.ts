import { post } from '../mail/mail.ts';
import { beginAttempt, forgiveAttempts } from './attempts.ts';
import type { Desk } from './context.ts';
import { LETTERS } from './letterTexts.ts';
import { dropLinks, findLink, makeLink, maySend, useLink } from './link.ts';
import { hashPassword, isPassword, isWeak, passwordProblem } from './password.ts';
import { endSessions } from './session.ts';
import { DEAD_LINK, type Outcome } from './signUp.ts';
import { changeEmail, findUser, findUserByEmail, passwordOf, readEmail, setPassword, type User } from './user.ts';

export const WRONG = 'Address and password do not belong together. Try again, or choose another password.';

/** Checks address and password; the same answer, after the same time, whatever of them is wrong. */
export async function signIn(desk: Desk, form: { email: string; password: string }): Promise<Outcome<User>> {
	const email = readEmail(form.email) ?? form.email.slice(0, 254);
	const who = { email, address: desk.address };
	const wait = beginAttempt(desk.database, who);
	if (wait > 0) return { problem: `Too many tries went wrong: wait ${wait} s before the next.` };
	const user = findUserByEmail(desk.database, email);
	const stored = user === null ? null : passwordOf(desk.database, user.id);
	const right = await isPassword(stored, form.password);
	if (user === null || stored === null || !right) return { problem: WRONG };
	if (user.disabled) {
		// only who knows the password learns it
		return { problem: 'This account was shut by whoever runs this Nightjar: ask them.' };
	}
	forgiveAttempts(desk.database, who);
	if (isWeak(stored)) setPassword(desk.database, user.id, await hashPassword(form.password));
	desk.note({ actor: user, action: 'user.sign-in', subject: user.email });
	return { done: user };
}

/** Whether the one who is signed in knows the password; counts as an attempt. An account without one has nothing to ask. */
export async function provesPassword(desk: Desk, user: User, password: string): Promise<string | null> {
	const stored = passwordOf(desk.database, user.id);
	if (stored === null) return null;
	const who = { email: user.email, address: desk.address };
	const wait = beginAttempt(desk.database, who);
	if (wait > 0) return `Too many tries went wrong: wait ${wait} s before the next.`;
	if (!(await isPassword(stored, password))) return 'This is not your password: nothing was changed.';
	forgiveAttempts(desk.database, who);
	return null;
}

/** Sends a letter with a link to choose another password; the answer is the same where there is no such account. */
export function askForReset(desk: Desk, text: string): Outcome<{ email: string; link: string | null }> {
	const email = readEmail(text);
	if (email === null) return { problem: 'Write the e-mail address of your account, like vera@example.org.' };
	const send = maySend(email, desk.address);
	if (send === 'asker') return { problem: 'Too many letters were asked for from your address: try again in an hour.' };
	const user = findUserByEmail(desk.database, email);
	if (user === null || user.disabled || send === 'reader') return { done: { email, link: null } };
	const link = resetLink(desk, user);
	post(desk.mail, LETTERS.reset(user.email, link));
	return { done: { email, link: desk.shown(link) } };
}

/** A link with which a person chooses another password. */
export function resetLink(desk: Pick<Desk, 'database' | 'page'>, user: User, lastsSeconds?: number): string {
	const link = { purpose: 'reset', userId: user.id, email: user.email, name: user.name, identity: null } as const;
	return desk.page(`/account/reset?letter=${makeLink(desk.database, link, lastsSeconds)}`);
}

/** Takes a new password by a link: all sessions and other links end. */
export async function resetPassword(desk: Desk, secret: string, password: string): Promise<Outcome<User>> {
	const link = findLink(desk.database, secret);
	const user = link?.purpose === 'reset' && link.userId !== null ? findUser(desk.database, link.userId) : null;
	// a letter to an address that the account has left proves nothing
	if (link === null || user === null || user.disabled || user.email !== link.email) return { problem: DEAD_LINK };
	const problem = passwordProblem(password, user);
	if (problem !== null) return { problem };
	const stored = await hashPassword(password);
	if (!useLink(desk.database, secret)) return { problem: DEAD_LINK };
	setPassword(desk.database, user.id, stored);
	dropLinks(desk.database, user.id);
	await endSessions(desk.database, user.id);
	forgiveAttempts(desk.database, { email: user.email, address: desk.address });
	desk.note({ actor: user, action: 'user.reset', subject: user.email });
	post(desk.mail, LETTERS.passwordChanged(user.email, desk.page('/account/reset')));
	return { done: user };
}

/** Changes the password of who is signed in: every session ends, this browser gets a new one. */
export async function changePassword(
	desk: Desk,
	user: User,
	form: { password: string; next: string },
): Promise<Outcome<null>> {
	const wrong = await provesPassword(desk, user, form.password);
	if (wrong !== null) return { problem: wrong };
	const problem = passwordProblem(form.next, user);
	if (problem !== null) return { problem };
	setPassword(desk.database, user.id, await hashPassword(form.next));
	dropLinks(desk.database, user.id);
	await endSessions(desk.database, user.id);
	await desk.admit(user.id);
	desk.note({ actor: user, action: 'user.password', subject: user.email });
	post(desk.mail, LETTERS.passwordChanged(user.email, desk.page('/account/reset')));
	return { done: null };
}

/** Sends a letter to the new address, whose link moves the account there, and word of it to the old one. */
export async function askForAddress(
	desk: Desk,
	user: User,
	form: { email: string; password: string },
): Promise<Outcome<{ email: string; link: string | null }>> {
	const wrong = await provesPassword(desk, user, form.password);
	if (wrong !== null) return { problem: wrong };
	const email = readEmail(form.email);
	if (email === null) return { problem: 'Write the new e-mail address, like vera@example.org.' };
	const send = maySend(email, desk.address);
	if (send === 'asker') return { problem: 'Too many letters were asked for from your address: try again in an hour.' };
	const other = findUserByEmail(desk.database, email);
	if (send === 'reader') return { done: { email, link: null } };
	if (other !== null && other.id !== user.id) {
		post(desk.mail, LETTERS.addressTaken(other.email));
		return { done: { email, link: null } };
	}
	const link = desk.page(
		`/account/confirm?letter=${makeLink(desk.database, { purpose: 'address', userId: user.id, email, name: user.name, identity: null })}`,
	);
	post(desk.mail, LETTERS.address(email, link));
	post(desk.mail, LETTERS.addressLeaves(user.email, email, desk.page('/account/reset')));
	desk.note({ actor: user, action: 'user.address asked', subject: user.email, detail: `to ${email}` });
	return { done: { email, link: desk.shown(link) } };
}

/** Moves an account to the address that the link was sent to. */
export function confirmAddress(desk: Desk, secret: string): Outcome<User> {
	const link = findLink(desk.database, secret);
	if (link?.purpose !== 'address' || link.userId === null) return { problem: DEAD_LINK };
	const user = findUser(desk.database, link.userId);
	if (user === null || !useLink(desk.database, secret)) return { problem: DEAD_LINK };
	if (!changeEmail(desk.database, user.id, link.email)) {
		return { problem: 'This address has an account of its own by now: nothing was changed.' };
	}
	desk.note({ actor: user, action: 'user.address', subject: user.email, detail: `to ${link.email}` });
	return { done: { ...user, email: link.email } };
}
