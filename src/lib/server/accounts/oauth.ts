import type { Cookies } from '@sveltejs/kit';
import { CodeChallengeMethod, generateCodeVerifier, generateState, OAuth2Client } from 'arctic';
import * as v from 'valibot';
import type { SignInProvider } from '#server/config.ts';
import { ProblemError } from '../problem.ts';
import { localPath } from './form.ts';
import type { LinkedIdentity } from './identity.ts';

const STATE_COOKIE = 'nightjar_sign_in';
const STATE_SECONDS = 600;
const TIMEOUT_MS = 10_000;

interface Endpoints {
	readonly authorize: string;
	readonly token: string;
	readonly person: string;
	readonly scopes: readonly string[];
}

const discovered = v.object({
	authorization_endpoint: v.pipe(v.string(), v.url()),
	token_endpoint: v.pipe(v.string(), v.url()),
	userinfo_endpoint: v.pipe(v.string(), v.url()),
});

/** What was begun in this browser, until the provider sends it back. */
const begun = v.object({
	provider: v.string(),
	state: v.string(),
	verifier: v.string(),
	to: v.string(),
	/** The way to sign in is added to the account that is signed in. */
	link: v.boolean(),
});

async function ask(url: string, accessToken?: string): Promise<unknown> {
	const response = await fetch(url, {
		headers: {
			accept: 'application/json',
			'user-agent': 'Nightjar',
			...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
		},
		redirect: 'error',
		signal: AbortSignal.timeout(TIMEOUT_MS),
	});
	if (!response.ok) throw new Error(`It answered ${response.status}.`);
	return response.json();
}

async function endpointsOf(provider: SignInProvider): Promise<Endpoints> {
	const { issuer } = provider;
	switch (provider.name) {
		case 'github': {
			const api = issuer === 'https://github.com' ? 'https://api.github.com' : `${issuer}/api/v3`;
			return {
				authorize: `${issuer}/login/oauth/authorize`,
				token: `${issuer}/login/oauth/access_token`,
				person: `${api}/user`,
				scopes: [],
			};
		}
		case 'orcid':
		case 'oidc': {
			const found = v.parse(discovered, await ask(`${issuer}/.well-known/openid-configuration`));
			return {
				authorize: found.authorization_endpoint,
				token: found.token_endpoint,
				person: found.userinfo_endpoint,
				scopes: provider.name === 'orcid' ? ['openid'] : ['openid', 'profile', 'email'],
			};
		}
	}
}

const person = v.object({
	// OpenID Connect
	sub: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(255))),
	name: v.nullish(v.string()),
	preferred_username: v.nullish(v.string()),
	// GitHub
	id: v.optional(v.union([v.number(), v.string()])),
	login: v.nullish(v.string()),
});

function readPerson(provider: SignInProvider, answer: unknown): LinkedIdentity & { readonly name: string } {
	const read = v.parse(person, answer);
	const subject = provider.name === 'github' ? read.id : read.sub;
	if (subject === undefined) throw new Error('It did not say who that is.');
	const label = read.login ?? read.preferred_username ?? read.name ?? String(subject);
	return { provider: provider.name, subject: String(subject), label, name: read.name ?? label };
}

function clientOf(provider: SignInProvider, base: string): OAuth2Client {
	return new OAuth2Client(provider.clientId, provider.clientSecret, `${base}/account/with/${provider.name}/back`);
}

const away = (provider: SignInProvider, error: unknown): ProblemError => {
	console.error(
		`Signing in with ${provider.label} failed:`,
		error instanceof Error ? error.message : 'no reason given',
	);
	return new ProblemError(
		503,
		`${provider.label} could not be asked who you are: try again, or sign in with a password.`,
	);
};

/** Begins to sign in at another site: the address to go to, with what belongs to it kept in this browser alone. */
export async function beginOAuth(
	provider: SignInProvider,
	{ cookies, url, base, to, link }: { cookies: Cookies; url: URL; base: string; to: string; link: boolean },
): Promise<string> {
	const endpoints = await endpointsOf(provider).catch((error: unknown) => {
		throw away(provider, error);
	});
	const state = generateState();
	const verifier = generateCodeVerifier();
	cookies.set(STATE_COOKIE, JSON.stringify({ provider: provider.name, state, verifier, to, link }), {
		path: '/account/with',
		httpOnly: true,
		sameSite: 'lax',
		secure: url.protocol === 'https:',
		maxAge: STATE_SECONDS,
	});
	return clientOf(provider, base)
		.createAuthorizationURLWithPKCE(endpoints.authorize, state, CodeChallengeMethod.S256, verifier, [
			...endpoints.scopes,
		])
		.toString();
}

function readBegun(cookies: Cookies): v.InferOutput<typeof begun> | null {
	try {
		return v.parse(begun, JSON.parse(cookies.get(STATE_COOKIE) ?? ''));
	} catch {
		return null;
	}
}

/** Who came back from another site, checked against what this browser began. Used once. */
export async function endOAuth(
	provider: SignInProvider,
	{ cookies, url, base }: { cookies: Cookies; url: URL; base: string },
): Promise<{ identity: LinkedIdentity; name: string; to: string; link: boolean }> {
	const held = readBegun(cookies);
	cookies.delete(STATE_COOKIE, { path: '/account/with' });
	const [code, state] = [url.searchParams.get('code'), url.searchParams.get('state')];
	if (held === null || held.provider !== provider.name || state === null || held.state !== state || code === null) {
		throw new ProblemError(400, 'This browser did not begin to sign in here, or too long ago: begin again.');
	}
	try {
		const endpoints = await endpointsOf(provider);
		const tokens = await clientOf(provider, base).validateAuthorizationCode(endpoints.token, code, held.verifier);
		const { name, ...identity } = readPerson(provider, await ask(endpoints.person, tokens.accessToken()));
		return { identity, name, to: localPath(held.to), link: held.link };
	} catch (error) {
		throw away(provider, error);
	}
}
