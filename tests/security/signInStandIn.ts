import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** A person at the other site. */
export interface RemotePerson {
	readonly subject: string;
	readonly name: string;
	readonly login: string;
}

interface Grant {
	readonly person: RemotePerson;
	readonly challenge: string;
	readonly redirectUri: string;
}

export const CLIENT = { id: 'nightjar-test', secret: 'a secret of the client' } as const;

/**
 * A site that signs people in, OpenID Connect and GitHub's way of OAuth in one: discovery, codes that work once, PKCE with S256,
 * client secrets, the address to come back to compared exactly. `person` is who is signed in there; `fault` breaks one of its answers.
 */
export class SignInStandIn {
	readonly #codes = new Map<string, Grant>();
	readonly #tokens = new Map<string, RemotePerson>();
	readonly #server: Server;
	person: RemotePerson = { subject: 'nobody', name: 'Nobody', login: 'nobody' };
	fault: 'none' | 'discovery' | 'token' | 'html' | 'no subject' = 'none';
	url = '';

	private constructor() {
		this.#server = createServer((request, response) => {
			void this.#answer(request, response);
		});
	}

	static async start(): Promise<SignInStandIn> {
		const site = new SignInStandIn();
		await new Promise<void>((resolve) => {
			site.#server.listen(0, '127.0.0.1', resolve);
		});
		const address = site.#server.address();
		site.url = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
		return site;
	}

	stop(): Promise<void> {
		return new Promise((resolve) => {
			this.#server.close(() => {
				resolve();
			});
			this.#server.closeAllConnections();
		});
	}

	async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = new URL(request.url ?? '/', this.url);
		const json = (status: number, value: unknown): void => {
			response.writeHead(status, { 'content-type': 'application/json' });
			response.end(JSON.stringify(value));
		};
		switch (url.pathname) {
			case '/.well-known/openid-configuration':
				if (this.fault === 'discovery') {
					json(500, {});
					return;
				}
				json(200, {
					issuer: this.url,
					authorization_endpoint: `${this.url}/authorize`,
					token_endpoint: `${this.url}/token`,
					userinfo_endpoint: `${this.url}/userinfo`,
				});
				return;
			case '/authorize':
			case '/login/oauth/authorize':
				this.#authorize(url, response);
				return;
			case '/token':
			case '/login/oauth/access_token': {
				let body = '';
				for await (const part of request) body += String(part);
				this.#exchange(new URLSearchParams(body), request.headers.authorization ?? '', json);
				return;
			}
			case '/userinfo':
			case '/api/v3/user': {
				if (this.fault === 'html') {
					response.writeHead(200, { 'content-type': 'text/html' });
					response.end('<html>Please wait</html>');
					return;
				}
				const person = this.#tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''));
				if (person === undefined) json(401, { error: 'invalid_token' });
				else if (this.fault === 'no subject') json(200, { name: person.name });
				else if (url.pathname === '/userinfo') json(200, { sub: person.subject, name: person.name });
				else json(200, { id: Number(person.subject), login: person.login, name: person.name });
				return;
			}
			default:
				json(404, {});
		}
	}

	#authorize(url: URL, response: ServerResponse): void {
		const get = (name: string): string => url.searchParams.get(name) ?? '';
		const right =
			get('client_id') === CLIENT.id &&
			get('response_type') === 'code' &&
			get('code_challenge_method') === 'S256' &&
			get('code_challenge') !== '' &&
			get('state').length >= 20;
		if (!right) {
			response.writeHead(400).end('This request is wrong.');
			return;
		}
		const code = randomBytes(12).toString('hex');
		const redirectUri = get('redirect_uri');
		this.#codes.set(code, { person: this.person, challenge: get('code_challenge'), redirectUri });
		const back = new URL(redirectUri);
		back.searchParams.set('code', code);
		back.searchParams.set('state', get('state'));
		response.writeHead(302, { location: back.href }).end();
	}

	#exchange(form: URLSearchParams, authorization: string, json: (status: number, value: unknown) => void): void {
		const code = form.get('code') ?? '';
		const grant = this.#codes.get(code);
		this.#codes.delete(code);
		const basic = `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}`;
		const byForm = form.get('client_id') === CLIENT.id && form.get('client_secret') === CLIENT.secret;
		const proof = createHash('sha256')
			.update(form.get('code_verifier') ?? '')
			.digest('base64url');
		const right =
			grant !== undefined &&
			(authorization === basic || byForm) &&
			proof === grant.challenge &&
			form.get('redirect_uri') === grant.redirectUri;
		if (!right || this.fault === 'token') {
			json(400, { error: 'invalid_grant' });
			return;
		}
		const token = randomBytes(16).toString('hex');
		this.#tokens.set(token, grant.person);
		json(200, { access_token: token, token_type: 'Bearer', expires_in: 60 });
	}
}
