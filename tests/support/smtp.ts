import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A letter as a mail server took it. */
export interface Taken {
	readonly from: string;
	/** Of the envelope: who gets it, whatever the letter says. */
	readonly to: readonly string[];
	readonly user: string;
	readonly encrypted: boolean;
	readonly head: string;
	readonly text: string;
}

/** A mail server on a free port, with one login. */
export interface MailServer {
	readonly port: number;
	readonly taken: Taken[];
	/** Names that tried to log in, in clear or not. */
	readonly logins: string[];
	/** What is answered to the next letters, 0 = taken: 451 is for later, 550 for never. */
	refuse: number;
	/** NIGHTJAR_SMTP_URL for it; its certificate is its own, so it is taken on trust where asked. */
	url(options?: { password?: string; host?: string; trust?: boolean }): string;
	stop(): Promise<void>;
}

export const LOGIN = { user: 'nightjar', password: 'p@ss word/1' } as const;

/** Starts one: STARTTLS is offered and the login needed, unless the options say otherwise. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
	const taken: Taken[] = [];
	const logins: string[] = [];
	const state = { refuse: 0 };
	const server = new SMTPServer({
		authMethods: ['PLAIN', 'LOGIN'],
		disableReverseLookup: true,
		closeTimeout: 500,
		onAuth({ username = '', password }, _session, done) {
			logins.push(username);
			if (username === LOGIN.user && password === LOGIN.password) done(null, { user: username });
			else done(new Error(`no such login as ${username} at secret-host.example`));
		},
		onData(stream, session, done) {
			let raw = '';
			stream.on('data', (part: Buffer) => (raw += part.toString()));
			stream.on('end', () => {
				if (state.refuse !== 0) {
					done(Object.assign(new Error('not for vera@example.org'), { responseCode: state.refuse }));
					return;
				}
				const [head = '', ...rest] = raw.replaceAll('\r\n', '\n').split('\n\n');
				const { mailFrom, rcptTo } = session.envelope;
				taken.push({
					from: mailFrom === false ? '' : mailFrom.address,
					to: rcptTo.map(({ address }) => address),
					user: typeof session.user === 'string' ? session.user : '',
					encrypted: session.secure,
					head,
					text: rest.join('\n\n').replaceAll('=\n', '').replaceAll('=3D', '='),
				});
				done();
			});
		},
		...options,
	});
	// a client that does not trust the certificate breaks off
	server.on('error', () => undefined);
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const { port } = server.server.address() as AddressInfo;
	return {
		port,
		taken,
		logins,
		get refuse() {
			return state.refuse;
		},
		set refuse(code) {
			state.refuse = code;
		},
		url: ({ password = LOGIN.password, host = '127.0.0.1', trust = true } = {}) =>
			`smtp://${LOGIN.user}:${encodeURIComponent(password)}@${host}:${port}${trust ? '?tls.rejectUnauthorized=false' : ''}`,
		stop: () =>
			new Promise((resolve) => {
				server.close(resolve);
			}),
	};
}
