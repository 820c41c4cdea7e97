import { error, redirect } from '@sveltejs/kit';
import { LOCAL } from '../principal.ts';
import type { Identity } from './identify.ts';

/** Text of a field, or nothing: only what is named here is read of a form. */
export function field(form: FormData, name: string, longest = 1000): string {
	const value = form.get(name);
	return typeof value === 'string' ? value.slice(0, longest) : '';
}

/** All values of a field that may be given several times. */
export function fields(form: FormData, name: string): string[] {
	return form
		.getAll(name)
		.filter((value) => typeof value === 'string')
		.slice(0, 100);
}

/** A path on this site to go on to; `/` for anything that leads elsewhere. */
export function localPath(text: string | null, fallback = '/'): string {
	if (text === null || !text.startsWith('/') || /[\\\p{C}]/u.test(text) || text.length > 2000) return fallback;
	const here = 'http://here.invalid';
	if (!URL.canParse(text, here)) return fallback;
	const url = new URL(text, here);
	// "//elsewhere" and what reads as it
	if (url.origin !== here || url.pathname.startsWith('//')) return fallback;
	return `${url.pathname}${url.search}${url.hash}`;
}

/** The account of who reads a page; whoever has none is sent to sign in and comes back. */
export function signedIn(locals: Pick<App.Locals, 'identity'>, url: URL): Identity {
	const { identity } = locals;
	// a token is for programs: it cannot change the account that it belongs to
	if (identity?.sessionId == null) {
		redirect(303, `/account/sign-in?to=${encodeURIComponent(`${url.pathname}${url.search}`)}`);
	}
	return identity;
}

/** The operator who reads a page: one who is signed in, or whoever sits at the machine itself. */
export function operatorOf(
	locals: Pick<App.Locals, 'identity' | 'operator'>,
	url: URL,
): { readonly id: string; readonly name: string } {
	if (locals.identity === null && locals.operator) return LOCAL;
	const { user } = signedIn(locals, url);
	if (!user.operator) error(403, 'This page is for those who run this Nightjar.');
	return user;
}
