import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import type { Config } from '#server/config.ts';

/** A letter in plain text. */
export interface Letter {
	readonly to: string;
	readonly subject: string;
	readonly text: string;
	/** More headers, such as List-Unsubscribe. */
	readonly headers?: Readonly<Record<string, string>>;
}

/** Where letters go. */
export interface Mail {
	readonly kind: 'smtp' | 'files';
	/** Sends a letter; rejects with a MailError when it could not be handed over. */
	send(letter: Letter): Promise<void>;
	/** Greets the mail server and signs in there, and sends nothing; rejects with a MailError. */
	check(): Promise<void>;
}

/** A letter that could not be handed over; the message is for operators, and holds neither an address nor a secret. */
export class MailError extends Error {
	override readonly name = 'MailError';
}

const FAULTS: Readonly<Record<string, string>> = {
	EAUTH: 'The mail server refuses the login: check user and password of NIGHTJAR_SMTP_URL.',
	ENOAUTH: 'The mail server wants a login: give user and password in NIGHTJAR_SMTP_URL.',
	ETLS: 'The mail server offers no encryption, or breaks it off: the password is not sent in clear. Check NIGHTJAR_SMTP_URL.',
	EDNS: 'The mail server’s name does not resolve: check NIGHTJAR_SMTP_URL.',
	ECONNECTION: 'The mail server cannot be reached: check NIGHTJAR_SMTP_URL, and whether it runs.',
	ESOCKET: 'The mail server cannot be reached, or shows a certificate that is not trusted: check NIGHTJAR_SMTP_URL.',
	ETIMEDOUT: 'The mail server does not answer in time.',
	EENVELOPE: 'The mail server does not take this sender or this receiver.',
	EMESSAGE: 'The mail server does not take this letter.',
};

/** What went wrong, in a sentence of ours: the mail server's words may name the address. */
function faultOf(error: unknown): MailError {
	if (!(error instanceof Error)) return new MailError('The letter could not be handed over.');
	const { code, responseCode } = error as { readonly code?: unknown; readonly responseCode?: unknown };
	const words = FAULTS[typeof code === 'string' ? code : ''] ?? 'The letter could not be handed over.';
	return new MailError(typeof responseCode === 'number' ? `${words} (It says ${responseCode}.)` : words);
}

type MailConfig = Pick<Config, 'home'> & { readonly accounts: Pick<Config['accounts'], 'mail' | 'mailFrom'> };

/** One line: whatever a person wrote cannot begin another header. */
const oneLine = (text: string): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();

function prepared(letter: Letter, from: string) {
	const to = oneLine(letter.to);
	if (!/^[^\s@,;<>"]+@[^\s@,;<>"]+$/.test(to)) throw new Error('A letter needs one address.');
	return {
		from,
		// as an object: nothing in it is read as a list of addresses
		to: { name: '', address: to },
		subject: oneLine(letter.subject).slice(0, 200),
		text: letter.text,
		headers: {
			'Auto-Submitted': 'auto-generated',
			...Object.fromEntries(Object.entries(letter.headers ?? {}).map(([name, value]) => [name, oneLine(value)])),
		},
		disableFileAccess: true,
		disableUrlAccess: true,
	};
}

function mailToFiles(home: string, from: string): Mail {
	const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
	return {
		kind: 'files',
		check: () => Promise.resolve(),
		async send(letter) {
			const folder = join(home, 'mail');
			mkdirSync(folder, { recursive: true, mode: 0o700 });
			chmodSync(folder, 0o700);
			const { message } = await transport.sendMail(prepared(letter, from));
			const name = `${new Date().toISOString().replace(/[:.]/g, '-')}-${randomBytes(3).toString('hex')}.eml`;
			writeFileSync(join(folder, name), message as Buffer, { mode: 0o600 });
		},
	};
}

const LOCAL_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function mailBySmtp(url: string, from: string): Mail {
	const { protocol, username, hostname } = new URL(url);
	const transport = createTransport({
		url,
		// a password goes to no other machine in clear, even where the server, or who stands between, offers no encryption
		requireTLS: protocol === 'smtp:' && username !== '' && !LOCAL_HOST.test(hostname),
		connectionTimeout: 10_000,
		greetingTimeout: 10_000,
		socketTimeout: 20_000,
	});
	return {
		kind: 'smtp',
		async check() {
			try {
				await transport.verify();
			} catch (error) {
				throw faultOf(error);
			}
		},
		async send(letter) {
			const whole = prepared(letter, from);
			try {
				await transport.sendMail(whole);
			} catch (error) {
				throw faultOf(error);
			}
		},
	};
}

const mails = new Map<string, Mail>();

/** Where the letters of this configuration go: to its mail server, else to files in the folder `mail` of its home. */
export function openMail({ home, accounts: { mail, mailFrom } }: MailConfig): Mail {
	const key = JSON.stringify([home, mail, mailFrom]);
	const known = mails.get(key);
	if (known !== undefined) return known;
	const made = mail.kind === 'smtp' ? mailBySmtp(mail.url, mailFrom) : mailToFiles(home, mailFrom);
	mails.set(key, made);
	return made;
}

const PAUSES_MS = [2000, 20_000, 120_000];

/** Sends a letter while the reader's page goes on, so that the time of an answer tells nothing; tries four times. */
export function post(mail: Mail, letter: Letter): void {
	void (async () => {
		for (const wait of [...PAUSES_MS, null]) {
			try {
				await mail.send(letter);
				return;
			} catch (error) {
				const why = error instanceof MailError ? error.message : 'It cannot be written.';
				console.error(wait === null ? `A letter was given up: ${why}` : `A letter waits to be sent again: ${why}`);
				if (wait !== null) await pause(wait, undefined, { ref: false });
			}
		}
	})();
}
