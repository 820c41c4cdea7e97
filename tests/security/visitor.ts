import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One browser profile without script: keeps cookies, sends forms with the headers that a browser sends, follows nothing by itself. */
export class Visitor {
	readonly #cookies = new Map<string, string>();

	constructor(
		readonly origin: string,
		/** Sent with everything: a token, an address. */
		readonly headers: Readonly<Record<string, string>> = {},
	) {}

	/** What it would send. */
	get cookies(): string {
		return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
	}
	setCookie(name: string, value: string): void {
		this.#cookies.set(name, value);
	}
	/** Value of the session's cookie. */
	get session(): string | null {
		return this.#cookies.get('nightjar') ?? this.#cookies.get('__Host-nightjar') ?? null;
	}

	async ask(path: string, init: RequestInit = {}): Promise<Response> {
		const headers = new Headers({ accept: 'text/html', ...this.headers });
		if (this.cookies !== '') headers.set('cookie', this.cookies);
		new Headers(init.headers).forEach((value, name) => {
			headers.set(name, value);
		});
		const response = await fetch(new URL(path, this.origin), { redirect: 'manual', ...init, headers });
		for (const line of response.headers.getSetCookie()) {
			const [pair = '', ...attributes] = line.split(';');
			const at = pair.indexOf('=');
			const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
			const ended = attributes.some((text) => /^\s*max-age=0$/i.test(text) || /expires=Thu, 01 Jan 1970/i.test(text));
			if (ended || value === '') this.#cookies.delete(name);
			else this.#cookies.set(name, value);
		}
		return response;
	}
	get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
		return this.ask(path, { headers });
	}
	/** Sends a form as a browser without script does. */
	send(
		path: string,
		form: Readonly<Record<string, string>> | URLSearchParams = {},
		headers: Readonly<Record<string, string>> = {},
	): Promise<Response> {
		return this.ask(path, {
			method: 'POST',
			body: new URLSearchParams(form),
			headers: { origin: this.origin, ...headers },
		});
	}
}

/** The letters that were written to files, oldest first. */
export function letters(home: string): { to: string; subject: string; text: string; raw: string }[] {
	const folder = join(home, 'mail');
	let names: string[];
	try {
		names = readdirSync(folder).sort();
	} catch {
		return [];
	}
	return names.map((name) => {
		const raw = readFileSync(join(folder, name), 'utf8');
		// soft line breaks of quoted-printable
		const [head = '', ...rest] = raw.replace(/\r\n/g, '\n').split('\n\n');
		const encoded = /quoted-printable/i.test(head);
		const body = rest.join('\n\n');
		const text = encoded
			? body.replace(/=\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number(`0x${hex}`)))
			: body;
		const header = (field: string): string => new RegExp(`^${field}: (.*)$`, 'im').exec(head)?.[1] ?? '';
		return { to: header('To'), subject: header('Subject'), text, raw };
	});
}

/** Waits for a letter to an address whose subject matches; answers the path of the first link in it. */
export async function linkIn(home: string, to: string, subject: RegExp, after = 0): Promise<string> {
	for (let tries = 0; tries < 600; tries++) {
		const found = letters(home)
			.slice(after)
			.findLast((letter) => letter.to.includes(to) && subject.test(letter.subject));
		const link = /https?:\/\/\S+/.exec(found?.text ?? '')?.[0];
		if (link !== undefined) {
			const url = new URL(link);
			return `${url.pathname}${url.search}`;
		}
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error(
		`No letter to ${to} like ${String(subject)} was written: ${letters(home)
			.map(({ to, subject }) => `${to} ${subject}`)
			.join('; ')}`,
	);
}
